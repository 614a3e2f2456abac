//! What the API's description says of bodies and answers that have no type of their own: the cart, which is read member by
//! member (`mapping::cart`) so that all its faults are told, and the answers that every call shares.
//!
//! Nothing here is ever made. A test holds that the reader knows every member that is described.
#![expect(dead_code, reason = "types for the description only")]

use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::web::problem::Problem;

/// No key, or no shop's
#[derive(IntoResponses)]
#[response(status = 401, description = "`api-key-wrong`", content_type = "application/problem+json",
    headers(("WWW-Authenticate" = String, description = "`Bearer`")))]
pub struct KeyWrong(Problem);

/// The database is away
#[derive(IntoResponses)]
#[response(status = 503, description = "`database-unavailable`: try again after `Retry-After` seconds", content_type = "application/problem+json",
    headers(("Retry-After" = u32, description = "Seconds")))]
pub struct Unavailable(Problem);

/// The same, where passwords are hashed
#[derive(IntoResponses)]
#[response(status = 503, description = "`database-unavailable`, or `too-busy` with other passwords: try again after `Retry-After` seconds", content_type = "application/problem+json",
    headers(("Retry-After" = u32, description = "Seconds")))]
pub struct Busy(Problem);

/// A number by its digits: a string with a point, at most 28 digits. A JSON number is taken by its digits too.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = "12.50")]
pub enum CartDecimal {
    Text(String),
    Number(f64),
}

/// A text that many shops keep as a number.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = "SW-10001")]
pub enum CartCode {
    Text(String),
    Number(f64),
}

/// Members that are not known are ignored. None may stand twice.
#[derive(Serialize, ToSchema)]
pub struct Cart {
    /// ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    #[schema(min_items = 1, max_items = 10_000)]
    lines: Vec<CartLine>,
    /// Anything of your own about the cart, for the mapping.
    #[schema(value_type = Option<Object>, example = json!({ "order_note": "Urgent" }))]
    custom: Option<()>,
}

/// `product_id` or `name`, `quantity` and `price` are needed, except for a text, which needs its `name` or `description`.
#[derive(Serialize, ToSchema)]
pub struct CartLine {
    /// Your name for the line; faults and notices repeat it.
    id: Option<CartCode>,
    /// `product` unless said.
    kind: Option<CartKind>,
    product_id: Option<CartCode>,
    #[schema(example = "Hex bolt M8x40")]
    name: Option<String>,
    /// HTML; becomes plain text.
    description: Option<String>,
    /// Greater than 0.
    quantity: Option<CartDecimal>,
    /// Your word for it; the system's table knows the buyer's.
    #[schema(example = "piece")]
    unit: Option<String>,
    price: Option<CartPrice>,
    /// Percent.
    tax_rate: Option<CartDecimal>,
    manufacturer: Option<CartManufacturer>,
    /// The manufacturer's number for the product.
    manufacturer_part: Option<CartCode>,
    ean: Option<CartCode>,
    /// The first one counts unless the mapping says otherwise.
    categories: Option<Vec<CartCategory>>,
    /// Whole days.
    lead_time_days: Option<u32>,
    /// `id` of another line: the set or service that it is a part of.
    parent: Option<CartCode>,
    /// The first one counts unless the mapping says otherwise.
    attachments: Option<Vec<CartAttachment>>,
    /// The buyer's contract.
    contract: Option<CartReference>,
    /// Your offer.
    quote: Option<CartReference>,
    /// The buyer's own material number.
    material: Option<CartCode>,
    /// The buyer's own group of materials.
    material_group: Option<CartCode>,
    configuration: Option<CartConfiguration>,
    /// Anything of your own about the line, for the mapping.
    #[schema(value_type = Option<Object>, example = json!({ "packing_unit": "Box" }))]
    custom: Option<()>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CartKind {
    Product,
    Service,
    Shipping,
    Discount,
    Text,
}

#[derive(Serialize, ToSchema)]
pub struct CartPrice {
    /// Without tax, for `per` units; negative for a discount and for nothing else.
    net: CartDecimal,
    /// 1 unless said.
    per: Option<CartDecimal>,
}

#[derive(Serialize, ToSchema)]
pub struct CartManufacturer {
    number: Option<CartCode>,
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CartCategory {
    #[schema(example = "ECLASS13.0")]
    scheme: Option<String>,
    #[schema(example = "23110101")]
    id: Option<CartCode>,
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CartAttachment {
    #[schema(example = "https://shop.acme.example/hb-m8.pdf")]
    url: Option<String>,
    title: Option<String>,
    purpose: Option<String>,
}

/// A document and the place in it.
#[derive(Serialize, ToSchema)]
pub struct CartReference {
    #[schema(example = "4600001234")]
    number: Option<CartCode>,
    #[schema(example = "10")]
    item: Option<CartCode>,
}

/// How the product was configured: a text, what was chosen, or both with the address of a page that shows it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum CartConfiguration {
    Text(String),
    Values(Vec<CartChoice>),
    Whole { values: Option<Vec<CartChoice>>, text: Option<String>, url: Option<String>, title: Option<String> },
}

#[derive(Serialize, ToSchema)]
pub struct CartChoice {
    #[schema(example = "Coating")]
    name: Option<String>,
    value: Option<CartChosen>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = "zinc")]
pub enum CartChosen {
    Text(String),
    Number(f64),
    Flag(bool),
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::OpenApi;

