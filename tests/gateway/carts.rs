//! The shop hands its cart over: what is taken, what is refused and how that is told.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Gateway, ReturnForm, bolts, client, eventually, get, on_both_databases};

/// A cart whose one line is the bolt with `changes` put over it; a null takes a member out.
fn bolt_with(changes: Value) -> Value {
    let mut cart = bolts();
    put_over(&mut cart["lines"][0], &changes);
    cart
}

fn put_over(line: &mut Value, changes: &Value) {
    let line = line.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            line.remove(name);
        } else {
            line.insert(name.clone(), value.clone());
        }
    }
}

/// Line, field and code of every fault, in the order of the answer.
fn faults(answer: &Answer) -> Vec<(String, String, String)> {
    assert_eq!(answer.refusal(), (422, "cart-faulty".into()), "{}", answer.text());
    let text = |fault: &Value, name: &str| fault[name].as_str().expect("text").to_owned();
    let faults = answer.json()["faults"].as_array().expect("faults").clone();
    for fault in &faults {
        assert!(text(fault, "message").ends_with('.'), "a sentence: {fault}");
    }
    faults.iter().map(|fault| (text(fault, "line"), text(fault, "field"), text(fault, "code"))).collect()
}

fn fault(line: &str, field: &str, code: &str) -> (String, String, String) {
    (line.into(), field.into(), code.into())
}

/// The form that a cart becomes.
fn form_of(gateway: &Gateway, cart: &Value) -> ReturnForm {
    ReturnForm::read(&gateway.returned(|buyer| buyer, cart).text())
}

#[test]
fn every_fault_of_a_line_is_named_by_line_and_field() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.units]\ndefault = \"\"");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let refused = |changes: Value| faults(&gateway.shop().try_cart(&punchout, &bolt_with(changes)));

        let cases = [
            (json!({ "price": { "net": "12.5O" } }), "price.net", "bad-decimal"),
            (json!({ "price": { "net": "12,50" } }), "price.net", "bad-decimal"),
            (json!({ "price": { "net": "1.234,50" } }), "price.net", "bad-decimal"),
            (json!({ "price": { "net": "" } }), "price.net", "bad-decimal"),
            (json!({ "price": { "net": true } }), "price.net", "wrong-type"),
            (json!({ "price": { "net": "-1" } }), "price.net", "price-negative"),
            (json!({ "price": { "net": "1", "per": "0" } }), "price.per", "per-not-positive"),
            (json!({ "price": {} }), "price.net", "missing"),
            (json!({ "price": null }), "price.net", "missing"),
            (json!({ "quantity": "3,5" }), "quantity", "bad-decimal"),
            (json!({ "quantity": "-1" }), "quantity", "quantity-not-positive"),
            (json!({ "quantity": "0" }), "quantity", "quantity-not-positive"),
            (json!({ "quantity": 0.0 }), "quantity", "quantity-not-positive"),
            (json!({ "quantity": null }), "quantity", "missing"),
            (json!({ "quantity": "1.2345" }), "quantity", "bad-quantity"),
            (json!({ "unit": "barleycorn" }), "unit", "unknown-unit"),
            (json!({ "unit": null }), "unit", "unknown-unit"),
            (json!({ "name": null, "product_id": null }), "name", "missing"),
            (json!({ "name": " ", "product_id": "" }), "name", "missing"),
            (json!({ "kind": "gift" }), "kind", "unknown-kind"),
            (json!({ "kind": "discount", "price": { "net": "-5.00" } }), "kind", "discount-refused"),
            (json!({ "product_id": "9".repeat(41) }), "VENDORMAT", "too-long"),
        ];
        for (changes, field, code) in cases {
            let found = refused(changes.clone());
            assert!(found.contains(&fault("1", field, code)), "{changes}: {found:?}");
            let same_place = found.iter().filter(|(_, known, _)| known == field).count();
            assert_eq!(same_place, 1, "once is enough for {changes}: {found:?}");
        }
        assert_eq!(gateway.shop().status(&punchout)["return_url"], Value::Null, "nothing was laid down");
        // With all that, the punchout is still good for a right cart.
        gateway.shop().cart(&punchout, &bolts());
    });
}

