//! Licenses: each rule at the login, what `apply` refuses, and that changes are in force at once.

use serde_json::{Value, json};

use crate::support::{Acme, Gateway, Installation, eventually, on_both_databases};

/// The license of that kind which the story began with.
fn key_of<'a>(acme: &'a Acme, kind: &str) -> &'a str {
    if kind == "system" { &acme.system_key } else { &acme.customer_key }
}

fn becomes(gateway: &Gateway, code: &str) {
    eventually("the change is in force", || {
        let answer = gateway.buyer().call();
        answer.status != 303 && answer.refusal() == (403, code.to_owned())
    });
}

fn works_again(gateway: &Gateway) {
    eventually("the change is in force", || gateway.buyer().call().status == 303);
}

/// What a gateway that starts now answers, by the code; empty for a login that works.
fn standing(installation: &Installation) -> String {
    let answer = installation.serve().buyer().call();
    if answer.status == 303 {
        return String::new();
    }
    let (status, code) = answer.refusal();
    assert_eq!(status, 403, "{code}");
    code
}

/// What a failing `apply` tells.
fn refused(installation: &Installation, toml: &str) -> String {
    let output = installation.try_apply(toml);
    assert!(!output.status.success(), "applied: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("UTF-8")
}

fn show(installation: &Installation, key: &str) -> Value {
    let listed: Vec<Value> =
        serde_json::from_str(&installation.punchgate(&["license", "list", "--json"])).expect("JSON");
    listed.into_iter().find(|license| license["key"] == key).expect("the license")
}

#[test]
fn both_licenses_must_be_connected() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        for kind in ["system", "customer"] {
            let key = key_of(&acme, kind);
            assert_eq!(standing(&acme.installation), "");
            acme.installation.punchgate(&["license", "disconnect", key]);
            assert_eq!(standing(&acme.installation), format!("{kind}-license-not-connected"));
            acme.installation.connect(key);
            assert_eq!(standing(&acme.installation), "");
        }
    });
}

#[test]
fn both_licenses_must_be_connected_with_the_shops_own_website() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        for kind in ["system", "customer"] {
            let key = key_of(&acme, kind);
            for other in [
                "https://other.example",
                "shop.acme.example:8443",
                "https://acme.example",
                "shop.acme.example.evil.example",
            ] {
                acme.installation.punchgate(&["license", "disconnect", key]);
                acme.installation.punchgate(&["license", "connect", key, "--website", other]);
                assert_eq!(standing(&acme.installation), format!("{kind}-license-other-website"));
            }
            acme.installation.punchgate(&["license", "disconnect", key]);
            acme.installation.connect(key);
            assert_eq!(standing(&acme.installation), "");
        }
    });
}

#[test]
fn scheme_path_www_and_the_usual_port_of_a_website_say_nothing() {
    on_both_databases(|installation| {
        let keys = installation.issue("system");
        let acme = Acme { system_key: keys[0].clone(), customer_key: keys[1].clone(), installation };
        let connect = |key: &str, website: &str| {
            acme.installation.punchgate(&["license", "connect", key, "--website", website]);
            assert_eq!(show(&acme.installation, key)["website"], "shop.acme.example", "{website}");
        };
        connect(&acme.system_key, "HTTPS://WWW.Shop.Acme.example:443/de/?page=1");
        connect(&acme.customer_key, " shop.acme.example. ");
        for website in ["http://shop.acme.example:80", "https://www.shop.acme.example/en/", "SHOP.acme.example"] {
            let setup =
                acme.setup("").replace("website = \"https://shop.acme.example\"", &format!("website = \"{website}\""));
            assert!(setup.contains(website));
            acme.installation.apply(&setup);
            assert_eq!(acme.installation.serve().buyer().call().status, 303, "{website}");
        }
        let other_port = acme.setup("").replace("\"https://shop.acme.example\"", "\"https://shop.acme.example:8443\"");
        acme.installation.apply(&other_port);
        let refused = acme.installation.serve().buyer().call();
        assert_eq!(refused.refusal(), (403, "system-license-other-website".into()), "another port is another website");
    });
}

