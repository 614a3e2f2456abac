//! Carts of hard texts on their way from the shop through the gateway into four parsers.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::parsers::{Names, Parser, Tree, php, qs, rack, werkzeug};
use crate::submission::{Page, bytes};
use crate::support::{Acme, Answer, Gateway, HOOK, Installation};
use crate::words::{law, line, lines};

/// Fields of the system that carry a text as it is: no length, no rule of the standard.
pub const FIELDS: &str = r#"
[[system.field]]
name = "FREE"
from = ["custom.free"]
[[system.field]]
name = "NOTE"
from = ["custom.note"]
[[system.field]]
name = "LONGTEXT"
from = ["custom.long"]
"#;

pub fn gateway(form: &str) -> (Acme, Gateway) {
    let acme = Installation::on_sqlite().with_acme(&format!("[system.form]\n{form}\n{FIELDS}"));
    let gateway = acme.installation.serve();
    (acme, gateway)
}

/// One line of a cart: what stands in FREE, perhaps in NOTE, and in LONGTEXT.
#[derive(Clone, Debug)]
pub struct Line {
    pub free: String,
    pub note: Option<String>,
    pub long: String,
}

fn cart_of(label: &str, size: impl Into<prop::collection::SizeRange>) -> BoxedStrategy<Vec<Line>> {
    let texts = (line(label), prop::option::of(line(label)), lines(label));
    prop::collection::vec(texts.prop_map(|(free, note, long)| Line { free, note, long }), size).boxed()
}

pub fn cart_json(lines: &[Line]) -> Value {
    let lines = lines.iter().enumerate().map(|(at, line)| {
        json!({ "product_id": format!("A-{at}"), "name": "Bolt", "quantity": "1", "unit": "piece", "price": { "net": "1" },
            "custom": { "free": line.free, "note": line.note, "long": line.long } })
    });
    json!({ "currency": "EUR", "lines": lines.collect::<Vec<_>>() })
}

pub fn returned(gateway: &Gateway, label: &str, hook: &str, cart: &Value) -> Answer {
    gateway.returned(|buyer| buyer.with("http_content_charset", label).with("HOOK_URL", hook), cart)
}

/// Checks that a parser has read every field of the page and nothing else, and in them what the shop put in.
#[track_caller]
fn says_it_all(parser: &Parser, told: Option<Tree>, page: &Page, cart: &[Line], value: impl Fn(&str) -> Vec<u8>) {
    let Some(told) = told else { return };
    let shown = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let expect = |name: &str, text: &str| {
        let (read, expected) = (told.field(parser.names, name), value(text));
        assert_eq!(read, Some(&expected[..]), "{} reads {name} as {:?}", parser.name, shown(read));
    };
    for (at, line) in cart.iter().enumerate() {
        let n = at + 1;
        expect(&format!("NEW_ITEM-FREE[{n}]"), &line.free);
        expect(&format!("NEW_ITEM-LONGTEXT_{n}:132[]"), &line.long);
        match &line.note {
            Some(note) => expect(&format!("NEW_ITEM-NOTE[{n}]"), note),
            None => assert_eq!(told.field(parser.names, &format!("NEW_ITEM-NOTE[{n}]")), None),
        }
    }
    page.form.fields.iter().for_each(|(name, text)| expect(name, text));
    assert_eq!(told.count(), page.form.fields.len(), "{} has read something else besides", parser.name);
}

#[test]
fn any_text_of_a_cart_arrives_in_every_parser() {
    let (_acme, gateway) = gateway("");
    law(24, cart_of("utf-8", 1..4), |cart| {
        let page = Page::read(&returned(&gateway, "utf-8", HOOK, &cart_json(&cart)));
        let value = |text: &str| page.bytes(text);
        let form = page.urlencoded();
        for (parser, path) in [(php(), "/"), (rack(), "/"), (werkzeug(), "/utf-8"), (qs(), "/whole")] {
            let Some(parser) = parser else { continue };
            says_it_all(parser, parser.post(path, &form).form(), &page, &cart, value);
            if parser.name != "qs" {
                says_it_all(parser, parser.post(path, &page.multipart()).form(), &page, &cart, value);
            }
        }
    });
}

#[test]
fn any_text_arrives_in_the_charset_that_the_call_asks_for() {
    let (_acme, gateway) = gateway("");
    // Parsers of bytes leave the charset to the program behind them; werkzeug and qs read those they know.
    for label in [
        "iso-8859-1",
        "windows-1252",
        "iso-8859-2",
        "iso-8859-15",
        "windows-1250",
        "windows-1251",
        "koi8-r",
        "gbk",
        "shift_jis",
        "euc-kr",
        "big5",
    ] {
        law(5, cart_of(label, 1..3), |cart| {
            let page = Page::read(&returned(&gateway, label, HOOK, &cart_json(&cart)));
            let form = page.urlencoded();
            // So that no reference stands for a letter on both sides.
            assert!(cart.iter().all(|line| !page.encoding.encode(&line.free).2 && !page.encoding.encode(&line.long).2));
            for parser in [php(), rack()].into_iter().flatten() {
                says_it_all(parser, parser.post("/", &form).form(), &page, &cart, |text| page.bytes(text));
                says_it_all(parser, parser.post("/", &page.multipart()).form(), &page, &cart, |text| page.bytes(text));
            }
            let value = |text: &str| bytes(encoding_rs::UTF_8, text);
            let single_byte = page.encoding.is_single_byte();
            if let Some(werkzeug) = werkzeug().filter(|_| single_byte) {
                let told = werkzeug.post(&format!("/{label}"), &form).form();
                says_it_all(werkzeug, told, &page, &cart, value);
            }
            if let Some(qs) = qs().filter(|_| label == "iso-8859-1") {
                says_it_all(qs, qs.post("/whole/iso-8859-1", &form).form(), &page, &cart, value);
            }
        });
    }
}

#[test]
fn a_cart_that_goes_back_by_get_arrives_in_the_query_with_the_hooks_own_fields() {
    let (_acme, gateway) = gateway("method = \"GET\"");
    arrives_split(&gateway, true);
}

#[test]
fn the_query_of_a_split_hook_arrives_beside_the_cart() {
    let (_acme, gateway) = gateway("hook_query = \"split\"");
    arrives_split(&gateway, false);
}

fn arrives_split(gateway: &Gateway, by_get: bool) {
    let own = prop::collection::btree_map("[a-z]{1,6}", line("utf-8"), 1..4);
    law(12, (own, cart_of("utf-8", 1..3)), |(own, cart)| {
        // Twenty lines and their long texts are too much for a URL, and so are some hooks for a call.
        let query: Vec<_> = own.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        let hook = format!("https://srm.example.com/return?{}", query.join("&"));
        let page = Page::read(&returned(gateway, "utf-8", &hook, &cart_json(&cart)));
        assert_eq!(page.form.action, "https://srm.example.com/return");
        let form = page.urlencoded();
        for (parser, path) in [(php(), "/"), (rack(), "/"), (werkzeug(), "/utf-8"), (qs(), "/whole")] {
            let Some(parser) = parser else { continue };
            let told = if by_get { parser.get(path, &form.body).query() } else { parser.post(path, &form).form() };
            for (name, value) in &own {
                let read = told.as_ref().and_then(|told| told.field(Names::Flat, name));
                assert_eq!(read, Some(value.as_bytes()), "{} and {name}", parser.name);
            }
            says_it_all(parser, told, &page, &cart, |text| page.bytes(text));
        }
    });
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