#[test]
fn what_is_wrong_with_the_cart_as_a_whole_is_named_without_a_line() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let refused = |cart: Value| faults(&gateway.shop().try_cart(&punchout, &cart));

        let lines = bolts()["lines"].clone();
        assert_eq!(refused(json!({ "lines": lines })), [fault("", "currency", "missing")]);
        assert_eq!(refused(json!({ "currency": "euro", "lines": lines })), [fault("", "currency", "bad-currency")]);
        assert_eq!(refused(json!({ "currency": "EUR", "lines": [] })), [fault("", "lines", "empty-cart")]);
        assert_eq!(refused(json!({ "currency": "EUR" })), [fault("", "lines", "missing")]);
    });
}

#[test]
fn several_faults_are_told_at_once_with_the_ids_of_their_lines() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let good = bolts()["lines"][0].clone();
        let line = |id: &str, changes: Value| {
            let mut line = good.clone();
            line["id"] = id.into();
            put_over(&mut line, &changes);
            line
        };
        let cart = json!({ "lines": [
            line("a", json!({ "quantity": "none", "price": { "net": "1,5" } })),
            line("b", json!({})),
            line("c", json!({ "kind": "gift", "name": 7 })),
        ]});
        let answer = gateway.shop().try_cart(&punchout, &cart);
        let mut found = faults(&answer);
        found.sort();
        let expected = [
            fault("", "currency", "missing"),
            fault("1", "price.net", "bad-decimal"),
            fault("1", "quantity", "bad-decimal"),
            fault("3", "kind", "unknown-kind"),
            fault("3", "name", "wrong-type"),
        ];
        assert_eq!(found, expected);
        let faults = answer.json()["faults"].clone();
        let ids: Vec<&str> = faults.as_array().expect("faults").iter().filter_map(|f| f["line_id"].as_str()).collect();
        assert_eq!(ids, ["a", "a", "c", "c"]);
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains('5')), "it says how many");
    });
}

#[test]
fn what_is_not_a_json_object_is_no_cart() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let path = format!("/api/v1/punchouts/{}/cart", gateway.punch_out());
        for body in ["", "{", "currency=EUR", "[]", "\"cart\"", "null"] {
            let answer = gateway.shop().send(&path, "application/json", body);
            assert_eq!(answer.refusal(), (400, "cart-malformed".into()), "{body:?}");
        }
        // No nesting is too deep to be refused in words.
        let nested = gateway.shop().send(&path, "application/json", "[".repeat(100_000));
        assert_eq!(nested.refusal(), (400, "cart-malformed".into()));
    });
}

#[test]
fn ten_thousand_lines_are_taken_and_one_more_is_refused() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let lines = |count: usize| {
            let line = json!({ "product_id": "SW-1", "name": "Bolt", "quantity": "1", "unit": "piece", "price": { "net": "1" } });
            json!({ "currency": "EUR", "lines": vec![line; count] })
        };
        let refused = gateway.shop().try_cart(&punchout, &lines(10_001));
        assert_eq!(refused.refusal(), (413, "cart-too-many-lines".into()));
        assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.contains("10001")));

        let page = get(&gateway.shop().cart(&punchout, &lines(10_000))).text();
        assert_eq!(page.matches("NEW_ITEM-DESCRIPTION[").count(), 10_000);
        assert!(page.contains("NEW_ITEM-DESCRIPTION[10000]"));
    });
}

#[test]
fn ten_thousand_faulty_lines_are_all_named() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let line = json!({ "name": "Bolt", "quantity": "1", "price": { "net": "1,5" } });
        let cart = json!({ "currency": "EUR", "lines": vec![line; 10_000] });
        let found = faults(&gateway.shop().try_cart(&punchout, &cart));
        assert_eq!(found.len(), 10_000);
        assert_eq!(found[9_999], fault("10000", "price.net", "bad-decimal"));
    });
}

