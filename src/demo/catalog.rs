//! What the demo shop sells: about two dozen products of "Acme Tools", read from `catalog.toml`.
//!
//! Chosen to be awkward in the ways real products are: a price of 0.00725, prices per 100 and per
//! 1,000, a name longer than OCI's 40 characters, quotes and angle brackets, umlauts, a euro sign,
//! lengths and weights that are not whole, services. It is data and one search; the cart that is
//! made from it is the business of [`super::shop`].

use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::words::Language;

/// Something to put into the cart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The shop's article number; never changes.
    pub number: String,
    pub category: Category,
    pub kind: Kind,
    pub picture: Picture,
    pub name: Text,
    /// HTML of ours: goes into pages as it is.
    pub description: Text,
    /// Net, in euros, for `per` units.
    #[serde(deserialize_with = "decimal")]
    pub price: Decimal,
    #[serde(deserialize_with = "decimal")]
    pub per: Decimal,
    pub unit: Unit,
    /// The smallest quantity sold, and the one that is suggested.
    #[serde(deserialize_with = "decimal")]
    pub minimum: Decimal,
    pub manufacturer: Manufacturer,
    pub manufacturer_part: Option<String>,
    pub ean: Option<String>,
    pub eclass: Class,
    pub lead_time_days: u32,
}

#[derive(Debug, Deserialize)]
pub struct Text {
    en: String,
    de: String,
}

impl Text {
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::German => &self.de,
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct Manufacturer {
    pub number: String,
    pub name: String,
}

/// A class of ECLASS 13.0.
#[derive(Debug, Deserialize)]
pub struct Class {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Product,
    Service,
}

impl Kind {
    /// As the gateway's API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Service => "service",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    Tools,
    Fasteners,
    Safety,
    Workshop,
    Services,
}

impl Category {
    pub const ALL: [Self; 5] = [Self::Tools, Self::Fasteners, Self::Safety, Self::Workshop, Self::Services];

    /// As it stands in addresses and class names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Fasteners => "fasteners",
            Self::Safety => "safety",
            Self::Workshop => "workshop",
            Self::Services => "services",
        }
    }

    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Piece,
    Set,
    Pair,
    Metre,
    Litre,
    Kilogram,
    Hour,
}

impl Unit {
    /// What the shop tells the gateway: its own words for the commonest two, as real shops do
    /// (the OCI system's unit table knows them), and codes of UN/ECE Rec 20 for the others.
    pub fn name(self) -> &'static str {
        match self {
            Self::Piece => "piece",
            Self::Kilogram => "kg",
            Self::Set => "SET",
            Self::Pair => "PR",
            Self::Metre => "MTR",
            Self::Litre => "LTR",
            Self::Hour => "HUR",
        }
    }

    /// The smallest difference between two quantities, as a browser's number field takes it.
    pub fn step(self) -> &'static str {
        match self {
            Self::Piece | Self::Set | Self::Pair => "1",
            Self::Hour => "0.25",
            Self::Metre | Self::Litre | Self::Kilogram => "0.01",
        }
    }
}

/// The drawings of `templates/demo/shop/picture.html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Picture {
    Hammer,
    Spanner,
    Drill,
    Torque,
    Screwdriver,
    Caliper,
    Tape,
    Grinder,
    Bolt,
    Nut,
    Washer,
    Screw,
    Plug,
    Rod,
    Helmet,
    Glove,
    Goggles,
    Ear,
    Firstaid,
    Rack,
    Oil,
    Coil,
    Lamp,
    Calibration,
    Repair,
}

/// Percent of value added tax on everything.
pub const TAX_RATE: &str = "19";

/// All products, in the order of the shop window.
pub fn products() -> &'static [Product] {
    #[derive(Deserialize)]
    struct File {
        product: Vec<Product>,
    }
    static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
        let file: File =
            toml::from_str(include_str!("catalog.toml")).expect("the file is part of the program, and a test reads it");
        file.product
    });
    &PRODUCTS
}

