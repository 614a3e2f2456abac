//! A shop that answers for its products itself, as stories want it to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What the gateway asked.
#[derive(Debug, Clone)]
pub struct Question {
    pub path: String,
    /// As it came, without the question mark.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Question {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A decoded value of the query.
    pub fn get(&self, name: &str) -> Option<String> {
        let pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.into_owned().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

pub enum Reply {
    Json(u16, Value),
    Text(u16, String),
    Redirect(String),
    /// The connection is closed without a word.
    HangUp,
}

/// The shop's server, until the test ends.
pub struct AnsweringShop {
    pub url: String,
    asked: Arc<Mutex<Vec<Question>>>,
}

impl AnsweringShop {
    /// `answer` gets the question and how many came before it.
    pub fn start(answer: impl Fn(&Question, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (known, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (known, answer) = (known.clone(), answer.clone());
                std::thread::spawn(move || {
                    let Some(question) = read(&stream) else { return };
                    let before = {
                        let mut known = known.lock().expect("the questions");
                        known.push(question.clone());
                        known.len() - 1
                    };
                    reply(stream, answer(&question, before));
                });
            }
        });
        Self { url, asked }
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Question> {
        self.asked.lock().expect("the questions").clone()
    }
}

fn read(stream: &TcpStream) -> Option<Question> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Question { path: path.to_owned(), query: query.to_owned(), headers })
}

fn reply(mut stream: TcpStream, reply: Reply) {
    let (status, more, body) = match reply {
        Reply::Json(status, value) => (status, "content-type: application/json\r\n".to_owned(), value.to_string()),
        Reply::Text(status, text) => (status, String::new(), text),
        Reply::Redirect(location) => (302, format!("location: {location}\r\n"), String::new()),
        Reply::HangUp => return,
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}