#[test]
fn a_cart_of_more_than_four_mebibytes_is_refused() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        const LIMIT: usize = 4 * 1024 * 1024;
        let body = |size: usize| {
            let cart = |text: &str| bolt_with(json!({ "description": text })).to_string();
            let body = cart(&"x".repeat(size - cart("").len()));
            assert_eq!(body.len(), size);
            body
        };
        let path = format!("/api/v1/punchouts/{punchout}/cart");
        let refused = gateway.shop().send(&path, "application/json", body(LIMIT + 1));
        assert_eq!(refused.refusal(), (413, "cart-too-large".into()));
        let taken = gateway.shop().send(&path, "application/json", body(LIMIT));
        assert_eq!(taken.status, 201, "{}", taken.text());
    });
}

#[test]
fn numbers_are_exact_whether_they_come_as_strings_or_as_json_numbers() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        // As text: serde_json in the test must not be the one that keeps them exact.
        let prices = ["0.1", "12.345", "0.3", "\"0.1\"", "1e2", "99999999999.999", "0.00725", "0.0001"];
        let lines: Vec<String> = prices
            .iter()
            .map(|price| format!(r#"{{"name":"Bolt","quantity":0.1,"unit":"piece","price":{{"net":{price}}}}}"#))
            .collect();
        let cart = format!(r#"{{"currency":"EUR","lines":[{}]}}"#, lines.join(","));
        let punchout = gateway.punch_out();
        let taken = gateway.shop().send(&format!("/api/v1/punchouts/{punchout}/cart"), "application/json", cart);
        assert_eq!(taken.status, 201, "{}", taken.text());
        assert_eq!(taken.json()["notices"], json!([]));

        let form = ReturnForm::read(&get(taken.json()["return_url"].as_str().expect("a return_url")).text());
        let expected = [
            ("0.100", "1"),
            ("12.345", "1"),
            ("0.300", "1"),
            ("0.100", "1"),
            ("100.000", "1"),
            ("99999999999.999", "1"),
            ("0.725", "100"),
            ("0.001", "10"),
        ];
        for (n, (price, unit)) in (1..).zip(expected) {
            assert_eq!(form.get(&format!("NEW_ITEM-PRICE[{n}]")), Some(price), "line {n}");
            assert_eq!(form.get(&format!("NEW_ITEM-PRICEUNIT[{n}]")), Some(unit), "line {n}");
            assert_eq!(form.get(&format!("NEW_ITEM-QUANTITY[{n}]")), Some("0.100"), "line {n}");
        }
    });
}

#[test]
fn a_price_for_a_hundred_stays_a_price_for_a_hundred() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let form = form_of(&gateway, &bolt_with(json!({ "price": { "net": "12.50", "per": "100" } })));
        assert_eq!(form.get("NEW_ITEM-PRICE[1]"), Some("12.500"));
        assert_eq!(form.get("NEW_ITEM-PRICEUNIT[1]"), Some("100"));
        // 0.0725 for ten is 0.725 for a hundred.
        let form = form_of(&gateway, &bolt_with(json!({ "price": { "net": "0.0725", "per": "10" } })));
        assert_eq!(form.get("NEW_ITEM-PRICE[1]"), Some("0.725"));
        assert_eq!(form.get("NEW_ITEM-PRICEUNIT[1]"), Some("100"));
    });
}

#[test]
fn a_price_that_oci_cannot_write_is_rounded_with_a_notice() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let cart = bolt_with(json!({ "price": { "net": "0.123456789" } }));
        let answer = gateway.shop().try_cart(&gateway.punch_out(), &cart);
        assert_eq!(answer.status, 201);
        let notice = &answer.json()["notices"][0];
        assert_eq!(
            (&notice["line"], &notice["field"], &notice["code"]),
            (&json!("1"), &json!("PRICE"), &json!("rounded"))
        );
        let form = ReturnForm::read(&get(answer.json()["return_url"].as_str().expect("a return_url")).text());
        assert_eq!(form.get("NEW_ITEM-PRICE[1]"), Some("1234.568"));
        assert_eq!(form.get("NEW_ITEM-PRICEUNIT[1]"), Some("10000"));
    });
}

