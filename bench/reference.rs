//! What `bench/run` measures the gateway beside: the same work without the gateway around it.
//!
//! `reference hello PORT WORKERS` is a bare actix-web server that answers with a word. `reference argon2 SECONDS THREADS`
//! verifies a password with argon2id in a loop, as the gateway's settings are by default, and prints how many a second.

use std::time::{Duration, Instant};

use actix_web::{App, HttpServer, web};
use argon2::{Algorithm, Argon2, Block, Params, Version};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["hello", port, workers] => hello(port.parse()?, workers.parse()?),
        ["argon2", seconds, threads] => argon2_loop(Duration::from_secs_f64(seconds.parse()?), threads.parse()?),
        _ => Err("say: reference hello PORT WORKERS, or reference argon2 SECONDS THREADS".into()),
    }
}

fn hello(port: u16, workers: usize) -> Result<(), Box<dyn std::error::Error>> {
    let server = HttpServer::new(|| App::new().route("/", web::to(|| async { "hello" })));
    let server = server.workers(workers).bind(("127.0.0.1", port))?.run();
    actix_web::rt::System::new().block_on(server)?;
    Ok(())
}

fn argon2_loop(time: Duration, threads: usize) -> Result<(), Box<dyn std::error::Error>> {
    let parameters = Params::new(19_456, 2, 1, None).map_err(|error| error.to_string())?;
    let end = Instant::now() + time;
    let verify = || {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters.clone());
        // As the gateway does: the memory of a thread is taken once.
        let mut memory = vec![Block::default(); parameters.block_count()];
        let (mut known, mut digest) = ([0; 32], [0; 32]);
        let mut verified = 0_u64;
        while Instant::now() < end {
            argon2
                .hash_password_into_with_memory(b"correct horse", b"sixteen bytes...", &mut digest, &mut memory)
                .ok()?;
            if verified == 0 {
                known = digest;
            }
            if digest != known {
                return None;
            }
            verified += 1;
        }
        Some(verified)
    };
    let began = Instant::now();
    let verified: Option<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(verify)).collect();
        threads.into_iter().map(|thread| thread.join().ok().flatten()).sum()
    });
    println!("{:.2}", verified.ok_or("argon2 gave different digests")? as f64 / began.elapsed().as_secs_f64());
    Ok(())
}
