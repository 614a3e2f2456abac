//! What becomes of a cart: the laws of the mapping.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

/// The sections of a preset that concern a mapping.
#[derive(Deserialize)]
struct Preset {
    units: Units,
    field: Vec<FieldRule>,
}

fn generic() -> Preset {
    toml::from_str(include_str!("../../../presets/generic.toml")).unwrap()
}

fn mapping_with(changes: &[FieldRule]) -> Mapping {
    let mut preset = generic();
    preset.field.retain(|rule| changes.iter().all(|change| change.name != rule.name));
    preset.field.extend_from_slice(changes);
    Mapping::new(&preset.field, &preset.units).unwrap()
}

fn rule(name: &str, from: &[&str], fixed: &str) -> FieldRule {
    let from = from.iter().map(|&source| source.to_owned()).collect();
    FieldRule { name: name.into(), from, fixed: fixed.into(), ..FieldRule::default() }
}

fn line(changes: Value) -> Value {
    let mut line = json!({"product_id": "SW-10001", "name": "Hex bolt", "quantity": "3", "unit": "piece", "price": {"net": "12.50"}});
    line.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    line
}

fn cart(lines: &[Value]) -> Cart {
    Cart::read(json!({"currency": "EUR", "lines": lines}).to_string().as_bytes()).unwrap()
}

fn mapped(lines: &[Value]) -> Mapped {
    mapping_with(&[]).map(&cart(lines), &Context::default()).unwrap()
}

fn faults(lines: &[Value]) -> Vec<(String, String, String)> {
    let faults = mapping_with(&[]).map(&cart(lines), &Context::default()).unwrap_err();
    faults.into_iter().map(|fault| (fault.line, fault.field, fault.code)).collect()
}

fn notices(mapped: &Mapped) -> Vec<(&str, &str, &str)> {
    mapped.notices.iter().map(|n| (n.line.as_str(), n.field.as_str(), n.code.as_str())).collect()
}

fn fields(item: &Item) -> Vec<(&str, &str)> {
    rules::RULES.iter().filter_map(|rule| Some((rule.field, item.get(rule.field)?))).collect()
}

#[test]
fn the_generic_preset_maps_the_line_of_the_contract() {
    let mapped = mapped(&[json!({"id":"a1","kind":"product","product_id":"SW-10001","name":"Hex bolt M8x40",
        "description":"<p>Zinc plated</p>","quantity":"3","unit":"piece","price":{"net":"12.50","per":"1"},"tax_rate":"19",
        "manufacturer":{"number":"8812","name":"Acme"},"manufacturer_part":"HB-M8","ean":"4006381333931",
        "categories":[{"scheme":"ECLASS13.0","id":"23110101","name":"Hexagon bolt"}],"lead_time_days":2,"parent":null,
        "attachments":[{"url":"https://shop.example/a.pdf","title":"Datasheet","purpose":null}],"custom":{"packing_unit":"Box"}})]);
    let expected = [
        ("DESCRIPTION", "Hex bolt M8x40"),
        ("QUANTITY", "3.000"),
        ("UNIT", "PCE"),
        ("PRICE", "12.500"),
        ("CURRENCY", "EUR"),
        ("PRICEUNIT", "1"),
        ("LEADTIME", "2"),
        ("LONGTEXT", "Zinc plated"),
        ("VENDORMAT", "SW-10001"),
        ("MANUFACTMAT", "HB-M8"),
        ("EXT_PRODUCT_ID", "SW-10001"),
        ("ATTACHMENT", "https://shop.example/a.pdf"),
        ("ATTACHMENT_TITLE", "Datasheet"),
        ("EXT_SCHEMA_TYPE", "ECLASS13.0"),
        ("EXT_CATEGORY_ID", "23110101"),
        ("EXT_CATEGORY", "Hexagon bolt"),
    ];
    assert_eq!(fields(&mapped.items[0]), expected);
    assert_eq!(mapped.notices, []);
}

#[test]
fn the_generic_preset_has_only_units_that_buyers_know() {
    let units = generic().units;
    for code in units.map.values().chain([&units.default]) {
        assert!(crate::oci::units::is_rec20(code), "{code}");
    }
}

