//! "Test this system": the operator plays the buyer, and the gateway the shop.

use serde_json::json;

use crate::support::{Acme, Answer, Browser, Gateway, Installation, Page, ReturnForm, bolts, get, on_both_databases};

const OWNER: &str = "owner@acme.example";
const START: &str = "/admin/systems/srm/test";

fn acme(installation: Installation, system: &str) -> Acme {
    let acme = installation.with_acme(system);
    acme.installation.add_user(OWNER, "merchant");
    acme
}

/// Starts a test; gives the page of its course.
fn start(browser: &Browser<'_>) -> Page {
    let started = browser.page(START).form(START).send(browser);
    browser.done(&started)
}

fn hand_over(browser: &Browser<'_>, course: &Page, cart: Option<&str>) -> Answer {
    let form = course.form(&format!("{}/cart", course.path));
    match cart {
        Some(cart) => form.with("cart", cart).send(browser),
        None => form.send(browser),
    }
}

/// What the browser does on the return page: posts the form (or gets it) to where it says.
fn carry_back(browser: &Browser<'_>, return_url: &str) -> (ReturnForm, Answer) {
    let form = ReturnForm::read(&get(return_url).text());
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let answer = match form.method.as_str() {
        "get" => {
            let url = reqwest::Url::parse_with_params(&form.action, &fields).expect("a URL");
            browser.get(url.as_str())
        }
        _ => browser.post(&form.action, &fields),
    };
    (form, answer)
}

fn return_url(gateway: &Gateway, page: &Page) -> String {
    let prefix = format!("{}/return/", gateway.url);
    page.links().into_iter().find(|link| link.starts_with(&prefix)).expect("a return_url")
}

#[test]
fn a_system_is_tried_without_any_shop() {
    on_both_databases(|installation| {
        let acme = acme(installation, "[system.form]\ncharset = \"iso-8859-1\"");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let asked = browser.page(START);
        asked.says("Test of SRM").says("10001").says("buyer@acme-customer.example");
        let course = start(&browser);
        course.says("The call was accepted").says("POST /oci/srm").says("PASSWORD ***").says("USERNAME 10001");
        course.says("303 https://shop.acme.example/punchout/enter?token=***");
        assert!(course.links().contains(&format!("{}/enter", course.path)));

        let taken = browser.done(&hand_over(&browser, &course, None));
        taken.says("The cart was taken over.").says("Return the cart").says("31.25 EUR");
        taken.says("Read as a procurement system reads it: 3 items, and every rule of OCI is kept.");
        taken.says("Schutzhandschuh Größe 9").says("truncated").says("NEW_ITEM-PRICEUNIT[1] 100");
        let (form, arrived) = carry_back(&browser, &return_url(&gateway, &taken));
        assert_eq!(form.action, format!("{}{}/return", gateway.url, course.path));
        // The client posts UTF-8 where a browser posts the page's charset: the one name with an umlaut tells.
        browser.done(&arrived).says("Returned").says("The cart arrived differently").says("NEW_ITEM-DESCRIPTION[2]");

        let list = browser.page("/admin/punchouts");
        list.says("Returned Test").says("67.85 EUR");
        assert!(get(&gateway.metrics_url).text().contains("punchgate_returns_total 1"));
    });
}

#[test]
fn what_comes_back_by_get_arrives_as_it_was_sent() {
    on_both_databases(|installation| {
        let acme = acme(installation, "[system.form]\nmethod = \"GET\"\ncharset = \"utf-8\"");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let taken = browser.done(&hand_over(&browser, &start(&browser), None));
        let (form, arrived) = carry_back(&browser, &return_url(&gateway, &taken));
        assert_eq!(form.method, "get");
        browser.done(&arrived).says("The cart arrived exactly as it was sent.").says("Everything is done");
    });
}

#[test]
fn a_faulty_cart_is_explained_and_can_be_mended() {
    on_both_databases(|installation| {
        let acme = acme(installation, "");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let course = start(&browser);
        let faulty =
            json!({ "currency": "euro", "lines": [{ "name": "Bolt", "quantity": "0", "price": { "net": "1" } }] });
        let refused = hand_over(&browser, &course, Some(&faulty.to_string()));
        assert_eq!(refused.status, 422);
        let refused = Page::of(&course.path, &refused);
        refused.says("cart-faulty").says("bad-currency").says("quantity-not-positive");
        assert_eq!(refused.form(&format!("{}/cart", course.path)).get("cart"), Some(faulty.to_string().as_str()));
        let nonsense = hand_over(&browser, &course, Some("{\"currency\":"));
        assert_eq!(nonsense.status, 422);
        Page::of(&course.path, &nonsense).says("cart-malformed");
        browser.done(&hand_over(&browser, &refused, Some(&bolts().to_string()))).says("1 item, and every rule");
    });
}

