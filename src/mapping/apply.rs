//! A cart becomes OCI items: the rules of a system's fields, and around them what no rule has to
//! say: quantity, unit, price, currency, service flag, long text.
//!
//! No line is ever lost: each becomes an item, or its text moves to another line's with a notice, or
//! the whole cart is refused with every reason.

use std::collections::HashMap;

use super::cart::{Cart, CartError, Kind, Line, Total};
use super::field::{Compiled, Context, FieldRule, MappingError, is_field_name};
use crate::oci::amount;
use crate::oci::finding::{Fault, LineRef, Notice, quoted};
use crate::oci::item::Item;
use crate::oci::rules::Release;
use crate::oci::units::{UnitNotice, Units, same_unit};
use crate::oci::{rules, text};

/// The mapping of one OCI system, compiled.
#[derive(Debug, Clone)]
pub struct Mapping {
    fields: Vec<Compiled>,
    units: Units,
    release: Release,
}

/// A cart that can leave: every item keeps the rules of `oci::rules`.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// In the order of the cart's lines.
    pub items: Vec<Item>,
    pub notices: Vec<Notice>,
    pub total: Option<Total>,
}

/// Fields that have a value without a rule; a rule that names one replaces it.
const COMPUTED: [&str; 7] = ["QUANTITY", "UNIT", "PRICE", "PRICEUNIT", "CURRENCY", "SERVICE", "LONGTEXT"];