#[test]
fn a_license_ends_with_its_last_day_and_can_be_extended() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
        let day = |distance: i64| today.checked_add(jiff::Span::new().days(distance)).expect("a day").to_string();
        for kind in ["system", "customer"] {
            let extend = |day: &str| {
                acme.installation.punchgate(&["license", "extend", key_of(&acme, kind), "--valid-until", day]);
                assert_eq!(show(&acme.installation, key_of(&acme, kind))["valid_until"], day);
            };
            extend(&day(-1));
            assert_eq!(standing(&acme.installation), format!("{kind}-license-expired"));
            extend(&day(0));
            assert_eq!(standing(&acme.installation), "");
            extend("2020-02-29");
            assert_eq!(standing(&acme.installation), format!("{kind}-license-expired"));
            extend(&day(365));
            assert_eq!(standing(&acme.installation), "");
        }
        acme.installation.punchgate(&["license", "extend", &acme.system_key, "--valid-until", "9999-12-31"]);
        assert_eq!(show(&acme.installation, &acme.system_key)["valid_until"], Value::Null, "without end");
        let past = ["license", "extend", &acme.system_key, "--valid-until", "2020-02-29"];
        assert!(acme.installation.punchgate(&past).contains("has ended"));
        acme.installation.punchgate(&["license", "extend", &acme.system_key, "--valid-until", &day(365)]);
        for nonsense in ["31.12.2027", "2027-02-30", "tomorrow", ""] {
            let output =
                acme.installation.try_punchgate(&["license", "extend", &acme.system_key, "--valid-until", nonsense]);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && told.contains("is not a day"), "{nonsense}: {told}");
        }
        assert_eq!(standing(&acme.installation), "");
    });
}

#[test]
fn a_license_is_of_no_use_before_its_first_moment() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let hour = 3_600_000_000_i64;
        let now = jiff::Timestamp::now().as_microsecond();
        for kind in ["system", "customer"] {
            let begin = |moment: i64| {
                let key = key_of(&acme, kind);
                acme.installation.sql(&format!("UPDATE licenses SET valid_from = {moment} WHERE key = '{key}'"));
                acme.installation.serve()
            };
            let refused = begin(now + hour).buyer().call();
            assert_eq!(refused.refusal(), (403, format!("{kind}-license-not-yet-valid")));
            assert_eq!(begin(now - hour).buyer().call().status, 303);
        }
    });
}

#[test]
fn a_suspended_license_refuses_the_login_until_it_is_resumed() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let other_node = acme.installation.serve();
        for kind in ["system", "customer"] {
            acme.installation.punchgate(&["license", "suspend", key_of(&acme, kind)]);
            becomes(&gateway, &format!("{kind}-license-suspended"));
            becomes(&other_node, &format!("{kind}-license-suspended"));
            assert_eq!(gateway.buyer().path("/oci").call().refusal(), (403, format!("{kind}-license-suspended")));
            let wrong = gateway.buyer().with("PASSWORD", "wrong").call();
            assert_eq!(wrong.refusal(), (401, "login-wrong".into()), "licenses are nobody's business but the buyer's");
            acme.installation.punchgate(&["license", "resume", key_of(&acme, kind)]);
            works_again(&gateway);
            works_again(&other_node);
        }
    });
}

#[test]
fn without_a_license_nobody_punches_out() {
    on_both_databases(|installation| {
        let keys = installation.issue("system");
        keys.iter().for_each(|key| installation.connect(key));
        let acme = Acme { system_key: keys[0].clone(), customer_key: keys[1].clone(), installation };
        let without = |lines: &str| {
            let setup = acme.setup("");
            let kept: Vec<&str> = setup.lines().filter(|line| !line.starts_with(lines)).collect();
            kept.join("\n")
        };
        acme.installation.apply(&without("license = "));
        let gateway = acme.installation.serve();
        assert_eq!(gateway.buyer().call().refusal(), (403, "system-license-missing".into()));
        let wrong = gateway.buyer().with("PASSWORD", "wrong").call();
        assert_eq!(wrong.refusal(), (401, "login-wrong".into()));

        acme.installation.apply(&without("license = \"PGC"));
        becomes(&gateway, "customer-license-missing");
        acme.installation.apply(&acme.setup(""));
        works_again(&gateway);
        acme.installation.apply(&without("license = "));
        assert_eq!(acme.installation.serve().buyer().call().status, 303, "what a file does not name stays as it is");
    });
}

