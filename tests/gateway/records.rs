//! What is kept of refused calls and punchouts, who sees it, and who may end one.

use crate::support::{Acme, Answer, HOOK, Installation, PASSWORD, bolts, client, eventually, get, on_both_databases};

const OWNER: &str = "owner@acme.example";
const STRANGER: &str = "owner@other.example";

fn acme(installation: Installation) -> Acme {
    let acme = installation.with_acme("");
    acme.installation.add_user(OWNER, "merchant");
    acme
}

fn holds(stored: &[u8], text: &str) -> bool {
    stored.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn no_password_and_no_token_is_kept_of_any_call_accepted_or_refused() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.call]\nnames = { password = \"PIN_CODE\" }");
        let gateway = acme.installation.serve();
        let (wrong, key) = ("Rumpelstilzchen", "s3cr3t-and-long");
        let buyer = || gateway.buyer().without("PASSWORD").with("PIN_CODE", PASSWORD).with("TOKEN", key);
        let calls = [
            buyer(),
            buyer().with("copy", PASSWORD).with("note", &format!("it is {PASSWORD}")),
            buyer().with("PIN_CODE", wrong),
            buyer().with("HOOK_URL", &format!("https://u:{wrong}@evil.example/")),
            buyer().with("HOOK_URL", &format!("https://evil.example/?password={wrong}")),
            buyer().with("FUNCTION", PASSWORD),
            buyer().with("X-Api-Key", wrong).with("FUNCTION", "NONE"),
            // Nobody knows what this system would call a password.
            buyer().path("/oci/nowhere").with("PIN_CODE", wrong),
            buyer().path("/oci").with("PASSWORD", wrong),
        ];
        let mut tokens = Vec::new();
        for call in &calls {
            let answer = call.call();
            match answer.status.as_u16() {
                303 => tokens.push(answer.token()),
                status => assert!((400..500).contains(&status), "{}", answer.text()),
            }
            call.visit();
        }
        assert_eq!(tokens.len(), 2);
        eventually("the last call is written", || holds(&acme.installation.stored(), "system-unknown"));
        assert_eq!(gateway.stop(), Some(0));
        let stored = acme.installation.stored();
        assert!(holds(&stored, "login-wrong") && holds(&stored, "***"), "calls are kept");
        for secret in [PASSWORD, wrong, key].into_iter().chain(tokens.iter().map(String::as_str)) {
            assert!(!holds(&stored, secret), "{secret} is stored");
        }
    });
}

#[test]
fn what_was_refused_last_is_written_before_the_gateway_ends() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let references: Vec<String> = (0..50)
            .map(|_| {
                let refused = gateway.buyer().with("HOOK_URL", "https://evil.example/").call();
                refused.json()["reference"].as_str().expect("a reference").to_owned()
            })
            .collect();
        assert_eq!(gateway.stop(), Some(0));
        let stored = acme.installation.stored();
        for reference in references {
            assert!(holds(&stored, &reference), "{reference} is missing");
        }
    });
}

#[test]
fn a_flood_is_counted_and_not_written_row_by_row() {
    on_both_databases(|mut installation| {
        installation.set("failed_logins_per_customer_and_address", "2");
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        // By one client, as fast as a flood is.
        let (http, url) = (client(), format!("{}/oci/srm", gateway.url));
        let wrong = [("USERNAME", "buyer@acme-customer.example"), ("PASSWORD", "wrong"), ("HOOK_URL", HOOK)];
        for _ in 0..100 {
            http.post(&url).form(&wrong).send().expect("an answer");
        }
        let metrics = get(&gateway.metrics_url).text();
        let count = |what: &str| -> u64 {
            let line = metrics.lines().find(|line| line.starts_with(what)).unwrap_or_default();
            line.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
        };
        let refused = count("punchgate_refusals_total{code=\"too-many-attempts\"}");
        let unwritten = count("punchgate_refusals_unrecorded_total{why=\"flood\"}");
        assert_eq!(refused, 98);
        assert!(unwritten > 0 && unwritten < refused, "{unwritten} of {refused}");
    });
}

