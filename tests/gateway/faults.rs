//! What may go wrong around a gateway: its process is killed at any moment, its clock is set, its file is not what it was,
//! another gateway is there already, its supervisor restarts it under load.

use std::collections::HashMap;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{API_KEY, Answer, Gateway, HOOK, Installation, PASSWORD, bolts, client, get, on_both_databases};

/// Round trips that are made while the process is killed again and again.
const TRIPS: u64 = 1_000;

/// How far the gateway has acknowledged a punchout, and what was asked of it without an answer.
#[derive(Default, Clone)]
struct Trip {
    token: String,
    asked_to_redeem: bool,
    /// The id of the punchout.
    redeemed: Option<String>,
    return_path: Option<String>,
    asked_for_page: bool,
    /// The fields of the form that was shown.
    returned: Option<String>,
}

/// One round trip as far as the gateway lives.
fn travel(url: &str, http: &reqwest::blocking::Client, trip: &mut Trip) -> Option<()> {
    let login = [("USERNAME", "buyer@acme-customer.example"), ("PASSWORD", PASSWORD), ("HOOK_URL", HOOK)];
    let answer = http.post(format!("{url}/oci/srm")).form(&login).send().ok()?;
    let location = answer.headers().get("location")?.to_str().ok()?.to_owned();
    trip.token = location.split_once("token=")?.1.to_owned();
    trip.asked_to_redeem = true;
    let redeem = http.post(format!("{url}/api/v1/entries/redeem")).bearer_auth(API_KEY);
    let answer = redeem.json(&json!({ "token": trip.token })).send().ok()?;
    let entry: Value = (answer.status() == 200).then(|| answer.json().ok())??;
    let id = entry["punchout"].as_str()?.to_owned();
    trip.redeemed = Some(id.clone());
    let cart = http.post(format!("{url}/api/v1/punchouts/{id}/cart")).bearer_auth(API_KEY).json(&bolts());
    let answer = cart.send().ok()?;
    let cart: Value = (answer.status() == 201).then(|| answer.json().ok())??;
    let return_url = cart["return_url"].as_str()?;
    // The port is another one after each start.
    trip.return_path = Some(return_url[return_url.find("/return/")?..].to_owned());
    trip.asked_for_page = true;
    let answer = http.get(format!("{url}{}", trip.return_path.as_ref()?)).send().ok()?;
    let page = (answer.status() == 200).then(|| answer.text().ok())??;
    trip.returned = Some(fields(&page));
    Some(())
}

fn fields(page: &str) -> String {
    format!("{:?}", crate::support::ReturnForm::read(page).fields)
}

#[test]
fn killed_at_any_moment_it_keeps_what_it_acknowledged_and_does_nothing_twice() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let (url, http) = (Arc::new(RwLock::new(String::new())), client());
        let (over, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let travellers: Vec<_> = (0..4)
            .map(|_| {
                let (url, over, made, http) = (url.clone(), over.clone(), made.clone(), http.clone());
                std::thread::spawn(move || {
                    let mut trips = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let (mut trip, gateway) = (Trip::default(), url.read().unwrap().clone());
                        if travel(&gateway, &http, &mut trip).is_some() {
                            made.fetch_add(1, Ordering::Relaxed);
                        } else {
                            std::thread::sleep(Duration::from_millis(5));
                        }
                        if !trip.token.is_empty() {
                            trips.push(trip);
                        }
                    }
                    trips
                })
            })
            .collect();
        let (began, mut kills) = (Instant::now(), 0_u64);
        while made.load(Ordering::Relaxed) < TRIPS && began.elapsed() < Duration::from_secs(90) {
            let gateway = acme.installation.serve();
            url.write().unwrap().clone_from(&gateway.url);
            // Moments without a pattern, none of them long.
            std::thread::sleep(Duration::from_millis(150 + (kills * 7_919) % 1_450));
            gateway.crash();
            kills += 1;
        }
        over.store(true, Ordering::Relaxed);
        let trips: Vec<Trip> = travellers.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        let whole = trips.iter().filter(|trip| trip.returned.is_some()).count();
        let broken = trips.len() - whole;
        eprintln!("{whole} round trips, {broken} cut off by {kills} kills, in {:.0?}", began.elapsed());
        assert!(kills >= 5 && whole >= 100 && broken > 0, "{whole} whole, {broken} broken, {kills} kills");

        let gateway = acme.installation.serve();
        trips.iter().for_each(|trip| holds(&gateway, &http, trip));
    });
}

