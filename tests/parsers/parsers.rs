//! The four parsers: each a server of one file on a free port, started once and ended with this process.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::submission::Submission;
use crate::support::client;

/// What one parser makes of names like `NEW_ITEM-DESCRIPTION[1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// A map in a map: `NEW_ITEM-DESCRIPTION`, in it `1`.
    Nested,
    /// The name as it is.
    Flat,
}

pub struct Parser {
    pub name: &'static str,
    pub names: Names,
    url: String,
    /// Its standard input is the leash: closed when this process ends, and the shell stops the server.
    _keeper: Child,
}

/// What a parser has read.
#[derive(Debug)]
pub enum Told {
    Read {
        query: Tree,
        form: Tree,
        body: Vec<u8>,
    },
    /// It has refused the request.
    Refused(String),
    /// It does not know the charset.
    Unable,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    Text(Vec<u8>),
    Pairs(Vec<(String, Tree)>),
}

pub fn php() -> Option<&'static Parser> {
    static PHP: OnceLock<Option<Parser>> = OnceLock::new();
    // As PHP is delivered; only the warnings would stand in the answer.
    let arguments = |port| format!("-n -d display_errors=0 -d display_startup_errors=0 -S 127.0.0.1:{port} php.php");
    PHP.get_or_init(|| Parser::start("php", Names::Nested, &["php"], "-v", arguments)).as_ref()
}

pub fn rack() -> Option<&'static Parser> {
    static RACK: OnceLock<Option<Parser>> = OnceLock::new();
    let start = || Parser::start("rack", Names::Nested, &["ruby"], "-rrack -e1", |port| format!("rack.rb {port}"));
    RACK.get_or_init(start).as_ref()
}

pub fn werkzeug() -> Option<&'static Parser> {
    static WERKZEUG: OnceLock<Option<Parser>> = OnceLock::new();
    // The system's Python is the one that has the system's packages.
    let pythons = ["/usr/bin/python3", "python3"];
    let arguments = |port| format!("werkzeug_server.py {port}");
    let start = || Parser::start("werkzeug", Names::Flat, &pythons, "-c import\twerkzeug", arguments);
    WERKZEUG.get_or_init(start).as_ref()
}

pub fn qs() -> Option<&'static Parser> {
    static QS: OnceLock<Option<Parser>> = OnceLock::new();
    let start = || Parser::start("qs", Names::Nested, &["node"], "-e require('qs')", |port| format!("qs.js {port}"));
    QS.get_or_init(start).as_ref()
}

impl Parser {
    /// Starts the first of `programs` that can do what `probe` asks.
    fn start(
        name: &'static str,
        names: Names,
        programs: &[&str],
        probe: &str,
        arguments: impl Fn(u16) -> String,
    ) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parsers");
        let able = |program: &&&str| {
            let mut probing = Command::new(program);
            // A tab stands for a blank inside one argument.
            probing.args(probe.split(' ').map(|part| part.replace('\t', " "))).current_dir(&folder);
            probing.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        let Some(program) = programs.iter().find(able) else {
            let missing = format!("{name}: {} cannot do `{probe}`", programs.join(" and "));
            assert!(std::env::var_os("PUNCHGATE_TEST_REQUIRE_PARSERS").is_none(), "{missing}, and it is required");
            eprintln!("skipped: {missing}");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port();
        let script = "\"$@\" >/dev/null 2>&1 & server=$!; read -r _ || true; kill $server";
        let mut keeper = Command::new("sh");
        keeper.args(["-c", script, "sh", program]).args(arguments(port).split(' ')).current_dir(&folder);
        let keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "{name} does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self { name, names, url: format!("http://127.0.0.1:{port}"), _keeper: keeper })
    }

    /// Where it listens.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Sends a form by POST.
    pub fn post(&self, path: &str, submission: &Submission) -> Told {
        let request = client().post(self.url(path)).header("content-type", &submission.content_type);
        Told::read(request.body(submission.body.clone()).send().expect("an answer"))
    }

    /// Sends a form by GET.
    pub fn get(&self, path: &str, query: &[u8]) -> Told {
        let query = std::str::from_utf8(query).expect("ASCII");
        Told::read(client().get(self.url(&format!("{path}?{query}"))).send().expect("an answer"))
    }
}

impl Told {
    fn read(answer: reqwest::blocking::Response) -> Self {
        Self::from_json(&answer.json().expect("JSON"))
    }

    pub fn from_json(told: &Value) -> Self {
        if let Some(refusal) = told["refused"].as_str() {
            return Self::Refused(refusal.to_owned());
        }
        if told["unable"].is_string() {
            return Self::Unable;
        }
        let Tree::Text(body) = Tree::read(&told["body"]) else { panic!("a body") };
        Self::Read { query: Tree::read(&told["query"]), form: Tree::read(&told["form"]), body }
    }

    /// What stood in the form; nothing if the parser does not know the charset.
    #[track_caller]
    pub fn form(self) -> Option<Tree> {
        match self {
            Self::Read { form, .. } => Some(form),
            Self::Unable => None,
            Self::Refused(refusal) => panic!("refused: {refusal}"),
        }
    }

    #[track_caller]
    pub fn query(self) -> Option<Tree> {
        match self {
            Self::Read { query, .. } => Some(query),
            Self::Unable => None,
            Self::Refused(refusal) => panic!("refused: {refusal}"),
        }
    }
}

impl Tree {
    fn read(json: &Value) -> Self {
        let text = |json: &Value| STANDARD.decode(json.as_str().expect("base 64")).expect("base 64");
        match json {
            Value::Array(pairs) => Self::Pairs(
                pairs
                    .iter()
                    .map(|pair| (String::from_utf8_lossy(&text(&pair[0])).into_owned(), Self::read(&pair[1])))
                    .collect(),
            ),
            other => Self::Text(text(other)),
        }
    }

    /// The text at the end of a way of names.
    pub fn at(&self, way: &[&str]) -> Option<&[u8]> {
        match (self, way) {
            (Self::Text(text), []) => Some(text),
            (Self::Pairs(pairs), [name, rest @ ..]) => pairs.iter().find(|(known, _)| known == name)?.1.at(rest),
            _ => None,
        }
    }

    /// How many texts it holds.
    pub fn count(&self) -> usize {
        match self {
            Self::Text(_) => 1,
            Self::Pairs(pairs) => pairs.iter().map(|(_, inner)| inner.count()).sum(),
        }
    }

    /// The value of a field, as this kind of parser files it.
    pub fn field(&self, names: Names, name: &str) -> Option<&[u8]> {
        match (names, name.split_once('[').and_then(|(base, index)| Some((base, index.strip_suffix(']')?)))) {
            (Names::Nested, Some((base, index))) => self.at(&[base, if index.is_empty() { "0" } else { index }]),
            _ => self.at(&[name]),
        }
    }
}
