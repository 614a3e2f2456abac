//! The process: stopping, dying, health, metrics, limits, a database that goes away.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    API_KEY, Answer, Gateway, Installation, PASSWORD, Raw, SmallDisk, bolts, client, eventually, get, on_both_databases,
};

/// The head of a request that hands a cart over, with more body to come.
fn cart_head(gateway: &Gateway, punchout: &str, body: &str) -> String {
    format!(
        "POST /api/v1/punchouts/{punchout}/cart HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {API_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        gateway.url.trim_start_matches("http://"),
        body.len()
    )
}

#[test]
fn a_cart_on_its_way_is_answered_before_the_gateway_stops() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let body = bolts().to_string();
        let (first, last) = body.split_at(body.len() / 2);

        let mut upload = Raw::connect(&gateway).expect("a connection");
        upload.send(&cart_head(&gateway, &punchout, &body));
        upload.send(first);
        // The handler reads the body by now.
        std::thread::sleep(Duration::from_millis(200));
        gateway.terminate();
        eventually("new connections are refused", || Raw::connect(&gateway).is_err());
        upload.send(last);
        let answer = upload.read_all();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        assert!(answer.contains("return_url"), "{answer}");

        let log = gateway.log();
        assert!(log.contains("stopping: requests under way end"), "{log}");
        assert_eq!(gateway.end(), Some(0));
        // What was acknowledged is there.
        let gateway = acme.installation.serve();
        assert!(gateway.shop().status(&punchout)["cart_at"].is_string());
    });
}

#[test]
fn an_idle_gateway_stops_at_once_even_with_connections_kept_open() {
    on_both_databases(|mut installation| {
        installation.set("shutdown_timeout", "1m");
        let acme = installation.with_acme("");
        let mut gateway = acme.installation.serve();
        let kept = client();
        for url in [format!("{}/health/live", gateway.url), gateway.metrics_url.clone()] {
            assert_eq!(kept.get(&url).send().expect("an answer").status(), 200);
        }
        gateway.terminate();
        eventually(
            "it ends, though requests under way had a minute",
            || matches!(gateway.child.try_wait(), Ok(Some(status)) if status.code() == Some(0)),
        );
    });
}

#[test]
fn an_acknowledged_cart_survives_the_death_of_the_process() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let url = gateway.shop().cart(&punchout, &bolts());
        gateway.crash();

        let gateway = acme.installation.serve();
        let status = gateway.shop().status(&punchout);
        assert_eq!(status["state"], "in_shop");
        let ticket = url.rsplit_once('/').expect("a ticket").1;
        assert_eq!(status["return_url"], format!("{}/return/{ticket}", gateway.url));
        let page = get(&format!("{}/return/{ticket}", gateway.url));
        assert!(page.text().contains("Hex bolt M8x40"));
        gateway.crash();

        let gateway = acme.installation.serve();
        assert_eq!(gateway.shop().status(&punchout)["state"], "returned", "what the page showed is stored");
    });
}

#[test]
fn health_is_told_without_a_login_and_kept_by_no_cache() {
    on_both_databases(|installation| {
        let gateway = installation.serve();
        for (path, body) in [("live", json!({ "status": "live" })), ("ready", json!({ "status": "ready" }))] {
            let answer = get(&format!("{}/health/{path}", gateway.url));
            assert_eq!((answer.status.as_u16(), answer.json()), (200, body));
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    });
}

#[test]
fn metrics_are_counted_on_their_own_listener_and_name_nobody() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        get(&gateway.shop().cart(&gateway.punch_out(), &bolts()));
        gateway.buyer().with("PASSWORD", "wrong").call();
        assert_eq!(get(&format!("{}/metrics", gateway.url)).status, 404, "not where buyers are");

        let metrics = get(&gateway.metrics_url);
        assert_eq!(metrics.status, 200);
        assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
        let text = metrics.text();
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        assert_eq!(value("punchgate_punchouts_total"), Some("1"), "{text}");
        assert_eq!(value("punchgate_returns_total"), Some("1"), "{text}");
        assert_eq!(value("punchgate_refusals_total{code=\"login-wrong\"}"), Some("1"), "{text}");
        assert_eq!(value("punchgate_requests_total{route=\"/oci/{system}\",status=\"303\"}"), Some("1"), "{text}");
        for secret in ["acme-customer", "srm.example.com", PASSWORD, API_KEY] {
            assert!(!text.contains(secret), "{secret}");
        }
    });
}