#[test]
fn a_long_name_is_cut_and_stands_whole_above_the_description() {
    let name = "Hexagon head bolt with flange, zinc plated, strength 8.8";
    let mapped = mapped(&[line(json!({"name": name, "description": "DIN 6921<br>M8"}))]);
    assert_eq!(mapped.items[0].get("DESCRIPTION"), Some("Hexagon head bolt with flange, zinc"));
    assert_eq!(mapped.items[0].longtext, format!("{name}\n\nDIN 6921\nM8"));
    assert_eq!(notices(&mapped), [("1", "DESCRIPTION", "truncated")]);
}

#[test]
fn services_and_shipping_are_service_lines() {
    let mapped = mapped(&[line(json!({"kind": "service"})), line(json!({"kind": "shipping"})), line(json!({}))]);
    let flags: Vec<_> = mapped.items.iter().map(|item| item.get("SERVICE")).collect();
    assert_eq!(flags, [Some("X"), Some("X"), None]);
}

#[test]
fn a_discount_is_refused_by_its_line() {
    let discount = line(json!({"kind": "discount", "price": {"net": "-5"}}));
    assert_eq!(faults(&[line(json!({})), discount]), [("2".into(), "kind".into(), "discount-refused".into())]);
}

#[test]
fn a_text_moves_to_the_line_before_or_to_its_parent() {
    let mapped = mapped(&[
        line(json!({"id": "a"})),
        line(json!({"id": "b", "description": "Second"})),
        json!({"kind": "text", "name": "Engraved:", "description": "<b>Acme</b>"}),
        json!({"kind": "text", "name": "For the first", "parent": "a"}),
        json!({"kind": "text", "name": "For the first, too"}),
    ]);
    assert_eq!(mapped.items.len(), 2);
    assert_eq!(mapped.items[0].longtext, "For the first\n\nFor the first, too");
    assert_eq!(mapped.items[1].longtext, "Second\n\nEngraved:\n\nAcme");
    assert_eq!(notices(&mapped), ["3", "4", "5"].map(|line| (line, "LONGTEXT", "text-moved")));
}

#[test]
fn a_text_that_belongs_to_no_line_is_a_fault() {
    let alone = [json!({"kind": "text", "name": "Hello"}), line(json!({}))];
    assert_eq!(faults(&alone), [("1".into(), "kind".into(), "text-without-line".into())]);
    let in_a_ring =
        [json!({"kind": "text", "name": "x", "parent": "b"}), json!({"kind": "text", "id": "b", "name": "y"})];
    assert_eq!(faults(&in_a_ring).len(), 2);
}

#[test]
fn parents_and_children_are_items_each() {
    let mapped = mapped(&[line(json!({"id": "set"})), line(json!({"parent": "set"}))]);
    assert_eq!(mapped.items.len(), 2);
}

#[test]
fn every_fault_is_named_once_and_in_order() {
    let found = faults(&[
        line(json!({"quantity": "0.0001", "product_id": "x".repeat(41)})),
        line(json!({"price": {"net": "100000000000"}})),
    ]);
    let expected = [
        ("1", "quantity", "bad-quantity"),
        ("1", "VENDORMAT", "too-long"),
        ("1", "EXT_PRODUCT_ID", "too-long"),
        ("2", "price.net", "bad-price"),
    ];
    assert_eq!(found, expected.map(|(a, b, c)| (a.into(), b.into(), c.into())));
}

#[test]
fn a_unit_that_nobody_knows_is_defaulted_or_refused() {
    let shovel = [line(json!({"unit": "shovelful"}))];
    let with_default = mapped(&shovel);
    assert_eq!(with_default.items[0].get("UNIT"), Some("PCE"));
    assert_eq!(notices(&with_default), [("1", "UNIT", "defaulted")]);
    let strict = Mapping::new(&generic().field, &Units::default()).unwrap();
    let faults = strict.map(&cart(&shovel), &Context::default()).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["unknown-unit"]);
}

#[test]
fn a_price_is_scaled_and_rounded_only_with_a_notice() {
    let mapped = mapped(&[
        line(json!({"price": {"net": "0.00725"}})),
        line(json!({"price": {"net": "0.123456789", "per": "1"}})),
    ]);
    assert_eq!((mapped.items[0].get("PRICE"), mapped.items[0].get("PRICEUNIT")), (Some("0.725"), Some("100")));
    assert_eq!(notices(&mapped), [("2", "PRICE", "rounded")]);
}

