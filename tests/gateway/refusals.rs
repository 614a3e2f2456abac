//! How a refusal looks from outside: a page in the reader's language or a problem document, and the
//! line in the log that explains it.

use crate::support::{Answer, Buyer, Gateway, get, on_both_databases};

/// What stands on a page in elements of that selector.
fn texts(page: &Answer, selector: &str) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.text());
    let selector = scraper::Selector::parse(selector).expect("a selector");
    html.select(&selector).map(|element| element.text().collect()).collect()
}

fn is_reference(text: &str) -> bool {
    let (front, back) = text.split_once('-').expect("two groups");
    [front, back]
        .iter()
        .all(|group| group.len() == 4 && group.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}

fn is_not_kept_and_may_be_framed(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(!answer.headers.contains_key("x-frame-options"), "{:?}", answer.headers);
    assert!(!answer.headers.contains_key("set-cookie"), "{:?}", answer.headers);
    assert!(!answer.headers.contains_key("cross-origin-opener-policy"), "{:?}", answer.headers);
}

/// One refused call of every status.
fn refused_calls(gateway: &Gateway) -> Vec<(u16, &'static str, Buyer<'_>)> {
    let buyer = || gateway.buyer();
    vec![
        (400, "hook-host", buyer().with("HOOK_URL", "https://evil.example/")),
        (401, "login-wrong", buyer().with("PASSWORD", "wrong")),
        (403, "customer-license-suspended", buyer()),
        (404, "system-unknown", buyer().path("/oci/nowhere")),
        (413, "call-too-large", buyer().with("note", &"x".repeat(65 * 1024))),
        (429, "too-many-attempts", buyer().with("USERNAME", "guess@acme-customer.example")),
    ]
}

#[test]
fn a_person_gets_a_page_and_a_program_a_problem_document_and_the_log_has_the_cause() {
    on_both_databases(|mut installation| {
        installation.set("failed_logins_per_customer_and_address", "4");
        let acme = installation.with_acme("");
        acme.installation.punchgate(&["license", "suspend", &acme.customer_key]);
        let gateway = acme.installation.serve();
        for _ in 0..4 {
            assert_eq!(gateway.buyer().with("USERNAME", "guess@acme-customer.example").call().status, 401);
        }
        for (status, code, buyer) in refused_calls(&gateway) {
            let problem = buyer.call();
            is_not_kept_and_may_be_framed(&problem);
            assert_eq!(problem.refusal(), (status, code.to_owned()));
            assert_eq!(problem.header("content-type"), "application/problem+json");
            let json = problem.json();
            assert_eq!(json["type"], format!("urn:punchgate:refusal:{code}"));
            assert_eq!(json["status"], status);
            for member in ["title", "detail"] {
                assert!(json[member].as_str().is_some_and(|text| text.len() > 20), "{member} in {json}");
            }
            let reference = json["reference"].as_str().expect("a reference");
            assert!(is_reference(reference), "{reference}");
            explains(&gateway, reference, code);

            if status == 413 {
                continue; // No browser asks for an address of that length.
            }
            let page = buyer.visit();
            is_not_kept_and_may_be_framed(&page);
            assert_eq!((page.status.as_u16(), page.header("content-type")), (status, "text/html; charset=utf-8"));
            let shown = texts(&page, "dd code");
            assert_eq!((shown.len(), shown[1].as_str()), (2, code));
            let reference = &shown[0];
            assert!(is_reference(reference), "{reference}");
            assert_eq!(texts(&page, ".lead"), [json["detail"].as_str().expect("a sentence")], "the same words");
            assert!(!page.text().contains("<script") && !page.text().contains("<form"));
            assert!(page.header("content-security-policy").contains("default-src 'none'"));
            explains(&gateway, reference, code);
        }
    });
}

/// The log has the reference with the code and the operator's sentence, which is not the buyer's.
fn explains(gateway: &Gateway, reference: &str, code: &str) {
    let entry = gateway.logged(reference);
    assert_eq!((&entry["message"], &entry["code"]), (&"refused".into(), &code.into()));
    let cause = entry["cause"].as_str().expect("a cause");
    let names = match code {
        "hook-host" => "https://evil.example",
        "login-wrong" => "No active customer",
        "customer-license-suspended" => "customer license of 10001 in \"srm\"",
        "system-unknown" => "nowhere",
        "call-too-large" => "64 KiB",
        _ => "Too many logins failed",
    };
    assert!(cause.contains(names), "{cause}");
}

#[test]
fn a_refusal_speaks_the_language_of_the_call_or_else_of_the_browser() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let wrong = gateway.buyer().with("PASSWORD", "wrong").with("HOOK_URL", "https://evil.example/");
        let german = "vereinbart";
        let english = "not agreed with the shop";
        let speaks = |buyer: &Buyer<'_>, tag: &str, words: &str| {
            let page = buyer.visit().text();
            assert!(page.contains(&format!("<html lang=\"{tag}\">")) && page.contains(words), "{tag}: {page}");
            let detail = buyer.call().json()["detail"].as_str().expect("a sentence").to_owned();
            assert!(detail.contains(words), "{tag}: {detail}");
        };
        speaks(&wrong, "en", english);
        for (name, value) in [
            ("sap-language", "DE"),
            ("sap-language", "D"),
            ("SAP-LANGUAGE", "de"),
            ("language", "de-AT"),
            ("LANGU", "DE"),
        ] {
            speaks(&wrong.clone().with(name, value), "de", german);
        }
        speaks(&wrong.clone().header("accept-language", "de-CH,de;q=0.9,en;q=0.8"), "de", german);
        speaks(&wrong.clone().header("accept-language", "fr,en;q=0.2,de;q=0.7"), "de", german);
        speaks(&wrong.clone().header("accept-language", "fr"), "en", english);
        let browser = wrong.header("accept-language", "de");
        speaks(&browser.clone().with("sap-language", "EN"), "en", english);
        speaks(&browser.with("sap-language", "FR"), "de", german);
    });
}

