//! What a cart costs: from the shop's JSON to the finished page, for 10 and 1,000 lines.
//!
//! `cargo bench --bench return_page`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use punchgate::mapping::cart::Cart;
use punchgate::mapping::{Context, Mapped};
use punchgate::oci::call::Facts;
use punchgate::oci::hook::HookPolicy;
use punchgate::oci::item::Item;
use punchgate::oci::page::{Form, PageTexts};
use punchgate::system::Profile;

const TEXTS: PageTexts =
    PageTexts { lang: "en", title: "Cart", heading: "Cart", explanation: "On its way", button: "Send" };

fn cart(lines: usize) -> Vec<u8> {
    let line = |n: usize| {
        serde_json::json!({
            "id": n.to_string(), "product_id": format!("SW-{n:05}"), "name": format!("Sechskantschraube M8x40 \"verzinkt\" & <fest>, Größe {n}"),
            "description": "<p>Zinc plated, <b>DIN 933</b></p><ul><li>steel 8.8</li><li>19\" rack</li></ul>",
            "quantity": "3", "unit": "piece", "price": { "net": "12.5075", "per": "1" }, "tax_rate": "19",
            "manufacturer": { "number": "8812", "name": "Acme" }, "manufacturer_part": "HB-M8", "ean": "4006381333931",
            "categories": [{ "scheme": "ECLASS13", "id": "23110101", "name": "Hexagon bolt" }], "lead_time_days": 2,
        })
    };
    let cart = serde_json::json!({ "currency": "EUR", "lines": (0..lines).map(line).collect::<Vec<_>>() });
    cart.to_string().into_bytes()
}

fn form(profile: &Profile, json: &[u8]) -> Form {
    let cart = Cart::read(json).expect("a good cart");
    let context = Context {
        customer_number: "10001",
        customer_email: "buyer@example.com",
        shop_name: "Acme",
        ..Context::default()
    };
    let Mapped { items, .. } = profile.mapping.map(&cart, &context).expect("a good cart");
    let policy = HookPolicy::read(&["https://srm.example.com".to_owned()]).expect("a policy");
    let hook = policy.allow("https://srm.example.com/return?sid=1").expect("an allowed hook");
    Form::new(&hook, &Facts::default(), &profile.form, Item::write(&items, &profile.layout))
}

fn benches(c: &mut Criterion) {
    let profile = Profile::read("{}").expect("the generic preset");
    for lines in [10, 1_000] {
        let json = cart(lines);
        c.bench_function(&format!("cart of {lines} lines to form"), |b| b.iter(|| form(&profile, black_box(&json))));
        let form = form(&profile, &json);
        let size = form.encoded_page("nonce", &TEXTS).len();
        c.bench_function(&format!("form of {lines} lines to page ({} KB)", size / 1000), |b| {
            b.iter(|| black_box(&form).encoded_page("nonce", &TEXTS))
        });
    }
}

criterion_group!(group, benches);
criterion_main!(group);