#[test]
fn a_rule_replaces_what_is_computed() {
    let mapping = mapping_with(&[
        rule("UNIT", &["custom.unit"], "C62"),
        rule("PRICE", &["custom.price"], ""),
        rule("PRICEUNIT", &[], "1"),
        rule("LONGTEXT", &["name"], ""),
        rule("TAX", &["tax_rate"], ""),
        rule("EXT_PRODUCT_ID", &[], ""),
    ]);
    let lines = [line(json!({"custom": {"price": "9.9"}, "description": "x", "tax_rate": "19.00"}))];
    let item = mapping.map(&cart(&lines), &Context::default()).unwrap().items.remove(0);
    assert_eq!(
        ["UNIT", "PRICE", "PRICEUNIT", "LONGTEXT", "TAX", "EXT_PRODUCT_ID"].map(|field| item.get(field)),
        [Some("C62"), Some("9.900"), Some("1"), Some("Hex bolt"), Some("19"), None]
    );
}

#[test]
fn a_rule_with_max_cuts_at_a_word() {
    let mapping = mapping_with(&[FieldRule { max: Some(5), ..rule("CUST_FIELD1", &["name"], "") }]);
    let mapped = mapping.map(&cart(&[line(json!({}))]), &Context::default()).unwrap();
    assert_eq!(mapped.items[0].get("CUST_FIELD1"), Some("Hex"));
    assert_eq!(notices(&mapped), [("1", "CUST_FIELD1", "truncated")]);
}

#[test]
fn fields_of_the_call_come_back_on_every_item_unless_the_line_has_them() {
    let call_items = [
        ("VENDOR", "0000004711"),
        ("MATGROUP", "G1"),
        ("vendormat[1]", "wrong"),
        ("PRICE", "0.010"),
        ("SERVICE", "X"),
        ("CUST_FIELD1", "call"),
        ("LONGTEXT_1:132[]", "Deliver to\ngate 3"),
        ("ITEM_TYPE", "R"),
        ("PARENT_ID", "9"),
    ]
    .map(|(field, value)| (field.to_owned(), value.to_owned()));
    let context = Context { call_items: &call_items, ..Context::default() };
    let mapping = mapping_with(&[rule("VENDOR", &["custom.vendor"], ""), rule("CUST_FIELD1", &[], "fixed")]);
    let bought = cart(&[line(json!({"custom": {"vendor": "99"}})), line(json!({}))]);
    for item in mapping.map(&bought, &context).unwrap().items {
        assert_eq!(
            ["VENDOR", "MATGROUP", "VENDORMAT", "PRICE", "SERVICE", "CUST_FIELD1", "LONGTEXT"]
                .map(|field| item.get(field)),
            [
                Some("0000004711"),
                Some("G1"),
                Some("SW-10001"),
                Some("12.500"),
                None,
                Some("call"),
                Some("Deliver to\ngate 3")
            ]
        );
        assert!(!item.has("ITEM_TYPE") && !item.has("PARENT_ID"), "a buyer knows nothing of the cart's families");
    }
    // The item of a contract that the call does not name is no reason to refuse the shop's cart.
    let half = [("CONTRACT_ITEM".to_owned(), "10".to_owned())];
    let mapped = mapping.map(&bought, &Context { call_items: &half, ..Context::default() }).unwrap();
    assert!(mapped.items.iter().all(|item| !item.has("CONTRACT_ITEM")));
    assert_eq!(notices(&mapped), [("1", "CONTRACT_ITEM", "left-out"), ("2", "CONTRACT_ITEM", "left-out")]);
    let with_contract = cart(&[line(json!({"contract": {"number": "4600"}}))]);
    let mapped = mapping.map(&with_contract, &Context { call_items: &half, ..Context::default() }).unwrap();
    assert_eq!(mapped.items[0].get("CONTRACT_ITEM"), Some("10"));
    let described = cart(&[line(json!({"description": "Zinc plated"}))]);
    assert_eq!(mapping.map(&described, &context).unwrap().items[0].longtext, "Zinc plated");
}

#[test]
fn a_material_number_takes_the_place_of_the_description() {
    let mapping = mapping_with(&[rule("MATNR", &["custom.matnr"], "")]);
    let mapped = mapping.map(&cart(&[line(json!({"custom": {"matnr": "4711"}}))]), &Context::default()).unwrap();
    assert_eq!((mapped.items[0].get("DESCRIPTION"), mapped.items[0].longtext.as_str()), (None, "Hex bolt"));
    assert_eq!(notices(&mapped), [("1", "DESCRIPTION", "left-out")]);
}

