//! A tap in the line to a PostgreSQL server: turned off, connections break and no new ones come to
//! be, as if the server were gone; turned on, it is back.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub struct Tap {
    /// The database's URL through the tap.
    pub url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    on: bool,
    connections: Vec<TcpStream>,
}

impl Tap {
    /// In front of the database with this URL, turned on.
    pub fn before(url: &str) -> Self {
        let server = url.split_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("host and database").0;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let state = Arc::new(Mutex::new(State { on: true, connections: Vec::new() }));
        let (server, shared) = (server.to_owned(), state.clone());
        let tapped = url.replace(&server, &address);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut state = shared.lock().expect("the tap");
                // Turned off, the connection is taken and dropped at once.
                if let Some(upstream) = state.on.then(|| TcpStream::connect(&server).ok()).flatten() {
                    pour(&client, &upstream);
                    pour(&upstream, &client);
                    state.connections.extend([client, upstream]);
                }
            }
        });
        Self { url: tapped, state }
    }

    pub fn turn_off(&self) {
        let mut state = self.state.lock().expect("the tap");
        state.on = false;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    pub fn turn_on(&self) {
        self.state.lock().expect("the tap").on = true;
    }
}

fn pour(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
    std::thread::spawn(move || {
        let _ = copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