#[test]
fn the_operator_shops_himself_and_the_page_follows() {
    on_both_databases(|installation| {
        let acme = acme(installation, "");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let course = start(&browser);
        let enter = format!("{}/enter", course.path);
        let first = browser.get(&enter).token();
        let second = browser.get(&enter).token();
        assert_ne!(first, second);
        assert_eq!(gateway.shop().try_redeem(&first).refusal(), (404, "entry-unknown".into()), "the newest is good");
        let entry = gateway.shop().redeem(&second);
        assert_eq!(entry["customer"]["number"], "10001");
        assert!(!entry.to_string().contains("PASSWORD"));
        browser.page(&course.path).says("The shop has logged the customer in");
        browser.done(&browser.get(&enter)).says("it was used already");

        let id = entry["punchout"].as_str().expect("an id");
        let return_url = gateway.shop().cart(id, &bolts());
        browser.page(&course.path).says("Return the cart").says("37.50");
        let (_, arrived) = carry_back(&browser, &return_url);
        browser.done(&arrived).says("The cart arrived exactly as it was sent.");
        let stranger = gateway.browser().post(&format!("{}{}/return", gateway.url, course.path), &[]);
        assert_eq!(stranger.status, 303, "who is not signed in learns nothing");
        assert!(stranger.header("location").starts_with("/signin"));
    });
}

#[test]
fn a_trial_is_refused_for_what_would_refuse_a_buyer() {
    on_both_databases(|installation| {
        let acme = acme(installation, "");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let try_it = |customer: &str| {
            let form = browser.page(START).form(START).with("customer", customer);
            let answer = form.send(&browser);
            assert_eq!(answer.status, 422, "{}", answer.text());
            Page::of(START, &answer)
        };
        try_it("").says("Please choose the customer");
        try_it("10002").says("login-wrong").says("deactivated or not one of this shop");
        acme.installation.punchgate(&["license", "suspend", &acme.customer_key]);
        let page = try_it("10001");
        page.says("customer-license-suspended").says("The vendor");
        assert!(page.links().iter().any(|link| link.starts_with("/account/license/")), "{:?}", page.links());
        acme.installation.punchgate(&["license", "resume", &acme.customer_key]);
        acme.installation.punchgate(&["license", "disconnect", &acme.system_key]);
        try_it("10001").says("system-license-not-connected");
        acme.installation.connect(&acme.system_key);
        acme.installation.apply(&acme.setup("active = false"));
        try_it("10001").says("system-inactive").says("This system is not active");
        assert!(
            !browser.page("/admin/punchouts").text().contains("customer-license-suspended"),
            "no buyer was refused"
        );
    });
}

#[test]
fn a_real_call_cannot_return_to_the_page_of_a_trial() {
    on_both_databases(|installation| {
        let acme = acme(installation, "");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let course = start(&browser);
        let own = format!("{}{}/return", gateway.url, course.path);
        assert_eq!(gateway.buyer().with("HOOK_URL", &own).call().refusal().1, "hook-host");
        let asked = browser.page(&format!("{START}?hook=https%3A%2F%2Fevil.example%2F"));
        asked.says("hook-host").says("https://evil.example");
        browser.page(&format!("{START}?hook=https%3A%2F%2Fsrm.example.com%2Fr")).says("A cart may return there.");
        assert_eq!(browser.get("/admin/systems/nowhere/test").status, 404);
        assert_eq!(browser.get(&format!("/admin/trial/{}", gateway.punch_out())).status, 404, "no trial");
    });
}

#[test]
fn the_call_of_a_trial_is_the_systems_own() {
    on_both_databases(|installation| {
        let acme = acme(
            installation,
            "[system.call]\nmethods = [\"GET\"]\nnames = { user = \"LOGIN\", password = \"PIN\", hook = \"BACK\" }",
        );
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let form = browser.page(START).form(START).with("more", "sap-language=DE\r\ncostcenter=4711");
        let course = browser.done(&form.send(&browser));
        course.says("GET /oci/srm").says("LOGIN 10001").says("PIN ***").says("costcenter 4711").says("BACK http");
        let entry = gateway.shop().redeem(&browser.get(&format!("{}/enter", course.path)).token());
        assert_eq!((&entry["language"], &entry["extra"]["costcenter"]), (&json!("de"), &json!("4711")));
    });
}

#[test]
fn of_many_customers_the_wanted_one_is_searched() {
    on_both_databases(|installation| {
        let acme = acme(installation, "");
        for n in 20_000..20_025 {
            acme.installation.sql(&format!(
                "INSERT INTO customers (id, shop_id, number, email, email_folded, password_hash, active, created_at) \
                 SELECT 'C{n}', id, '{n}', 'Buyer{n}@b.example', 'buyer{n}@b.example', '', TRUE, 1 FROM shops"
            ));
            acme.installation.sql(&format!(
                "INSERT INTO assignments (id, system_id, customer_id, created_at) SELECT 'A{n}', id, 'C{n}', 1 FROM systems"
            ));
        }
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        browser.page(START).says("Customer number or e-mail").says("10001").says_not("20024");
        for search in ["20024", "buYer20024%40b", "2002"] {
            browser.page(&format!("{START}?search={search}")).says("20024").says_not("10001");
        }
        browser.page(&format!("{START}?search=%25")).says("No customer of this system fits.");
        let found = browser.page(&format!("{START}?search=20024"));
        // The first form of that address is the search.
        let token = found.form("/signout").get("form-token").expect("a token").to_owned();
        let refused = browser.post(START, &[("form-token", &token), ("customer", "20024")]);
        Page::of(START, &refused).says("customer-license-missing").says("20024");
    });
}
