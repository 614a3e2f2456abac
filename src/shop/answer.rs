//! What a shop answers when it is asked for products: the lines of a cart (`docs/shop-contract.md`).
//!
//! Lines are read by the same rules as a cart's. Of a search the faulty ones are left out and told, so that one bad product
//! does not hide all others; a single product that is faulty is no answer.

use serde_json::{Map, Value, json};

use crate::catalog::line::quantity_of;
use crate::mapping::cart::{Cart, CartError};
use crate::oci::amount::Decimal;

/// The most lines of one page.
const MAX_LINES: usize = 2_000;

/// A product as a cart of one line, and how it can be ordered.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub cart: Cart,
    pub min_quantity: Option<Decimal>,
    pub packing_quantity: Option<Decimal>,
}

/// A page of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub offers: Vec<Offer>,
    /// Hits on all pages, if the shop says so.
    pub total: Option<u64>,
    /// Lines on this page, faulty ones included.
    pub lines: usize,
    /// What is wrong with those that were left out.
    pub faults: Vec<String>,
}

/// `{"currency":"EUR","product":{…}}`; the line may also stand alone with its currency in it.
pub(super) fn product(answer: Value, id: &str, quantity: Option<Decimal>) -> Result<Offer, String> {
    let Value::Object(mut answer) = answer else { return Err("it is not a JSON object".to_owned()) };
    let currency = answer.get("currency").cloned().unwrap_or_default();
    let line = match answer.remove("product") {
        Some(Value::Object(line)) => line,
        Some(_) => return Err("product is not an object".to_owned()),
        None => answer,
    };
    offer(line, &currency, Some(id), quantity)
}

/// `{"currency":"EUR","lines":[…],"total":7}`.
pub(super) fn page(answer: Value) -> Result<Page, String> {
    let Value::Object(mut answer) = answer else { return Err("it is not a JSON object".to_owned()) };
    let currency = answer.get("currency").cloned().unwrap_or_default();
    let total = match answer.get("total") {
        None | Some(Value::Null) => None,
        Some(total) => Some(total.as_u64().ok_or("total is not a whole number from 0")?),
    };
    let Some(Value::Array(lines)) = answer.remove("lines") else { return Err("lines is not a list".to_owned()) };
    if lines.len() > MAX_LINES {
        return Err(format!("a page has {} lines; at most {MAX_LINES} are read", lines.len()));
    }
    let mut page = Page { total, lines: lines.len(), ..Page::default() };
    for (place, line) in lines.into_iter().enumerate() {
        let offer = match line {
            Value::Object(line) => offer(line, &currency, None, None),
            _ => Err("it is not an object".to_owned()),
        };
        match offer {
            Ok(offer) => page.offers.push(offer),
            Err(reason) => page.faults.push(format!("line {}: {reason}", place + 1)),
        }
    }
    Ok(page)
}

/// A line's own currency wins. A quantity that was asked for is the line's, whatever the shop made of it.
fn offer(
    mut line: Map<String, Value>,
    currency: &Value,
    id: Option<&str>,
    quantity: Option<Decimal>,
) -> Result<Offer, String> {
    let currency = line.remove("currency").filter(|own| !own.is_null()).unwrap_or_else(|| currency.clone());
    let whole = Value::Object(line.clone());
    let (min_quantity, packing_quantity) =
        (quantity_of(&whole, "min_quantity"), quantity_of(&whole, "packing_quantity"));
    if let Some(id) = id {
        line.entry("product_id").or_insert_with(|| id.into());
    }
    let smallest = crate::catalog::line::smallest_order(min_quantity, packing_quantity);
    match quantity {
        Some(quantity) => {
            line.insert("quantity".to_owned(), quantity.to_string().into());
        }
        None => {
            line.entry("quantity").or_insert_with(|| smallest.to_string().into());
        }
    }
    // A product stands alone; it has no parent to belong to.
    line.remove("parent");
    let cart = json!({ "currency": currency, "lines": [line] });
    let cart = Cart::read(cart.to_string().as_bytes()).map_err(|error| match error {
        CartError::Faulty { faults, .. } => {
            let told: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
            told.join(" ")
        }
        other => other.to_string(),
    })?;
    Ok(Offer { cart, min_quantity, packing_quantity })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bolt() -> Value {
        json!({ "product_id": "SW-1", "name": "Bolt", "quantity": "1", "price": { "net": "12.50" }, "min_quantity": 10 })
    }

    #[test]
    fn a_product_is_read_as_a_line_of_a_cart_for_the_quantity_asked() {
        let answer = json!({ "currency": "EUR", "product": bolt() });
        let offer = product(answer, "SW-1", Some(Decimal::from(7))).unwrap();
        let line = &offer.cart.lines[0];
        assert_eq!((offer.cart.currency.as_str(), line.quantity), ("EUR", Decimal::from(7)));
        assert_eq!((offer.min_quantity, offer.packing_quantity), (Some(Decimal::TEN), None));
    }

    #[test]
    fn what_a_shop_may_leave_out_is_known_otherwise() {
        let answer = json!({ "currency": "EUR", "name": "Bolt", "price": { "net": 1 }, "min_quantity": "10" });
        let offer = product(answer, "SW-1", None).unwrap();
        let line = &offer.cart.lines[0];
        assert_eq!((line.product_id.as_deref(), line.quantity), (Some("SW-1"), Decimal::TEN));
    }

    #[test]
    fn nonsense_is_no_product_and_its_faults_are_told() {
        for (answer, told) in [
            (json!([]), "not a JSON object"),
            (json!({ "currency": "EUR", "product": [] }), "product is not an object"),
            (json!({ "product": bolt() }), "currency"),
            (json!({ "currency": "EUR", "product": { "name": "Bolt" } }), "price.net"),
            (json!({ "currency": "EUR", "product": { "name": "Bolt", "price": { "net": "1,50" } } }), "price.net"),
        ] {
            let reason = product(answer.clone(), "SW-1", None).unwrap_err();
            assert!(reason.contains(told), "{answer}: {reason}");
        }
    }

    #[test]
    fn of_a_search_the_faulty_lines_are_left_out_and_told() {
        let swiss = json!({ "currency": "CHF", "name": "Mutter", "price": { "net": "1" } });
        let answer = json!({ "currency": "EUR", "lines": [bolt(), { "name": "x" }, 7, swiss], "total": 9 });
        let page = page(answer).unwrap();
        let found: Vec<&str> = page.offers.iter().map(|offer| offer.cart.currency.as_str()).collect();
        assert_eq!((found, page.total, page.lines), (vec!["EUR", "CHF"], Some(9), 4));
        assert!(page.faults[0].starts_with("line 2: price.net") && page.faults[1].starts_with("line 3:"));
        assert!(super::page(json!({ "currency": "EUR" })).is_err());
        assert!(super::page(json!({ "currency": "EUR", "lines": [], "total": -1 })).is_err());
    }
}
