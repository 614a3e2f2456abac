//! The truth about encodings: Chromium submits a page by itself, and werkzeug tells what came.

use crate::carts::{FIELDS, Line, cart_json, returned};
use crate::chrome::Chrome;
use crate::parsers::{Names, Told, werkzeug};
use crate::submission::Page;
use crate::support::Installation;

#[test]
fn a_browser_sends_what_the_page_says_in_every_charset() {
    let Some(werkzeug) = werkzeug() else { return };
    let hooks = format!("hooks = [\"{}\"]\n{FIELDS}", werkzeug.url("/"));
    let acme = Installation::on_sqlite().with_acme(&hooks);
    let gateway = acme.installation.serve();
    let Some(chrome) = Chrome::start("de", &gateway.url) else { return };
    for (label, free) in [
        ("iso-8859-1", "Größe <M> & 19\" ½ 'x' [1] +%41 ÿ"),
        ("utf-8", "Größe <M> & 19\" 5 € Łódź 👩‍🔧 中文 [1] +%41"),
        ("windows-1252", "Größe <M> & 19\" 5 € „x“ – … Š [1] +%41"),
    ] {
        let cart = [Line {
            free: free.to_owned(),
            note: Some("  inner  blanks  ".trim().to_owned()),
            long: "one\ntwo & <b>".to_owned(),
        }];
        let answer = returned(&gateway, label, &werkzeug.url(&format!("/{label}")), &cart_json(&cart));
        let page = Page::read(&answer);
        let punchout = returned_url(&gateway, label, &werkzeug.url(&format!("/{label}")), &cart);
        chrome.open(&punchout);
        chrome.arrive(&format!("/{label}"));
        chrome.see("\"body\"");
        let told = serde_json::from_str(chrome.text().trim()).expect("what werkzeug tells");
        let told = Told::from_json(&told);
        if let Told::Read { body, .. } = &told {
            // Byte for byte what the standard says and what the other tests send.
            assert_eq!(String::from_utf8_lossy(body), String::from_utf8_lossy(&page.urlencoded().body), "{label}");
        }
        let Some(form) = told.form() else { continue };
        assert_eq!(form.field(Names::Flat, "NEW_ITEM-FREE[1]"), Some(free.as_bytes()), "{label}");
        assert_eq!(form.field(Names::Flat, "NEW_ITEM-LONGTEXT_1:132[]"), Some(&b"one\r\ntwo & <b>"[..]));
        assert_eq!(form.count(), page.form.fields.len());
    }
}

/// The path of a return page that nobody has opened yet.
fn returned_url(gateway: &crate::support::Gateway, label: &str, hook: &str, cart: &[Line]) -> String {
    let call = gateway.buyer().with("http_content_charset", label).with("HOOK_URL", hook).call();
    let entry = gateway.shop().redeem(&call.token());
    let url = gateway.shop().cart(entry["punchout"].as_str().expect("an id"), &cart_json(cart));
    url.split_once("/return/").map(|(_, ticket)| format!("/return/{ticket}")).expect("a return page")
}
