//! The page that carries the cart back: its headers, its form, its charset.

use serde_json::json;

use crate::support::{API_KEY, Answer, Buyer, HOOK, ReturnForm, bolts, client, eventually, get, on_both_databases};

/// The policy's directives by name.
fn policy(page: &Answer) -> std::collections::BTreeMap<String, String> {
    let policy = page.header("content-security-policy");
    let directives = policy.split(';').filter_map(|directive| directive.trim().split_once(' '));
    directives.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn elements(html: &str, selector: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let page = scraper::Html::parse_document(html);
    let selector = scraper::Selector::parse(selector).expect("a selector");
    let attributes = |element: scraper::ElementRef| {
        element.value().attrs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    page.select(&selector).map(attributes).collect()
}

#[test]
fn the_page_runs_its_own_script_only_and_sends_to_the_hooks_origin_only() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"https://srm.example.com:8443\"]");
        let gateway = acme.installation.serve();
        let page =
            gateway.returned(|buyer| buyer.with("HOOK_URL", "https://srm.example.com:8443/return?sid=7"), &bolts());
        let policy = policy(&page);
        assert_eq!(policy["default-src"], "'none'");
        assert_eq!(policy["base-uri"], "'none'");
        assert_eq!(policy["form-action"], "https://srm.example.com:8443");

        let html = page.text();
        let nonce = elements(&html, "script")[0]["nonce"].clone();
        assert!(nonce.len() >= 22, "{nonce}");
        assert_eq!(policy["script-src"], format!("'nonce-{nonce}'"));
        assert_eq!(policy["style-src"], format!("'nonce-{nonce}'"));
        assert_eq!(elements(&html, "style")[0]["nonce"], nonce);
        assert_eq!((elements(&html, "script").len(), elements(&html, "script[src], link, img, iframe").len()), (1, 0));

        let other = gateway.returned(|buyer| buyer.with("HOOK_URL", "https://srm.example.com:8443/"), &bolts());
        assert_ne!(elements(&other.text(), "script")[0]["nonce"], nonce, "a nonce is used once");
    });
}

#[test]
fn the_page_is_kept_by_no_cache_tells_no_referrer_and_may_stand_in_a_frame() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let page = gateway.returned(|buyer| buyer, &bolts());
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.headers.get("x-frame-options").is_none());
        assert!(!page.header("content-security-policy").contains("frame-ancestors"));
        assert!(page.headers.get("cross-origin-opener-policy").is_none(), "a named target needs the window relation");
        assert!(page.headers.get("set-cookie").is_none());
    });
}

#[test]
fn the_form_has_a_visible_button_and_no_named_inputs_but_ocis() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let html = gateway.returned(|buyer| buyer, &bolts()).text();
        let buttons = elements(&html, "form button");
        assert_eq!(buttons.len(), 1);
        assert_eq!(buttons[0].get("type").map(String::as_str), Some("submit"));
        assert!(!buttons[0].contains_key("name") && !buttons[0].contains_key("hidden"), "{buttons:?}");
        assert_eq!(elements(&html, "form").len(), 1);
        for named in elements(&html, "[name]:not(meta)") {
            assert!(named["name"].starts_with("NEW_ITEM-"), "{named:?}");
            assert_eq!(named["type"], "hidden");
        }
    });
}

#[test]
fn a_system_without_auto_submit_gets_a_page_without_script() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\nauto_submit = false");
        let gateway = acme.installation.serve();
        let html = gateway.returned(|buyer| buyer, &bolts()).text();
        assert_eq!((elements(&html, "script").len(), elements(&html, "form button").len()), (0, 1));
    });
}

#[test]
fn a_cart_is_not_sent_to_an_address_that_is_allowed_no_more() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let return_url = gateway.shop().cart(&gateway.punch_out(), &bolts());
        acme.installation.apply(&acme.setup("hooks = [\"https://other.example.com\"]"));
        eventually("the list is in force", || gateway.buyer().call().status == 400);
        assert_eq!(get(&return_url).status, 400, "{}", get(&return_url).text());
        acme.installation.apply(&acme.setup(""));
        eventually("the list is in force", || gateway.buyer().call().status == 303);
        assert_eq!(ReturnForm::read(&get(&return_url).text()).action, crate::support::HOOK, "nothing is lost");
    });
}