#[test]
fn a_password_is_kept_nowhere_though_the_call_is_no_form() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let post = |path: &str, kind: &str, body: &str| {
            let request = client().post(format!("{}{path}", gateway.url)).header("content-type", kind.to_owned());
            Answer::of(request.header("accept", "application/json").body(body.to_owned()).send().expect("an answer"))
        };
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"USERNAME\"\r\n\r\n10001\r\n--x\r\n\
            Content-Disposition: form-data; name=\"PASSWORD\"\r\n\r\nZz9TopSecret\r\n--x--\r\n";
        let json = r#"{"USERNAME":"10001","PASSWORD":"Zz9TopSecret","HOOK_URL":"https://srm.example.com/r"}"#;
        let mut references = Vec::new();
        for path in ["/oci/srm", "/oci"] {
            for (kind, body) in [
                ("application/json", json),
                ("multipart/form-data; boundary=x", multipart),
                ("application/x-www-form-urlencoded", "USERNAME=10001%26PASSWORD%3DZz9TopSecret&HOOK_URL=x"),
                ("application/x-www-form-urlencoded", "USERNAME=10001?PASSWORD=Zz9TopSecret"),
            ] {
                let answer = post(path, kind, body);
                assert!([400, 401].contains(&answer.status.as_u16()), "{path} {kind}: {}", answer.text());
                assert!(!answer.text().contains("Zz9"), "{}", answer.text());
                references.push(answer.json()["reference"].as_str().expect("a reference").to_owned());
            }
        }
        for reference in references {
            eventually("it is written", || holds(&acme.installation.stored(), &reference));
        }
        assert!(!holds(&acme.installation.stored(), "Zz9") && !gateway.log().contains("Zz9"));
    });
}

#[test]
fn old_refusals_go_and_young_ones_stay() {
    on_both_databases(|mut installation| {
        installation.set("refusals_kept_days", "30");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let refuse = || gateway.buyer().with("HOOK_URL", "https://evil.example/").call();
        let kept = refuse().json()["reference"].as_str().expect("a reference").to_owned();
        eventually("it is written", || holds(&acme.installation.stored(), &kept));
        assert_eq!(gateway.stop(), Some(0));
        // An id of 2020, as every id tells its time.
        acme.installation.sql(
            "INSERT INTO refusals SELECT '01DXF6DT00' || substr(id, 11), happened_at, 'GONE-GONE', code, arguments, faults, step, \
             shop_id, system_id, system_slug, customer_id, customer_number, punchout_id, method, address, parameters, took FROM refusals",
        );
        acme.installation.add_user(OWNER, "merchant");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let finds = |reference: &str| {
            let page = browser.page(&format!("/admin/punchouts?search={reference}"));
            page.links().iter().any(|link| link.starts_with("/admin/refusals/"))
        };
        eventually("the old one went", || !finds("GONE-GONE"));
        assert!(finds(&kept));
    });
}