#[test]
fn a_right_login_in_a_system_that_is_off_or_without_the_customer_is_refused_with_its_reason() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        acme.installation.apply(
            "[[customer]]\nshop = \"acme\"\nnumber = \"10002\"\nemail = \"other@acme-customer.example\"\npassword = \"other\"\n",
        );
        let other = gateway.buyer().with("USERNAME", "10002").with("PASSWORD", "other");
        assert_eq!(other.call().refusal(), (403, "not-assigned".into()));
        assert_eq!(other.with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
        acme.installation.apply(&acme.setup("active = false"));
        becomes(&gateway, "system-inactive");
        assert_eq!(gateway.buyer().with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
        acme.installation.apply(&acme.setup("active = true"));
        works_again(&gateway);
    });
}

#[test]
fn a_system_license_brings_a_customer_license_and_a_customer_license_brings_none() {
    on_both_databases(|installation| {
        let issue = |arguments: &[&str]| {
            let arguments = [&["license", "issue", "--account", "owner@acme.example"], arguments].concat();
            installation.punchgate(&arguments)
        };
        let system: Value = serde_json::from_str(&issue(&["--kind", "system", "--json"])).expect("JSON");
        let (first, second) = (&system[0]["key"], &system[1]["key"]);
        assert_eq!(
            system,
            json!([
                { "key": first, "kind": "system" },
                { "key": second, "kind": "customer", "bundled_with": first },
            ])
        );
        let shaped = |key: &Value, prefix: &str| {
            let key = key.as_str().expect("a key");
            let groups: Vec<&str> = key.split('-').collect();
            assert!(
                groups[0] == prefix && groups.len() == 5 && groups[1..].iter().all(|group| group.len() == 5),
                "{key}"
            );
        };
        shaped(first, "PGS");
        shaped(second, "PGC");
        assert_eq!(show(&installation, first.as_str().expect("a key"))["bundled_with"], json!(null));
        assert_eq!(show(&installation, second.as_str().expect("a key"))["bundled_with"], *first);

        let customers: Value =
            serde_json::from_str(&issue(&["--kind", "customer", "--count", "3", "--json"])).expect("JSON");
        let expected =
            customers.as_array().expect("a list").iter().map(|one| json!({ "key": one["key"], "kind": "customer" }));
        assert_eq!(customers, expected.collect::<Value>());
        assert_eq!(customers.as_array().map(Vec::len), Some(3));

        let printed = issue(&["--kind", "system", "--count", "2"]);
        let prefixes: Vec<&str> = printed.lines().map(|key| &key[..4]).collect();
        assert_eq!(prefixes, ["PGS-", "PGC-", "PGS-", "PGC-"], "one key a line and nothing else");
    });
}

#[test]
fn a_license_is_shown_with_all_that_its_owner_needs_and_its_history() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let run = |arguments: &[&str]| acme.installation.punchgate(&[&["license"], arguments].concat());
        let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date().to_string();
        let mut expected = json!({
            "key": acme.customer_key, "kind": "customer", "account": "owner@acme.example",
            "website": "shop.acme.example", "valid_from": today, "valid_until": null, "suspended": false,
            "used_by": "customer 10001 in system srm", "bundled_with": acme.system_key,
        });
        assert_eq!(show(&acme.installation, &acme.customer_key), expected);
        assert_eq!(show(&acme.installation, &acme.system_key)["used_by"], "system srm");

        run(&["suspend", &acme.customer_key]);
        run(&["extend", &acme.customer_key, "--valid-until", "2030-12-31"]);
        run(&["resume", &acme.customer_key]);
        run(&["disconnect", &acme.customer_key]);
        expected["valid_until"] = json!("2030-12-31");
        expected["website"] = json!(null);
        let mut shown: Value = serde_json::from_str(&run(&["show", &acme.customer_key, "--json"])).expect("JSON");
        let history = shown.as_object_mut().expect("an object").remove("history").expect("its history");
        assert_eq!(shown, expected);
        let events: Vec<_> =
            history.as_array().expect("a list").iter().map(|event| (&event["event"], &event["detail"])).collect();
        assert_eq!(
            events,
            [
                (&json!("issued"), &json!(null)),
                (&json!("connected"), &json!("shop.acme.example")),
                (&json!("suspended"), &json!(null)),
                (&json!("extended"), &json!("2030-12-31")),
                (&json!("resumed"), &json!(null)),
                (&json!("disconnected"), &json!("shop.acme.example")),
            ]
        );
        assert!(history[0]["at"].as_str().is_some_and(|at| at.starts_with(&today) && at.ends_with('Z')), "{history}");

        let text = run(&["show", &acme.customer_key]);
        for part in
            [acme.customer_key.as_str(), "not connected", "until 2030-12-31", "in force", "10001", "disconnected"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(run(&["list"]).lines().count(), 2);
    });
}