#[test]
fn the_return_into_sap_gui_goes_to_its_pseudo_address() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"SAPEVENT:POST\"]\n[system.form]\nmethod = \"GET\"");
        let gateway = acme.installation.serve();
        let page = gateway.returned(|buyer| buyer.with("HOOK_URL", "SAPEVENT:POST"), &bolts());
        let form = ReturnForm::read(&page.text());
        assert_eq!((form.action.as_str(), form.method.as_str()), ("SAPEVENT:POST", "post"));
        assert_eq!(policy(&page)["form-action"], "sapevent:");
    });
}

/// A product whose words use what ISO 8859-1 has and what it lacks.
fn charset_cart() -> serde_json::Value {
    let mut cart = bolts();
    cart["lines"][0]["name"] = "Größe 5 € – Łódź".into();
    cart
}

#[test]
fn the_charset_that_the_call_asks_for_is_that_of_header_page_form_and_bytes() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let page = gateway.returned(|buyer| buyer.with("http_content_charset", "ISO-8859-1"), &charset_cart());
        assert_eq!(page.header("content-type"), "text/html; charset=iso-8859-1");
        // Browsers mean windows-1252 by it: the euro sign and the dash have bytes, the Polish letters are written as their Latin ones.
        let description = b"Gr\xf6\xdfe 5 \x80 \x96 L\xf3dz";
        assert!(page.bytes.windows(description.len()).any(|bytes| bytes == description), "{}", page.text());
        let html = encoding_rs::WINDOWS_1252.decode(&page.bytes).0.into_owned();
        assert!(!html.contains("&#"), "{html}");
        assert_eq!(elements(&html, "meta[charset]")[0]["charset"], "iso-8859-1");
        let form = ReturnForm::read(&html);
        assert_eq!(form.accept_charset, "iso-8859-1");
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Größe 5 € – Lódz"));
    });
}

#[test]
fn a_buyer_who_takes_iso_8859_1_by_the_letter_gets_no_byte_that_it_lacks() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\ncharset = \"auto-strict\"");
        let gateway = acme.installation.serve();
        let page = gateway.returned(|buyer| buyer.with("OCI_VERSION", "4.0"), &charset_cart());
        assert_eq!(page.header("content-type"), "text/html; charset=iso-8859-1");
        let description = b"Gr\xf6\xdfe 5 EUR - L\xf3dz";
        assert!(page.bytes.windows(description.len()).any(|bytes| bytes == description), "{}", page.text());
        assert!(!page.bytes.iter().any(|byte| (0x80..0xa0).contains(byte)));
    });
}

#[test]
fn what_a_charset_lacks_is_told_to_the_shop_and_never_changes_an_article_number() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\ncharset = \"iso-8859-1\"");
        let gateway = acme.installation.serve();
        let handed = gateway.shop().try_cart(&gateway.punch_out(), &charset_cart());
        let notice = &handed.json()["notices"][0];
        assert_eq!((&notice["line"], &notice["line_id"]), (&json!("1"), &json!("a1")));
        assert_eq!((&notice["field"], &notice["code"]), (&json!("DESCRIPTION"), &json!("transliterated")));
        assert_eq!(notice["message"], "\"Ł\", \"ź\" is not in iso-8859-1 and was written in its letters.");

        let mut cart = bolts();
        cart["lines"][0]["product_id"] = "ŁOŻ-6204".into();
        let refused = gateway.shop().try_cart(&gateway.punch_out(), &cart);
        assert_eq!(refused.refusal(), (422, "cart-faulty".into()));
        let faults = refused.json()["faults"].clone();
        assert_eq!(
            (&faults[0]["field"], &faults[0]["code"]),
            (&json!("VENDORMAT"), &json!("not-in-charset")),
            "{faults}"
        );
    });
}

#[test]
fn without_a_wish_the_version_decides_and_without_a_version_the_page_is_utf_8() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let charset = |parameters: &[(&str, &str)]| {
            let call = |buyer| parameters.iter().fold(buyer, |buyer: Buyer, (n, v)| buyer.with(n, v));
            gateway.returned(call, &charset_cart()).header("content-type").to_owned()
        };
        assert_eq!(charset(&[("OCI_VERSION", "4.0")]), "text/html; charset=iso-8859-1");
        assert_eq!(charset(&[("OCI_VERSION", "4.0"), ("http_content_charset", "utf-8")]), "text/html; charset=utf-8");
        assert_eq!(charset(&[("http_content_charset", "klingon")]), "text/html; charset=utf-8");
        assert_eq!(charset(&[("http_content_charset", "utf-16")]), "text/html; charset=utf-8");

        let page = gateway.returned(|buyer| buyer, &charset_cart());
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let form = ReturnForm::read(&page.text());
        assert_eq!(form.accept_charset, "utf-8");
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Größe 5 € – Łódź"));
    });
}

