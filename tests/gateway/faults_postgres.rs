//! The database goes away in the middle of work: everybody is told soon to come back, nothing that was acknowledged is
//! lost, and the gateway recovers by itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::postgres::Cluster;
use crate::support::{Answer, Cables, Gateway, Installation, bolts, get, within};

/// No answer may take longer while the database is away. What was sent to a server that froze takes five seconds.
const PATIENCE: Duration = Duration::from_secs(15);
const RECOVERY: Duration = Duration::from_secs(20);

/// What a load of round trips has seen.
#[derive(Default)]
struct Seen {
    /// Tokens that were given and not redeemed.
    tokens: Mutex<Vec<String>>,
    /// Return addresses that were given.
    carts: Mutex<Vec<String>>,
    refused: AtomicUsize,
    slowest: Mutex<Duration>,
    is_over: AtomicBool,
}

impl Seen {
    /// Takes the time of a request, and looks at its refusal if it is one.
    fn look(&self, expected: u16, request: impl FnOnce() -> Answer) -> Option<Answer> {
        let started = Instant::now();
        let answer = request();
        let mut slowest = self.slowest.lock().expect("the time");
        *slowest = started.elapsed().max(*slowest);
        drop(slowest);
        if answer.status == expected {
            return Some(answer);
        }
        assert_eq!(answer.refusal(), (503, "database-unavailable".into()), "{}", answer.text());
        assert!(answer.header("retry-after").parse::<u32>().is_ok(), "when to come back");
        self.refused.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// Round trips, one after the other, until the load is over.
    fn load(&self, gateway: &Gateway) {
        while !self.is_over.load(Ordering::Relaxed) {
            let Some(entered) = self.look(303, || gateway.buyer().call()) else { continue };
            let token = entered.token();
            if self.tokens.lock().expect("tokens").len() < 50 {
                // Kept for afterwards: an acknowledged login that nobody redeemed.
                self.tokens.lock().expect("tokens").push(token);
                continue;
            }
            let Some(entry) = self.look(200, || gateway.shop().try_redeem(&token)) else { continue };
            let punchout = entry.json()["punchout"].as_str().expect("an id").to_owned();
            let Some(cart) = self.look(201, || gateway.shop().try_cart(&punchout, &bolts())) else { continue };
            let url = cart.json()["return_url"].as_str().expect("a return_url").to_owned();
            self.carts.lock().expect("carts").push(url);
        }
    }

    fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Everything acknowledged is there.
    fn check(&self, gateway: &Gateway) {
        let (tokens, carts) = (self.tokens.lock().expect("tokens"), self.carts.lock().expect("carts"));
        assert!(!tokens.is_empty() && !carts.is_empty(), "the load did something");
        for token in tokens.iter() {
            gateway.shop().redeem(token);
        }
        for url in carts.iter() {
            assert_eq!(get(url).status, 200, "a cart that was acknowledged");
        }
        let slowest = *self.slowest.lock().expect("the time");
        eprintln!(
            "{} logins and {} carts were kept, {} requests refused; the slowest answer took {slowest:?}",
            tokens.len(),
            carts.len(),
            self.refused()
        );
        assert!(slowest < PATIENCE, "an answer took {slowest:?}");
    }
}

type Ask<'a> = Box<dyn Fn() -> Answer + 'a>;

fn works(gateway: &Gateway) -> bool {
    gateway.buyer().call().status == 303 && get(&format!("{}/health/ready", gateway.url)).status == 200
}

#[test]
fn a_server_that_dies_in_the_middle_of_work_and_comes_back_loses_nothing_acknowledged() {
    let Some(cluster) = Cluster::own("", |_| {}) else { return };
    let acme = Installation::on_url(cluster.database()).with_acme("");
    let nodes = [acme.installation.serve(), acme.installation.serve()];
    let seen = Seen::default();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (seen, node) = (&seen, &nodes[number % 2]);
            scope.spawn(move || seen.load(node));
        }
        within(RECOVERY, "the load comes to carts", || seen.carts.lock().expect("carts").len() > 20);
        let before = seen.refused();
        cluster.stop();
        within(RECOVERY, "requests are refused", || seen.refused() > before + 20);
        std::thread::sleep(Duration::from_secs(2));
        cluster.start_again();
        let took = within(RECOVERY, "both nodes work again", || nodes.iter().all(works));
        eprintln!("after the server was back both nodes worked within {took:?}");
        let carts = seen.carts.lock().expect("carts").len();
        within(RECOVERY, "the load goes on", || seen.carts.lock().expect("carts").len() > carts + 5);
        seen.is_over.store(true, Ordering::Relaxed);
    });
    seen.check(&nodes[0]);
}