/// Whether a gateway that was started again knows what was acknowledged before, and does not do it twice.
fn holds(gateway: &Gateway, http: &reqwest::blocking::Client, trip: &Trip) {
    let post = |path: &str, body: &Value| {
        Answer::of(
            http.post(format!("{}{path}", gateway.url)).bearer_auth(API_KEY).json(body).send().expect("an answer"),
        )
    };
    let again = post("/api/v1/entries/redeem", &json!({ "token": trip.token }));
    let punchout = match again.status.as_u16() {
        // Acknowledged as redeemed it must not be given a second time.
        200 => {
            assert!(trip.redeemed.is_none(), "a token was redeemed twice");
            again.json()["punchout"].as_str().expect("an id").to_owned()
        }
        409 => {
            assert!(trip.asked_to_redeem, "redeemed, though nobody had asked");
            trip.redeemed.clone().unwrap_or_default()
        }
        other => panic!("an acknowledged login is gone: {other} {}", again.text()),
    };
    let Some(path) = &trip.return_path else { return };
    let get = |path: &str| {
        Answer::of(http.get(format!("{}{path}", gateway.url)).bearer_auth(API_KEY).send().expect("an answer"))
    };
    let status = get(&format!("/api/v1/punchouts/{punchout}")).json();
    assert!(status["cart_at"].is_string(), "an acknowledged cart is gone: {status}");
    if trip.returned.is_some() {
        let cart = post(&format!("/api/v1/punchouts/{punchout}/cart"), &bolts());
        assert_eq!(cart.refusal(), (409, "punchout-returned".into()), "a cart after the return");
    }
    let page = get(path);
    assert_eq!(page.status, 200, "{}", page.text());
    if let Some(shown) = &trip.returned {
        assert_eq!(&fields(&page.text()), shown, "a reload shows the very same form");
    }
}

#[test]
fn a_clock_that_is_set_kills_no_token_and_lets_none_live_on() {
    let library = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let library = library.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|library| library.exists());
    let Some(library) = library else {
        assert!(std::env::var_os("PUNCHGATE_TEST_REQUIRE_FAKETIME").is_none(), "libfaketime is not installed");
        eprintln!("libfaketime is not installed: the story of the clock is not told");
        return;
    };
    on_both_databases(|mut installation| {
        installation.set("entry_lifetime", "2s");
        let mut acme = installation.with_acme("");
        let offset = acme.installation.file("offset", "+0");
        acme.installation.set_variable("LD_PRELOAD", library.to_str().unwrap());
        acme.installation.set_variable("FAKETIME_TIMESTAMP_FILE", offset.to_str().unwrap());
        acme.installation.set_variable("FAKETIME_NO_CACHE", "1");
        acme.installation.set_variable("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let gateway = acme.installation.serve();
        let step = |seconds: &str| std::fs::write(&offset, seconds).unwrap();

        // By the system's clock all of them would be dead.
        let punchout = gateway.punch_out();
        let token = gateway.buyer().call().token();
        step("+3600");
        assert_eq!(gateway.shop().try_redeem(&token).status, 200, "an hour forth kills no token");
        let url = gateway.shop().cart(&punchout, &bolts());
        assert_eq!(get(&url).status, 200);

        // By the system's clock it would live for two hours.
        let token = gateway.buyer().call().token();
        step("-3600");
        let alive = gateway.buyer().call().token();
        assert_eq!(gateway.shop().try_redeem(&alive).status, 200);
        // Four thirds of its two seconds, and a little.
        std::thread::sleep(Duration::from_millis(3_500));
        let late = gateway.shop().try_redeem(&token);
        assert_eq!(late.refusal(), (410, "entry-expired".into()), "an hour back lets no token live on");
        for seconds in ["+3600", "-7200", "+0"] {
            step(seconds);
            get(&gateway.shop().cart(&gateway.punch_out(), &bolts()));
        }
        assert!(!gateway.log().contains("panicked"), "{}", gateway.log());
    });
}

/// What `serve` says when it must not start.
fn refused_to_serve(command: &mut Command) -> String {
    let output = command.arg("serve").output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(1), "it must not start");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn a_second_gateway_on_one_file_says_so_and_nothing_is_lost() {
    let acme = Installation::on_sqlite().with_acme("");
    let told = |gateway: &Gateway| gateway.log().contains("another gateway serves");
    let first = acme.installation.serve();
    let second = acme.installation.serve();
    assert!(!told(&first) && told(&second), "{}", second.log());
    let punchouts: Vec<String> = (0..20).map(|n| [&first, &second][n % 2].punch_out()).collect();
    for (n, punchout) in punchouts.iter().enumerate() {
        [&second, &first][n % 2].shop().cart(punchout, &bolts());
    }
    // Whatever becomes of them, the next one is alone again.
    first.crash();
    second.crash();
    let third = acme.installation.serve();
    assert!(!told(&third), "{}", third.log());
    assert!(punchouts.iter().all(|punchout| third.shop().status(punchout)["cart_at"].is_string()));
}

