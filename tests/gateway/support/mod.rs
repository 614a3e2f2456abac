//! What stories are told with: an [`Installation`] (a database and its command line), a running
//! [`Gateway`], a [`Buyer`] who calls it and the [`Shop`] behind it.

mod answering;
mod apart;
mod browser;
mod namespaces;
pub mod postgres;
mod raw;
mod tap;

pub use answering::{AnsweringShop, Question, Reply};
pub use apart::{eventually, within};
pub use browser::{Browser, Page, SIGN_IN_PASSWORD};
pub use namespaces::{Cables, SmallDisk};
pub use raw::Raw;

use std::io::{BufRead, BufReader, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use reqwest::StatusCode;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

pub const API_KEY: &str = "shop-key-for-tests-0123456789";
pub const PASSWORD: &str = "correct horse";
pub const HOOK: &str = "https://srm.example.com/return?sid=7";

/// Runs a story on SQLite, and on PostgreSQL where there is one.
pub fn on_both_databases(story: impl Fn(Installation)) {
    story(Installation::on_sqlite());
    if let Some(cluster) = postgres::cluster() {
        eprintln!("-- the same on PostgreSQL");
        story(Installation::on(cluster.database()));
    }
}

/// A database, and the `punchgate` command that works on it.
pub struct Installation {
    folder: tempfile::TempDir,
    pub database_url: String,
    environment: Vec<(String, String)>,
}

impl Installation {
    pub fn on_sqlite() -> Self {
        let mut installation = Self::on(String::new());
        installation.database_url = format!("sqlite://{}", installation.folder.path().join("punchgate.db").display());
        installation
    }

    fn on(database_url: String) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database_url, environment: Vec::new() }
    }

    /// Adds a setting for everything that is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((format!("PUNCHGATE_{}", name.to_uppercase()), value.to_owned()));
    }

    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file in the temporary folder");
        path
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_punchgate"));
        command
            .current_dir(self.folder.path())
            .env("PUNCHGATE_DATABASE_URL", &self.database_url)
            .env("PUNCHGATE_LISTEN", "127.0.0.1:0")
            .env("PUNCHGATE_METRICS_LISTEN", "127.0.0.1:0")
            // Cheap hashes: stories are about what is refused, not about how hard a guess is.
            .env("PUNCHGATE_PASSWORD_MEMORY_KIB", "64")
            .env("PUNCHGATE_PASSWORD_ITERATIONS", "1")
            .envs(self.environment.iter().cloned());
        command
    }

    /// Runs a command to its end, whatever that is.
    pub fn try_punchgate(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the binary runs")
    }

    /// Runs a command that must work; gives what it printed.
    pub fn punchgate(&self, arguments: &[&str]) -> String {
        let output = self.try_punchgate(arguments);
        assert!(output.status.success(), "punchgate {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    pub fn punchgate_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command();
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("input");
        child.wait_with_output().expect("its end")
    }

    /// Applies a file that must be right; gives the printed diff.
    pub fn apply(&self, toml: &str) -> String {
        let path = self.file("setup.toml", toml);
        self.punchgate(&["apply", path.to_str().expect("a path")])
    }

    pub fn try_apply(&self, toml: &str) -> Output {
        let path = self.file("setup.toml", toml);
        self.try_punchgate(&["apply", path.to_str().expect("a path")])
    }

    /// Issues licenses and gives their keys in the order of `--json`.
    pub fn issue(&self, kind: &str) -> Vec<String> {
        let printed =
            self.punchgate(&["license", "issue", "--account", "owner@acme.example", "--kind", kind, "--json"]);
        let issued: Vec<Value> = serde_json::from_str(&printed).expect("JSON");
        issued.iter().map(|license| license["key"].as_str().expect("a key").to_owned()).collect()
    }

    /// Changes the data behind the product's back: for what only time brings about.
    pub fn sql(&self, statement: &str) {
        match self.database_url.strip_prefix("sqlite://") {
            Some(file) => {
                let mut connection = SqliteConnection::establish(file).expect("the database");
                connection.batch_execute("PRAGMA busy_timeout = 5000").expect("patience");
                connection.batch_execute(statement).expect("a statement");
            }
            None => postgres::execute(&self.database_url, statement),
        }
    }

    /// Every byte of the stored data: the files of SQLite, or a dump of the PostgreSQL database.
    pub fn stored(&self) -> Vec<u8> {
        if let Some(url) = self.database_url.strip_prefix("postgres://") {
            return postgres::dump(&format!("postgres://{url}"));
        }
        let read = |name: &str| std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        [read("punchgate.db"), read("punchgate.db-wal")].concat()
    }

    pub fn connect(&self, key: &str) {
        self.punchgate(&["license", "connect", key, "--website", "https://shop.acme.example/"]);
    }

    /// A shop, a system and customer 10001 with connected licenses: what most stories start from.
    /// `system` is added to the `[[system]]` table.
    pub fn with_acme(self, system: &str) -> Acme {
        let keys = self.issue("system");
        keys.iter().for_each(|key| self.connect(key));
        let acme = Acme { system_key: keys[0].clone(), customer_key: keys[1].clone(), installation: self };
        acme.installation.apply(&acme.setup(system));
        acme
    }

    pub fn serve(&self) -> Gateway {
        Gateway::start(self.command().arg("serve"))
    }
}

