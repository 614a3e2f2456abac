//! The login: what is told of a wrong one, which passwords there are, and what happens when many
//! come at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Acme, Answer, Gateway, Installation, PASSWORD, get, on_both_databases};

/// The answer without what differs from one to the next by nature: the date and the reference.
fn told(answer: &Answer) -> (u16, HashMap<String, String>, String) {
    let headers =
        answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
    let text = answer.text();
    let reference = match serde_json::from_str::<Value>(&text) {
        Ok(problem) => problem["reference"].as_str().expect("a reference").to_owned(),
        Err(_) => reference_on(&text),
    };
    let headers = headers.filter(|(name, _)| name != "date").collect();
    (answer.status.as_u16(), headers, text.replace(&reference, "REFERENCE"))
}

fn reference_on(page: &str) -> String {
    let page = scraper::Html::parse_document(page);
    let code = scraper::Selector::parse("dd code").expect("a selector");
    page.select(&code).next().expect("a reference").text().collect()
}

#[test]
fn a_wrong_password_and_an_unknown_customer_look_the_same() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.apply(
            "[[customer]]\nshop = \"acme\"\nnumber = \"10002\"\nemail = \"gone@acme-customer.example\"\n\
             password = \"was right\"\nactive = false\n",
        );
        let gateway = acme.installation.serve();
        let wrong = gateway.buyer().with("PASSWORD", "wrong");
        let unknown = gateway.buyer().with("USERNAME", "stranger@nowhere.example");
        let number = gateway.buyer().with("USERNAME", "99999");
        let inactive = gateway.buyer().with("USERNAME", "gone@acme-customer.example").with("PASSWORD", "was right");

        let by_call = told(&wrong.call());
        let by_visit = told(&wrong.visit());
        assert_eq!((by_call.0, by_visit.0), (401, 401));
        for (who, buyer) in [("unknown e-mail", unknown), ("unknown number", number), ("switched off", inactive)] {
            assert_eq!(told(&buyer.call()), by_call, "{who}");
            assert_eq!(told(&buyer.visit()), by_visit, "{who}");
            assert_eq!(told(&buyer.path("/oci").call()), by_call, "{who}, without a system");
        }
    });
}

#[test]
fn without_user_or_password_the_login_is_refused_before_anybody_is_looked_up() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for name in ["USERNAME", "PASSWORD"] {
            assert_eq!(gateway.buyer().without(name).call().refusal(), (401, "login-missing".into()), "{name}");
            assert_eq!(gateway.buyer().with(name, "").call().refusal(), (401, "login-missing".into()), "{name}");
        }
    });
}

#[test]
fn a_customer_who_was_switched_off_is_out_at_once_and_comes_back_with_the_same_password() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        assert_eq!(gateway.buyer().call().status, 303, "from now on the password is remembered");
        let switch = |active: bool| {
            let changed = gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&json!({ "active": active })));
            assert_eq!((changed.status.as_u16(), &changed.json()["active"]), (200, &json!(active)));
        };
        switch(false);
        assert_eq!(gateway.buyer().call().refusal(), (401, "login-wrong".into()));
        assert_eq!(gateway.buyer().path("/oci").call().refusal(), (401, "login-wrong".into()));
        switch(true);
        assert_eq!(gateway.buyer().call().status, 303);
    });
}

/// Gives customer 10001 another hash or password by `apply`.
fn change_by_apply(acme: &Acme, line: &str) {
    acme.installation.apply(&format!(
        "[[customer]]\nshop = \"acme\"\nnumber = \"10001\"\nemail = \"buyer@acme-customer.example\"\n{line}\n"
    ));
}

fn stored_hash(installation: &Installation) -> String {
    let exported: toml::Table =
        installation.punchgate(&["export", "--with-password-hashes"]).parse().expect("an apply file");
    exported["customer"][0]["password_hash"].as_str().expect("a hash").to_owned()
}

