//! The cart as a shop hands it over: JSON in, a checked value out (`POST …/cart`).
//!
//! Reading finds every fault of every line, so that a shop's developer mends them in one go. Numbers
//! are exact: strings, or JSON numbers taken by their digits. Members that are not known are ignored.
//! The value does not write itself back; who wants to keep a cart keeps its JSON.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::line::read_line;
pub use super::line::{Attachment, Category, Kind, Line, Manufacturer, Price, Reference};
use super::reader::{Reader, type_name};
use super::{distinct, kinship};
use crate::oci::amount::Decimal;
use crate::oci::finding::{Fault, LineRef, short};
use crate::oci::rules::{demands, is_currency};

/// ISO 4217 for "no currency": stands in while the faults of a cart without one are looked for.
const NO_CURRENCY: &str = "XXX";

/// Lines of one cart.
pub const MAX_LINES: usize = 10_000;

/// A cart without faults: at least one line, ids without duplicates, parents that exist.
#[derive(Debug, Clone, PartialEq)]
pub struct Cart {
    /// Three capital letters.
    pub currency: String,
    pub lines: Vec<Line>,
    /// Anything of the shop's own about the cart as a whole.
    pub custom: Map<String, Value>,
}

/// Why there is no cart.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CartError {
    #[error("the cart is not a JSON object: {reason}")]
    NotJson { reason: String },
    #[error("the cart has {count} lines; at most {MAX_LINES} are allowed")]
    TooManyLines { count: usize },
    /// `rest` are the products, services and so on that have no fault so far.
    #[error("the cart has {} faults", .faults.len())]
    Faulty { faults: Vec<Fault>, rest: Box<Cart> },
}

/// What a cart comes to, net.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    pub amount: Decimal,
    pub currency: String,
}