#[test]
fn a_long_name_is_cut_at_a_word_with_a_notice_and_stands_in_full_in_the_long_text() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let name = "Hexagon bolt M8x40 with flange, zinc plated, 100 pieces";
        let cart = bolt_with(json!({ "name": name, "description": "Strength 8.8" }));
        let answer = gateway.shop().try_cart(&gateway.punch_out(), &cart);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let notices = answer.json()["notices"].clone();
        assert_eq!(notices.as_array().map(Vec::len), Some(1), "{notices}");
        let notice = &notices[0];
        assert_eq!(notice["line"], "1");
        assert_eq!(notice["line_id"], "a1");
        assert_eq!(notice["field"], "DESCRIPTION");
        assert_eq!(notice["code"], "truncated");

        let form = ReturnForm::read(&get(answer.json()["return_url"].as_str().expect("a return_url")).text());
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Hexagon bolt M8x40 with flange, zinc"));
        assert_eq!(form.get("NEW_ITEM-LONGTEXT_1:132[]"), Some(&*format!("{name}\n\nStrength 8.8")));
    });
}

#[test]
fn a_description_in_html_arrives_as_plain_text() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let html = "<p>Zinc&nbsp;plated &amp; <b>strong</b>.</p><ul><li>M8</li><li>40&#160;mm</li></ul><script>alert(1)</script>";
        let form = form_of(&gateway, &bolt_with(json!({ "description": html })));
        let text = form.get("NEW_ITEM-LONGTEXT_1:132[]").expect("a long text").replace('\u{a0}', " ");
        assert_eq!(text, "Zinc plated & strong.\n\n- M8\n- 40 mm");
    });
}

#[test]
fn inches_ampersands_and_angle_brackets_survive_the_way_through_html() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let name = r#"19" Rack <b>& 'co'"#;
        let page = gateway.returned(|buyer| buyer, &bolt_with(json!({ "name": name }))).text();
        assert_eq!(ReturnForm::read(&page).get("NEW_ITEM-DESCRIPTION[1]"), Some(name));
        assert!(!page.contains("<b>"), "nothing of it becomes markup");
    });
}

#[test]
fn shipping_and_texts_find_their_place_in_the_oci_cart() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let mut cart = bolts();
        let lines = cart["lines"].as_array_mut().expect("lines");
        lines.push(json!({ "kind": "text", "name": "Please deliver to gate 4" }));
        lines.push(json!({ "kind": "shipping", "name": "Freight", "quantity": 1, "price": { "net": "4.90" } }));
        let form = form_of(&gateway, &cart);
        let longtext = form.get("NEW_ITEM-LONGTEXT_1:132[]").unwrap_or_default();
        assert_eq!(longtext, "Please deliver to gate 4");
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[2]"), Some("Freight"));
        assert_eq!(form.get("NEW_ITEM-SERVICE[2]"), Some("X"));
        assert_eq!(form.get("NEW_ITEM-SERVICE[1]"), None);
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[3]"), None);
    });
}

#[test]
fn a_later_cart_replaces_the_earlier_one_until_the_return() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let first = gateway.shop().cart(&punchout, &bolts());
        let second = gateway.shop().cart(&punchout, &bolt_with(json!({ "quantity": "7" })));
        assert_eq!(first, second, "the address of the return page stays");
        // A faulty one leaves the good one where it is.
        gateway.shop().try_cart(&punchout, &json!({ "currency": "EUR", "lines": [] }));

        let form = ReturnForm::read(&get(&second).text());
        assert_eq!(form.get("NEW_ITEM-QUANTITY[1]"), Some("7.000"));
        assert_eq!(form.get("NEW_ITEM-QUANTITY[2]"), None);
        let late = gateway.shop().try_cart(&punchout, &bolts());
        assert_eq!(late.refusal(), (409, "punchout-returned".into()));
        assert_eq!(ReturnForm::read(&get(&second).text()).fields, form.fields);
    });
}

#[test]
fn a_shop_that_asks_for_html_gets_the_return_page_itself() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let path = format!("/api/v1/punchouts/{punchout}/cart");
        let refused = gateway.shop().send(&path, "text/html", "{}");
        assert_eq!(refused.refusal(), (422, "cart-faulty".into()), "problems stay JSON");
        assert_eq!(gateway.shop().status(&punchout)["state"], "in_shop");

        let page = gateway.shop().send(&path, "text/html,*/*;q=0.5", bolts().to_string());
        assert_eq!(page.status, 201);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").contains("form-action https://srm.example.com"));
        assert_eq!(ReturnForm::read(&page.text()).get("NEW_ITEM-VENDORMAT[1]"), Some("SW-10001"));

        let status = gateway.shop().status(&punchout);
        assert_eq!(status["state"], "returned");
        assert_eq!(gateway.shop().try_cart(&punchout, &bolts()).refusal(), (409, "punchout-returned".into()));
        // The page may be reloaded at its own address.
        let again = get(status["return_url"].as_str().expect("a return_url"));
        assert_eq!(ReturnForm::read(&again.text()).fields, ReturnForm::read(&page.text()).fields);
    });
}