    use crate::mapping::cart::{Cart, CartError};
    use crate::web::api::Description;

    /// What the description says of a schema's members.
    fn members(description: &Value, schema: &str) -> Vec<String> {
        let members = &description["components"]["schemas"][schema]["properties"];
        members.as_object().unwrap_or_else(|| panic!("{schema}")).keys().cloned().collect()
    }

    /// The fields of a cart's faults.
    fn faulty(cart: &Value) -> Vec<String> {
        match Cart::read(cart.to_string().as_bytes()) {
            Err(CartError::Faulty { faults, .. }) => faults.into_iter().map(|fault| fault.field).collect(),
            other => panic!("{cart}: {other:?}"),
        }
    }

    #[test]
    fn every_member_of_a_cart_that_is_described_is_read() {
        let description = serde_json::to_value(Description::openapi()).unwrap();
        let wrong = json!([[true]]);
        let line = |name: &str, value: Value| {
            let mut line = json!({"product_id": "A1", "name": "Bolt", "quantity": "1", "price": {"net": "1"}});
            line[name] = value;
            json!({"currency": "EUR", "lines": [line]})
        };
        for name in members(&description, "Cart") {
            let mut cart = line("id", json!("a1"));
            cart[&name] = json!(true);
            assert!(faulty(&cart).contains(&name), "{name}");
        }
        for name in members(&description, "CartLine") {
            let found = faulty(&line(&name, wrong.clone()));
            assert!(found.contains(&name), "{name}: {found:?}");
        }
        let inner = [
            ("price", "CartPrice", false),
            ("manufacturer", "CartManufacturer", false),
            ("categories", "CartCategory", true),
            ("attachments", "CartAttachment", true),
            ("contract", "CartReference", false),
            ("quote", "CartReference", false),
        ];
        for (member, schema, is_list) in inner {
            for name in members(&description, schema) {
                let object = json!({ &name: wrong });
                let value = if is_list { json!([object]) } else { object };
                let field = format!("{member}.{name}");
                let found = faulty(&line(member, value));
                assert!(found.contains(&field), "{field}: {found:?}");
            }
        }
    }

    #[test]
    fn the_described_kinds_are_those_that_are_read() {
        let description = serde_json::to_value(Description::openapi()).unwrap();
        let kinds = description["components"]["schemas"]["CartKind"]["enum"].as_array().expect("kinds").clone();
        assert_eq!(kinds.len(), 5);
        for kind in kinds {
            let line = json!({"name": "Bolt", "kind": kind, "quantity": "1", "price": {"net": "1"}});
            let cart = json!({"currency": "EUR", "lines": [line]}).to_string();
            assert!(Cart::read(cart.as_bytes()).is_ok(), "{cart}");
        }
    }
}