#[test]
fn a_bcrypt_hash_from_another_shop_is_taken_over_and_replaced_at_the_first_good_login() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let bcrypt = |prefix: &str| {
            let hash = bcrypt::hash_with_result("Grüße & 100 %", 4).expect("a hash");
            hash.format_for_version(match prefix {
                "$2a$" => bcrypt::Version::TwoA,
                "$2b$" => bcrypt::Version::TwoB,
                _ => bcrypt::Version::TwoY,
            })
        };
        for prefix in ["$2y$", "$2a$", "$2b$"] {
            change_by_apply(&acme, &format!("password_hash = '{}'", bcrypt(prefix)));
            assert!(stored_hash(&acme.installation).starts_with(prefix));
            let gateway = acme.installation.serve();
            assert_eq!(gateway.buyer().with("PASSWORD", "Grüße").call().refusal(), (401, "login-wrong".into()));
            assert!(stored_hash(&acme.installation).starts_with(prefix), "a wrong password upgrades nothing");

            assert_eq!(gateway.buyer().with("PASSWORD", "Grüße & 100 %").call().status, 303);
            let upgraded = stored_hash(&acme.installation);
            assert!(upgraded.starts_with("$argon2id$"), "{upgraded}");
            assert_eq!(gateway.buyer().with("PASSWORD", "Grüße & 100 %").call().status, 303);
            assert_eq!(stored_hash(&acme.installation), upgraded, "once is enough");
            assert_eq!(gateway.buyer().with("PASSWORD", "Grüße").call().status, 401);

            let gateway = acme.installation.serve();
            assert_eq!(gateway.buyer().with("PASSWORD", "Grüße & 100 %").call().status, 303, "by its new hash");
        }
    });
}

#[test]
fn a_hash_that_a_login_made_better_is_no_change_when_its_file_is_applied_again() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let given = bcrypt::hash("Grüße & 100 %", 4).expect("a hash");
        let file = acme
            .installation
            .file("customers.csv", &format!("number;email;password_hash\n10001;buyer@acme-customer.example;{given}\n"));
        let entry = format!(
            "[[customer]]\nshop = \"acme\"\nnumber = \"10001\"\nemail = \"buyer@acme-customer.example\"\npassword_hash = '{given}'\n"
        );
        acme.installation.apply(&entry);
        let gateway = acme.installation.serve();
        assert_eq!(gateway.buyer().with("PASSWORD", "Grüße & 100 %").call().status, 303);
        let better = stored_hash(&acme.installation);
        assert!(better.starts_with("$argon2id$"), "{better}");

        let applied = acme.installation.apply(&entry);
        assert!(!applied.contains("password"), "{applied}");
        let imported =
            acme.installation.punchgate(&["customer", "import", "--shop", "acme", file.to_str().expect("a path")]);
        assert!(imported.contains("1 unchanged"), "{imported}");
        let change = json!({ "password_hash": given });
        assert_eq!(gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&change)).status, 200);
        assert_eq!(stored_hash(&acme.installation), better, "the better one stays");

        let other = bcrypt::hash("another one", 4).expect("a hash");
        let applied = acme.installation.apply(&entry.replace(&given, &other));
        assert!(applied.contains("password: changed"), "{applied}");
        let gateway = acme.installation.serve();
        assert_eq!(gateway.buyer().with("PASSWORD", "Grüße & 100 %").call().status, 401);
        let applied = acme.installation.apply(&entry);
        assert!(applied.contains("password: changed"), "what was given once is a change again: {applied}");
        assert_eq!(stored_hash(&acme.installation), given);
    });
}