/// Cuts the line to the database under load, for that long at least, and mends it.
fn is_taken_up_again(gateway: &Gateway, at_least: Duration, cut: impl Fn(), mend: impl Fn()) {
    let seen = Seen::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| seen.load(gateway));
        }
        within(RECOVERY, "the load comes to carts", || seen.carts.lock().expect("carts").len() > 20);
        let before = seen.refused();
        cut();
        let was_cut = Instant::now();
        let took = within(RECOVERY, "requests are refused", || seen.refused() > before);
        eprintln!("the cut was noticed within {took:?}");
        // From now on nobody waits long.
        within(RECOVERY, "more are refused", || seen.refused() > before + 20);
        std::thread::sleep(Duration::from_secs(2).max(at_least.saturating_sub(was_cut.elapsed())));
        mend();
        let took = within(RECOVERY, "the gateway works again", || works(gateway));
        eprintln!("after the line was whole the gateway worked within {took:?}");
        seen.is_over.store(true, Ordering::Relaxed);
    });
    seen.check(gateway);
}

#[test]
fn a_line_that_is_cut_without_a_word_is_noticed_and_taken_up_again() {
    let Some(installation) = Installation::on_postgres() else { return };
    let mut acme = installation.with_acme("");
    let tap = acme.installation.behind_a_tap();
    let gateway = acme.installation.serve();
    is_taken_up_again(&gateway, Duration::from_secs(2), || tap.freeze(), || tap.thaw());
}

#[test]
fn a_cable_that_is_pulled_for_twenty_seconds_is_noticed_and_taken_up_again() {
    let Some(cables) = Cables::lay() else { return };
    let settings = format!("listen_addresses = '127.0.0.1,{}'", cables.database);
    let let_in = |data: &std::path::Path| {
        let file = data.join("pg_hba.conf");
        let rules = std::fs::read_to_string(&file).expect("its rules");
        std::fs::write(&file, format!("{rules}\nhost all all 10.231.77.0/24 trust\n")).expect("its rules");
    };
    let Some(cluster) = Cluster::own(&settings, let_in) else { return };
    let mut acme = Installation::on_url(cluster.database()).with_acme("");
    acme.installation.database_url = acme.installation.database_url.replace("127.0.0.1", cables.database);
    let gateway = cables.serve(&acme.installation);
    is_taken_up_again(&gateway, Duration::from_secs(20), || cables.pull(), || cables.plug_in());
}