#[test]
fn who_prefers_json_gets_json() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for (accept, kind) in [
            ("application/problem+json", "application/problem+json"),
            ("application/json, */*;q=0.1", "application/problem+json"),
            ("text/html;q=0.5, application/json", "application/problem+json"),
            ("application/json;q=0.5, text/html", "text/html; charset=utf-8"),
            ("*/*", "text/html; charset=utf-8"),
            ("image/png", "text/html; charset=utf-8"),
        ] {
            let request = crate::support::client().get(format!("{}/oci/srm", gateway.url)).header("accept", accept);
            let answer = Answer::of(request.send().expect("an answer"));
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (400, kind), "{accept}");
        }
    });
}

#[test]
fn nothing_on_the_way_is_kept_by_browsers_and_all_of_it_may_be_framed() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let entered = gateway.buyer().visit();
        assert_eq!((entered.status.as_u16(), entered.bytes.len()), (303, 0));
        is_not_kept_and_may_be_framed(&entered);
        let entry = gateway.shop().redeem(&entered.token());
        let punchout = entry["punchout"].as_str().expect("an id");
        let return_url = gateway.shop().cart(punchout, &crate::support::bolts());
        is_not_kept_and_may_be_framed(&get(&return_url));

        let left = gateway.punch_out();
        let leave_url = gateway.shop().status(&left)["leave_url"].as_str().expect("an address").to_owned();
        let page = get(&leave_url);
        assert_eq!(page.status, 200);
        is_not_kept_and_may_be_framed(&page);
        for path in ["/return/nonsense", "/leave/nonsense"] {
            let refused = gateway.send("GET", path, None);
            assert_eq!(refused.refusal(), (404, "ticket-unknown".into()), "{path}");
            is_not_kept_and_may_be_framed(&refused);
        }
    });
}

#[test]
fn a_page_never_shows_what_a_stranger_wrote_into_the_call() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let evil = "\"><script>alert(1)</script>";
        for (parameter, path) in [
            ("USERNAME", "/oci/srm"),
            ("PASSWORD", "/oci/srm"),
            ("HOOK_URL", "/oci/srm"),
            ("FUNCTION", "/oci/srm"),
            ("sap-language", "/oci/srm"),
            ("~TARGET", "/oci/nowhere"),
        ] {
            let page = gateway.buyer().path(path).with("PASSWORD", "wrong").with(parameter, evil).visit();
            assert!(page.status.is_client_error(), "{parameter}");
            assert!(!page.text().contains("alert(1)"), "{parameter}: {}", page.text());
        }
        let page = gateway.buyer().path("/oci/%3Cscript%3Ealert(1)").visit();
        assert_eq!(page.status, 404);
        assert!(!page.text().contains("alert(1)"), "{}", page.text());
    });
}

#[test]
fn too_many_parameters_are_refused() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let call = |parameters: usize| {
            let login = "USERNAME=10001&PASSWORD=correct+horse&HOOK_URL=https%3A%2F%2Fsrm.example.com%2F";
            let more = (3..parameters).map(|n| format!("&p{n}=1")).collect::<String>();
            gateway.send("POST", "/oci/srm", Some(&format!("{login}{more}")))
        };
        assert_eq!(call(1001).refusal(), (413, "too-many-parameters".into()));
        assert_eq!(call(1000).status, 303);
    });
}