#[test]
fn a_mapping_that_cannot_work_is_refused() {
    let field = |fields: &[FieldRule], units: &Units| Mapping::new(fields, units).unwrap_err().field;
    let none = Units::default();
    assert_eq!(field(&[rule("UNIT", &[], ""), rule("UNIT", &[], "")], &none), "UNIT");
    assert_eq!(field(&[rule("PRICE", &[], "1")], &none), "PRICE");
    assert_eq!(field(&[rule("NAME", &["nmae"], "")], &none), "NAME");
    let units = |pairs: &[(&str, &str)]| Units {
        map: pairs.iter().map(|&(unit, code)| (unit.into(), code.into())).collect(),
        ..Units::default()
    };
    assert_eq!(field(&[], &units(&[("box", " ")])), "units.map.box");
    assert_eq!(field(&[], &units(&[("KG", "KGM"), ("kg", "GRM")])), "units.map.kg");
    assert!(Mapping::new(&[], &units(&[("KG", "KGM"), ("kg", "KGM")])).is_ok());
}

fn template(name: &str, template: &str) -> FieldRule {
    FieldRule { name: name.into(), template: Some(template.into()), ..FieldRule::default() }
}

fn charged(charges: Value, lines: &[Value]) -> Result<Mapped, Vec<Fault>> {
    let charges = serde_json::from_value(charges).unwrap();
    mapping_with(&[]).with_charges(charges).map(&cart(lines), &Context::default())
}

/// PRICE and PRICEUNIT of every item.
fn prices(mapped: &Mapped) -> Vec<String> {
    let price = |item: &Item| format!("{}/{}", item.get("PRICE").unwrap(), item.get("PRICEUNIT").unwrap());
    mapped.items.iter().map(price).collect()
}

fn priced(net: &str, changes: Value) -> Value {
    let mut line = line(json!({"quantity": "1", "price": {"net": net}}));
    line.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    line
}

#[test]
fn a_template_makes_a_field_of_whatever_the_cart_holds() {
    let mapping = mapping_with(&[
        template("DESCRIPTION", "{{ line.name | upper }} ({{ line.custom.size }})"),
        FieldRule { fixed: "none".into(), ..template("CUST_FIELD1", "{{ line.custom.color | default('') }}") },
        FieldRule { max: Some(5), ..template("CUST_FIELD5", "{{ index }} of {{ cart.lines }} lines") },
        template("TAX", "{{ line.price.net | times(1.19) | price(2) }}"),
    ]);
    let mapped = mapping.map(&cart(&[line(json!({"custom": {"size": "M8"}}))]), &Context::default()).unwrap();
    assert_eq!(
        ["DESCRIPTION", "CUST_FIELD1", "CUST_FIELD5", "TAX"].map(|field| mapped.items[0].get(field)),
        [Some("HEX BOLT (M8)"), Some("none"), Some("1 of"), Some("14.88")]
    );
    assert_eq!(notices(&mapped), [("1", "CUST_FIELD5", "truncated")]);
}

#[test]
fn a_template_that_fails_is_a_fault_of_its_line_and_field() {
    let mapping = mapping_with(&[template("CUST_FIELD1", "a\n{{ line.custom.size }}")]);
    let lines = [line(json!({"id": "a", "custom": {"size": "M8"}})), line(json!({"id": "b"}))];
    let faults = mapping.map(&cart(&lines), &Context::default()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].line.as_str(), faults[0].field.as_str(), faults[0].code.as_str()),
        ("2", "CUST_FIELD1", "template-failed")
    );
    assert_eq!(
        faults[0].message,
        "The template of CUST_FIELD1 failed: line.custom.size is not there; write | default(\"\") behind what may be missing (line 2 of the template)."
    );
}

#[test]
fn shipping_is_a_line_or_goes_into_the_prices_or_is_refused() {
    let lines = [
        priced("30", json!({})),
        priced("10", json!({})),
        priced("4.90", json!({"kind": "shipping", "name": "Parcel"})),
    ];
    let as_line = charged(json!({}), &lines).unwrap();
    assert_eq!(prices(&as_line), ["30.000/1", "10.000/1", "4.900/1"]);
    let spread = charged(json!({"shipping": "spread"}), &lines).unwrap();
    assert_eq!(prices(&spread), ["33.680/1", "11.220/1"]);
    assert_eq!(notices(&spread), [("3", "PRICE", "charge-spread")]);
    assert_eq!(spread.total, as_line.total);
    let faults = charged(json!({"shipping": "refuse"}), &lines).unwrap_err();
    assert_eq!((faults.len(), faults[0].code.as_str()), (1, "shipping-refused"));
    let alone = charged(json!({"shipping": "spread"}), &lines[2..]).unwrap_err();
    assert_eq!(alone[0].code, "nothing-to-spread-over");
}

