//! Punchouts that ended long ago: removed by command or by the gateway, counted, and nothing else touched.

use crate::support::{Acme, Gateway, Installation, bolts, eventually, get, on_both_databases};

const EMAIL: &str = "buyer@acme-customer.example";

/// Makes what ended look older: an id tells its time, and so do its columns. `digit` keeps the new ids apart.
fn age(installation: &Installation, state: &str, digit: char) {
    installation.sql(&format!(
        "UPDATE punchouts SET id = '01DXF6DT0{digit}' || substr(id, 11), opened_at = 1577880000000000, \
         ended_at = CASE WHEN ended_at IS NULL THEN NULL ELSE 1577883600000000 END WHERE state = '{state}'"
    ));
}

/// One punchout of 2020 that was returned, with a cart that was refused in it, one of 2020 that is still open as far as
/// anybody wrote down, and a young one that was returned.
fn with_a_past(acme: &Acme) -> Past {
    let gateway = acme.installation.serve();
    let old = gateway.punch_out();
    let mut wrong = bolts();
    wrong["lines"][0]["quantity"] = "-1".into();
    let refused = gateway.shop().try_cart(&old, &wrong);
    assert_eq!(refused.status, 422, "{}", refused.text());
    get(&gateway.shop().cart(&old, &bolts()));
    assert_eq!(gateway.stop(), Some(0));
    acme.installation.sql("UPDATE refusals SET punchout_id = '01DXF6DT01' || substr(punchout_id, 11)");
    age(&acme.installation, "returned", '1');

    let gateway = acme.installation.serve();
    let open = gateway.punch_out();
    assert_eq!(gateway.stop(), Some(0));
    // Its own time runs on, so no sweep ends it.
    age(&acme.installation, "in_shop", '2');

    let gateway = acme.installation.serve();
    let young = gateway.punch_out();
    get(&gateway.shop().cart(&young, &bolts()));
    let aged = |id: &str, digit: char| format!("01DXF6DT0{digit}{}", &id[10..]);
    Past { old: aged(&old, '1'), open: aged(&open, '2'), young, gateway }
}

struct Past {
    old: String,
    open: String,
    young: String,
    gateway: Gateway,
}

fn holds(installation: &Installation, table: &str, text: &str) -> bool {
    let counted = installation.query(&format!("SELECT count(*) FROM {table} WHERE {text}"));
    counted != "0"
}

#[test]
fn old_punchouts_go_on_demand_and_their_number_stays() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let Past { old, open, young, gateway } = with_a_past(&acme);
        let status = |id: &str| gateway.shop().status(id);
        assert_eq!(status(&old)["state"], "returned");
        assert!(holds(&acme.installation, "refusals", &format!("punchout_id = '{old}'")));

        let prune = |more: &[&str]| acme.installation.punchgate(&[&["prune", "--older-than", "90d"], more].concat());
        assert_eq!(prune(&["--dry-run"]), "1 punchouts would be removed; nothing was done, this was a dry run\n");
        assert_eq!(status(&old)["state"], "returned", "a dry run removes nothing");
        assert_eq!(prune(&[]), "1 punchouts removed\n");
        assert_eq!(status(&old)["code"], "punchout-unknown");
        assert_eq!(
            (status(&open)["state"].clone(), status(&young)["state"].clone()),
            ("in_shop".into(), "returned".into())
        );
        assert!(
            !holds(&acme.installation, "refusals", &format!("punchout_id = '{old}'")),
            "nor what was refused in it"
        );

        let counted = acme.installation.query("SELECT day || ' ' || state || ' ' || number FROM punchout_counts");
        assert_eq!(counted, "2020-01-01 returned 1");
        // Once more of the same day is added to it.
        age(&acme.installation, "returned", '3');
        assert_eq!(prune(&[]), "1 punchouts removed\n");
        let counted = acme.installation.query("SELECT day || ' ' || state || ' ' || number FROM punchout_counts");
        assert_eq!(counted, "2020-01-01 returned 2");
        assert_eq!(prune(&[]), "0 punchouts removed\n");
        let columns =
            acme.installation.query("SELECT count(*) FROM punchout_counts WHERE system_id IN (SELECT id FROM systems)");
        assert_eq!(columns, "1");
        // The open one goes its way.
        assert_eq!(get(&gateway.shop().cart(&open, &bolts())).status, 200);
    });
}

