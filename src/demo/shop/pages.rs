//! The pages of the demo shop as values for their templates in `templates/demo/shop/`.

use askama::Template;
use rust_decimal::Decimal;

use super::gateway::Problem;
use super::visits::{self, Line, Punchout, Visit};
use crate::demo::catalog::{Category, Picture, Product, Unit};
use crate::demo::figures;
use crate::demo::words::{Language, ShopWords};

/// What surrounds every page: names, language, cart, punchout.
pub struct Frame {
    pub words: &'static ShopWords,
    pub language: Language,
    pub shop: String,
    pub punchout: Option<Punchout>,
    pub lines: usize,
    /// The path and query of this page up to where `lang=…` can be appended.
    pub here: String,
    /// What stands in the search field.
    pub search: String,
    pub category: Option<Category>,
}

impl Frame {
    pub fn new(shop: &str, language: Language, visit: &Visit, here: String) -> Self {
        Self {
            words: ShopWords::of(language),
            language,
            shop: shop.to_owned(),
            punchout: visit.punchout.clone(),
            lines: visit.cart.len(),
            here,
            search: String::new(),
            category: None,
        }
    }

    fn category_name(&self, category: &Category) -> &'static str {
        match category {
            Category::Tools => self.words.tools,
            Category::Fasteners => self.words.fasteners,
            Category::Safety => self.words.safety,
            Category::Workshop => self.words.workshop,
            Category::Services => self.words.services,
        }
    }

    fn is_category(&self, category: &Category) -> bool {
        self.category == Some(*category)
    }

    /// The unit of so much of a product: `piece`, `pieces`.
    fn unit(&self, product: &Product, quantity: &Decimal) -> &'static str {
        let words = self.words;
        let (one, many) = match product.unit {
            Unit::Piece => (words.piece, words.pieces),
            Unit::Set => (words.set, words.sets),
            Unit::Pair => (words.pair, words.pairs),
            Unit::Metre => (words.metre, words.metres),
            Unit::Litre => (words.litre, words.litres),
            Unit::Kilogram => (words.kilogram, words.kilogram),
            Unit::Hour => (words.hour, words.hours),
        };
        if *quantity == Decimal::ONE { one } else { many }
    }

    fn price(&self, product: &Product) -> String {
        figures::euros(&figures::figure(product.price, 2, self.language), self.language)
    }

    /// `per 100 pieces`, `per metre`.
    fn per(&self, product: &Product) -> String {
        let unit = self.unit(product, &product.per);
        if product.per == Decimal::ONE {
            return format!("{} {unit}", self.words.per);
        }
        format!("{} {} {unit}", self.words.per, figures::figure(product.per, 0, self.language))
    }

    fn lead_time(&self, product: &Product) -> String {
        match product.lead_time_days {
            0 => self.words.from_stock.to_owned(),
            1 => format!("1 {}", self.words.day),
            days => format!("{days} {}", self.words.days),
        }
    }

    fn line_total(&self, line: &Line) -> String {
        figures::euros(&figures::figure(line.total(), 2, self.language), self.language)
    }
}

/// The shop window: all products, a category, or what a search found.
#[derive(Template)]
#[template(path = "demo/shop/products.html")]
pub struct Products {
    pub frame: Frame,
    pub products: Vec<&'static Product>,
}

#[derive(Template)]
#[template(path = "demo/shop/product.html")]
pub struct ProductPage {
    pub frame: Frame,
    pub product: &'static Product,
}

#[derive(Template)]
#[template(path = "demo/shop/cart.html")]
pub struct CartPage {
    pub frame: Frame,
    pub cart: Vec<Line>,
    /// Why the gateway did not take the cart.
    pub problem: Option<Box<Problem>>,
}

impl CartPage {
    fn total(&self) -> String {
        figures::euros(&figures::figure(visits::total(&self.cart), 2, self.frame.language), self.frame.language)
    }

    /// The product of the line that a fault names by its position.
    fn product_of(&self, line: &str) -> Option<&'static Product> {
        let position: usize = line.parse().ok()?;
        Some(self.cart.get(position.checked_sub(1)?)?.product)
    }
}

/// A page with a heading and a sentence: left, over, not let in, not found.
#[derive(Template)]
#[template(path = "demo/shop/message.html")]
pub struct Message {
    pub frame: Frame,
    pub title: &'static str,
    pub sentence: &'static str,
    /// What the gateway said, with its reference.
    pub problem: Option<Box<Problem>>,
}