#[test]
fn a_discount_goes_into_the_prices_or_is_a_line_below_zero() {
    let discount = |net: &str| priced(net, json!({"kind": "discount", "name": "Bonus"}));
    let spread =
        charged(json!({"discount": "spread"}), &[priced("10", json!({"quantity": "3"})), discount("-3.01")]).unwrap();
    assert_eq!(prices(&spread), ["26.990/3"]);
    let negative = charged(json!({"discount": "line"}), &[priced("10", json!({})), discount("-3.01")]).unwrap();
    assert_eq!(prices(&negative), ["10.000/1", "-3.010/1"]);
    assert_eq!(notices(&negative), [("2", "PRICE", "negative-price")]);
    let code = |net| {
        charged(json!({"discount": "spread"}), &[priced("10", json!({})), discount(net)]).unwrap_err()[0].code.clone()
    };
    assert_eq!((code("-11"), code("1")), ("discount-too-large".into(), "discount-positive".into()));
}

#[test]
fn tax_is_left_out_or_a_line_for_each_rate_or_in_the_prices_or_refused() {
    let lines = [
        priced("10", json!({"tax_rate": "19"})),
        priced("20", json!({"tax_rate": "7", "kind": "shipping"})),
        priced("0.03", json!({"tax_rate": 19.0})),
    ];
    assert_eq!(charged(json!({}), &lines).unwrap().items.len(), 3);
    let as_lines = charged(json!({"tax": "line"}), &lines).unwrap();
    assert_eq!(prices(&as_lines)[3..], ["1.910/1", "1.400/1"]);
    let tax = &as_lines.items[3];
    assert_eq!(
        ["DESCRIPTION", "SERVICE", "UNIT", "QUANTITY"].map(|field| tax.get(field)),
        [Some("Tax 19 %"), Some("X"), Some("PCE"), Some("1.000")]
    );
    assert_eq!(notices(&as_lines), [("", "PRICE", "tax-line"); 2]);
    let gross = charged(json!({"tax": "spread"}), &lines).unwrap();
    assert_eq!(prices(&gross), ["11.900/1", "21.400/1", "0.357/10"]);
    assert_eq!(notices(&gross), [("", "PRICE", "tax-spread")]);
    assert_eq!(charged(json!({"tax": "refuse"}), &lines).unwrap_err().len(), 3);
    let unknown = charged(json!({"tax": "line"}), &[priced("10", json!({}))]).unwrap_err();
    assert_eq!((unknown[0].field.as_str(), unknown[0].code.as_str()), ("tax_rate", "missing"));
}

#[test]
fn a_text_of_a_line_that_is_spread_stays_with_the_line_before() {
    let text = json!({"kind": "text", "name": "To the back door"});
    let mapped = charged(
        json!({"shipping": "spread"}),
        &[priced("10", json!({})), priced("5", json!({"kind": "shipping"})), text],
    )
    .unwrap();
    assert_eq!(mapped.items[0].longtext, "To the back door");
}

/// ITEM_TYPE and PARENT_ID of every item.
fn family(mapped: &Mapped) -> Vec<(Option<&str>, Option<&str>)> {
    mapped.items.iter().map(|item| (item.get("ITEM_TYPE"), item.get("PARENT_ID"))).collect()
}

#[test]
fn parents_and_children_are_told_by_the_numbers_of_their_items() {
    let lines = [
        line(json!({"id": "alone"})),
        json!({"kind": "text", "name": "moves"}),
        line(json!({"id": "set"})),
        line(json!({"id": "part", "parent": "set"})),
        line(json!({"id": "screw", "parent": "part"})),
        line(json!({"kind": "service", "parent": "set"})),
        line(json!({"kind": "service", "parent": "set", "material": "4711"})),
    ];
    let expected = [
        (None, None),
        (Some("R"), None),
        (Some("O"), Some("2")),
        (Some("O"), Some("3")),
        (Some("L"), Some("2")),
        (Some("F"), Some("2")),
    ];
    assert_eq!(family(&mapped(&lines)), expected);
    let from_zero = mapping_with(&[]).with_hierarchy(true, 0).map(&cart(&lines), &Context::default()).unwrap();
    assert_eq!(family(&from_zero)[2..4], [(Some("O"), Some("1")), (Some("O"), Some("2"))]);
    let off = mapping_with(&[]).with_hierarchy(false, 1).map(&cart(&lines), &Context::default()).unwrap();
    assert!(family(&off).iter().all(|told| *told == (None, None)));
}