#[test]
fn whoever_asks_while_the_database_is_away_is_told_when_to_come_back() {
    let Some(installation) = Installation::on_postgres() else { return };
    let mut acme = installation.with_acme("");
    acme.installation.add_user("owner@acme.example", "merchant");
    let tap = acme.installation.behind_a_tap();
    let gateway = acme.installation.serve();
    let browser = gateway.signed_in("owner@acme.example");
    let punchout = gateway.punch_out();
    let return_url = gateway.shop().cart(&punchout, &bolts());
    let form = browser.page("/admin/systems/srm?edit").form("/admin/systems/srm");
    let signing_in = gateway.browser();
    let sign_in = signing_in.page("/signin").form("/signin").with("email", "a@b.example").with("password", "x");

    tap.turn_off();
    let customer = json!({ "email": "new@acme-customer.example", "password": "battery staple" });
    let function = |name: &str| gateway.buyer().with("FUNCTION", name).with("PRODUCTID", "1").with("SEARCHSTRING", "x");
    let shop = gateway.shop();
    let asked: Vec<(&str, Ask<'_>)> = vec![
        ("call", Box::new(|| gateway.buyer().call())),
        ("call by a browser", Box::new(|| gateway.buyer().visit())),
        ("call without a system", Box::new(|| gateway.buyer().path("/oci").call())),
        ("validate", Box::new(move || function("VALIDATE").call())),
        ("search", Box::new(move || function("BACKGROUND_SEARCH").call())),
        ("redeem", Box::new(|| shop.try_redeem("unknown"))),
        ("status", Box::new(|| shop.request("GET", &format!("/api/v1/punchouts/{punchout}"), None))),
        ("cart", Box::new(|| shop.try_cart(&punchout, &bolts()))),
        ("leave", Box::new(|| shop.request("DELETE", &format!("/api/v1/punchouts/{punchout}"), None))),
        ("customer", Box::new(|| shop.request("PUT", "/api/v1/customers/20001", Some(&customer)))),
        ("return page", Box::new(|| get(&return_url))),
        ("leave page", Box::new(|| get(&return_url.replace("/return/", "/leave/")))),
        ("administration", Box::new(|| browser.get("/admin"))),
        ("list", Box::new(|| browser.get("/admin/punchouts"))),
        ("save", Box::new(|| form.clone().send(&browser))),
        ("portal", Box::new(|| browser.get("/account/license"))),
        ("sign in", Box::new(|| sign_in.clone().send(&signing_in))),
        ("health", Box::new(|| get(&format!("{}/health/ready", gateway.url)))),
    ];
    let mut wrong = Vec::new();
    for (what, ask) in &asked {
        let started = Instant::now();
        let answer = ask();
        let seconds = answer.header("retry-after").parse::<u32>();
        if answer.status != 503 || seconds.is_err() || started.elapsed() > PATIENCE {
            wrong.push(format!("{what}: {} with Retry-After {seconds:?} after {:?}", answer.status, started.elapsed()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    drop(asked);
    tap.turn_on();
    within(RECOVERY, "the gateway works again", || works(&gateway));
    assert_eq!(form.send(&browser).status, 303);
    assert_eq!(get(&return_url).status, 200);
}

#[test]
fn a_statement_that_takes_too_long_is_cut_off_and_its_caller_told_to_come_back() {
    let Some(mut installation) = Installation::on_postgres() else { return };
    installation.set("statement_timeout", "1s");
    installation.set("database_connections", "2");
    let acme = installation.with_acme("");
    let gateway = acme.installation.serve();
    let two = "DO $$ BEGIN IF (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
               AND application_name = 'punchgate') <> 2 THEN RAISE 'not two'; END IF; END $$";
    assert!(acme.installation.try_sql(two), "as many connections as were asked for");
    let url = acme.installation.database_url.clone();
    let locked = std::thread::spawn(move || {
        let slow = "BEGIN; LOCK TABLE punchouts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4); COMMIT";
        crate::support::postgres::execute(&url, slow);
    });
    let seen = Seen::default();
    within(RECOVERY, "a login is cut off", || seen.look(303, || gateway.buyer().call()).is_none());
    assert_eq!(get(&format!("{}/health/ready", gateway.url)).status, 200, "the connection is sound");
    locked.join().expect("the lock's end");
    assert!(works(&gateway));
    assert!(*seen.slowest.lock().expect("the time") < PATIENCE);
}

#[test]
fn a_change_of_the_schema_takes_its_time_whatever_requests_may() {
    let Some(mut installation) = Installation::on_postgres() else { return };
    installation.set("statement_timeout", "1s");
    let url = installation.database_url.clone();
    // Another node that is at it.
    let held = std::thread::spawn(move || {
        let hold = "BEGIN; SELECT pg_advisory_xact_lock(7862452); SELECT pg_sleep(5); COMMIT";
        crate::support::postgres::execute(&url, hold);
    });
    let is_held = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON database = pg_database.oid \
                   WHERE locktype = 'advisory' AND datname = current_database()) THEN RAISE 'not yet'; END IF; END $$";
    within(RECOVERY, "the lock is held", || installation.try_sql(is_held));
    let started = Instant::now();
    let gateway = installation.serve();
    assert!(started.elapsed() > Duration::from_secs(1), "it had to wait");
    assert_eq!(get(&format!("{}/health/ready", gateway.url)).status, 200);
    held.join().expect("the lock's end");
}
