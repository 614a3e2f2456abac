//! One article of a shop's catalog: what can be bought, whatever language, price scale or buyer.
//!
//! It holds everything that a cart's line can say, so that VALIDATE and BACKGROUND_SEARCH map it with the same rules as
//! a cart (digest section 2), and what only the catalog download knows besides: all languages, scale prices, attachments
//! (digest section 5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::oci::amount::Decimal;

/// One article. An empty text is `None`; a list may be empty unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// The supplier's article number; comes back as PRODUCTID.
    pub product_id: String,
    #[serde(default)]
    pub kind: Kind,
    /// At least one, the shop's main language first; no language twice.
    pub texts: Vec<Text>,
    /// The shop's own word or a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// At least one, by `from` upward: the price for a quantity is that of the last `from` that it reaches.
    pub prices: Vec<Price>,
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// The manufacturer's number for the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer_part: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ean: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// The smallest quantity that can be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<Decimal>,
    /// What is in one package: only multiples of it can be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packing_quantity: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The shop's own members, for the mapping.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Product,
    Service,
}

/// What an article is called in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// BCP 47 primary tag in lower case, as `de`; empty when the catalog names none.
    #[serde(default)]
    pub language: String,
    pub name: String,
    /// HTML, or plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
}

/// What `per` units cost, from a quantity on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Greater than zero; the first price's is 1 or the minimum quantity.
    pub from: Decimal,
    /// Not negative.
    pub net: Decimal,
    /// Greater than zero.
    pub per: Decimal,
}

/// A place in a classification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The classification, `ECLASS13.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A picture or document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// MIME type, `image/jpeg`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// OCI's ATTACHMENT_PURPOSE: `C` for a configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

impl Article {
    /// The text in a language, else the main one. An article has at least one.
    pub fn text(&self, language: Option<&str>) -> Option<&Text> {
        language
            .and_then(|language| self.texts.iter().find(|text| text.language == language))
            .or_else(|| self.texts.first())
    }

    /// The price for a quantity: of the highest step that it reaches, else of the first.
    pub fn price(&self, quantity: Decimal) -> Option<&Price> {
        self.prices.iter().rev().find(|price| price.from <= quantity).or_else(|| self.prices.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_is_that_of_the_highest_step_the_quantity_reaches() {
        let json = r#"{"product_id":"M8","currency":"EUR","texts":[{"language":"de","name":"Mutter"},{"language":"en","name":"Nut"}],
            "prices":[{"from":"1","net":"4.85","per":"1"},{"from":"100","net":"3.60","per":"1"}]}"#;
        let article: Article = serde_json::from_str(json).unwrap();
        let net = |quantity: i64| article.price(Decimal::from(quantity)).map(|price| price.net.to_string());
        assert_eq!(net(0).as_deref(), Some("4.85"));
        assert_eq!(net(99).as_deref(), Some("4.85"));
        assert_eq!(net(100).as_deref(), Some("3.60"));
        assert_eq!(article.text(Some("en")).map(|text| text.name.as_str()), Some("Nut"));
        assert_eq!(article.text(Some("fr")).map(|text| text.name.as_str()), Some("Mutter"));
    }
}
