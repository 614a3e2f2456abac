//! What the administration shows of punchouts and refused calls.

use serde_json::json;

use crate::support::{Acme, Browser, Gateway, Installation, Page, bolts, eventually, get, on_both_databases};

const OWNER: &str = "owner@acme.example";

fn acme(installation: Installation) -> Acme {
    let acme = installation.with_acme("");
    acme.installation.add_user(OWNER, "merchant");
    acme
}

/// The page of the refusal with that reference, found the way an operator finds it.
fn refusal_page(browser: &Browser<'_>, reference: &str) -> Page {
    let spoken = reference.replace('-', "").to_lowercase();
    let list = format!("/admin/punchouts?search={spoken}");
    let link = || browser.page(&list).links().into_iter().find(|link| link.starts_with("/admin/refusals/"));
    eventually("the refusal is written", || link().is_some());
    browser.page(&link().expect("a link"))
}

fn refused(gateway: &Gateway, name: &str, value: &str) -> String {
    let answer = gateway.buyer().with(name, value).call();
    answer.json()["reference"].as_str().expect("a reference").to_owned()
}

#[test]
fn a_refused_call_is_found_by_its_reference_with_cause_fix_and_masked_parameters() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let reference = refused(&gateway, "HOOK_URL", "https://evil.example/?password=hunter2");
        let page = refusal_page(&browser, &reference);
        page.says(&reference).says("hook-host").says("The hook points to https://evil.example");
        page.says("HOOK_URL https://evil.example/?password=***")
            .says("PASSWORD ***")
            .says("Call of the procurement system");
        // The way to the fix brings the refused target along, which is allowed only once it is saved.
        let fix = "/admin/systems/srm/return?edit&add=https%3A%2F%2Fevil.example";
        assert!(page.links().contains(&fix.to_owned()), "{:?}", page.links());
        let offered = browser.page(fix);
        offered.says("It is allowed only once you save it");
        let hooks = |path: &str| browser.page(path).form("/admin/systems/srm/return").get("hooks").map(str::to_owned);
        let there = hooks("/admin/systems/srm/return?edit").expect("the field");
        assert_eq!(hooks(fix), Some(format!("{there}\nhttps://evil.example")));
        assert_eq!(hooks("/admin/systems/srm/return?edit&add=javascript:x"), Some(there), "no return target");

        let reference = refused(&gateway, "PASSWORD", "wrong one");
        let page = refusal_page(&browser, &reference);
        page.says("login-wrong").says("10001").says("What the buyer read");
        assert!(page.links().iter().any(|link| link.starts_with("/admin/customers/")), "{:?}", page.links());

        let mut german = gateway.signed_in(OWNER);
        german.language = "de";
        let page = refusal_page(&german, &reference);
        page.says("Ursache und Abhilfe").says("Kein aktiver Kunde dieses Shops");
        let list = german.page("/admin/punchouts?state=refused");
        list.says("Abgelehnt").says("login-wrong").says("hook-host");
    });
}

#[test]
fn a_punchout_shows_its_course_its_cart_and_its_form() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        browser.page("/admin/punchouts").says("No punchouts yet");
        let id = gateway.punch_out();
        let faulty = gateway.shop().try_cart(&id, &json!({ "currency": "EUR", "lines": [{ "name": "Bolt" }] }));
        assert_eq!(faulty.refusal(), (422, "cart-faulty".into()));
        let mut cart = bolts();
        cart["lines"][0]["name"] = "Hexagon bolt of a name that is far too long for OCI".into();
        get(&gateway.shop().cart(&id, &cart));

        let here = format!("/admin/punchouts/{id}");
        eventually("the refused cart is written", || browser.page(&here).text().contains("Refused: cart-faulty"));
        let page = browser.page(&here);
        for text in [
            "Returned",
            "The call was accepted",
            "The shop logged the customer in",
            "The shop handed the cart over: 1 line",
            "The browser took the cart to the procurement system",
            "37.50 EUR",
            "buyer@acme-customer.example",
            "POST /oci/srm",
            "PASSWORD ***",
            "SW-10001",
            "NEW_ITEM-QUANTITY[1] 3.000",
            "https://srm.example.com/return?sid=7",
            "truncated",
        ] {
            page.says(text);
        }
        let refusal = page.links().into_iter().find(|link| link.starts_with("/admin/refusals/")).expect("a link");
        browser.page(&refusal).says("The shop hands the cart over").says("quantity").says("price.net").says(&id);
        let list = browser.page("/admin/punchouts");
        list.says("37.50 EUR").says_not("cart-faulty");
    });
}