#[test]
fn the_target_is_the_calls_frame_if_it_can_be_one_and_else_the_whole_window() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let target = |parameters: &[(&str, &str)]| {
            let call = |buyer| parameters.iter().fold(buyer, |buyer: Buyer, (n, v)| buyer.with(n, v));
            ReturnForm::read(&gateway.returned(call, &bolts()).text()).target
        };
        assert_eq!(target(&[]), "_top");
        assert_eq!(target(&[("~TARGET", "_parent")]), "_parent");
        assert_eq!(target(&[("~target", "basket-frame")]), "basket-frame");
        assert_eq!(target(&[("returntarget", "srm.main_1"), ("~TARGET", "_parent")]), "srm.main_1");
        assert_eq!(target(&[("returntarget", "_top\" onmouseover=\"alert(1)"), ("~TARGET", "_parent")]), "_parent");
        assert_eq!(target(&[("returntarget", "two words"), ("~TARGET", "<b>")]), "_top");
    });
}

#[test]
fn a_systems_own_target_and_charset_stand_above_the_call() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\ntarget = \"_self\"\ncharset = \"utf-8\"");
        let gateway = acme.installation.serve();
        let page = gateway.returned(
            |buyer| buyer.with("returntarget", "_parent").with("http_content_charset", "iso-8859-1"),
            &bolts(),
        );
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(ReturnForm::read(&page.text()).target, "_self");
    });
}

/// The control fields of the form, in its order.
fn control_fields(form: &ReturnForm) -> Vec<(&str, &str)> {
    form.fields.iter().filter(|(name, _)| name.starts_with('~')).map(|(n, v)| (n.as_str(), v.as_str())).collect()
}

#[test]
fn control_fields_go_back_as_they_came_always_or_never() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let form = |sent: &[(&str, &str)]| {
            let call = |buyer| sent.iter().fold(buyer, |buyer: Buyer, (n, v)| buyer.with(n, v));
            ReturnForm::read(&gateway.returned(call, &bolts()).text())
        };
        assert_eq!(control_fields(&form(&[])), []);
        let all = [("~OkCode", "ADDI"), ("~target", "_top"), ("~CALLER", "CTLG")];
        assert_eq!(control_fields(&form(&all)), all);
        // Values that the standard does not know stay here.
        assert_eq!(control_fields(&form(&[("~OkCode", "DROP"), ("~CALLER", "CTLG")])), [("~CALLER", "CTLG")]);

        for (echo, expected) in
            [("always", vec![("~OkCode", "ADDI"), ("~TARGET", "_top"), ("~CALLER", "CTLG")]), ("never", vec![])]
        {
            acme.installation.apply(&acme.setup(&format!("[system.form]\necho = \"{echo}\"")));
            eventually("the new echo is in force", || control_fields(&form(&all)) == expected);
            if echo == "always" {
                assert_eq!(control_fields(&form(&[])), expected);
            }
        }
    });
}

#[test]
fn the_hooks_own_query_stays_or_becomes_fields_and_always_fields_with_get() {
    on_both_databases(|installation| {
        const QUERY: &str = "https://srm.example.com/return?sid=7&a=1&a=%C3%BC+x&~OkCode=EVIL&NEW_ITEM-PRICE%5B1%5D=0";
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let form = || ReturnForm::read(&gateway.returned(|buyer| buyer.with("HOOK_URL", QUERY), &bolts()).text());
        let kept = form();
        assert_eq!((kept.action.as_str(), kept.method.as_str()), (QUERY, "post"));
        assert_eq!(kept.get("sid"), None);

        for (settings, method) in [("hook_query = \"split\"", "post"), ("method = \"GET\"", "get")] {
            acme.installation.apply(&acme.setup(&format!("[system.form]\n{settings}")));
            eventually(settings, || form().action == "https://srm.example.com/return" && form().method == method);
            let split = form();
            let first: Vec<(&str, &str)> =
                split.fields.iter().take(3).map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(first, [("sid", "7"), ("a", "1"), ("a", "ü x")], "in order, duplicates too, before the items");
            // The hook never speaks for control fields or items.
            assert_eq!(split.get("~OkCode"), None);
            let prices: Vec<&str> =
                split.fields.iter().filter(|(name, _)| name == "NEW_ITEM-PRICE[1]").map(|(_, v)| v.as_str()).collect();
            assert_eq!(prices, ["12.500"]);
        }
    });
}

