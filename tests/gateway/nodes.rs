//! Several gateways on one PostgreSQL database: a buyer and his shop may reach any of them at every step.

use std::sync::Mutex;
use std::time::Duration;

use punchgate::store::{self, DatabaseUrl, Store, StoreError};
use serde_json::json;

use crate::support::{Acme, Gateway, Installation, PASSWORD, ReturnForm, bolts, get, within};

const OWNER: &str = "owner@acme.example";
/// What must be in force within two seconds gets a little longer here, for machines that are busy with other tests.
const SOON: Duration = Duration::from_secs(5);

/// Acme on three nodes.
fn three(change: impl FnOnce(&mut Installation)) -> Option<(Acme, [Gateway; 3])> {
    let mut installation = Installation::on_postgres()?;
    change(&mut installation);
    let acme = installation.with_acme("");
    let nodes = [(); 3].map(|()| acme.installation.serve());
    Some((acme, nodes))
}

/// The address of one node on another.
fn on(node: &Gateway, url: &str) -> String {
    let path = url.splitn(4, '/').nth(3).expect("a path");
    format!("{}/{path}", node.url)
}

/// Waits until a node has heard of so many logins from the others.
fn has_heard(node: &Gateway, logins: u64) {
    within(Duration::from_secs(10), "the node hears of it", || {
        node.metric("punchgate_shared_logins_total{how=\"heard\"}") >= logins
    });
}

#[test]
fn every_step_of_a_punchout_may_be_on_another_node() {
    let Some((_acme, [a, b, c])) = three(|_| {}) else { return };
    let token = a.buyer().call().token();
    let punchout = b.shop().redeem(&token)["punchout"].as_str().expect("an id").to_owned();
    assert_eq!(c.shop().try_redeem(&token).refusal(), (409, "entry-used".into()));
    let return_url = c.shop().cart(&punchout, &bolts());
    let page = get(&on(&a, &return_url));
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(ReturnForm::read(&page.text()).get("NEW_ITEM-QUANTITY[1]"), Some("3.000"));
    assert_eq!(b.shop().status(&punchout)["state"], "returned");
    assert_eq!(c.shop().try_cart(&punchout, &bolts()).refusal(), (409, "punchout-returned".into()));
}

#[test]
fn nodes_that_start_at_once_on_an_empty_database_all_serve() {
    let Some(installation) = Installation::on_postgres() else { return };
    let nodes: Vec<Gateway> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..3).map(|_| scope.spawn(|| installation.serve())).collect();
        started.into_iter().map(|node| node.join().expect("a node")).collect()
    });
    let acme = installation.with_acme("");
    let [a, b, c] = &nodes[..] else { panic!("three nodes") };
    within(SOON, "the setup is known everywhere", || [a, b, c].iter().all(|node| refused(node, PASSWORD).is_none()));
    let punchout = a.shop().redeem(&b.buyer().call().token())["punchout"].as_str().expect("an id").to_owned();
    let return_url = c.shop().cart(&punchout, &bolts());
    assert_eq!(get(&on(b, &return_url)).status, 200, "tickets are made with one key");
    drop(acme);
}

#[test]
fn who_signed_in_on_one_node_is_signed_in_on_all() {
    let Some((acme, [a, b, c])) = three(|_| {}) else { return };
    acme.installation.add_user(OWNER, "merchant");
    let browser = a.signed_in(OWNER);
    for node in [&b, &c] {
        browser.page(&format!("{}/admin/systems", node.url)).says("SRM");
    }
    // A form of one node is good on another.
    let page = "/admin/systems/srm";
    let form = browser.page(&format!("{}{page}?edit", b.url)).form(page).with("name", "Renamed");
    assert_eq!(form.send(&browser).status, 303, "sent to the first node");
    within(SOON, "the name is told on the third", || {
        browser.get(&format!("{}{page}", c.url)).text().contains("Renamed")
    });
}

#[test]
fn of_thirty_simultaneous_redeems_on_three_nodes_exactly_one_wins() {
    let Some((_acme, nodes)) = three(|_| {}) else { return };
    for round in 0..3 {
        let token = nodes[round].buyer().call().token();
        let answers = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for number in 0..30 {
                let (node, token, answers) = (&nodes[number % 3], &token, &answers);
                scope.spawn(move || {
                    let answer = node.shop().try_redeem(token);
                    answers.lock().expect("the answers").push(answer.status.as_u16());
                });
            }
        });
        let answers = answers.into_inner().expect("the answers");
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 29, "{answers:?}");
    }
}

/// Whether a node takes the buyer's login, and what it says if not.
fn refused(node: &Gateway, password: &str) -> Option<String> {
    let answer = node.buyer().with("PASSWORD", password).call();
    (answer.status != 303).then(|| answer.refusal().1)
}