#[test]
fn the_list_is_filtered_by_state_system_customer_and_day() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let id = gateway.punch_out();
        let opened = gateway.buyer().call();
        assert_eq!(opened.status, 303);
        let reference = refused(&gateway, "HOOK_URL", "https://evil.example/");
        refusal_page(&browser, &reference);

        let rows = |query: &str| {
            let links = browser.page(&format!("/admin/punchouts?{query}")).links();
            let entry = |link: &&String| link.starts_with("/admin/punchouts/") || link.starts_with("/admin/refusals/");
            links.iter().filter(entry).count()
        };
        assert_eq!(rows(""), 3);
        for (query, expected) in [
            ("state=open", 1),
            ("state=in_shop", 1),
            ("state=refused", 1),
            ("state=returned", 0),
            ("state=expired", 0),
            ("system=srm", 3),
            ("system=other", 0),
            ("customer=100", 2),
            ("customer=10001", 2),
            ("customer=BUYER%40acme", 2),
            ("customer=nobody", 0),
            ("customer=%25", 0),
            ("customer=100&state=open&system=srm", 1),
            ("from=2020-01-01", 3),
            ("to=2020-01-01", 0),
            ("from=2020-01-01&to=2099-12-31", 3),
            ("from=2099-01-01", 0),
            ("from=nonsense", 3),
        ] {
            assert_eq!(rows(query), expected, "{query}");
        }
        assert_eq!(rows(&format!("search={id}")), 1);
        assert_eq!(rows(&format!("search={}&state=open", id.to_lowercase())), 1, "a search asks for nothing else");
        assert_eq!(rows("search=AAAA-AAAA"), 0);
        assert_eq!(rows(&format!("before={id}")), 0);

        acme.installation.sql("UPDATE punchouts SET entry_expires_at = 1, expires_at = 1");
        assert_eq!(rows("state=expired"), 2, "whose time ran out has expired, swept up or not");
        assert_eq!(rows("state=open") + rows("state=in_shop"), 0);
    });
}

#[test]
fn a_long_list_is_paged_without_gap_or_double() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        for _ in 0..60 {
            assert_eq!(gateway.buyer().call().status, 303);
            assert_eq!(gateway.buyer().with("HOOK_URL", "https://evil.example/").call().status, 400);
        }
        let entries = |page: &Page| -> Vec<String> {
            let entry = |link: &String| link.starts_with("/admin/punchouts/") || link.starts_with("/admin/refusals/");
            page.links().into_iter().filter(entry).collect()
        };
        let mut seen = Vec::new();
        eventually("all are written", || {
            seen.clear();
            let mut page = browser.page("/admin/punchouts");
            loop {
                seen.extend(entries(&page));
                match page.links().into_iter().find(|link| link.contains("before=")) {
                    Some(next) => page = browser.page(&next),
                    None => break,
                }
            }
            seen.len() >= 120
        });
        let id = |link: &String| link.rsplit('/').next().expect("an id").to_owned();
        let ids: Vec<String> = seen.iter().map(id).collect();
        let mut sorted = ids.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!(ids, sorted, "newest first, each once");
        assert_eq!(ids.len(), 120);
    });
}