#[test]
fn a_cart_before_the_redeem_is_refused_and_so_is_one_after_leaving() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let shop = gateway.shop();
        // A punchout that nobody redeemed has an id only the log knows.
        let token = gateway.buyer().call().token();
        let mut open = String::new();
        eventually("the opened punchout stands in the log", || {
            let log = gateway.log();
            let entry = log.lines().rev().find(|line| line.contains("opened a punchout")).map(str::to_owned);
            let entry: Value = serde_json::from_str(&entry.unwrap_or_default()).unwrap_or_default();
            open = entry["punchout"].as_str().unwrap_or_default().to_owned();
            !open.is_empty()
        });
        assert_eq!(shop.status(&open)["state"], "open");
        assert_eq!(shop.try_cart(&open, &bolts()).refusal(), (409, "punchout-not-entered".into()));
        // Leaving makes its token worthless.
        assert_eq!(shop.request("DELETE", &format!("/api/v1/punchouts/{open}"), None).status, 204);
        assert_eq!(shop.try_redeem(&token).refusal(), (409, "punchout-closed".into()));

        let left = gateway.punch_out();
        let page = shop.cart(&left, &bolts());
        let path = format!("/api/v1/punchouts/{left}");
        assert_eq!(shop.request("DELETE", &path, None).status, 204);
        assert_eq!(shop.request("DELETE", &path, None).status, 204, "repeating is no error");
        let status = shop.status(&left);
        assert_eq!(status["state"], "closed");
        assert_eq!((&status["return_url"], &status["leave_url"]), (&Value::Null, &Value::Null));
        assert_eq!(shop.try_cart(&left, &bolts()).refusal(), (409, "punchout-closed".into()));
        assert_eq!(as_json(&page).refusal(), (409, "punchout-closed".into()));
    });
}

fn as_json(url: &str) -> Answer {
    Answer::of(client().get(url).header("accept", "application/json").send().expect("an answer"))
}

#[test]
fn the_browser_may_leave_by_its_link_and_is_shown_the_way_back() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let call = gateway.buyer().with("OCICANCEL", "https://srm.example.com/cancel?sid=7").call();
        let entry = gateway.shop().redeem(&call.token());
        let punchout = entry["punchout"].as_str().expect("an id").to_owned();
        let leave = gateway.shop().status(&punchout)["leave_url"].as_str().expect("a leave_url").to_owned();
        assert_eq!(entry["leave_url"], leave.as_str(), "the shop learns it when the buyer comes");
        assert!(leave.starts_with(&format!("{}/leave/", gateway.url)));
        let page = get(&leave);
        assert_eq!(page.status, 200);
        assert!(page.text().contains("https://srm.example.com/cancel?sid=7"), "{}", page.text());
        assert_eq!(gateway.shop().status(&punchout)["state"], "closed");
        assert_eq!(get(&leave).status, 200, "a reload shows it again");
        assert_eq!(as_json(&leave.replace("/leave/", "/return/")).refusal(), (409, "punchout-closed".into()));

        // A cancel address that the system's list does not allow is never shown.
        let call = gateway.buyer().with("OCICANCEL", "https://evil.example/").call();
        let punchout = gateway.shop().redeem(&call.token())["punchout"].as_str().expect("an id").to_owned();
        let leave = gateway.shop().status(&punchout)["leave_url"].as_str().expect("a leave_url").to_owned();
        assert!(!get(&leave).text().contains("evil.example"));
    });
}