impl Mapping {
    /// Compiles the rules of a system's fields. Unknown sources, names that cannot be a field's and
    /// names given twice are errors.
    pub fn new(fields: &[FieldRule], units: &Units) -> Result<Self, MappingError> {
        let compiled = fields.iter().map(Compiled::new).collect::<Result<Vec<_>, _>>()?;
        let error =
            |field: &str, reason: &str| Err(MappingError { field: field.to_owned(), reason: reason.to_owned() });
        let names: Vec<&str> = compiled.iter().map(|rule| rule.name.as_str()).collect();
        if let Some((_, twice)) = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
            return error(twice, "the field has two rules");
        }
        // A PRICE of one's own beside a computed PRICEUNIT is the classic hundredfold price.
        if names.contains(&"PRICE") != names.contains(&"PRICEUNIT") {
            return error("PRICE", "PRICE and PRICEUNIT belong together; give rules for both or for neither");
        }
        for (index, (unit, code)) in units.map.iter().enumerate() {
            let other = units.map.iter().take(index).find(|(earlier, _)| same_unit(earlier, unit));
            if code.trim().is_empty() {
                return error(&format!("units.map.{unit}"), "the unit has no code");
            }
            if let Some((other, _)) = other.filter(|(_, other)| *other != code) {
                let reason = format!(
                    "also stands there as \"{other}\" with another code; write it the same way to replace that"
                );
                return error(&format!("units.map.{unit}"), &reason);
            }
        }
        Ok(Self { fields: compiled, units: units.clone(), release: Release::default() })
    }

    /// For buyers of that release; without it, of the latest.
    pub fn for_release(self, release: Release) -> Self {
        Self { release, ..self }
    }

    /// Reads a shop's cart and maps it. What is wrong with the cart and what its items would break is told
    /// together, line by line.
    pub fn read(&self, json: &[u8], context: &Context) -> Result<Mapped, CartError> {
        let (mut faults, rest) = match Cart::read(json) {
            Ok(cart) => match self.map(&cart, context) {
                Ok(mapped) => return Ok(mapped),
                Err(faults) => return Err(CartError::Faulty { faults, rest: cart }),
            },
            Err(CartError::Faulty { faults, rest }) => (faults, rest),
            Err(other) => return Err(other),
        };
        faults.extend(self.map(&rest, context).err().unwrap_or_default());
        // What concerns the whole cart names no line and comes first.
        faults.sort_by_key(|fault| fault.line.parse::<usize>().unwrap_or_default());
        Err(CartError::Faulty { faults, rest })
    }

    /// The items of a cart with what was changed on the way, or all reasons against it.
    pub fn map(&self, cart: &Cart, context: &Context) -> Result<Mapped, Vec<Fault>> {
        let mut findings = Findings::default();
        let mut items: Vec<Option<Item>> = Vec::with_capacity(cart.lines.len());
        for line in &cart.lines {
            let at = at(line);
            items.push(match line.kind {
                Kind::Product | Kind::Service | Kind::Shipping => {
                    Some(self.item(line, cart, context, &at, &mut findings))
                }
                Kind::Text => None,
                Kind::Discount => {
                    let name = line.name.as_deref().or(line.product_id.as_deref()).unwrap_or_default();
                    let message = format!(
                        "{} is a discount; OCI knows no negative price, so put it into the prices of the lines.",
                        quoted(name)
                    );
                    findings.faults.push(at.fault("kind", "discount-refused", message));
                    None
                }
            });
        }
        move_texts(cart, &mut items, &mut findings);
        findings.into_result(items, cart.total())
    }

    fn item(&self, line: &Line, cart: &Cart, context: &Context, at: &LineRef, findings: &mut Findings) -> Item {
        let mut item = Item { line: at.clone(), ..Item::default() };
        // Fields whose value is the line's own, which the call must not replace.
        let mut own: Vec<&str> = COMPUTED.to_vec();
        let mut full_description = String::new();
        for rule in &self.fields {
            let found = rule.value(line, cart, context);
            if rule.name == "DESCRIPTION" {
                full_description.clone_from(&found.value);
            }
            if found.from_line {
                own.push(&rule.name);
            }
            item.set(&rule.name, self.cut(rule, found.value, at, findings));
        }
        let failed = self.compute(&mut item, line, cart, at, findings);
        take_from_call(&mut item, context, &own);

        let mut faults = Vec::new();
        rules::leave_out_later(&mut item, self.release, at, &mut findings.notices);
        rules::check(&mut item, at, &mut findings.notices, &mut faults);
        // What could not be computed has its fault already.
        faults.retain(|fault| fault.code != "missing" || !failed.contains(&fault.field.as_str()));
        findings.faults.append(&mut faults);

        if !self.names("LONGTEXT") {
            let description = text::plain(line.description.as_deref().unwrap_or_default());
            if item.get("DESCRIPTION") != Some(full_description.as_str()) && full_description != description {
                append(&mut item.longtext, &full_description);
            }
            append(&mut item.longtext, &description);
        }
        item
    }

    fn cut(&self, rule: &Compiled, value: String, at: &LineRef, findings: &mut Findings) -> String {
        let Some(max) = rule.max.filter(|max| value.chars().count() > *max) else {
            return if matches!(rule.name.as_str(), "QUANTITY" | "PRICE") { with_decimals(value) } else { value };
        };
        let cut = text::cut_at_word(&value, max).into_owned();
        let message = format!("{} was cut to {}; the system allows {max} characters.", quoted(&value), quoted(&cut));
        findings.notices.push(at.notice(&rule.name, "truncated", message));
        cut
    }

    /// Sets what no rule names, and says which fields could not be computed.
    fn compute(
        &self,
        item: &mut Item,
        line: &Line,
        cart: &Cart,
        at: &LineRef,
        findings: &mut Findings,
    ) -> Vec<&'static str> {
        let mut failed = Vec::new();
        if !self.names("QUANTITY") {
            match amount::quantity(line.quantity) {
                Ok(quantity) => item.set("QUANTITY", quantity),
                Err(error) => {
                    failed.push("QUANTITY");
                    findings.faults.push(at.fault("quantity", "bad-quantity", sentence(&error)));
                }
            }
        }
        if !self.names("UNIT") {
            match self.units.code(line.unit.as_deref()) {
                Ok(unit) => {
                    // The other notices are about the code, and the check of the item gives them.
                    if let Some(notice @ UnitNotice::Defaulted { .. }) = &unit.notice {
                        findings.notices.push(at.notice("UNIT", notice.code(), notice.to_string()));
                    }
                    item.set("UNIT", unit.code);
                }
                Err(error) => {
                    failed.push("UNIT");
                    findings.faults.push(at.fault("unit", "unknown-unit", error.to_string()));
                }
            }
        }
        if !self.names("PRICE") {
            match amount::price(line.price.net, line.price.per) {
                Ok(price) => {
                    if price.rounded {
                        let (net, per) = (line.price.net.normalize(), line.price.per.normalize());
                        let message = format!(
                            "The price {net} for {per} was rounded to {} for {}; OCI allows 3 decimals and prices for up to 99999.",
                            price.price, price.unit
                        );
                        findings.notices.push(at.notice("PRICE", "rounded", message));
                    }
                    item.set("PRICE", price.price);
                    item.set("PRICEUNIT", price.unit.to_string());
                }
                Err(error) => findings.faults.push(at.fault("price.net", "bad-price", sentence(&error))),
            }
        }
        if !self.names("CURRENCY") {
            item.set("CURRENCY", cart.currency.as_str());
        }
        if !self.names("SERVICE") && matches!(line.kind, Kind::Service | Kind::Shipping) {
            item.set("SERVICE", "X");
        }
        failed
    }

    fn names(&self, field: &str) -> bool {
        self.fields.iter().any(|rule| rule.name == field)
    }
}

/// What a buyer sent as `NEW_ITEM-<FIELD>` he wants back on every item (digest 1.5), unless the line
/// knows better. His own number for the vendor he knows best himself.
fn take_from_call(item: &mut Item, context: &Context, own: &[&str]) {
    for (field, value) in context.call_items {
        let field = field.split('[').next().unwrap_or_default().trim().to_ascii_uppercase();
        let is_own = own.contains(&field.as_str()) && (item.has(&field) || COMPUTED.contains(&field.as_str()));
        if is_field_name(&field) && (field == "VENDOR" || !is_own) {
            let value = text::single_line(value);
            if !value.is_empty() {
                item.set(&field, value);
            }
        }
    }
}