#[test]
fn a_buyer_who_counts_from_nought_and_wants_empty_fields_gets_them() {
    on_both_databases(|installation| {
        let acme = installation
            .with_acme("[system.form]\nfirst_index = 0\nempty_fields = true\nlongtext = \"NEW_ITEM-LONGTEXT[{n}]\"");
        let gateway = acme.installation.serve();
        let mut cart = bolts();
        let mut second = cart["lines"][0].clone();
        second["id"] = "a2".into();
        second["description"] = "Zinc plated".into();
        cart["lines"].as_array_mut().expect("lines").push(second);
        let form = ReturnForm::read(&gateway.returned(|buyer| buyer, &cart).text());
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[0]"), Some("Hex bolt M8x40"));
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Hex bolt M8x40"));
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[2]"), None);
        for field in ["MATNR", "CONTRACT", "EXT_QUOTE_ID", "CUST_FIELD5", "ATTACHMENT"] {
            assert_eq!(form.get(&format!("NEW_ITEM-{field}[0]")), Some(""), "{field}");
        }
        assert_eq!(form.get("NEW_ITEM-LONGTEXT[0]"), Some(""));
        assert_eq!(form.get("NEW_ITEM-LONGTEXT[1]"), Some("Zinc plated"));
        assert!(!form.fields.iter().any(|(name, _)| name.contains(":132")));
    });
}

#[test]
fn the_fields_of_the_apply_file_stand_in_place_of_the_presets() {
    on_both_databases(|installation| {
        let acme = installation.with_acme(
            r#"
[[system.field]]
name = "DESCRIPTION"
from = ["custom.short_text", "name"]
max = 12

[[system.field]]
name = "MATGROUP"
fixed = "27141100"

[[system.field]]
name = "CUST_FIELD1"
from = ["call.costcenter"]

[[system.field]]
name = "VENDORMAT"
from = []
"#,
        );
        let gateway = acme.installation.serve();
        let mut cart = bolts();
        cart["lines"][0]["custom"] = json!({ "short_text": "Bolt of steel M8" });
        let form = ReturnForm::read(&gateway.returned(|buyer| buyer.with("costcenter", "4711"), &cart).text());
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Bolt of"));
        assert_eq!(form.get("NEW_ITEM-MATGROUP[1]"), Some("27141100"));
        assert_eq!(form.get("NEW_ITEM-CUST_FIELD1[1]"), Some("4711"));
        assert_eq!(form.get("NEW_ITEM-VENDORMAT[1]"), None);
        assert_eq!(form.get("NEW_ITEM-EXT_PRODUCT_ID[1]"), Some("SW-10001"), "the preset's others stay");
    });
}

#[test]
fn the_vendor_that_the_call_names_stands_on_every_line() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let mut cart = bolts();
        let second = cart["lines"][0].clone();
        cart["lines"].as_array_mut().expect("lines").push(second);
        cart["lines"][1]["id"] = "a2".into();
        let form = ReturnForm::read(
            &gateway
                .returned(|buyer| buyer.with("NEW_ITEM-VENDOR", "0000100200").with("NEW_ITEM-PRICE[1]", "0"), &cart)
                .text(),
        );
        assert_eq!(form.get("NEW_ITEM-VENDOR[1]"), Some("0000100200"));
        assert_eq!(form.get("NEW_ITEM-VENDOR[2]"), Some("0000100200"));
        assert_eq!(form.get("NEW_ITEM-PRICE[1]"), Some("12.500"), "the price is the shop's");
    });
}

#[test]
fn a_reload_shows_the_same_form_in_the_buyers_language_and_survives_a_restart() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let entry = gateway.shop().redeem(&gateway.buyer().with("sap-language", "D").call().token());
        let url = gateway.shop().cart(entry["punchout"].as_str().expect("an id"), &bolts());
        let without_nonce = |page: &Answer| {
            let html = page.text();
            let nonce = elements(&html, "style")[0]["nonce"].clone();
            html.replace(&nonce, "")
        };
        let first = get(&url);
        assert_eq!(elements(&first.text(), "html")[0]["lang"], "de");
        assert_eq!(without_nonce(&first), without_nonce(&get(&url)));

        let ticket = url.rsplit_once('/').expect("a ticket").1.to_owned();
        assert_eq!(gateway.stop(), Some(0));
        let gateway = acme.installation.serve();
        let after = get(&format!("{}/return/{ticket}", gateway.url));
        assert_eq!(without_nonce(&first), without_nonce(&after));
    });
}