#[test]
fn after_the_return_there_is_nothing_to_leave_and_before_the_cart_nothing_to_return() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let shop = gateway.shop();
        let punchout = gateway.punch_out();
        let leave = shop.status(&punchout)["leave_url"].as_str().expect("a leave_url").to_owned();
        let early = as_json(&leave.replace("/leave/", "/return/"));
        assert_eq!(early.refusal(), (409, "nothing-to-return".into()));

        // Who called in German is told so in German, also by pages that the browser asks for in no language.
        let german = gateway.buyer().with("sap-language", "DE").call();
        let called = shop.redeem(&german.token())["punchout"].as_str().expect("an id").to_owned();
        let gone = shop.status(&called)["leave_url"].as_str().expect("a leave_url").to_owned();
        assert!(get(&gone.replace("/leave/", "/return/")).text().contains("lang=\"de\""));

        let page = shop.cart(&punchout, &bolts());
        get(&page);
        let status = shop.status(&punchout);
        assert_eq!((&status["state"], &status["leave_url"]), (&json!("returned"), &Value::Null));
        assert_eq!(status["return_url"], page);
        let deleted = shop.request("DELETE", &format!("/api/v1/punchouts/{punchout}"), None);
        assert_eq!(deleted.refusal(), (409, "punchout-returned".into()));
        assert_eq!(as_json(&leave).refusal(), (409, "punchout-returned".into()));
        assert_eq!(get(&page).status, 200);
    });
}

#[test]
fn a_punchout_that_ran_out_takes_no_cart_and_returns_none() {
    on_both_databases(|mut installation| {
        installation.set("punchout_lifetime", "1s");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let shop = gateway.shop();
        let punchout = gateway.punch_out();
        let page = shop.cart(&punchout, &bolts());
        let leave = shop.status(&punchout)["leave_url"].as_str().expect("a leave_url").to_owned();
        thread::sleep(Duration::from_millis(1_050));
        assert_eq!(shop.try_cart(&punchout, &bolts()).refusal(), (410, "punchout-expired".into()));
        assert_eq!(as_json(&page).refusal(), (410, "punchout-expired".into()));
        assert_eq!(as_json(&leave).refusal(), (410, "punchout-expired".into()));
        let status = shop.status(&punchout);
        assert_eq!(status["state"], "expired");
        assert_eq!((&status["return_url"], &status["leave_url"]), (&Value::Null, &Value::Null));
        let deleted = shop.request("DELETE", &format!("/api/v1/punchouts/{punchout}"), None);
        assert_eq!(deleted.refusal(), (410, "punchout-expired".into()));
    });
}

#[test]
fn another_shops_punchout_is_as_unknown_as_none() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_other_shop();
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let other = gateway.other_shop();
        for id in [punchout.as_str(), "01J9ZK3W8R5T2Q4M6N8P0S1VXY", "nonsense"] {
            let path = format!("/api/v1/punchouts/{id}");
            let unknown = (404, "punchout-unknown".to_owned());
            assert_eq!(other.request("GET", &path, None).refusal(), unknown, "{id}");
            assert_eq!(other.request("DELETE", &path, None).refusal(), unknown, "{id}");
            assert_eq!(other.try_cart(id, &bolts()).refusal(), unknown, "{id}");
        }
        assert_eq!(gateway.shop().status(&punchout)["state"], "in_shop");
    });
}

#[test]
fn what_is_wrong_with_a_line_and_what_another_would_break_is_told_at_once() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let cart = serde_json::json!({ "currency": "EUR", "lines": [
            { "id": "a", "name": "Bolt", "quantity": "0", "price": { "net": "1" } },
            { "id": "b", "name": "Nut", "product_id": "x".repeat(41), "quantity": "1", "price": { "net": "1" } },
            { "id": "c", "name": "Voucher", "kind": "discount", "quantity": "1", "price": { "net": "-5" } },
        ] });
        let refused = gateway.shop().try_cart(&punchout, &cart);
        assert_eq!(refused.refusal(), (422, "cart-faulty".into()));
        let faults = refused.json()["faults"].as_array().expect("faults").clone();
        let named: Vec<_> = faults.iter().map(|fault| (fault["line"].as_str(), fault["field"].as_str())).collect();
        assert!(named.contains(&(Some("1"), Some("quantity"))), "{named:?}");
        assert!(named.contains(&(Some("2"), Some("VENDORMAT"))), "{named:?}");
        assert!(named.contains(&(Some("3"), Some("kind"))), "{named:?}");
    });
}
