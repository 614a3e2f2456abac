//! What strangers can send, fed with arbitrary bytes: the bodies of the fuzz targets. `cargo fuzz` runs them for hours
//! (`fuzz/`), the tests here for seconds. A body fails by a panic; it checks what must hold whatever came in.

use std::sync::LazyLock;

use punchgate::catalog::file;
use punchgate::mapping::cart::{Cart, CartError};
use punchgate::mapping::{Context, Mapped};
use punchgate::oci::call::{Call, Facts, Names, Parameters};
use punchgate::oci::charset::Charset;
use punchgate::oci::check::{Buyer, Input, examine};
use punchgate::oci::form_fields::FormFields;
use punchgate::oci::hook::HookPolicy;
use punchgate::oci::item::Item;
use punchgate::oci::page::{Form, FormOptions, HookQuery, Method, PageTexts};
use punchgate::oci::read::{Returned, posted};
use punchgate::oci::rules::Release;
use punchgate::oci::xml;
use punchgate::system::{FUNCTIONS, Profile};

pub struct Target {
    /// As its file in `fuzz/fuzz_targets` and its seeds in `tests/fuzz/seeds` are called.
    pub name: &'static str,
    pub body: fn(&[u8]),
}

pub const TARGETS: &[Target] = &[
    Target { name: "call", body: call },
    Target { name: "hook", body: hook },
    Target { name: "cart", body: cart },
    Target { name: "template", body: template },
    Target { name: "returned", body: returned },
    Target { name: "checker", body: checker },
    Target { name: "catalog", body: catalog },
];

static GENERIC: LazyLock<Profile> = LazyLock::new(|| Profile::read("{}").expect("the generic preset"));
const TEXTS: PageTexts = PageTexts { lang: "en", title: "", heading: "", explanation: "", button: "" };

/// A call: query, line feed, body. Read as it comes, and with the hook at the end of the query.
pub fn call(data: &[u8]) {
    let (query, body) = split(data);
    let tail = query.is_ascii().then_some("HOOK_URL");
    for tail in [None, tail] {
        let Ok(parameters) = Parameters::read(query, body, tail) else { continue };
        let Ok(call) = Call::read(&parameters, &Names::default()) else { continue };
        let policy = HookPolicy::read(&["any".to_owned(), "SAPEVENT:POST".to_owned()]).expect("a policy");
        let Some(hook) = &call.hook else { continue };
        if let Ok(hook) = policy.allow(hook) {
            let form = Form::new(&hook, &call.facts, &FormOptions::default(), FormFields::default());
            assert!(Charset::read(&form.charset).is_some());
        }
    }
}

/// A hook: where the form goes is one of two kinds of addresses, and what it splits into goes home unchanged.
pub fn hook(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let policy = HookPolicy::read(&["any".to_owned(), "SAPEVENT:POST".to_owned()]).expect("a policy");
    let Ok(hook) = policy.allow(text) else { return };
    let lower = hook.as_received().to_ascii_lowercase();
    assert!(["https://", "http://", "sapevent:post"].iter().any(|start| lower.starts_with(start)), "{lower:?}");
    assert!(!lower.contains(char::is_control));
    for method in [Method::Post, Method::Get] {
        let options = FormOptions { method, hook_query: HookQuery::Split, ..FormOptions::default() };
        let form = Form::new(&hook, &Facts::default(), &options, FormFields::default());
        let page = form.page("nonce", &TEXTS);
        assert_eq!(page.matches("<form ").count(), 1);
        assert_eq!(page.matches("<input ").count(), form.fields.len());
    }
    let listed = HookPolicy::read(&["https://srm.example.com/sap".to_owned()]).expect("a policy");
    if let Ok(hook) = listed.allow(text) {
        // With a dot behind it a host is the same to the list, and must be said with its dot to the browser.
        let source = hook.csp_source();
        assert_eq!(source.strip_suffix('.').unwrap_or(&source), "https://srm.example.com");
    }
}