/// The whole assortment as a file that `punchgate catalog import` reads: one article a line, as JSON.
pub fn as_json_lines() -> String {
    let line = |product: &Product| {
        let text = |language: Language| {
            json!({
                "language": language.tag(),
                "name": product.name.of(language),
                "description": product.description.of(language),
            })
        };
        json!({
            "product_id": product.number,
            "kind": product.kind.name(),
            "texts": [text(Language::German), text(Language::English)],
            "unit": product.unit.name(),
            "currency": "EUR",
            "prices": [{
                "from": product.minimum.to_string(),
                "net": product.price.to_string(),
                "per": product.per.to_string(),
            }],
            "tax_rate": TAX_RATE,
            "manufacturer_number": product.manufacturer.number,
            "manufacturer": product.manufacturer.name,
            "manufacturer_part": product.manufacturer_part,
            "ean": product.ean,
            "lead_time_days": product.lead_time_days,
            "categories": [{ "scheme": "ECLASS13.0", "id": product.eclass.id, "name": product.eclass.name }],
            "min_quantity": product.minimum.to_string(),
        })
    };
    products().iter().map(|product| format!("{}\n", line(product))).collect()
}

/// The product with this article number.
pub fn product(number: &str) -> Option<&'static Product> {
    products().iter().find(|product| product.number == number)
}

/// Products of a category (or all) that have every word of `text` in their number, names,
/// manufacturer or EAN. No text finds everything.
pub fn search(text: &str, category: Option<Category>) -> Vec<&'static Product> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    products()
        .iter()
        .filter(|product| category.is_none_or(|category| product.category == category))
        .filter(|product| {
            let found_in = [
                product.number.as_str(),
                &product.name.en,
                &product.name.de,
                &product.manufacturer.name,
                product.manufacturer_part.as_deref().unwrap_or_default(),
                product.ean.as_deref().unwrap_or_default(),
            ]
            .join("\n")
            .to_lowercase();
            words.iter().all(|word| found_in.contains(word))
        })
        .collect()
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_product_can_be_sold() {
        let numbers: HashSet<_> = products().iter().map(|product| product.number.as_str()).collect();
        assert_eq!(numbers.len(), products().len(), "article numbers are unique");
        for product in products() {
            assert!(product.price > Decimal::ZERO && product.per > Decimal::ZERO, "{}", product.number);
            assert!(product.minimum > Decimal::ZERO, "{}", product.number);
            assert!(product.number.len() <= 40, "OCI carries 40 characters: {}", product.number);
            assert!(product.eclass.id.len() == 8, "{}", product.number);
        }
        for category in Category::ALL {
            assert!(!search("", Some(category)).is_empty(), "{}", category.name());
        }
    }

    #[test]
    fn every_ean_has_its_check_digit() {
        for ean in products().iter().filter_map(|product| product.ean.as_deref()) {
            let sum: u32 = ean
                .chars()
                .rev()
                .zip([1, 3].into_iter().cycle())
                .map(|(digit, weight)| digit.to_digit(10).expect("a digit") * weight)
                .sum();
            assert!(ean.len() == 13 && sum.is_multiple_of(10), "{ean}");
        }
    }

    #[test]
    fn the_awkward_ones_are_there() {
        let any = |wanted: &dyn Fn(&Product) -> bool| products().iter().any(wanted);
        assert!(any(&|product| product.price.to_string() == "0.00725"));
        assert!(any(&|product| product.per == Decimal::ONE_HUNDRED));
        assert!(any(&|product| product.name.en.chars().count() > 40));
        assert!(any(&|product| product.name.en.contains("19\" Rack") && product.name.en.contains(['&', '<', '>'])));
        assert!(any(&|product| product.name.de.contains('ü')) && any(&|product| product.name.de.contains('€')));
        assert!(any(&|product| product.description.en.contains("<li>")));
        assert!(any(&|product| product.kind == Kind::Service));
    }

    #[test]
    fn search_finds_products_by_all_words_in_either_language() {
        let numbers = |text| search(text, None).iter().map(|product| product.number.as_str()).collect::<Vec<_>>();
        assert_eq!(numbers("m8 SECHSKANT"), ["AC-2001", "AC-2002"]);
        assert_eq!(numbers("hex nut"), ["AC-2002"]);
        assert_eq!(numbers("unobtainium"), Vec::<&str>::new());
        assert_eq!(numbers("").len(), products().len());
    }
}
