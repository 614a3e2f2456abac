//! What single topics need besides the common way: a second shop, variables of one's own, patience.

use std::process::Command;
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use super::{Answer, Buyer, Gateway, Installation, Shop, client, get, postgres};

const OTHER_API_KEY: &str = "other-shop-key-for-tests-9876543210";

impl Installation {
    /// Adds an environment variable that is no setting of the gateway.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// On PostgreSQL, where it is installed.
    pub fn on_postgres() -> Option<Self> {
        Some(Self::on(postgres::cluster()?.database()))
    }

    /// On the database with this URL.
    pub fn on_url(database_url: String) -> Self {
        Self::on(database_url)
    }

    /// Whether a statement on PostgreSQL succeeds.
    pub fn try_sql(&self, statement: &str) -> bool {
        postgres::try_execute(&self.database_url, statement).status.success()
    }

    /// On PostgreSQL, in a database whose texts sort as English readers expect and not by bytes.
    pub fn on_english_postgres() -> Option<Self> {
        let options = ["--template=template0", "--locale-provider=icu", "--icu-locale=en-US"];
        Some(Self::on(postgres::cluster()?.database_with(&options)))
    }

    /// Asks the data behind the product's back for one value.
    pub fn query(&self, query: &str) -> String {
        let Some(file) = self.database_url.strip_prefix("sqlite://") else {
            return postgres::query(&self.database_url, query);
        };
        let mut connection = SqliteConnection::establish(file).expect("the database");
        let value = sql::<Text>(&format!("CAST(({query}) AS TEXT)"));
        diesel::select(value).get_result(&mut connection).expect("a value")
    }

    /// A gateway to which a limit on the size of its files is an error and not the end.
    pub fn serve_with_file_limits(&self) -> Gateway {
        let served = self.command();
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"trap "" XFSZ; exec "$0" serve"#]).arg(served.get_program());
        shell.current_dir(self.folder.path());
        shell.envs(served.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Gateway::start(&mut shell)
    }

    /// A shop beside Acme, with an API key of its own.
    pub fn add_other_shop(&self) {
        self.apply(&format!(
            r#"
[[shop]]
slug = "other"
name = "Other Tools"
website = "https://shop.other.example"
account = "owner@other.example"
connector = {{ kind = "redirect", entry_url = "https://shop.other.example/enter" }}
api_key = "{OTHER_API_KEY}"
"#
        ));
    }

    /// Runs a command that must fail; gives what it said.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.try_punchgate(arguments);
        assert_eq!(output.status.code(), Some(1), "punchgate {arguments:?} must fail");
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}

impl Gateway {
    pub fn other_shop(&self) -> Shop<'_> {
        Shop { gateway: self, api_key: OTHER_API_KEY.into() }
    }

    /// The page that carries `cart` back after `call`, as the buyer's browser gets it.
    pub fn returned<'a>(&'a self, call: impl Fn(Buyer<'a>) -> Buyer<'a>, cart: &serde_json::Value) -> Answer {
        let entry = self.shop().redeem(&call(self.buyer()).call().token());
        let page = get(&self.shop().cart(entry["punchout"].as_str().expect("an id"), cart));
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits for the end and gives the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.child.wait().expect("its end").code()
    }

    /// Ends the process as a power failure would.
    pub fn crash(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("its end");
    }
}

impl Shop<'_> {
    /// A request whose body goes out as it stands here.
    pub fn send(&self, path: &str, accept: &str, body: impl Into<String>) -> Answer {
        let request = client().post(format!("{}{path}", self.gateway.url)).bearer_auth(&self.api_key);
        let request = request.header("content-type", "application/json").header("accept", accept);
        Answer::of(request.body(body.into()).send().expect("an answer"))
    }
}

/// Waits until something is so, for ten seconds at most.
pub fn eventually(what: &str, is_so: impl FnMut() -> bool) {
    within(Duration::from_secs(10), what, is_so);
}

/// Waits until something is so; gives how long that took.
pub fn within(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
    started.elapsed()
}