#[test]
fn a_key_that_does_not_belong_here_is_refused_by_apply_in_words() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let (system, customer) = (&acme.system_key, &acme.customer_key);
        let with = |from: &str, to: &str| refused(&acme.installation, &acme.setup("").replace(from, to));

        let told = with(system, customer);
        assert!(told.contains("system srm") && told.contains("this is a customer license"), "{told}");
        let told = with(customer, system);
        assert!(told.contains("assignment srm/10001") && told.contains("this is a system license"), "{told}");

        let mut mistyped = system.clone();
        let last = mistyped.pop().expect("a letter");
        mistyped.push(if last == '7' { '8' } else { '7' });
        let told = with(system, &mistyped);
        assert!(told.contains("system srm") && told.contains("mistyped"), "{told}");
        let elsewhere = Installation::on_sqlite().issue("system").remove(0);
        let told = with(system, &elsewhere);
        assert!(told.contains("there is no license with this key"), "a right key that was never issued here: {told}");
        for nonsense in ["PGS-1234", "hello", ""] {
            let told = with(system, nonsense);
            assert!(told.contains("not a license key"), "{nonsense:?}: {told}");
        }
        assert_eq!(acme.installation.serve().buyer().call().status, 303, "none of it changed anything");
    });
}

#[test]
fn a_license_serves_one_system_or_one_customer_in_one_system() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let second = |license: &str| {
            format!("[[system]]\nshop = \"acme\"\nslug = \"erp\"\nname = \"ERP\"\nhooks = [\"any-https\"]\n{license}\n")
        };
        let told = refused(&acme.installation, &second(&format!("license = \"{}\"", acme.system_key)));
        assert!(told.contains("system erp") && told.contains("in use by system srm"), "{told}");

        let again =
            format!("[[assignment]]\nsystem = \"erp\"\ncustomer = \"10001\"\nlicense = \"{}\"\n", acme.customer_key);
        let told = refused(&acme.installation, &format!("{}{again}", second("")));
        assert!(
            told.contains("assignment erp/10001") && told.contains("in use by customer 10001 in system srm"),
            "{told}"
        );

        let other = format!(
            "[[customer]]\nshop = \"acme\"\nnumber = \"10002\"\nemail = \"b@acme-customer.example\"\npassword = \"b\"\n\
             [[assignment]]\nsystem = \"srm\"\ncustomer = \"10002\"\nlicense = \"{}\"\n",
            acme.customer_key
        );
        let told = refused(&acme.installation, &other);
        assert!(told.contains("assignment srm/10002") && told.contains("in use by customer 10001"), "{told}");
        let exported = acme.installation.punchgate(&["export"]);
        assert!(!exported.contains("erp") && !exported.contains("10002"), "all or nothing: {exported}");

        let further = acme.installation.issue("customer");
        acme.installation.connect(&further[0]);
        acme.installation.apply(&other.replace(&acme.customer_key, &further[0]));
        let gateway = acme.installation.serve();
        assert_eq!(gateway.buyer().with("USERNAME", "10002").with("PASSWORD", "b").call().status, 303);
        assert_eq!(gateway.buyer().call().status, 303);
    });
}