#[test]
fn any_password_that_a_shop_has_is_a_password_here() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let long = "ä".repeat(200);
        let odd = [
            "x",
            "Grüße aus Köln",
            " blanks around ",
            "+&#%=?;",
            "100%25",
            "a\"b'c<d>\\e",
            "<geheim>",
            "密码🔑",
            &long,
        ];
        for password in odd {
            let changed =
                gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&json!({ "password": password })));
            assert_eq!(changed.status, 200, "{password}: {}", changed.text());
            let buyer = gateway.buyer().with("PASSWORD", password);
            assert_eq!(buyer.call().status, 303, "{password} by POST");
            assert_eq!(buyer.visit().status, 303, "{password} by GET");
            let near = format!("{password} ");
            assert_eq!(gateway.buyer().with("PASSWORD", &near).call().status, 401, "{near:?} is another password");
        }
    });
}

#[test]
fn a_password_in_the_code_page_of_an_old_system_is_the_same_password() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        change_by_apply(&acme, "password = 'Grüße'");
        let gateway = acme.installation.serve();
        for password in ["Gr%FC%DFe", "Gr%C3%BC%C3%9Fe"] {
            let call = format!("USERNAME=10001&PASSWORD={password}&HOOK_URL=https%3A%2F%2Fsrm.example.com%2F");
            assert_eq!(gateway.send("POST", "/oci/srm", Some(&call)).status, 303, "{password}");
            assert_eq!(gateway.send("GET", &format!("/oci/srm?{call}"), None).status, 303, "{password}");
        }
    });
}

#[test]
fn a_password_that_is_too_long_to_be_checked_is_not_taken() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let put = |password: &str| {
            gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&json!({ "password": password })))
        };
        assert_eq!(put(&"x".repeat(1025)).refusal(), (422, "customer-faulty".into()));
        assert_eq!(put("").refusal(), (422, "customer-faulty".into()), "nobody could log in with it");
        for password in ["x".repeat(1025), String::new()] {
            let refused = acme.installation.try_apply(&format!(
                "[[customer]]\nshop = \"acme\"\nnumber = \"10001\"\nemail = \"buyer@acme-customer.example\"\npassword = \"{password}\"\n"
            ));
            assert!(!refused.status.success());
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(told.contains("customer acme/10001") && told.contains("1 to 1,024 bytes"), "{told}");
        }
        assert_eq!(gateway.buyer().call().status, 303, "the one before is still good");
        assert_eq!(put(&"x".repeat(1024)).status, 200);
        assert_eq!(gateway.buyer().with("PASSWORD", &"x".repeat(1024)).call().status, 303);
        assert_eq!(gateway.buyer().with("PASSWORD", &"x".repeat(1025)).call().status, 401);
    });
}

/// Whether the new password is in force and the old one is not.
fn is_changed(gateway: &Gateway, old: &str, new: &str) {
    assert_eq!(gateway.buyer().with("PASSWORD", old).call().refusal(), (401, "login-wrong".into()));
    assert_eq!(gateway.buyer().with("PASSWORD", old).path("/oci").call().refusal(), (401, "login-wrong".into()));
    assert_eq!(gateway.buyer().with("PASSWORD", new).call().status, 303);
}

#[test]
fn a_changed_password_is_in_force_at_once_even_when_the_old_one_was_remembered() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let other_node = acme.installation.serve();
        for node in [&gateway, &other_node] {
            assert_eq!(node.buyer().call().status, 303);
            assert_eq!(node.buyer().call().status, 303, "remembered");
        }
        let change = json!({ "password": "battery staple" });
        assert_eq!(gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&change)).status, 200);
        is_changed(&gateway, PASSWORD, "battery staple");
        is_changed(&other_node, PASSWORD, "battery staple");

        change_by_apply(&acme, "password = \"a third one\"");
        is_changed(&gateway, "battery staple", "a third one");
        is_changed(&other_node, "battery staple", "a third one");
    });
}