impl Cart {
    /// The sum of all lines, exact as far as 28 digits reach; nothing if they do not.
    pub fn total(&self) -> Option<Total> {
        let amount = self.lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.amount()?))?;
        Some(Total { amount: amount.normalize(), currency: self.currency.clone() })
    }

    /// Reads and checks a cart; a [`CartError::Faulty`] holds all there is to say about it.
    pub fn read(json: &[u8]) -> Result<Self, CartError> {
        // Some shops' languages put a byte order mark in front.
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        let value: Value =
            serde_json::from_slice(json).map_err(|error| CartError::NotJson { reason: error.to_string() })?;
        distinct::check(json).map_err(|error| CartError::NotJson { reason: error.to_string() })?;
        Self::of(value)
    }

    /// The same for a document that has been read.
    pub fn of(value: Value) -> Result<Self, CartError> {
        let Value::Object(cart) = value else {
            return Err(CartError::NotJson { reason: format!("its type is {}", type_name(&value)) });
        };
        let mut faults = Vec::new();
        let mut reader = Reader::new(&cart, LineRef::cart(), &mut faults);
        let currency = reader.text("currency");
        match &currency {
            Some(code) if !is_currency(code) => reader.wrong("currency", &demands::BAD_CURRENCY, short(code)),
            None => reader.fault("currency", &demands::MISSING_CURRENCY),
            _ => {}
        }
        let custom = reader.within("custom", |inner| inner.object.clone()).unwrap_or_default();
        let lines = match cart.get("lines") {
            Some(Value::Array(lines)) if lines.len() > MAX_LINES => {
                return Err(CartError::TooManyLines { count: lines.len() });
            }
            Some(Value::Array(lines)) => {
                if lines.is_empty() {
                    reader.fault("lines", &demands::EMPTY_CART);
                }
                lines.as_slice()
            }
            None | Some(Value::Null) => {
                reader.fault("lines", &demands::MISSING_LINES);
                &[]
            }
            Some(other) => {
                reader.wrong_type("lines", &demands::TYPE_LIST, other);
                &[]
            }
        };
        let read = lines.iter().enumerate().map(|(index, line)| read_line(line, index + 1, &mut faults));
        // A line that is no object has no kin to look at, yet the others keep their positions.
        let lines: Vec<Option<Line>> = read.collect();
        kinship::check(&lines, &mut faults);
        match (currency, faults.is_empty()) {
            (Some(currency), true) => Ok(Self { currency, lines: lines.into_iter().flatten().collect(), custom }),
            (currency, _) => {
                let faulty: HashSet<usize> = faults.iter().filter_map(|fault| fault.line.parse().ok()).collect();
                let sound = |line: &Line| !faulty.contains(&line.position);
                let rest = lines.into_iter().flatten().filter(|line| line.kind != Kind::Text && sound(line));
                // A wrong currency is told once, not again with every line.
                let currency = currency.filter(|code| is_currency(code)).unwrap_or_else(|| NO_CURRENCY.into());
                let rest = Self { currency, lines: rest.collect(), custom };
                Err(CartError::Faulty { faults, rest: Box::new(rest) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WHOLE: &str = r#"{"currency":"EUR",
     "lines":[{"id":"a1","kind":"product","product_id":"SW-10001","name":"Hex bolt M8x40","description":"<p>Zinc plated…</p>",
       "quantity":"3","unit":"piece","price":{"net":"12.50","per":"1"},"tax_rate":"19",
       "manufacturer":{"number":"8812","name":"Acme"},"manufacturer_part":"HB-M8","ean":"4006381333931",
       "categories":[{"scheme":"ECLASS13.0","id":"23110101","name":"Hexagon bolt"}],
       "lead_time_days":2,"parent":null,"attachments":[{"url":"https://x.example/a.pdf","title":"Datasheet","purpose":null}],
       "custom":{"packing_unit":"Box"}, "unheard_of": [1]}]}"#;

    fn with_line(line: &str) -> Result<Cart, CartError> {
        Cart::read(format!(r#"{{"currency":"EUR","lines":[{line}]}}"#).as_bytes())
    }

    fn faults(json: &str) -> Vec<(String, String, String)> {
        match Cart::read(json.as_bytes()) {
            Err(CartError::Faulty { faults, .. }) => faults.into_iter().map(|f| (f.line, f.field, f.code)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn line_fault(member: &str) -> (String, String) {
        let mut line = json!({"name": "Bolt", "quantity": "1", "price": {"net": "1"}});
        let member_alone: Map<String, Value> = serde_json::from_str(&format!("{{{member}}}")).unwrap();
        line.as_object_mut().unwrap().extend(member_alone);
        let found = faults(&json!({"currency": "EUR", "lines": [line]}).to_string());
        assert_eq!(found.len(), 1, "{member}: {found:?}");
        (found[0].1.clone(), found[0].2.clone())
    }

    #[test]
    fn a_whole_line_is_read_with_all_its_members() {
        let cart = Cart::read(WHOLE.as_bytes()).unwrap();
        let line = &cart.lines[0];
        assert_eq!((cart.currency.as_str(), cart.lines.len()), ("EUR", 1));
        assert_eq!(line.price, Price { net: Decimal::new(1250, 2), per: Decimal::ONE });
        assert_eq!((line.lead_time_days, line.parent.as_deref(), line.kind), (Some(2), None, Kind::Product));
        assert_eq!(line.categories[0].scheme.as_deref(), Some("ECLASS13.0"));
        assert_eq!(
            (line.attachments[0].title.as_deref(), line.custom["packing_unit"].as_str()),
            (Some("Datasheet"), Some("Box"))
        );
    }

    #[test]
    fn a_total_is_exact_and_counts_prices_for_many() {
        let total = |lines: &str| {
            let cart = Cart::read(format!(r#"{{"currency":"EUR","lines":[{lines}]}}"#).as_bytes()).unwrap();
            cart.total().map(|total| (total.amount.to_string(), total.currency))
        };
        let bolt = r#"{"name":"Bolt","quantity":"250","price":{"net":"12.50","per":"100"}}"#;
        let nut = r#"{"name":"Nut","quantity":"0.1","price":{"net":"0.20"}}"#;
        let text = r#"{"kind":"text","name":"Handle with care"}"#;
        assert_eq!(total(&format!("{bolt},{nut},{text}")), Some(("31.27".into(), "EUR".into())));
        let huge = r#"{"name":"All","quantity":"9999999999999999999999999999","price":{"net":"9999999999999999999999999999"}}"#;
        assert_eq!(total(huge), None);
    }

    #[test]
    fn json_numbers_are_exact() {
        let cart = with_line(r#"{"product_id":10001,"quantity":0.1,"price":{"net":1234567890.0000000001,"per":1e2}}"#)
            .unwrap();
        let line = &cart.lines[0];
        assert_eq!(line.quantity.to_string(), "0.1");
        assert_eq!(line.price.net.to_string(), "1234567890.0000000001");
        assert_eq!(line.price.per, Decimal::ONE_HUNDRED);
        assert_eq!(line.product_id.as_deref(), Some("10001"));
    }

    #[test]
    fn every_fault_of_every_line_is_named() {
        let found = faults(
            r#"{"currency":"eur","lines":[
              {"id":"a","quantity":"0","price":{"net":"1,50"}},
              {"id":"a","name":"Nut","quantity":"-1","price":{"net":"-1","per":"0"},"parent":"z"},
              "text"]}"#,
        );
        let expected = [
            ("", "currency", "bad-currency"),
            ("1", "name", "missing"),
            ("1", "quantity", "quantity-not-positive"),
            ("1", "price.net", "bad-decimal"),
            ("2", "quantity", "quantity-not-positive"),
            ("2", "price.net", "price-negative"),
            ("2", "price.per", "per-not-positive"),
            ("3", "lines", "wrong-type"),
            ("2", "id", "duplicate-id"),
            ("2", "parent", "unknown-parent"),
        ];
        assert_eq!(found, expected.map(|(a, b, c)| (a.into(), b.into(), c.into())));
    }

    #[test]
    fn wrong_values_are_faults_under_their_json_name() {
        for (member, field, code) in [
            (r#""quantity":"1.000,5""#, "quantity", "bad-decimal"),
            (r#""quantity":"1e3""#, "quantity", "bad-decimal"),
            (r#""quantity":"12345678901234567890123456789""#, "quantity", "bad-decimal"),
            (r#""quantity":true"#, "quantity", "wrong-type"),
            (r#""quantity":null"#, "quantity", "missing"),
            (r#""name":7"#, "name", "wrong-type"),
            (r#""kind":"gift""#, "kind", "unknown-kind"),
            (r#""price":{}"#, "price.net", "missing"),
            (r#""price":null"#, "price.net", "missing"),
            (r#""price":"1""#, "price", "wrong-type"),
            (r#""tax_rate":"-1""#, "tax_rate", "tax-rate-negative"),
            (r#""lead_time_days":"2.5""#, "lead_time_days", "bad-whole-number"),
            (r#""lead_time_days":-1"#, "lead_time_days", "bad-whole-number"),
            (r#""manufacturer":{"name":[]}"#, "manufacturer.name", "wrong-type"),
            (r#""categories":{}"#, "categories", "wrong-type"),
            (r#""attachments":["x"]"#, "attachments", "wrong-type"),
            (r#""parent":"nobody""#, "parent", "unknown-parent"),
            (r#""id":"a","parent":"a""#, "parent", "parent-cycle"),
        ] {
            assert_eq!(line_fault(member), (field.into(), code.into()), "{member}");
        }
    }

    #[test]
    fn a_fault_names_the_id_of_its_line() {
        let Err(CartError::Faulty { faults, .. }) = with_line(r#"{"id":"a1","name":"Bolt","quantity":"1"}"#) else {
            panic!()
        };
        assert_eq!(faults[0].line_id.as_deref(), Some("a1"));
    }

    #[test]
    fn only_the_lines_of_a_circle_are_faulty() {
        let line = |id: &str, parent: &str| {
            format!(r#"{{"id":"{id}","parent":"{parent}","name":"x","quantity":"1","price":{{"net":"1"}}}}"#)
        };
        let lines = [line("a", "b"), line("b", "c"), line("c", "b")].join(",");
        let found = faults(&format!(r#"{{"currency":"EUR","lines":[{lines}]}}"#));
        assert_eq!(found.iter().map(|fault| fault.0.as_str()).collect::<Vec<_>>(), ["2", "3"]);
    }

    #[test]
    fn a_text_line_needs_no_quantity_and_no_price() {
        assert!(with_line(r#"{"kind":"text","name":"Handle with care"}"#).is_ok());
        assert!(with_line(r#"{"kind":"text","description":"Handle with care"}"#).is_ok());
        assert!(with_line(r#"{"kind":"text","product_id":"1"}"#).is_err());
    }

    #[test]
    fn a_discount_may_be_negative() {
        assert!(with_line(r#"{"kind":"discount","name":"Bonus","quantity":"1","price":{"net":"-5"}}"#).is_ok());
    }

    #[test]
    fn a_byte_order_mark_does_no_harm() {
        let json = format!("\u{feff}{WHOLE}");
        assert_eq!(Cart::read(json.as_bytes()), Cart::read(WHOLE.as_bytes()));
    }

    #[test]
    fn what_is_no_cart_is_refused_as_such() {
        assert!(matches!(Cart::read(b"{\"currency\":"), Err(CartError::NotJson { .. })));
        assert!(matches!(Cart::read(b"[]"), Err(CartError::NotJson { .. })));
        let twice =
            br#"{"currency":"EUR","lines":[{"name":"Bolt","quantity":"1","quantity":"100","price":{"net":"1"}}]}"#;
        assert!(
            matches!(Cart::read(twice), Err(CartError::NotJson { reason }) if reason.contains("\"quantity\" stands twice"))
        );
        assert_eq!(faults(r#"{"currency":"EUR","lines":[]}"#)[0].2, "empty-cart");
        assert_eq!(faults(r#"{"currency":"EUR"}"#)[0].1, "lines");
        assert_eq!(faults(r#"{"lines":{}}"#).len(), 2);
    }

    #[test]
    fn a_cart_of_too_many_lines_is_refused() {
        let json = format!(r#"{{"currency":"EUR","lines":[{}0]}}"#, "0,".repeat(MAX_LINES));
        assert_eq!(Cart::read(json.as_bytes()), Err(CartError::TooManyLines { count: MAX_LINES + 1 }));
    }
}