#[test]
fn what_is_changed_on_one_node_is_soon_in_force_on_the_others() {
    let Some((acme, [a, b, c])) = three(|_| {}) else { return };
    assert!([&a, &b, &c].iter().all(|node| refused(node, PASSWORD).is_none()));

    acme.installation.punchgate(&["license", "suspend", &acme.system_key]);
    for node in [&b, &c] {
        let took = within(SOON, "the suspension is in force", || {
            refused(node, PASSWORD).is_some_and(|code| code == "system-license-suspended")
        });
        eprintln!("a suspension was in force after {took:?}");
    }
    acme.installation.punchgate(&["license", "resume", &acme.system_key]);
    for node in [&a, &b, &c] {
        within(SOON, "the license is good again", || refused(node, PASSWORD).is_none());
    }

    // A password is in force with the answer, although the nodes remember the old one.
    let body = json!({ "email": "buyer@acme-customer.example", "password": "battery staple" });
    assert_eq!(a.shop().request("PUT", "/api/v1/customers/10001", Some(&body)).status, 200);
    assert_eq!(refused(&b, PASSWORD).as_deref(), Some("login-wrong"));
    assert_eq!(refused(&c, "battery staple"), None);

    // What the administration of one node saves.
    acme.installation.add_user(OWNER, "merchant");
    let browser = a.signed_in(OWNER);
    let page = "/admin/systems/srm";
    let saved = browser.page(&format!("{page}?edit")).form(page).without("active").send(&browser);
    assert_eq!(saved.status, 303, "{}", saved.text());
    within(SOON, "the system is inactive on another node", || {
        refused(&b, "battery staple").is_some_and(|code| code == "system-inactive")
    });
    // And an apply file.
    acme.installation.apply(&acme.setup("active = true"));
    within(SOON, "what was applied is in force", || refused(&c, PASSWORD).is_none());
}

#[test]
fn a_change_is_in_force_although_the_connection_that_listens_was_ended() {
    let Some((acme, [a, b, _c])) = three(|_| {}) else { return };
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND application_name = 'punchgate listener'";
    for state in ["suspend", "resume", "suspend"] {
        acme.installation.sql(end);
        acme.installation.punchgate(&["license", state, &acme.system_key]);
        for node in [&a, &b] {
            let is_in_force = || refused(node, PASSWORD).is_some() == (state == "suspend");
            let took = within(SOON, "the change is in force", is_in_force);
            eprintln!("a {state} without a listener was in force after {took:?}");
        }
    }
    // They listen again, and hear.
    let listeners = "DO $$ BEGIN IF (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                     AND application_name = 'punchgate listener') <> 3 THEN RAISE 'not yet'; END IF; END $$";
    within(Duration::from_secs(15), "all three listen again", || acme.installation.try_sql(listeners));
}

#[test]
fn a_change_is_told_and_not_only_found_by_looking() {
    let Some(installation) = Installation::on_postgres() else { return };
    installation.punchgate(&["migrate"]);
    let store = || Store::open(&DatabaseUrl::read(&installation.database_url).expect("a URL")).expect("a database");
    let (one, other) = (store(), store());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let mut news = other.listen().expect("ears");
        let limit = Duration::from_secs(10);
        let told = async || tokio::time::timeout(limit, news.changes.notified()).await;
        told().await.expect("the listener says when it begins");
        for _ in 0..3 {
            one.write::<_, StoreError>(store::revision::bump).await.expect("a change");
            told().await.expect("the change is told");
        }
        // What was rolled back is not told, and what is told of logins comes as it was sent.
        let failed = one.write::<(), StoreError>(|c| {
            store::revision::bump(c)?;
            Err(StoreError::Query("on purpose".into()))
        });
        failed.await.expect_err("rolled back");
        one.write::<_, StoreError>(|c| store::news::tell_failed_logins(c, "some\nlines")).await.expect("told");
        let heard = tokio::time::timeout(limit, news.failed_logins.recv()).await.expect("in time");
        assert_eq!(heard.as_deref(), Some("some\nlines"));
        let nothing = tokio::time::timeout(Duration::from_millis(100), news.changes.notified()).await;
        assert!(nothing.is_err(), "a change that never was is told");
    });
}

#[test]
fn failed_logins_spread_over_nodes_count_on_all_of_them() {
    let Some((acme, [a, b, c])) = three(|_| {}) else { return };
    for node in [&a, &b] {
        (0..5).for_each(|_| assert_eq!(refused(node, "wrong").as_deref(), Some("login-wrong")));
    }
    has_heard(&c, 10);
    let told = c.buyer().call();
    assert_eq!(told.refusal(), (429, "too-many-attempts".into()));
    assert!(told.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=300).contains(&seconds)));
    assert_eq!(c.buyer().at("127.0.0.2").call().status, 303, "the customer himself enters from elsewhere");

    // Neither name nor address of the customer is told in clear, and the key is no other table's.
    let stored = String::from_utf8_lossy(&acme.installation.stored()).into_owned();
    assert!(stored.contains("failed logins"), "a key of the installation");

    acme.installation.add_user(OWNER, "merchant");
    for node in [&b, &c] {
        (0..5).for_each(|_| assert_eq!(node.browser().sign_in(OWNER, "a wrong password").status, 422));
    }
    has_heard(&a, 5 + 10);
    assert_eq!(a.browser().sign_in(OWNER, "a wrong password").status, 429, "accounts alike");
}

#[test]
fn a_good_login_on_one_node_forgives_on_another_what_was_mistyped_there() {
    let limit = |installation: &mut Installation| installation.set("failed_logins_per_customer_and_address", "3");
    let Some((_acme, [a, b, _c])) = three(limit) else { return };
    let mut heard = 0;
    for _ in 0..3 {
        (0..2).for_each(|_| assert_eq!(refused(&b, "wrong").as_deref(), Some("login-wrong")));
        heard += 2;
        has_heard(&a, heard);
        assert_eq!(refused(&a, PASSWORD), None);
        has_heard(&b, heard / 2);
    }
}