impl Gateway {
    /// Starts a command that serves, and waits until it listens.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let started = Instant::now();
        let (address, metrics) = loop {
            let line = lines.next().and_then(Result::ok).unwrap_or_default();
            log.lock().expect("the log").push_str(&format!("{line}\n"));
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "Punchgate is listening" {
                let address = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
                break (address("address"), address("metrics"));
            }
            let over = child.try_wait().ok().flatten().is_some() || started.elapsed() > Duration::from_secs(20);
            assert!(!over, "the gateway does not start: {}", log.lock().expect("the log"));
        };
        let sink = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sink.lock().expect("the log").push_str(&format!("{line}\n"));
            }
        });
        Gateway { url: format!("http://{address}"), metrics_url: format!("http://{metrics}/metrics"), child, log }
    }
}

/// The installation that most stories use.
pub struct Acme {
    pub installation: Installation,
    pub system_key: String,
    pub customer_key: String,
}

impl Acme {
    /// The setup file, with `system` added to the `[[system]]` table.
    pub fn setup(&self, system: &str) -> String {
        let hooks = if system.contains("hooks") { "" } else { "hooks = [\"https://srm.example.com\"]" };
        format!(
            r#"
[[shop]]
slug = "acme"
name = "Acme Tools"
website = "https://shop.acme.example"
account = "owner@acme.example"
connector = {{ kind = "redirect", entry_url = "https://shop.acme.example/punchout/enter" }}
api_key = "{API_KEY}"

[[system]]
shop = "acme"
slug = "srm"
name = "SRM"
license = "{}"
{hooks}
{system}

[[customer]]
shop = "acme"
number = "10001"
email = "buyer@acme-customer.example"
password = "{PASSWORD}"

[[assignment]]
system = "srm"
customer = "10001"
license = "{}"
"#,
            self.system_key, self.customer_key
        )
    }
}

/// A running gateway; killed when dropped.
pub struct Gateway {
    pub url: String,
    pub metrics_url: String,
    pub child: Child,
    log: Arc<Mutex<String>>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// A number of its metrics, as `name{label="value"}`; 0 while nothing was counted.
    pub fn metric(&self, name: &str) -> u64 {
        let all = get(&self.metrics_url).text();
        all.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0)
    }

    /// The log entry of the refusal with this reference, as soon as it is written.
    pub fn logged(&self, reference: &str) -> Value {
        let started = Instant::now();
        loop {
            let entries =
                self.log().lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>();
            if let Some(entry) = entries.into_iter().find(|entry| entry["reference"] == reference) {
                return entry;
            }
            assert!(started.elapsed() < Duration::from_secs(5), "no {reference} in the log: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends SIGTERM and gives the exit code.
    pub fn stop(mut self) -> Option<i32> {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("its end").code()
    }

    /// A procurement system with the right login, which may be changed.
    pub fn buyer(&self) -> Buyer<'_> {
        let parameters = [("USERNAME", "buyer@acme-customer.example"), ("PASSWORD", PASSWORD), ("HOOK_URL", HOOK)];
        Buyer {
            gateway: self,
            path: "/oci/srm".into(),
            headers: Vec::new(),
            address: None,
            parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        }
    }

    /// Sends a request whose path, query and form body go out as they are written here; refusals come as JSON.
    pub fn send(&self, method: &str, path_and_query: &str, form: Option<&str>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request =
            client().request(method, format!("{}{path_and_query}", self.url)).header("accept", "application/json");
        if let Some(form) = form {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        }
        Answer::of(request.send().expect("an answer"))
    }

    /// The way from an accepted call to the form that carries its cart back.
    pub fn bring_back(&self, entered: &Answer) -> ReturnForm {
        let entry = self.shop().redeem(&entered.token());
        let return_url = self.shop().cart(entry["punchout"].as_str().expect("an id"), &bolts());
        ReturnForm::read(&get(&return_url).text())
    }

    pub fn shop(&self) -> Shop<'_> {
        Shop { gateway: self, api_key: API_KEY.into() }
    }

    /// The way from the login to the shop: the punchout's id.
    pub fn punch_out(&self) -> String {
        let entered = self.buyer().call();
        let entry = self.shop().redeem(&entered.token());
        entry["punchout"].as_str().expect("an id").to_owned()
    }
}

