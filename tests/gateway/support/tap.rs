//! A tap in the line to a PostgreSQL server: turned off, connections break and no new ones come to
//! be, as if the server were gone; turned on, it is back. Frozen, nothing flows and nothing breaks,
//! as if a cable were cut; thawed, everything goes on where it was.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use super::Installation;

pub struct Tap {
    /// The database's URL through the tap.
    url: String,
    state: Arc<Mutex<State>>,
    ice: Arc<Ice>,
}

#[derive(Default)]
struct Ice {
    is_frozen: Mutex<bool>,
    thawed: Condvar,
}

impl Ice {
    fn wait(&self) {
        let frozen = self.is_frozen.lock().expect("the ice");
        drop(self.thawed.wait_while(frozen, |frozen| *frozen).expect("the ice"));
    }
}

struct State {
    on: bool,
    connections: Vec<TcpStream>,
}

impl Installation {
    /// From now on it reaches its database through a tap.
    pub fn behind_a_tap(&mut self) -> Tap {
        let tap = Tap::before(&self.database_url);
        self.database_url.clone_from(&tap.url);
        tap
    }
}

impl Tap {
    /// In front of the database with this URL, turned on.
    fn before(url: &str) -> Self {
        let server = url.split_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("host and database").0;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let state = Arc::new(Mutex::new(State { on: true, connections: Vec::new() }));
        let ice = Arc::new(Ice::default());
        let (server, shared, cold) = (server.to_owned(), state.clone(), ice.clone());
        let tapped = url.replace(&server, &address);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut state = shared.lock().expect("the tap");
                // Turned off, the connection is taken and dropped at once.
                if let Some(upstream) = state.on.then(|| TcpStream::connect(&server).ok()).flatten() {
                    pour(&client, &upstream, &cold);
                    pour(&upstream, &client, &cold);
                    state.connections.extend([client, upstream]);
                }
            }
        });
        Self { url: tapped, state, ice }
    }

    pub fn turn_off(&self) {
        let mut state = self.state.lock().expect("the tap");
        state.on = false;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    pub fn freeze(&self) {
        *self.ice.is_frozen.lock().expect("the ice") = true;
    }

    pub fn thaw(&self) {
        *self.ice.is_frozen.lock().expect("the ice") = false;
        self.ice.thawed.notify_all();
    }

    pub fn turn_on(&self) {
        self.state.lock().expect("the tap").on = true;
    }
}

fn pour(from: &TcpStream, to: &TcpStream, ice: &Arc<Ice>) {
    let (mut from, mut to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
    let ice = ice.clone();
    std::thread::spawn(move || {
        let mut buffer = [0; 16_384];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            ice.wait();
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        ice.wait();
        let _ = to.shutdown(Shutdown::Both);
    });
}