#[test]
fn whoever_reads_its_log_may_go_away() {
    on_both_databases(|installation| {
        let mut command = installation.command();
        let mut gateway = command.arg("serve").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut lines = BufReader::new(gateway.stderr.take().expect("its log")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            (entry["message"] == "Punchgate is listening").then(|| entry["address"].as_str().map(str::to_owned))?
        });
        drop(lines);
        let answer = get(&format!("http://{}/oci/nowhere", address.expect("it listens")));
        let told = Command::new("kill").arg(gateway.id().to_string()).status().expect("kill runs");
        let until = Instant::now() + Duration::from_secs(20);
        let ended = loop {
            match gateway.try_wait().expect("its end") {
                None if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
                ended => break ended,
            }
        };
        let _ = gateway.kill();
        assert!(told.success());
        assert_eq!((answer.status.as_u16(), ended.and_then(|ended| ended.code())), (404, Some(0)));
    });
}

#[test]
fn metrics_may_be_turned_off() {
    on_both_databases(|mut installation| {
        installation.set("metrics_listen", "off");
        let gateway = installation.serve();
        assert_eq!(gateway.metrics_url, "http://off/metrics");
        assert_eq!(get(&format!("{}/health/live", gateway.url)).status, 200);
    });
}

#[test]
fn the_description_of_the_api_lists_exactly_its_routes() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let answer = get(&format!("{}/api/openapi.json", gateway.url));
        assert_eq!(answer.header("content-type"), "application/json");
        let head = client().head(format!("{}/api/openapi.json", gateway.url)).send().expect("an answer");
        assert_eq!(head.status(), 200);
        let description = answer.json();
        assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
        let mut described = BTreeSet::new();
        for (path, operations) in description["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                described.insert((method.to_uppercase(), path.clone()));
                for status in ["401", "503"] {
                    assert!(operation["responses"][status].is_object(), "{method} {path} may answer {status}");
                }
                assert_eq!(operation["security"], json!([{ "api_key": [] }]), "{method} {path}");
            }
        }
        let routes = [
            ("POST", "/api/v1/entries/redeem"),
            ("GET", "/api/v1/punchouts/{id}"),
            ("DELETE", "/api/v1/punchouts/{id}"),
            ("POST", "/api/v1/punchouts/{id}/cart"),
            ("PUT", "/api/v1/customers/{number}"),
        ];
        assert_eq!(described, routes.map(|(method, path)| (method.to_owned(), path.to_owned())).into());

        // Every route of the source is among them, and each that is described is there.
        let source = include_str!("../../src/web/app.rs");
        let in_source: BTreeSet<&str> = source.split('"').filter(|text| text.starts_with("/api/v1/")).collect();
        assert_eq!(in_source, routes.map(|(_, path)| path).into());
        for (method, path) in routes {
            let path = path.replace("{id}", "01J9ZK3W8R5T2Q4M6N8P0S1VXY").replace("{number}", "1");
            let answer = gateway.shop().request(method, &path, Some(&json!({ "token": "x" })));
            assert!(!["", "not-found"].contains(&answer.refusal().1.as_str()), "{method} {path}: {}", answer.text());
        }
        let unknown = gateway.shop().request("GET", "/api/v1/nothing", None);
        assert_eq!(unknown.refusal(), (404, "not-found".into()));
    });
}

