//! Everything that the mapping says of a cart it says in every language.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::oci::finding::Told;
use crate::oci::rules::demands::{ALL, Place};

const LANGUAGES: [&str; 2] =
    [include_str!("../../../locales/en/rules.ftl"), include_str!("../../../locales/de/rules.ftl")];

/// Of the cart, but not of the mapping: the form, its letters and the forecast say them. No cart that was read has
/// the last three.
const OF_OTHERS: [&str; 6] = [
    "rule-not-in-charset",
    "rule-transliterated",
    "rule-not-in-xml",
    "rule-bad-quantity-zero",
    "rule-bad-price-negative",
    "rule-bad-price-per",
];

/// A line without fault, but for the changes.
fn line(changes: Value) -> Value {
    let mut line = json!({"name": "Hex bolt", "quantity": "1", "unit": "PCE", "price": {"net": "1"}});
    line.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    line
}

fn cart(lines: &[Value]) -> Value {
    json!({"currency": "EUR", "lines": lines})
}

fn named() -> FieldRule {
    FieldRule { name: "DESCRIPTION".into(), from: vec!["name".into()], ..FieldRule::default() }
}

fn mapping(fields: &[FieldRule], charges: Value) -> Mapping {
    let fields: Vec<FieldRule> = fields.iter().cloned().chain([named()]).collect();
    Mapping::new(&fields, &Units::default()).unwrap().with_charges(serde_json::from_value(charges).unwrap())
}

/// What is said of a cart, whether it can leave or not.
fn said(mapping: &Mapping, cart: &Value) -> Vec<Told> {
    match mapping.read(cart.to_string().as_bytes(), &Context::default()) {
        Ok(mapped) => mapped.notices.into_iter().map(|notice| notice.told).collect(),
        Err(CartError::Faulty { faults, .. }) => faults.into_iter().map(|fault| fault.told).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn no_notice_and_no_fault_of_a_cart_lacks_its_sentence_in_a_language() {
    let plain = mapping(&[], json!({}));
    let with = |charges| mapping(&[], charges);
    let field = |rule: FieldRule| mapping(&[FieldRule { name: "CUST_FIELD1".into(), ..rule }], json!({}));
    let huge =
        json!({"kind": "shipping", "quantity": "9".repeat(20), "price": {"net": "9".repeat(20)}, "tax_rate": "19"});
    let carts = [
        (&plain, json!({})),
        (&plain, json!({"currency": "EUR", "lines": []})),
        (&plain, json!({"currency": "EUR", "lines": 7})),
        (&plain, cart(&[json!(7), json!({}), json!({"kind": "text"})])),
        (&plain, cart(&[line(json!({"name": [], "quantity": [], "price": "1", "categories": {}}))])),
        (&plain, cart(&[line(json!({"categories": [1], "configuration": 7, "lead_time_days": 1.5}))])),
        (&plain, cart(&[line(json!({"kind": "x", "quantity": "0", "price": {"net": "-1", "per": "0"}}))])),
        (&plain, cart(&[line(json!({"quantity": "1,5", "tax_rate": "-1"}))])),
        (&plain, cart(&[line(json!({"id": "a", "parent": "b"})), line(json!({"id": "a"}))])),
        (&plain, cart(&[line(json!({"id": "a", "parent": "a"}))])),
        (&plain, cart(&[json!({"kind": "text", "name": "Hello"})])),
        (&plain, cart(&[line(json!({"kind": "discount", "price": {"net": "-1"}}))])),
        (&plain, cart(&[line(json!({"quantity": "9".repeat(12), "price": {"net": "9".repeat(12)}}))])),
        (&plain, cart(&[line(json!({"price": {"net": "0.00000001"}}))])),
        (&plain, cart(&[line(json!({"quantity": "0.0001", "unit": "shovelful"})), line(json!({"unit": null}))])),
        (&plain, cart(&[line(json!({"price": {"net": "0.123456789"}})), json!({"kind": "text", "name": "Hello"})])),
        (&plain, cart(&[line(json!({"id": "a", "parent": "b"})), line(json!({"id": "b"}))])),
        (&plain.clone().for_release(Release::V4_0), cart(&[line(json!({"id": "a"})), line(json!({"parent": "a"}))])),
        (&with(json!({"shipping": "refuse"})), cart(&[line(json!({"kind": "shipping"}))])),
        (&with(json!({"shipping": "spread"})), cart(&[line(json!({"kind": "shipping"}))])),
        (&with(json!({"shipping": "spread"})), cart(&[line(json!({})), line(huge.clone())])),
        (
            &with(json!({"shipping": "spread"})),
            cart(&[line(json!({"quantity": "1234567"})), line(json!({"kind": "shipping", "price": {"net": "4.90"}}))]),
        ),
        (&with(json!({"discount": "line"})), cart(&[line(json!({"kind": "discount"}))])),
        (&with(json!({"discount": "line"})), cart(&[line(json!({"kind": "discount", "price": {"net": "-1"}}))])),
        (
            &with(json!({"discount": "spread"})),
            cart(&[line(json!({})), line(json!({"kind": "discount", "price": {"net": "-0.5"}}))]),
        ),
        (
            &with(json!({"discount": "spread"})),
            cart(&[line(json!({})), line(json!({"kind": "discount", "price": {"net": "-2"}}))]),
        ),
        (&with(json!({"tax": "refuse"})), cart(&[line(json!({"tax_rate": "19"}))])),
        (&with(json!({"tax": "line"})), cart(&[line(json!({"tax_rate": "19"}))])),
        (&with(json!({"tax": "line"})), cart(&[line(json!({})), line(huge)])),
        (&with(json!({"tax": "spread"})), cart(&[line(json!({"tax_rate": "19"}))])),
        (&with(json!({"tax": "spread"})), cart(&[line(json!({"price": {"net": "9".repeat(28)}, "tax_rate": "19"}))])),
        (
            &field(FieldRule { fixed: "too long".into(), max: Some(5), ..FieldRule::default() }),
            cart(&[line(json!({}))]),
        ),
        (
            &field(FieldRule { template: Some("{{ line.custom.size }}".into()), ..FieldRule::default() }),
            cart(&[line(json!({}))]),
        ),
        (
            &Mapping::new(&[named()], &Units { default: "PCE".into(), ..Units::default() }).unwrap(),
            cart(&[line(json!({"unit": "shovelful"}))]),
        ),
    ];

    let mut keys = BTreeSet::new();
    for (mapping, cart) in &carts {
        for told in said(mapping, cart) {
            let demand = ALL.iter().find(|demand| demand.key() == told.key).expect(&told.key);
            let given: BTreeSet<&str> = told.arguments.iter().map(|(name, _)| name.as_ref()).collect();
            assert_eq!(given, demand.arguments.iter().copied().collect(), "{}", told.key);
            for sentences in LANGUAGES {
                assert!(sentences.contains(&format!("\n{} = ", told.key)), "{}", told.key);
            }
            keys.insert(told.key);
        }
    }
    let of_carts = ALL.iter().filter(|demand| demand.place == Place::Cart).map(|demand| demand.key());
    let unsaid: Vec<String> = of_carts
        .filter(|key| !keys.contains(key) && !key.starts_with("rule-forecast-") && !OF_OTHERS.contains(&key.as_str()))
        .collect();
    assert_eq!(unsaid, Vec::<String>::new(), "there is no cart here of which that is said");
}
