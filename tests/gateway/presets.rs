//! What each known buyer gets: a full call as he makes it, a cart, and the form that comes of it.
//!
//! Every folder of `tests/golden/` is one buyer: `system.toml` (what is set in the gateway), `call.txt` (his HTTP request),
//! `cart.json` (what the shop hands over) and `form.txt` (what he finds). They are documentation as much as tests: with
//! `PUNCHGATE_WRITE_DOCS=1` every `form.txt` is written anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use serde_json::Value;

use crate::support::{API_KEY, Gateway, Installation, PASSWORD, ReturnForm, get, on_both_databases};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The folders in their order.
fn cases() -> Vec<String> {
    let entries = fs::read_dir(golden()).expect("the folder of golden files");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a folder").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

fn file(case: &str, name: &str) -> String {
    let path = golden().join(case).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One system a folder, all for the same customer.
fn setup(installation: &Installation, cases: &[String]) -> String {
    let mut toml = format!(
        r#"
[[shop]]
slug = "acme"
name = "Acme Tools"
website = "https://shop.acme.example"
account = "owner@acme.example"
connector = {{ kind = "redirect", entry_url = "https://shop.acme.example/punchout/enter" }}
api_key = "{API_KEY}"

[[customer]]
shop = "acme"
number = "10001"
email = "buyer@acme-customer.example"
password = "{PASSWORD}"
"#
    );
    for case in cases {
        let keys = installation.issue("system");
        keys.iter().for_each(|key| installation.connect(key));
        let (system, customer, own) = (&keys[0], &keys[1], file(case, "system.toml"));
        write!(
            toml,
            r#"
[[system]]
shop = "acme"
slug = "{case}"
name = "{case}"
license = "{system}"
{own}
[[assignment]]
system = "{case}"
customer = "10001"
license = "{customer}"
"#
        )
        .expect("text");
    }
    toml
}

/// Makes the call of a file: its method, its address and its body as they stand there.
fn call(gateway: &Gateway, case: &str) -> crate::support::Answer {
    let text = file(case, "call.txt");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut start = head.lines().next().expect("a request line").split(' ');
    let (method, address) = (start.next().expect("a method"), start.next().expect("an address"));
    assert!(address.starts_with(&format!("/oci/{case}")), "{case}: {address}");
    let body = Some(body.trim_end()).filter(|body| !body.is_empty());
    gateway.send(method, address, body)
}

/// The form and what the shop was told, as a text.
fn written(form: &ReturnForm, accepted: &Value) -> String {
    let mut text = format!("{} {}\n", form.method.to_uppercase(), form.action);
    writeln!(text, "target: {}\ncharset: {}\n", form.target, form.accept_charset).expect("text");
    for (name, value) in &form.fields {
        let value = match name.as_str() {
            "~xmlDocument" => indented(value),
            _ => value.clone(),
        };
        let mut lines = value.lines();
        writeln!(text, "{name} = {}", lines.next().unwrap_or_default()).expect("text");
        lines.for_each(|line| writeln!(text, "    {line}").expect("text"));
    }
    let notices = accepted["notices"].as_array().expect("notices");
    if !notices.is_empty() {
        text.push_str("\nThe shop is told:\n");
    }
    for notice in notices {
        let member = |name: &str| notice[name].as_str().expect("a text");
        let line = if member("line").is_empty() { "cart".to_owned() } else { format!("line {}", member("line")) };
        writeln!(text, "- {line}, {}, {}: {}", member("field"), member("code"), member("message")).expect("text");
    }
    text
}

/// The document that stands in a field as base64, a line an element.
fn indented(value: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value).expect("base64 without line breaks");
    let document = String::from_utf8(bytes).expect("UTF-8");
    format!("(base64 of)\n{}", document.replace("><", ">\n<"))
}

#[test]
fn every_known_buyer_gets_the_form_that_stands_written() {
    let cases = cases();
    for preset in ["sap-srm", "sap-me", "s4hana", "basware", "ifs", "unite", "onventis", "odoo", "generic"] {
        assert!(cases.iter().any(|case| case == preset), "{preset} has no golden files");
    }
    on_both_databases(|installation| {
        installation.apply(&setup(&installation, &cases));
        let gateway = installation.serve();
        let mut wrong = Vec::new();
        for case in &cases {
            let entered = call(&gateway, case);
            let entry = gateway.shop().redeem(&entered.token());
            let cart: Value = serde_json::from_str(&file(case, "cart.json")).expect("JSON");
            let handed = gateway.shop().try_cart(entry["punchout"].as_str().expect("an id"), &cart);
            assert_eq!(handed.status, 201, "{case}: {}", handed.text());
            let accepted = handed.json();
            let page = get(accepted["return_url"].as_str().expect("an address"));
            let (html, ..) = encoding_rs::Encoding::for_label(
                page.header("content-type").rsplit('=').next().unwrap_or_default().as_bytes(),
            )
            .expect("a charset")
            .decode(&page.bytes);
            let found = written(&ReturnForm::read(&html), &accepted);
            if std::env::var_os("PUNCHGATE_WRITE_DOCS").is_some() {
                fs::write(golden().join(case).join("form.txt"), &found).expect("the file");
            } else if found != file(case, "form.txt") {
                wrong.push(format!("{case}:\n{found}"));
            }
        }
        assert!(
            wrong.is_empty(),
            "PUNCHGATE_WRITE_DOCS=1 cargo test --test gateway presets:: writes these\n\n{}",
            wrong.join("\n")
        );
    });
}