#[test]
fn a_gateway_that_is_told_to_forgets_old_punchouts_and_one_that_is_not_keeps_them() {
    on_both_databases(|installation| {
        let mut acme = installation.with_acme("");
        let Past { old, young, gateway, .. } = with_a_past(&acme);
        // It has served several calls since its start, and nothing went.
        assert_eq!(gateway.shop().status(&old)["state"], "returned");
        assert_eq!(gateway.stop(), Some(0));

        acme.installation.set("punchouts_kept", "30d");
        // SQLite is for one gateway.
        let count = if acme.installation.database_url.starts_with("postgres") { 2 } else { 1 };
        let gateways: Vec<Gateway> = (0..count).map(|_| acme.installation.serve()).collect();
        for gateway in &gateways {
            eventually("the old one went", || gateway.shop().status(&old)["code"] == "punchout-unknown");
            assert_eq!(gateway.shop().status(&young)["state"], "returned");
        }
        let counted = acme.installation.query("SELECT number FROM punchout_counts");
        assert_eq!(counted, "1", "two gateways count it once");
    });
}

#[test]
fn many_go_in_batches_and_two_that_remove_at_once_count_each_once() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let Past { gateway, .. } = with_a_past(&acme);
        assert_eq!(gateway.stop(), Some(0));
        acme.installation.sql(
            "INSERT INTO punchouts (id, shop_id, system_id, system_slug, customer_id, customer_number, customer_email, \
             state, entry_digest, entry_expires_at, call, opened_at, ended_at, expires_at, trial) \
             WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1999) \
             SELECT '01DXF6DT04' || substr(id, 11, 12) || i, shop_id, system_id, system_slug, customer_id, customer_number, \
             customer_email, CASE i % 2 WHEN 0 THEN 'closed' ELSE 'expired' END, DIGEST, entry_expires_at, call, \
             opened_at, 1577883600000000, expires_at, i < 1100 FROM punchouts, n WHERE state = 'returned' AND opened_at < 1600000000000000"
                .replace(
                    "DIGEST",
                    if acme.installation.database_url.starts_with("sqlite") {
                        "CAST(i AS BLOB)"
                    } else {
                        "convert_to(i::text, 'UTF8')"
                    },
                )
                .as_str(),
        );
        let prune = || acme.installation.punchgate(&["prune", "--older-than", "1d"]);
        let said: Vec<String> = std::thread::scope(|scope| {
            let threads = [scope.spawn(prune), scope.spawn(prune)];
            threads.map(|thread| thread.join().expect("it removed")).into()
        });
        let removed: u64 =
            said.iter().map(|said| said.split(' ').next().and_then(|n| n.parse::<u64>().ok()).expect("n")).sum();
        assert_eq!(removed, 1_001, "{said:?}");
        let counted = acme.installation.query("SELECT sum(number) FROM punchout_counts");
        assert_eq!(counted, "901", "all but a hundred that only tried the system");
        assert!(!holds(&acme.installation, "punchouts", "ended_at < 1600000000000000"));
    });
}

#[test]
fn too_short_a_span_is_refused() {
    let installation = Installation::on_sqlite();
    for span in ["23h", "0d", "soon", "-5d"] {
        let argument = format!("--older-than={span}");
        let refused = installation.try_punchgate(&["prune", &argument]);
        let said = String::from_utf8(refused.stderr).expect("UTF-8");
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("it must be a span of time of at least 1d, such as 90d"), "{said}");
    }
}

#[test]
fn the_administration_knows_that_there_were_punchouts() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_user("owner@acme.example", "merchant");
        let Past { open, gateway, .. } = with_a_past(&acme);
        age(&acme.installation, "returned", '3');
        acme.installation.punchgate(&["prune", "--older-than", "90d"]);
        acme.installation.sql(&format!("DELETE FROM punchouts WHERE id = '{open}'"));
        let done = |gateway: &Gateway| gateway.signed_in("owner@acme.example").page("/admin").text();
        let before = done(&gateway);
        // The same page without any memory of punchouts has one step more to do.
        acme.installation.sql("DELETE FROM punchout_counts");
        assert_ne!(done(&gateway), before);
    });
}

#[test]
fn nothing_of_the_buyer_is_left() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let Past { gateway, .. } = with_a_past(&acme);
        age(&acme.installation, "returned", '3');
        acme.installation.punchgate(&["prune", "--older-than", "90d"]);
        drop(gateway);
        assert!(!holds(&acme.installation, "punchouts", &format!("customer_email = '{EMAIL}' AND state = 'returned'")));
        assert_eq!(acme.installation.query("SELECT sum(number) FROM punchout_counts WHERE day = '2020-01-01'"), "2");
    });
}
