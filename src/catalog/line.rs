//! An article as a line of a cart: what the mapping of a system makes an item of.
//!
//! So VALIDATE, BACKGROUND_SEARCH and the catalog download say of an article exactly what a cart says of it.

use serde_json::{Map, Value};

use super::article::{Article, Kind};
use crate::mapping::cart::{self, Cart, Line};
use crate::oci::amount::Decimal;

impl Article {
    /// A cart of one line: so many of the article, at the price for that quantity, named in that language. None if the
    /// article has no text or no price, which no import lets pass.
    pub fn cart(&self, quantity: Decimal, language: Option<&str>) -> Option<Cart> {
        let text = self.text(language)?;
        let price = self.price(quantity)?;
        let kind = match self.kind {
            Kind::Product => cart::Kind::Product,
            Kind::Service => cart::Kind::Service,
        };
        let line = Line {
            product_id: Some(self.product_id.clone()),
            name: Some(text.name.clone()),
            description: text.description.clone(),
            unit: self.unit.clone(),
            tax_rate: self.tax_rate,
            manufacturer: cart::Manufacturer {
                number: self.manufacturer_number.clone(),
                name: self.manufacturer.clone(),
            },
            manufacturer_part: self.manufacturer_part.clone(),
            ean: self.ean.clone(),
            categories: self.categories.iter().map(category).collect(),
            lead_time_days: self.lead_time_days,
            attachments: self.attachments.iter().map(attachment).collect(),
            contract: cart::Reference::default(),
            quote: cart::Reference::default(),
            material: None,
            material_group: None,
            configuration: None,
            custom: self.custom.clone(),
            ..Line::new(1, kind, quantity, cart::Price { net: price.net, per: price.per })
        };
        Some(Cart { currency: self.currency.clone(), lines: vec![line], custom: Map::new() })
    }

    /// The least that can be ordered: the minimum quantity in whole packages, else one package, else one.
    pub fn smallest_order(&self) -> Decimal {
        smallest_order(self.min_quantity, self.packing_quantity)
    }
}

/// The least that can be ordered of what has a minimum and comes in packages.
pub fn smallest_order(min: Option<Decimal>, packing: Option<Decimal>) -> Decimal {
    let above_zero = |quantity: &Decimal| *quantity > Decimal::ZERO;
    match (min.filter(above_zero), packing.filter(above_zero)) {
        (None, None) => Decimal::ONE,
        (Some(min), None) => min,
        (None, Some(packing)) => packing,
        (Some(min), Some(packing)) => {
            let packages = min.checked_div(packing).map_or(Decimal::ONE, |packages| packages.ceil());
            packages.checked_mul(packing).unwrap_or(min).normalize()
        }
    }
}

/// A quantity among the members of a shop's line that the cart does not know: `min_quantity` or `packing_quantity`.
pub fn quantity_of(line: &Value, member: &str) -> Option<Decimal> {
    let written = match line.get(member)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    crate::oci::amount::read(&written).filter(|quantity| *quantity > Decimal::ZERO)
}

fn category(category: &super::article::Category) -> cart::Category {
    cart::Category { scheme: category.scheme.clone(), id: category.id.clone(), name: category.name.clone() }
}

fn attachment(attachment: &super::article::Attachment) -> cart::Attachment {
    cart::Attachment {
        url: Some(attachment.url.clone()),
        title: attachment.title.clone(),
        purpose: attachment.purpose.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_a_line_with_the_price_for_the_quantity_in_the_language() {
        let json = r#"{"product_id":"M8","kind":"service","currency":"CHF","unit":"piece","ean":"4006381333931","tax_rate":"19",
            "texts":[{"language":"de","name":"Mutter"},{"language":"en","name":"Nut","description":"<b>M8</b>"}],
            "prices":[{"from":"1","net":"4.85","per":"1"},{"from":"100","net":"36","per":"10"}],
            "categories":[{"scheme":"ECLASS13.0","id":"23110101"}],"attachments":[{"url":"https://x.example/a.pdf"}]}"#;
        let article: Article = serde_json::from_str(json).unwrap();
        let cart = article.cart(Decimal::ONE_HUNDRED, Some("en")).unwrap();
        let line = &cart.lines[0];
        assert_eq!(
            (cart.currency.as_str(), line.kind, line.quantity),
            ("CHF", cart::Kind::Service, Decimal::ONE_HUNDRED)
        );
        assert_eq!((line.name.as_deref(), line.description.as_deref()), (Some("Nut"), Some("<b>M8</b>")));
        assert_eq!(line.price, cart::Price { net: Decimal::from(36), per: Decimal::TEN });
        assert_eq!(line.attachments[0].url.as_deref(), Some("https://x.example/a.pdf"));
        assert_eq!(article.cart(Decimal::ONE, None).unwrap().lines[0].name.as_deref(), Some("Mutter"));
    }

    #[test]
    fn the_smallest_order_is_a_whole_number_of_packages() {
        let smallest =
            |min: &str, packing: &str| smallest_order(min.parse().ok(), packing.parse().ok()).normalize().to_string();
        assert_eq!(smallest("", ""), "1");
        assert_eq!(smallest("5", ""), "5");
        assert_eq!(smallest("", "50"), "50");
        assert_eq!(smallest("120", "50"), "150");
        assert_eq!(smallest("0.5", "0.25"), "0.5");
        assert_eq!(smallest("0", "0"), "1");
    }
}