#[test]
fn every_code_that_the_description_names_exists_and_every_reference_leads_somewhere() {
    let installation = Installation::on_sqlite();
    let gateway = installation.serve();
    let description = get(&format!("{}/api/openapi.json", gateway.url)).json();
    let known = include_str!("../../docs/refusals.md");
    let text = description.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(description.pointer(reference).is_some(), "{reference}");
    }
    for operations in description["paths"].as_object().expect("paths").values() {
        for operation in operations.as_object().expect("operations").values() {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let told = response["description"].as_str().unwrap_or_default();
                let codes = told
                    .split('`')
                    .skip(1)
                    .step_by(2)
                    .filter(|word| word.contains('-') && !word.contains(char::is_uppercase));
                for code in codes {
                    assert!(known.contains(&format!("| `{code}` | {status} |")), "{code} with {status}");
                }
            }
        }
    }
}

#[test]
fn the_documentation_of_the_api_needs_nothing_from_outside() {
    on_both_databases(|installation| {
        let gateway = installation.serve();
        let moved = get(&format!("{}/api/docs", gateway.url));
        assert!(moved.status.is_redirection() && moved.header("location").ends_with("/api/docs/"), "{moved:?}");
        let page = get(&format!("{}/api/docs/", gateway.url));
        assert_eq!(page.status, 200);
        let html = scraper::Html::parse_document(&page.text());
        let selector = scraper::Selector::parse("[src], link[href]").expect("a selector");
        let mut scripts = 0;
        for element in html.select(&selector) {
            let address = element.value().attr("src").or(element.value().attr("href")).expect("an address");
            assert!(!address.contains("//"), "{address}");
            let url = reqwest::Url::parse(&format!("{}/api/docs/", gateway.url)).expect("a URL");
            assert_eq!(get(url.join(address).expect("a URL").as_str()).status, 200, "{address}");
            scripts += usize::from(element.value().name() == "script");
        }
        assert!(scripts > 0, "{}", page.text());
        let initializer = get(&format!("{}/api/docs/swagger-initializer.js", gateway.url)).text();
        assert!(initializer.contains("/api/openapi.json") && !initializer.contains("petstore"), "{initializer}");
    });
}

#[test]
fn a_call_may_have_64_kibibytes_and_a_thousand_parameters() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let form = |extra: &str| {
            format!(
                "USERNAME=buyer%40acme-customer.example&PASSWORD=correct+horse&HOOK_URL=https%3A%2F%2Fsrm.example.com%2F{extra}"
            )
        };
        let call = |body: String| {
            let request = client().post(format!("{}/oci/srm", gateway.url)).header("accept", "application/json");
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            Answer::of(request.send().expect("an answer"))
        };
        const LIMIT: usize = 64 * 1024;
        let filled = |size: usize| {
            let start = form("&x=");
            format!("{start}{}", "y".repeat(size - start.len()))
        };
        assert_eq!(call(filled(LIMIT)).status, 303);
        assert_eq!(call(filled(LIMIT + 1)).refusal(), (413, "call-too-large".into()));

        let many = |count: usize| form(&"&a=1".repeat(count - 3));
        assert_eq!(call(many(1_000)).status, 303);
        assert_eq!(call(many(1_001)).refusal(), (413, "too-many-parameters".into()));
    });
}