/// A client like a browser that does not follow redirects, so that stories see them.
pub fn client() -> Client {
    client_at(None)
}

/// The same at an address of its own, such as 127.0.0.2.
pub fn client_at(address: Option<IpAddr>) -> Client {
    punchgate::shop::tls::install();
    Client::builder()
        .local_address(address)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .expect("a client")
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, bytes: response.bytes().expect("a body").to_vec() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The entry token in the redirect into the shop.
    pub fn token(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        let token = self.header("location").split_once("token=").expect("a token").1;
        token.to_owned()
    }

    /// Status and code of a refusal that was answered as JSON.
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

/// A procurement system.
#[derive(Clone)]
pub struct Buyer<'a> {
    gateway: &'a Gateway,
    path: String,
    headers: Vec<(String, String)>,
    address: Option<IpAddr>,
    parameters: Vec<(String, String)>,
}

impl Buyer<'_> {
    pub fn path(mut self, path: &str) -> Self {
        self.path = path.into();
        self
    }

    /// Sets a parameter, in place of one of that name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.into(), value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// Adds a header to the call.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Calls from another address of this machine.
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(address.parse().expect("an address"));
        self
    }

    /// Calls by POST; refusals come as JSON.
    pub fn call(&self) -> Answer {
        let request = client_at(self.address).post(format!("{}{}", self.gateway.url, self.path)).form(&self.parameters);
        self.send(request.header("accept", "application/json"))
    }

    /// Calls by GET as a browser does; refusals come as pages.
    pub fn visit(&self) -> Answer {
        let url = reqwest::Url::parse_with_params(&format!("{}{}", self.gateway.url, self.path), &self.parameters)
            .expect("a URL");
        self.send(client_at(self.address).get(url).header("accept", "text/html,*/*;q=0.8"))
    }

    fn send(&self, mut request: RequestBuilder) -> Answer {
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Answer::of(request.send().expect("an answer"))
    }
}

/// The shop behind the gateway.
pub struct Shop<'a> {
    gateway: &'a Gateway,
    pub api_key: String,
}

impl Shop<'_> {
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = client().request(method, format!("{}{path}", self.gateway.url)).bearer_auth(&self.api_key);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request.send().expect("an answer"))
    }

    pub fn try_redeem(&self, token: &str) -> Answer {
        self.request("POST", "/api/v1/entries/redeem", Some(&json!({ "token": token })))
    }

    pub fn redeem(&self, token: &str) -> Value {
        let answer = self.try_redeem(token);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub fn try_cart(&self, punchout: &str, cart: &Value) -> Answer {
        self.request("POST", &format!("/api/v1/punchouts/{punchout}/cart"), Some(cart))
    }

    /// Hands a cart over; gives the address of the return page.
    pub fn cart(&self, punchout: &str, cart: &Value) -> String {
        let answer = self.try_cart(punchout, cart);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["return_url"].as_str().expect("a return_url").to_owned()
    }

    pub fn status(&self, punchout: &str) -> Value {
        self.request("GET", &format!("/api/v1/punchouts/{punchout}"), None).json()
    }
}

pub fn get(url: &str) -> Answer {
    Answer::of(client().get(url).send().expect("an answer"))
}

/// A cart of one good line.
pub fn bolts() -> Value {
    json!({
        "currency": "EUR",
        "lines": [{
            "id": "a1", "product_id": "SW-10001", "name": "Hex bolt M8x40", "quantity": "3", "unit": "piece",
            "price": { "net": "12.50" },
        }],
    })
}

/// The form of a return page, read by an HTML parser.
pub struct ReturnForm {
    pub action: String,
    pub method: String,
    pub target: String,
    pub accept_charset: String,
    pub fields: Vec<(String, String)>,
}

impl ReturnForm {
    pub fn read(html: &str) -> Self {
        let page = scraper::Html::parse_document(html);
        let select = |selector: &str| scraper::Selector::parse(selector).expect("a selector");
        let form = page.select(&select("form")).next().expect("a form");
        let attribute = |name: &str| form.value().attr(name).unwrap_or_default().to_owned();
        let named = select("input[name]");
        let inputs = form.select(&named).map(|input| {
            let value = |name: &str| input.value().attr(name).unwrap_or_default().to_owned();
            (value("name"), value("value"))
        });
        Self {
            action: attribute("action"),
            method: attribute("method").to_lowercase(),
            target: attribute("target"),
            accept_charset: attribute("accept-charset"),
            fields: inputs.collect(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