/// Puts the text of each text line into the long text of its parent, or of the line before it.
fn move_texts(cart: &Cart, items: &mut [Option<Item>], findings: &mut Findings) {
    let ids: HashMap<&str, usize> =
        cart.lines.iter().enumerate().filter_map(|(index, line)| Some((line.id.as_deref()?, index))).collect();
    let next = |index: usize| match cart.lines[index].parent.as_deref() {
        Some(parent) => ids.get(parent).copied(),
        None => index.checked_sub(1),
    };
    // Where the texts before this one went: no way is walked twice, and none in a ring.
    let mut gone_to: Vec<Option<usize>> = vec![None; cart.lines.len()];
    for (index, line) in cart.lines.iter().enumerate() {
        if line.kind != Kind::Text {
            continue;
        }
        let at = at(line);
        // A text may belong to a text, in either direction.
        let end = std::iter::successors(next(index), |at| next(*at))
            .take(cart.lines.len())
            .find(|end| *end < index || cart.lines[*end].kind != Kind::Text);
        let target = end.and_then(|end| if cart.lines[end].kind == Kind::Text { gone_to[end] } else { Some(end) });
        gone_to[index] = target;
        let Some(target) = target else {
            let message = "The text belongs to no line; give it a parent, or put it behind the line it is about.";
            findings.faults.push(at.fault("kind", "text-without-line", message));
            continue;
        };
        // A discount as target is a fault already.
        let Some(item) = &mut items[target] else {
            continue;
        };
        let description = text::plain(line.description.as_deref().unwrap_or_default());
        append(&mut item.longtext, &text::several_lines(line.name.as_deref().unwrap_or_default()));
        append(&mut item.longtext, &description);
        let message = format!("OCI has no text lines; the text was put into LONGTEXT of line {}.", target + 1);
        findings.notices.push(at.notice("LONGTEXT", "text-moved", message));
    }
}

#[derive(Default)]
struct Findings {
    notices: Vec<Notice>,
    faults: Vec<Fault>,
}

impl Findings {
    fn into_result(mut self, items: Vec<Option<Item>>, total: Option<Total>) -> Result<Mapped, Vec<Fault>> {
        let position = |line: &str| line.parse::<usize>().unwrap_or_default();
        if self.faults.is_empty() {
            self.notices.sort_by_key(|notice| position(&notice.line));
            Ok(Mapped { items: items.into_iter().flatten().collect(), notices: self.notices, total })
        } else {
            self.faults.sort_by_key(|fault| position(&fault.line));
            Err(self.faults)
        }
    }
}

fn at(line: &Line) -> LineRef {
    LineRef::at(line.position, line.id.as_deref())
}

/// A blank line between paragraphs.
fn append(longtext: &mut String, paragraph: &str) {
    if !longtext.is_empty() && !paragraph.is_empty() {
        longtext.push_str("\n\n");
    }
    longtext.push_str(paragraph);
}

/// A quantity or price of a rule's own with three decimals, if that changes nothing.
fn with_decimals(value: String) -> String {
    match amount::read(&value).map(|decimal| decimal.normalize()) {
        Some(decimal) if decimal.scale() <= 3 => format!("{decimal:.3}"),
        _ => value,
    }
}

fn sentence(error: &amount::AmountError) -> String {
    format!("{error}.")
}

#[cfg(test)]
mod tests {
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
        toml::from_str(include_str!("../../presets/generic.toml")).unwrap()
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
            ("LONGTEXT_1:132[]", "wrong"),
        ]
        .map(|(field, value)| (field.to_owned(), value.to_owned()));
        let context = Context { call_items: &call_items, ..Context::default() };
        let mapping = mapping_with(&[rule("VENDOR", &["custom.vendor"], ""), rule("CUST_FIELD1", &[], "fixed")]);
        let cart = cart(&[line(json!({"custom": {"vendor": "99"}})), line(json!({}))]);
        for item in mapping.map(&cart, &context).unwrap().items {
            assert_eq!(
                ["VENDOR", "MATGROUP", "VENDORMAT", "PRICE", "SERVICE", "CUST_FIELD1", "LONGTEXT"]
                    .map(|field| item.get(field)),
                [Some("0000004711"), Some("G1"), Some("SW-10001"), Some("12.500"), None, Some("call"), None]
            );
        }
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
        fn what_leaves_keeps_the_rules(name in any::<String>(), id in any::<String>(), html in "[a-z<>/&; ]{0,80}") {
            let json = json!({"currency": "EUR", "lines": [line(json!({"name": name, "product_id": id, "description": html}))]});
            let Ok(cart) = Cart::read(json.to_string().as_bytes()) else { return Ok(()) };
            let Ok(mapped) = mapping_with(&[]).map(&cart, &Context::default()) else { return Ok(()) };
            let (mut notices, mut faults) = (Vec::new(), Vec::new());
            let mut again = mapped.items[0].clone();
            rules::check(&mut again, &LineRef::at(1, None), &mut notices, &mut faults);
            prop_assert_eq!((notices, faults), (vec![], vec![]));
            prop_assert_eq!(&again, &mapped.items[0]);
        }
    }
}