#[test]
fn another_merchants_punchouts_and_refusals_do_not_exist() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        acme.installation.add_user(STRANGER, "merchant");
        acme.installation.add_user("vendor@example.com", "vendor");
        acme.installation.add_other_shop();
        let gateway = acme.installation.serve();
        let owner = gateway.signed_in(OWNER);
        let stranger = gateway.signed_in(STRANGER);
        let id = gateway.punch_out();
        let reference = gateway.buyer().with("PASSWORD", "wrong").call().json()["reference"].to_string();
        let reference = reference.trim_matches('"');
        let found = format!("/admin/punchouts?search={reference}");
        let link = || owner.page(&found).links().into_iter().find(|link| link.starts_with("/admin/refusals/"));
        eventually("the refusal is written", || link().is_some());
        let refusal = link().expect("a link");

        let started = owner.page("/admin/systems/srm/test").form("/admin/systems/srm/test").send(&owner);
        let trial = started.header("location").to_owned();
        assert!(trial.starts_with("/admin/trial/"), "{}", started.text());
        let paths = [
            format!("/admin/punchouts/{id}"),
            format!("/admin/punchouts/{id}/cancel"),
            refusal,
            "/admin/systems/srm/test".to_owned(),
            format!("{trial}/return"),
            trial.clone(),
        ];
        for path in &paths {
            assert!([200, 303].contains(&owner.get(path).status.as_u16()), "{path}");
            assert_eq!(stranger.get(path).status, 404, "{path}");
            assert_eq!(gateway.signed_in("vendor@example.com").get(path).status, owner.get(path).status, "{path}");
        }
        assert_eq!(stranger.get(&format!("{trial}/enter")).status, 404);
        for path in
            [format!("/admin/punchouts/{id}/cancel"), "/admin/systems/srm/test".to_owned(), format!("{trial}/cart")]
        {
            let token =
                stranger.page("/admin/punchouts").form("/signout").get("form-token").expect("a token").to_owned();
            let posted = stranger.post(&path, &[("form-token", &token), ("customer", "10001"), ("cart", "{}")]);
            assert_eq!(posted.status, 404, "{path}: {}", posted.text());
        }
        for query in [
            "".to_owned(),
            "system=srm".to_owned(),
            "customer=10001".to_owned(),
            format!("search={reference}"),
            format!("search={id}"),
        ] {
            let page = stranger.page(&format!("/admin/punchouts?{query}"));
            let entry = |link: &&String| link.starts_with("/admin/punchouts/") || link.starts_with("/admin/refusals/");
            assert_eq!(page.links().iter().find(entry), None, "{query}");
        }
        // Nothing of it was changed.
        assert_eq!(gateway.shop().status(&id)["state"], "in_shop");
        assert_eq!(
            gateway.browser().get(&format!("/admin/punchouts/{id}")).status,
            303,
            "who is not signed in signs in"
        );
    });
}

#[test]
fn a_call_of_an_unknown_system_is_shown_to_the_only_merchant_and_to_none_of_several() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let owner = gateway.signed_in(OWNER);
        assert_eq!(gateway.buyer().path("/oci/nowhere").call().status, 404);
        eventually("it is written", || owner.page("/admin/punchouts").text().contains("system-unknown"));
        acme.installation.add_user(STRANGER, "merchant");
        owner.page("/admin/punchouts").says_not("system-unknown");
        gateway.signed_in(STRANGER).page("/admin/punchouts").says_not("system-unknown");
        acme.installation.add_user("vendor@example.com", "vendor");
        gateway.signed_in("vendor@example.com").page("/admin/punchouts").says("system-unknown").says("nowhere");
    });
}

#[test]
fn an_open_punchout_is_cancelled_once_and_that_is_written_down() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let id = gateway.punch_out();
        let here = format!("/admin/punchouts/{id}");
        let ask = format!("{here}/cancel");
        assert!(browser.page(&here).links().contains(&ask));
        let asked = browser.page(&ask);
        asked.says("Cancel this punchout?").says("10001");
        assert_eq!(gateway.shop().status(&id)["state"], "in_shop", "asking cancels nothing");
        let done = browser.done(&asked.form(&ask).send(&browser));
        done.says("The punchout was cancelled.").says("Cancelled by an operator");
        assert!(!done.links().contains(&ask));
        assert_eq!(gateway.shop().try_cart(&id, &bolts()).refusal(), (409, "punchout-cancelled".into()));
        assert!(holds(&acme.installation.stored(), "srm · 10001"), "the audit log names it");

        let again = browser.done(&asked.form(&ask).send(&browser));
        again.says("had already ended");
        let foreign = browser.post(&ask, &[("form-token", "made-up")]);
        assert_eq!(foreign.status, 403);
    });
}