#[test]
fn whoever_is_remembered_comes_in_only_while_nothing_about_him_has_changed() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let nodes = [acme.installation.serve(), acme.installation.serve()];
        let change =
            |body| assert_eq!(nodes[0].shop().request("PUT", "/api/v1/customers/10001", Some(&body)).status, 200);
        let in_again = || {
            for node in &nodes {
                assert_eq!(node.buyer().call().status, 303);
                assert_eq!(node.buyer().call().status, 303, "remembered");
            }
        };
        let out = |status: u16, code: &str| {
            for node in &nodes {
                assert_eq!(node.buyer().call().refusal(), (status, code.to_owned()));
            }
        };
        let key = acme.customer_key.as_str();

        in_again();
        acme.installation.punchgate(&["license", "disconnect", key]);
        out(403, "customer-license-not-connected");
        acme.installation.connect(key);
        in_again();
        acme.installation.punchgate(&["license", "suspend", key]);
        out(403, "customer-license-suspended");
        acme.installation.punchgate(&["license", "resume", key]);
        in_again();
        acme.installation.sql("UPDATE assignments SET license_id = NULL");
        out(403, "customer-license-missing");
        acme.installation.sql("DELETE FROM assignments");
        out(403, "not-assigned");
        acme.installation.apply(&acme.setup(""));
        in_again();
        change(json!({ "active": false }));
        out(401, "login-wrong");
        change(json!({ "active": true }));
        in_again();
        change(json!({ "email": "another@acme-customer.example" }));
        out(401, "login-wrong");
        let renamed = |node: &Gateway| node.buyer().with("USERNAME", "another@acme-customer.example").call().status;
        assert!(nodes.iter().all(|node| renamed(node) == 303));

        // Another customer takes over the address.
        let taken = json!({ "email": "buyer@acme-customer.example", "password": "the one of 10002" });
        assert_eq!(nodes[0].shop().request("PUT", "/api/v1/customers/10002", Some(&taken)).status, 201);
        out(401, "login-wrong");
    });
}

/// Many logins at once are stored by one statement; each of them stands or falls by itself.
#[test]
fn of_many_remembered_logins_at_once_each_is_held_against_its_own_customer() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let other = acme.installation.issue("customer").remove(0);
        acme.installation.connect(&other);
        acme.installation.apply(&format!(
            "[[customer]]\nshop = \"acme\"\nnumber = \"20001\"\nemail = \"other@acme-customer.example\"\npassword = \"{PASSWORD}\"\n\
             [[assignment]]\nsystem = \"srm\"\ncustomer = \"20001\"\nlicense = \"{other}\"\n"
        ));
        let gateway = acme.installation.serve();
        let users = ["buyer@acme-customer.example", "other@acme-customer.example"];
        let enter = |user: &str| gateway.buyer().with("USERNAME", user).call();
        let locations = |count: usize| -> Vec<(u16, String)> {
            std::thread::scope(|scope| {
                let buyers: Vec<_> = (0..count).map(|n| scope.spawn(move || enter(users[n % 2]))).collect();
                let answers = buyers.into_iter().map(|buyer| buyer.join().expect("an answer"));
                let told =
                    |answer: &Answer| answer.headers.get("location").map(|to| to.to_str().expect("text").to_owned());
                answers.map(|answer| (answer.status.as_u16(), told(&answer).unwrap_or_default())).collect()
            })
        };
        users.iter().for_each(|user| assert_eq!(enter(user).status, 303));
        let punchouts =
            || acme.installation.query("SELECT count(*) FROM punchouts").parse::<usize>().expect("a number");
        assert_eq!(punchouts(), 2);

        let all = locations(40);
        let ways: std::collections::HashSet<&String> = all.iter().map(|(_, location)| location).collect();
        assert!(all.iter().all(|(status, _)| *status == 303) && ways.len() == 40, "{all:?}");
        assert_eq!(punchouts(), 42);

        acme.installation.sql("UPDATE customers SET active = FALSE, version = version + 1 WHERE number = '20001'");
        let mixed = locations(40);
        for (n, (status, _)) in mixed.iter().enumerate() {
            // He is out, and soon not even looked at any more.
            let is_right = if n % 2 == 0 { *status == 303 } else { matches!(status, 401 | 429) };
            assert!(is_right, "{n}: {status}");
        }
        assert_eq!(punchouts(), 62);
        let of_the_other = "SELECT count(*) FROM punchouts WHERE customer_number = '20001'";
        assert_eq!(acme.installation.query(of_the_other), "21");
    });
}