#[test]
fn a_license_taken_out_of_its_place_can_be_used_elsewhere() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let moved =
            acme.setup("").replace("slug = \"srm\"", "slug = \"erp\"").replace("system = \"srm\"", "system = \"erp\"");
        let told = refused(&acme.installation, &moved);
        assert!(told.contains("in use by system srm"), "{told}");
        let path = acme.installation.file("pruned.toml", acme.setup("").split("[[system]]").next().expect("the shop"));
        acme.installation.punchgate(&["apply", "--prune", path.to_str().expect("a path")]);
        acme.installation.apply(&moved);
        assert_eq!(acme.installation.serve().buyer().path("/oci/erp").call().status, 303);
    });
}

#[test]
fn keys_are_read_as_people_type_them() {
    on_both_databases(|installation| {
        let keys = installation.issue("system");
        let typed = |key: &str| {
            [
                key.to_lowercase(),
                key.replace('-', " "),
                key.replace('-', ""),
                format!("  {key} "),
                key.replace('-', "–"),
            ]
        };
        for (key, forms) in keys.iter().map(|key| (key, typed(key))) {
            for form in &forms {
                let told = installation.punchgate(&["license", "connect", form, "--website", "shop.acme.example"]);
                assert!(told.contains(key.as_str()), "{form}: {told}");
            }
        }
        let acme = Acme {
            system_key: keys[0].to_lowercase().replace('-', " "),
            customer_key: keys[1].replace('-', ""),
            installation,
        };
        acme.installation.apply(&acme.setup(""));
        assert!(acme.installation.apply(&acme.setup("")).contains("no changes"));
        assert_eq!(acme.installation.serve().buyer().call().status, 303);
        assert!(acme.installation.punchgate(&["export"]).contains(&keys[0]), "kept in one form");
    });
}

#[test]
fn a_website_is_what_people_paste_and_nonsense_is_refused_in_words() {
    on_both_databases(|installation| {
        let key = installation.issue("customer").remove(0);
        let connect = |website: &str| installation.try_punchgate(&["license", "connect", &key, "--website", website]);
        for (nonsense, reason) in [
            ("", "missing"),
            ("my shop", "not a website"),
            ("ftp://shop.acme.example", "https:// or http://"),
            ("https://user:pw@shop.acme.example", "no user name"),
            ("shop", "no dot"),
            ("203.0.113.7", "IP addresses"),
            ("[2001:db8::1]", "IP addresses"),
        ] {
            let output = connect(nonsense);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && told.contains(reason), "{nonsense:?}: {told}");
        }
        assert!(connect("https://Shop.Acme.example/de/").status.success());
        assert!(connect("http://www.shop.acme.example").status.success(), "the same again is no error");
        let other = connect("other.example");
        let told = String::from_utf8_lossy(&other.stderr).into_owned();
        assert!(!other.status.success() && told.contains("shop.acme.example") && told.contains("disconnect"), "{told}");
        assert!(installation.try_punchgate(&["license", "disconnect", &key]).status.success());
        assert!(!installation.try_punchgate(&["license", "disconnect", &key]).status.success());
        assert!(connect("other.example").status.success());
    });
}

#[test]
fn a_shop_on_ones_own_computer_is_a_website_for_tests() {
    on_both_databases(|installation| {
        let keys = installation.issue("system");
        let acme = Acme { system_key: keys[0].clone(), customer_key: keys[1].clone(), installation };
        let here =
            acme.setup("").replace("website = \"https://shop.acme.example\"", "website = \"http://localhost:8081\"");
        acme.installation.apply(&here);
        for key in &keys {
            let told =
                acme.installation.punchgate(&["license", "connect", key, "--website", "http://localhost:8081/shop"]);
            assert!(told.contains("localhost:8081"), "{told}");
            assert!(told.contains("test website"), "it is shown as one: {told}");
        }
        let gateway = acme.installation.serve();
        assert_eq!(gateway.buyer().call().status, 303);
        acme.installation.apply(&here.replace("localhost:8081", "localhost:9000"));
        becomes(&gateway, "system-license-other-website");
    });
}