#[test]
fn a_shop_creates_and_changes_its_customers_over_the_api() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_other_shop();
        let gateway = acme.installation.serve();
        let put = |number: &str, body: Value| {
            gateway.shop().request("PUT", &format!("/api/v1/customers/{number}"), Some(&body))
        };
        let created = put("20001", json!({ "email": "New@acme-customer.example", "password": "first" }));
        assert_eq!(created.status, 201, "{}", created.text());
        assert_eq!(created.json(), json!({ "number": "20001", "email": "New@acme-customer.example", "active": true }));
        let key = acme.installation.issue("customer").remove(0);
        acme.installation.connect(&key);
        acme.installation
            .apply(&format!("[[assignment]]\nsystem = \"srm\"\ncustomer = \"20001\"\nlicense = \"{key}\"\n"));
        let login = |password: &str| {
            let buyer = gateway.buyer().with("USERNAME", "new@acme-customer.example").with("PASSWORD", password);
            buyer.call().status.as_u16()
        };
        assert_eq!(login("first"), 303);

        let changed = put("20001", json!({ "password": "second" }));
        assert_eq!((changed.status.as_u16(), &changed.json()["active"]), (200, &json!(true)));
        assert_eq!(
            (login("first"), login("second")),
            (401, 303),
            "a password that is remembered does not outlive its change"
        );
        assert_eq!(put("20001", json!({ "active": false })).json()["active"], false);
        assert_eq!(login("second"), 401);
        assert_eq!(put("20001", json!({ "active": true })).status, 200);
        assert_eq!(login("second"), 303);

        for (number, body) in [
            ("30001", json!({ "email": "a@b.example" })),
            ("30001", json!({ "password": "x" })),
            ("30001", json!({ "email": "nobody", "password": "x" })),
            ("30001", json!({ "email": "BUYER@acme-customer.example", "password": "x" })),
            ("30001", json!({ "email": "a@b.example", "password": "x", "password_hash": "$2y$04$x" })),
            ("30001", json!({ "email": "a@b.example", "password_hash": "md5:x" })),
            (&"9".repeat(65), json!({ "email": "a@b.example", "password": "x" })),
        ] {
            assert_eq!(put(number, body.clone()).refusal(), (422, "customer-faulty".into()), "{number} {body}");
        }
        let wrong = put("30001", json!({ "email": "a@b.example", "password": 7, "passwort": "secret" }));
        assert_eq!(wrong.refusal(), (400, "body-malformed".into()));
        assert!(!acme.installation.punchgate(&["export"]).contains("30001"));

        // Another shop has its own customer of that number.
        let other = gateway.other_shop().request(
            "PUT",
            "/api/v1/customers/10001",
            Some(&json!({ "email": "buyer@acme-customer.example", "password": "theirs" })),
        );
        assert_eq!(other.status, 201);
        assert_eq!(gateway.buyer().call().status, 303);
    });
}

#[test]
fn slow_clients_block_nobody() {
    on_both_databases(|mut installation| {
        installation.set("workers", "1");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let body = bolts().to_string();
        let mut slow: Vec<Raw> = (0..50)
            .map(|n| {
                let mut raw = Raw::connect(&gateway).expect("a connection");
                raw.send("POST /oci/srm HTTP/1.1\r\nHost: x\r\n");
                if n % 2 == 0 {
                    raw.send("Content-Length: 500\r\n\r\nUSERNAME=");
                }
                raw
            })
            .collect();
        let mut upload = Raw::connect(&gateway).expect("a connection");
        upload.send(&cart_head(&gateway, &punchout, &body));
        slow.push(upload);

        assert_eq!(get(&format!("{}/health/ready", gateway.url)).status, 200);
        let page = gateway.returned(|buyer| buyer, &bolts());
        assert_eq!(page.status, 200);
        // The slow one gets its answer when it is done.
        let upload = slow.last_mut().expect("the upload");
        upload.send(&body);
        assert!(upload.read_all().starts_with("HTTP/1.1 201 "));
    });
}

/// What must hold while the database is away: refusals that say so, and nothing acknowledged.
fn refuses_for_want_of_a_database(gateway: &Gateway, punchout: &str, entered: &str) {
    let unavailable = (503, "database-unavailable".to_owned());
    let cart = gateway.shop().try_cart(punchout, &bolts());
    assert_eq!(cart.refusal(), unavailable);
    assert_eq!(cart.header("retry-after"), "5");
    let call = gateway.buyer().call();
    assert_eq!(call.refusal(), unavailable);
    assert_eq!(call.header("retry-after"), "5");
    assert_eq!(gateway.shop().try_redeem(entered).refusal(), unavailable);
    assert_eq!(get(&format!("{}/health/live", gateway.url)).status, 200, "the process itself is well");
    eventually("the cause stands in the log", || {
        gateway.log().lines().any(|line| {
            let entry: Value = serde_json::from_str(line).unwrap_or_default();
            entry["level"] == "ERROR" && entry["message"] == "refused a request because of the database"
        })
    });
}

