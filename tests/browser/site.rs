//! Websites that are not ours: a handler a site, on a port of its own, each answer closing its connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    pub cookie: String,
    pub body: String,
}

/// What is answered.
pub enum Answer {
    Page(String),
    /// To an address, perhaps with a cookie.
    Redirect(String, Option<String>),
}

/// A site that listens until the test ends.
pub struct Site {
    pub port: u16,
    received: Arc<Mutex<Vec<Request>>>,
}

impl Site {
    pub fn start(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (handler, seen) = (Arc::new(handler), received.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, seen) = (handler.clone(), seen.clone());
                // Browsers open connections before they need them.
                std::thread::spawn(move || serve(stream, &*handler, &seen));
            }
        });
        Self { port, received }
    }

    /// What came to a path so far.
    pub fn received(&self, path: &str) -> Vec<Request> {
        let received = self.received.lock().expect("the requests");
        received.iter().filter(|request| request.path == path).cloned().collect()
    }

    pub fn forget(&self) {
        self.received.lock().expect("the requests").clear();
    }
}

fn serve(stream: TcpStream, handler: &dyn Fn(&Request) -> Answer, seen: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    let Some(request) = read(&mut reader) else { return };
    seen.lock().expect("the requests").push(request.clone());
    let answer = match handler(&request) {
        Answer::Page(html) => format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{html}",
            html.len()
        ),
        Answer::Redirect(to, cookie) => {
            let cookie = cookie.map_or_else(String::new, |cookie| format!("set-cookie: {cookie}\r\n"));
            format!(
                "HTTP/1.1 303 See Other\r\nlocation: {to}\r\n{cookie}content-length: 0\r\nconnection: close\r\n\r\n"
            )
        }
    };
    let _ = reader.get_mut().write_all(answer.as_bytes());
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut start = line.split_whitespace();
    let (method, address) = (start.next()?.to_owned(), start.next()?.to_owned());
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let mut request = Request { method, path: path.to_owned(), query: query.to_owned(), ..Request::default() };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "cookie" => request.cookie = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}