#[test]
fn a_file_that_is_no_database_any_more_is_said_and_left_as_it_is() {
    let acme = Installation::on_sqlite().with_acme("");
    let path = acme.installation.database_url.strip_prefix("sqlite://").unwrap().to_owned();
    for (what, broken) in [("its head", 0..100), ("its schema", 100..4_096)] {
        // What stands in SQLite's log would hide the damage.
        acme.installation.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        let sound = std::fs::read(&path).unwrap();
        let mut bytes = sound.clone();
        bytes[broken].fill(0x5a);
        std::fs::write(&path, &bytes).unwrap();
        let said = refused_to_serve(&mut acme.installation.command());
        assert!(
            said.contains(&path) && (said.contains("not a database") || said.contains("malformed")),
            "{what}: {said}"
        );
        assert!(said.contains("backup"), "{what}, and what to do: {said}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{what}: nothing was written to it");
        std::fs::write(&path, sound).unwrap();
    }
    acme.installation.serve().punch_out();
}

#[test]
fn a_file_that_may_not_be_written_is_said() {
    let acme = Installation::on_sqlite().with_acme("");
    let path = acme.installation.database_url.strip_prefix("sqlite://").unwrap().to_owned();
    let folder = std::path::Path::new(&path).parent().unwrap();
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    mode(folder, 0o755);
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        mode(&file.path(), 0o444);
    }
    let mut command = acme.installation.command();
    // To the superuser every file is writable.
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if is_root {
        command.uid(65_534);
    }
    match command.arg("serve").output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains(&path) && said.contains("written"), "{said}");
        }
        Err(error) => eprintln!("nobody may run the program here ({error}): the story is not told"),
    }
    mode(folder, 0o700);
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        mode(&file.path(), 0o600);
    }
    acme.installation.serve().punch_out();
}

/// Gateways behind a load balancer that looks at `/health/ready`, as seen by its clients.
#[derive(Default)]
struct Balancer {
    nodes: Mutex<HashMap<usize, (String, bool)>>,
    next: AtomicU64,
}

impl Balancer {
    fn look(&self) {
        let known: Vec<(usize, String)> =
            self.nodes.lock().expect("the nodes").iter().map(|(number, (url, _))| (*number, url.clone())).collect();
        for (number, url) in known {
            let ready = client().get(format!("{url}/health/ready")).send().is_ok_and(|answer| answer.status() == 200);
            if let Some(node) = self.nodes.lock().expect("the nodes").get_mut(&number).filter(|node| node.0 == url) {
                node.1 = ready;
            }
        }
    }

    fn node(&self) -> Option<String> {
        let nodes = self.nodes.lock().expect("the nodes");
        let mut ready: Vec<&String> = nodes.values().filter(|node| node.1).map(|node| &node.0).collect();
        ready.sort();
        let turn = usize::try_from(self.next.fetch_add(1, Ordering::Relaxed)).expect("a small number");
        (!ready.is_empty()).then(|| ready[turn % ready.len()].clone())
    }
}

#[test]
fn nodes_are_restarted_one_after_another_and_no_request_fails() {
    let Some(mut installation) = Installation::on_postgres() else { return };
    installation.set("drain", "2s");
    let acme = installation.with_acme("");
    let balancer = Arc::new(Balancer::default());
    let join = |number: usize, gateway: &Gateway| {
        balancer.nodes.lock().unwrap().insert(number, (gateway.url.clone(), true));
    };
    let mut gateways: Vec<Gateway> = (0..3).map(|_| acme.installation.serve()).collect();
    gateways.iter().enumerate().for_each(|(number, gateway)| join(number, gateway));

    let over = Arc::new(AtomicBool::new(false));
    let looking = (balancer.clone(), over.clone());
    let looks = std::thread::spawn(move || {
        while !looking.1.load(Ordering::Relaxed) {
            looking.0.look();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let visitors: Vec<_> = (0..4)
        .map(|_| {
            let (balancer, over) = (balancer.clone(), over.clone());
            std::thread::spawn(move || {
                // Connections are kept open, as a load balancer keeps them.
                let http = client();
                let mut trips = 0;
                while !over.load(Ordering::Relaxed) {
                    let node = balancer.node().expect("two of three nodes are ready at any time");
                    let mut trip = Trip::default();
                    let whole = travel(&node, &http, &mut trip);
                    assert!(whole.is_some(), "a request to {node} failed after {} round trips", trips);
                    trips += 1;
                }
                trips
            })
        })
        .collect();

    for (number, gateway) in gateways.iter_mut().enumerate() {
        std::thread::sleep(Duration::from_millis(500));
        let restarted = acme.installation.serve();
        let old = std::mem::replace(gateway, restarted);
        old.terminate();
        let unready = Instant::now();
        while get(&format!("{}/health/ready", old.url)).status == 200 {
            assert!(unready.elapsed() < Duration::from_secs(1), "readiness goes down at once");
        }
        assert_eq!(get(&format!("{}/health/ready", old.url)).json(), json!({ "status": "stopping" }));
        assert_eq!(old.end(), Some(0));
        join(number, gateway);
    }
    std::thread::sleep(Duration::from_millis(500));
    over.store(true, Ordering::Relaxed);
    let trips: Vec<i32> = visitors.into_iter().map(|thread| thread.join().expect("no request failed")).collect();
    looks.join().unwrap();
    assert!(trips.iter().all(|trips| *trips > 0), "{trips:?}");
}