#[test]
fn while_the_disk_is_full_nothing_is_acknowledged_and_with_room_it_works_again() {
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve_with_file_limits();
    let punchout = gateway.punch_out();
    let token = gateway.buyer().call().token();
    let limit = |size: &str| {
        let arguments = [format!("--fsize={size}:"), format!("--pid={}", gateway.child.id())];
        Command::new("prlimit").args(arguments).status().is_ok_and(|status| status.success())
    };
    if !limit("4096") {
        eprintln!("prlimit is not installed: the story of the full disk is not told");
        return;
    }
    refuses_for_want_of_a_database(&gateway, &punchout, &token);
    // Reading still works, so the shop can see that its cart was not taken.
    assert_eq!(gateway.shop().status(&punchout)["cart_at"], Value::Null);

    assert!(limit("unlimited"));
    let return_url = gateway.shop().cart(&punchout, &bolts());
    assert_eq!(get(&return_url).status, 200);
    gateway.shop().redeem(&token);
    assert_eq!(gateway.buyer().call().status, 303);
    gateway.crash();
    let gateway = acme.installation.serve();
    assert_eq!(gateway.shop().status(&punchout)["state"], "returned", "the file is sound");
}

#[test]
fn on_a_small_disk_that_is_full_nothing_is_acknowledged_and_nothing_lost() {
    let acme = Installation::on_sqlite().with_acme("");
    let Some(disk) = SmallDisk::serve(&acme.installation) else { return };
    let gateway = &disk.gateway;
    let punchout = gateway.punch_out();
    let token = gateway.buyer().call().token();

    disk.fill();
    // What the log still has room for may go well; it is acknowledged then, and kept.
    let mut kept = Vec::new();
    eventually("there is no room any more", || match gateway.buyer().call() {
        entered if entered.status == 303 => {
            kept.push(entered.token());
            false
        }
        refused => refused.refusal() == (503, "database-unavailable".to_owned()),
    });
    refuses_for_want_of_a_database(gateway, &punchout, &token);

    disk.clear();
    let return_url = gateway.shop().cart(&punchout, &bolts());
    assert_eq!(get(&return_url).status, 200);
    disk.crash(&acme.installation);
    let gateway = acme.installation.serve();
    assert_eq!(gateway.shop().status(&punchout)["state"], "returned", "the file is sound");
    kept.iter().chain([&token]).for_each(|token| drop(gateway.shop().redeem(token)));
    assert_eq!(acme.installation.query("SELECT integrity_check FROM pragma_integrity_check"), "ok");
}

#[test]
fn while_the_database_server_is_gone_calls_are_refused_and_when_it_is_back_they_work() {
    let Some(installation) = Installation::on_postgres() else { return };
    let mut acme = installation.with_acme("");
    let tap = acme.installation.behind_a_tap();
    let gateway = acme.installation.serve();
    let punchout = gateway.punch_out();
    let token = gateway.buyer().call().token();

    tap.turn_off();
    refuses_for_want_of_a_database(&gateway, &punchout, &token);
    let ready = get(&format!("{}/health/ready", gateway.url));
    assert_eq!((ready.status.as_u16(), ready.header("retry-after")), (503, "5"));
    assert_eq!(ready.json(), json!({ "status": "database-unavailable" }));

    tap.turn_on();
    eventually("the gateway is ready", || (0..8).all(|_| get(&format!("{}/health/ready", gateway.url)).status == 200));
    assert_eq!(gateway.shop().status(&punchout)["cart_at"], Value::Null, "what was refused was not stored");
    gateway.shop().redeem(&token);
    assert_eq!(get(&gateway.shop().cart(&punchout, &bolts())).status, 200);
}

#[test]
fn connections_that_broke_while_nobody_used_them_cost_no_buyer_an_error() {
    let Some(installation) = Installation::on_postgres() else { return };
    let mut acme = installation.with_acme("");
    let tap = acme.installation.behind_a_tap();
    let gateway = acme.installation.serve();
    assert_eq!(gateway.buyer().call().status, 303);

    // A restart of the server in a quiet hour, or a firewall that forgets.
    tap.turn_off();
    tap.turn_on();
    std::thread::sleep(Duration::from_millis(1_100));
    for _ in 0..20 {
        let called = gateway.buyer().call();
        assert_eq!(called.status, 303, "{}", called.text());
    }
}