#[test]
fn a_number_that_becomes_the_address_of_another_customer_is_his() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let by_number = || gateway.buyer().with("USERNAME", "10001").call();
        assert_eq!(by_number().status, 303);
        assert_eq!(by_number().status, 303);
        acme.installation.sql(
            "INSERT INTO customers (id, shop_id, number, email, email_folded, password_hash, active, created_at, version)
             SELECT '01K00000000000000000000000', shop_id, '10002', '10001', '10001', 'none', TRUE, 0, 1 FROM customers",
        );
        assert_eq!(by_number().refusal(), (401, "login-wrong".into()));
    });
}

#[test]
fn a_password_that_still_verifies_is_no_change() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let before = stored_hash(&acme.installation);
        assert!(acme.installation.apply(&acme.setup("")).contains("no changes"));
        let gateway = acme.installation.serve();
        let same = json!({ "password": PASSWORD, "email": "buyer@acme-customer.example" });
        assert_eq!(gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&same)).status, 200);
        assert_eq!(stored_hash(&acme.installation), before);
    });
}

#[test]
fn of_many_who_log_in_at_once_with_one_password_the_first_is_compared() {
    on_both_databases(|mut installation| {
        installation.set("hash_threads", "1");
        installation.set("password_memory_kib", "32768");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        std::thread::scope(|scope| {
            let buyers: Vec<_> = (0..20).map(|_| scope.spawn(|| gateway.buyer().call().status)).collect();
            buyers.into_iter().for_each(|buyer| assert_eq!(buyer.join().expect("an answer"), 303));
        });
        let counted = |how: &str| gateway.metric(&format!("punchgate_passwords_total{{how=\"{how}\"}}"));
        let (hashed, remembered) = (counted("hashed"), counted("remembered"));
        // The next one's turn may come before the first has been told.
        assert!((1..=4).contains(&hashed) && hashed + remembered == 20, "{hashed} and {remembered}");
    });
}

#[test]
fn a_flood_of_logins_is_sent_away_and_the_gateway_answers_meanwhile() {
    on_both_databases(|mut installation| {
        for (name, value) in [
            ("hash_threads", "1"),
            ("hash_queue", "1"),
            ("password_memory_kib", "32768"),
            ("password_iterations", "3"),
            ("failed_logins_per_customer_and_address", "1000"),
        ] {
            installation.set(name, value);
        }
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let (answers, alive) = std::thread::scope(|scope| {
            let flood: Vec<_> = (0..30)
                .map(|n| {
                    let buyer = gateway.buyer().with("PASSWORD", &format!("guess {n}"));
                    scope.spawn(move || buyer.call())
                })
                .collect();
            let asked = Instant::now();
            let alive = get(&format!("{}/health/live", gateway.url)).status;
            assert!(asked.elapsed() < Duration::from_secs(5), "no sign of life for {:?}", asked.elapsed());
            (flood.into_iter().map(|call| call.join().expect("an answer")).collect::<Vec<_>>(), alive)
        });
        assert_eq!(alive, 200);
        let (busy, looked_at): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 503);
        assert!(!busy.is_empty(), "nobody was sent away");
        for answer in &busy {
            assert_eq!(answer.refusal(), (503, "too-busy".into()));
            let seconds: u32 = answer.header("retry-after").parse().expect("seconds");
            assert!((1..=30).contains(&seconds), "{seconds}");
        }
        assert!(!looked_at.is_empty(), "nobody was looked at");
        for answer in &looked_at {
            assert_eq!(answer.refusal(), (401, "login-wrong".into()));
        }
        assert_eq!(gateway.buyer().call().status, 303, "and when it is over, it is over");
    });
}