/// A cart: what becomes items is read back from the page as so many items.
pub fn cart(data: &[u8]) {
    let context = Context { customer_number: "10001", shop_name: "Acme", ..Context::default() };
    let mapped = match GENERIC.mapping.read(data, &context) {
        Ok(mapped) => mapped,
        Err(CartError::Faulty { faults, .. }) => {
            assert!(!faults.is_empty());
            return;
        }
        Err(_) => return,
    };
    carries_all(&mapped);
}

fn carries_all(mapped: &Mapped) {
    let policy = HookPolicy::read(&["any".to_owned()]).expect("a policy");
    let hook = policy.allow("https://srm.example.com/r").expect("an allowed hook");
    for charset in ["utf-8", "iso-8859-1"] {
        let facts = Facts { charset: Some(charset.to_owned()), ..Facts::default() };
        let form = Form::new(&hook, &facts, &GENERIC.form, Item::write(&mapped.items, &GENERIC.layout));
        let page = form.encoded_page("nonce", &TEXTS);
        let returned = Returned::from_html(&page, Some(charset)).expect("a form");
        assert_eq!(returned.items.len(), mapped.items.len(), "{charset}");
    }
}

/// A template of an operator on a good cart: it is refused, or it gives items, or a fault that says why not.
pub fn template(data: &[u8]) {
    static CART: LazyLock<Cart> =
        LazyLock::new(|| Cart::read(include_bytes!("seeds/cart/whole.json")).expect("a good cart"));
    let Ok(source) = std::str::from_utf8(data) else { return };
    let own = serde_json::json!({ "field": [
        { "name": "NOTE", "template": source }, { "name": "LONGTEXT", "template": source },
    ] });
    let Ok(profile) = Profile::read(&own.to_string()) else { return };
    let context = Context { customer_number: "10001", shop_name: "Acme", ..Context::default() };
    match profile.mapping.map(&CART, &context) {
        Ok(mapped) => carries_all(&mapped),
        Err(faults) => assert!(!faults.is_empty()),
    }
}

/// A return: as a page in the charset it declares and in two others, and as a posted body.
pub fn returned(data: &[u8]) {
    for charset in [None, Some("utf-8"), Some("iso-8859-1")] {
        let _ = Returned::from_html(data, charset);
    }
    for charset in ["utf-8", "windows-1252", "shift_jis"] {
        let pairs = posted(data, charset);
        let returned = Returned::from_pairs(&pairs);
        assert!(returned.items.len() <= pairs.len());
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = xml::readable(text);
    }
}

/// Whatever somebody pastes into the checker.
pub fn checker(data: &[u8]) {
    static EVERY: LazyLock<(Names, FormOptions, Vec<String>, Vec<String>)> = LazyLock::new(|| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        (Names::default(), FormOptions::default(), owned(FUNCTIONS), owned(&["GET", "POST"]))
    });
    let (names, form, functions, methods) = &*EVERY;
    let buyer = Buyer { release: Release::default(), form, names, hook_is_last: false, functions, methods };
    let report = examine(Input::Bytes(data), &buyer);
    assert!(!report.is_unreadable || !report.findings.is_empty());
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = examine(Input::Text(text), &buyer);
    }
}

/// A catalog file of each kind: every record is an article or a fault with its place.
pub fn catalog(data: &[u8]) {
    let options = file::Options { currency: Some("EUR".to_owned()), ..file::Options::default() };
    for format in [None, Some(file::Format::Bmecat), Some(file::Format::Csv), Some(file::Format::JsonLines)] {
        let Ok(catalog) = file::open(data, "-", format, &options) else { continue };
        // A reader that never ends would be a hang; no byte holds more than one record.
        let records = catalog.records.take(data.len() + 2).count();
        assert!(records <= data.len() + 1, "{records} records in {} bytes", data.len());
    }
}

fn split(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, b""),
    }
}