#[test]
fn hostile_texts_of_the_call_never_become_markup() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\nhook_query = \"keep\"\n[[system.field]]\nname = \"CUST_FIELD5\"\nfrom = [\"call.costcenter\"]");
        let gateway = acme.installation.serve();
        let breakout = "\"><script>alert(1)</script>";
        let hook = format!("https://srm.example.com/{breakout}?q='onx='1");
        let page = gateway.returned(
            |buyer| {
                buyer
                    .with("HOOK_URL", &hook)
                    .with("returntarget", "_top\" onmouseover=\"alert(1)")
                    .with("~OkCode", "ADDI\"><img src=x onerror=alert(1)>")
                    .with("~CALLER", "CTLG'><svg onload=alert(1)>")
                    .with("NEW_ITEM-VENDOR", breakout)
                    .with("costcenter", breakout)
            },
            &bolts(),
        );
        let html = page.text();
        let form = ReturnForm::read(&html);
        assert_eq!(form.action, hook, "the address goes out as it was allowed");
        assert_eq!(form.get("NEW_ITEM-CUST_FIELD5[1]"), Some(breakout));
        assert_eq!(form.target, "_top");
        assert_eq!(control_fields(&form), []);
        assert_eq!(elements(&html, "script").len(), 1, "the page's own");
        assert_eq!(elements(&html, "img, svg").len(), 0);
        for element in elements(&html, "*") {
            assert!(!element.keys().any(|name| name.starts_with("on")), "{element:?}");
        }
        assert_eq!(policy(&page)["form-action"], "https://srm.example.com");
    });
}

#[test]
fn a_ticket_that_nobody_issued_opens_nothing() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let url = gateway.shop().cart(&gateway.punch_out(), &bolts());
        let (base, ticket) = url.rsplit_once('/').expect("a ticket");
        let mut forged = ticket.to_owned();
        forged.replace_range(..1, if ticket.starts_with('A') { "B" } else { "A" });
        for unknown in [forged.as_str(), "nonsense", "%00", "01J9ZK3W8R5T2Q4M6N8P0S1VXY", &ticket[..ticket.len() - 1]] {
            for page in [format!("{base}/{unknown}"), format!("{}/leave/{unknown}", gateway.url)] {
                let answer = Answer::of(client().get(&page).header("accept", "application/json").send().expect("one"));
                assert_eq!(answer.refusal(), (404, "ticket-unknown".into()), "{page}");
            }
        }
        let page = get(&format!("{base}/{forged}"));
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "people get a page");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(get(&url).status, 200);
    });
}

#[test]
fn a_hook_that_was_taken_off_the_list_while_the_buyer_shopped_gets_no_cart() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        gateway.shop().cart(&punchout, &bolts());
        acme.installation.apply(&acme.setup("hooks = [\"https://new.example.com\"]"));
        eventually("the new list is in force", || gateway.shop().try_cart(&punchout, &bolts()).status != 201);
        let refused = gateway.shop().try_cart(&punchout, &bolts());
        assert_eq!(refused.refusal(), (400, "hook-host".into()));
        assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.contains("https://srm.example.com")));
    });
}

#[test]
fn what_the_setup_changes_later_does_not_change_a_form_that_is_ready() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let url = gateway.shop().cart(&gateway.punch_out(), &bolts());
        acme.installation.apply(&acme.setup("[system.form]\nmethod = \"GET\"\nfirst_index = 0"));
        let probe = || ReturnForm::read(&gateway.returned(|buyer| buyer, &bolts()).text());
        eventually("the new form is in force", || probe().method == "get");
        let form = ReturnForm::read(&get(&url).text());
        assert_eq!((form.action.as_str(), form.method.as_str()), (HOOK, "post"));
        assert_eq!(form.get("NEW_ITEM-QUANTITY[1]"), Some("3.000"));
        assert!(!get(&url).text().contains(API_KEY));
    });
}