#[test]
fn a_release_without_hierarchies_is_told_what_it_misses() {
    let lines = [line(json!({"id": "child", "parent": "set"})), line(json!({"id": "set"}))];
    let old = mapping_with(&[]).for_release(Release::V4_0).map(&cart(&lines), &Context::default()).unwrap();
    assert_eq!(family(&old), [(None, None), (None, None)]);
    assert_eq!(notices(&old), [("1", "PARENT_ID", "hierarchy-left-out")]);
    assert_eq!(notices(&mapped(&lines)), [("1", "PARENT_ID", "parent-later")]);
}

#[test]
fn contract_quote_and_configuration_have_their_fields() {
    let mapped = mapped(&[line(json!({
        "contract": {"number": "4600000001", "item": "10"}, "quote": {"number": "Q-7", "item": 2}, "material_group": "23110101",
        "description": "A desk", "attachments": [{"url": "https://shop.example/desk.pdf"}],
        "configuration": {"values": [{"name": "Wood", "value": "oak"}], "url": "https://shop.example/c/7"},
    }))]);
    let item = &mapped.items[0];
    assert_eq!(
        ["CONTRACT", "CONTRACT_ITEM", "EXT_QUOTE_ID", "EXT_QUOTE_ITEM", "MATGROUP"].map(|field| item.get(field)),
        [Some("4600000001"), Some("10"), Some("Q-7"), Some("2"), Some("23110101")]
    );
    assert_eq!(
        ["ATTACHMENT", "ATTACHMENT_TITLE", "ATTACHMENT_PURPOSE"].map(|field| item.get(field)),
        [Some("https://shop.example/c/7"), Some("Configuration"), Some("C")]
    );
    assert_eq!(item.longtext, "A desk\n\nWood: oak");
}

proptest! {
    #[test]
    fn no_line_is_ever_lost(kinds in prop::collection::vec((0_usize..4, prop::option::of(0_usize..8)), 1..8)) {
        let names = ["product", "service", "shipping", "text"];
        let count = kinds.len();
        let lines: Vec<_> = kinds.iter().enumerate().map(|(index, (kind, parent))| {
            // Only upwards, so that there is no circle.
            let parent = parent.filter(|parent| *parent < index).map(|parent| parent.to_string());
            line(json!({"id": index.to_string(), "name": format!("name-{index}-"), "kind": names[*kind], "parent": parent}))
        }).collect();
        if let Ok(mapped) = mapping_with(&[]).map(&cart(&lines), &Context::default()) {
            let moved = mapped.notices.iter().filter(|notice| notice.code == "text-moved").count();
            prop_assert_eq!(mapped.items.len() + moved, count);
            let all: String = mapped.items.iter().map(|item| format!("{:?}", item)).collect();
            for index in 0..count {
                let name = format!("name-{index}-");
                prop_assert!(all.contains(&name));
            }
        } else {
            prop_assert_eq!(kinds[0].0, 3);
        }
    }

    #[test]
    fn what_leaves_keeps_the_rules(name in prop_oneof![any::<String>(), "[a-z<>/&; ]{0,60}"], id in any::<String>(), html in "[a-z<>/&; ]{0,80}") {
        let json = json!({"currency": "EUR", "lines": [line(json!({"name": name, "product_id": id, "description": html}))]});
        let Ok(cart) = Cart::read(json.to_string().as_bytes()) else { return Ok(()) };
        let Ok(mapped) = mapping_with(&[]).map(&cart, &Context::default()) else { return Ok(()) };
        let (mut notices, mut faults) = (Vec::new(), Vec::new());
        let mut again = mapped.items[0].clone();
        rules::check(&mut again, &LineRef::at(1, None), &mut notices, &mut faults);
        // HTML in a text is told and left as it is, so it is told again.
        notices.retain(|notice| notice.code != "html");
        prop_assert_eq!((notices, faults), (vec![], vec![]));
        prop_assert_eq!(&again, &mapped.items[0]);
    }
}
