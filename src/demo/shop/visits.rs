//! Who is in the demo shop: one visit per browser cookie, in memory, with its cart.
//!
//! At most [`MOST`] of them; the one that was not touched for longest makes room. A punchout is
//! always a new visit, so that no cart of an earlier one goes along.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_decimal::Decimal;

use crate::demo::catalog::{self, Product};
use crate::demo::figures;
use crate::demo::words::Language;

/// How many visits are kept.
pub const MOST: usize = 1000;

/// What the shop knows about a browser.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// None: somebody who only looks around.
    pub punchout: Option<Punchout>,
    pub cart: Vec<Line>,
}

/// Whom the gateway let in.
#[derive(Debug, Clone)]
pub struct Punchout {
    pub id: String,
    pub customer: String,
}

/// One product in the cart, its quantity in the product's unit.
#[derive(Debug, Clone)]
pub struct Line {
    pub product: &'static Product,
    pub quantity: Decimal,
}

impl Line {
    /// Net, in euros and cents.
    pub fn total(&self) -> Decimal {
        figures::cents(self.product.price * self.quantity / self.product.per)
    }
}

impl Visit {
    /// Adds to what is there already; more than a million of something is not believed.
    pub fn add(&mut self, product: &'static Product, quantity: Decimal) {
        let there = self
            .cart
            .iter()
            .find(|line| line.product.number == product.number)
            .map_or(Decimal::ZERO, |line| line.quantity);
        self.set(product, there + quantity);
    }

    /// Sets the quantity; zero takes the line away.
    pub fn set(&mut self, product: &'static Product, quantity: Decimal) {
        let quantity = quantity.min(Decimal::from(1_000_000)).normalize();
        match self.cart.iter().position(|line| line.product.number == product.number) {
            Some(position) if quantity <= Decimal::ZERO => {
                self.cart.remove(position);
            }
            Some(position) => self.cart[position].quantity = quantity,
            None if quantity <= Decimal::ZERO => {}
            None => self.cart.push(Line { product, quantity }),
        }
    }
}

/// A quantity as people type it: a point or a comma, at most three decimals, not negative.
pub fn quantity(text: &str) -> Option<Decimal> {
    let text = text.trim().replace(',', ".");
    // Decimal would also take exponents and underscores.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let quantity: Decimal = plain.then_some(text)?.parse().ok()?;
    (quantity.normalize().scale() <= 3).then_some(quantity)
}

/// All visits of a shop.
#[derive(Default)]
pub struct Visits {
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    /// By the value of the cookie; with the turn at which each was touched last.
    visits: HashMap<String, (u64, Visit)>,
    turn: u64,
}

impl Visits {
    /// Starts a visit and gives the value for its cookie: 256 random bits.
    pub fn begin(&self, visit: Visit) -> String {
        let mut random = [0; 32];
        getrandom::fill(&mut random).expect("a system without random numbers runs no shop");
        let id = URL_SAFE_NO_PAD.encode(random);
        let mut book = self.book();
        if book.visits.len() >= MOST {
            let oldest = book.visits.iter().min_by_key(|(_, (turn, _))| *turn).map(|(id, _)| id.clone());
            oldest.and_then(|id| book.visits.remove(&id));
        }
        book.turn += 1;
        let turn = book.turn;
        book.visits.insert(id.clone(), (turn, visit));
        id
    }

    /// The visit as it is now.
    pub fn look(&self, id: &str) -> Option<Visit> {
        self.change(id, |visit| visit.clone())
    }

    /// Changes a visit; None if there is none (any more).
    pub fn change<R>(&self, id: &str, change: impl FnOnce(&mut Visit) -> R) -> Option<R> {
        let mut book = self.book();
        book.turn += 1;
        let now = book.turn;
        let (turn, visit) = book.visits.get_mut(id)?;
        *turn = now;
        Some(change(visit))
    }

    pub fn end(&self, id: &str) {
        self.book().visits.remove(id);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sum of all lines, net.
pub fn total(cart: &[Line]) -> Decimal {
    cart.iter().map(Line::total).sum()
}

/// The cart as the gateway's API takes it; decimals as strings, so that they stay exact.
pub fn as_json(cart: &[Line], language: Language) -> serde_json::Value {
    let lines: Vec<_> = cart
        .iter()
        .map(|Line { product, quantity }| {
            serde_json::json!({
                "id": product.number,
                "kind": product.kind.name(),
                "product_id": product.number,
                "name": product.name.of(language),
                "description": product.description.of(language),
                "quantity": quantity.to_string(),
                "unit": product.unit.name(),
                "price": { "net": product.price.to_string(), "per": product.per.to_string() },
                "tax_rate": catalog::TAX_RATE,
                "manufacturer": { "number": product.manufacturer.number, "name": product.manufacturer.name },
                "manufacturer_part": product.manufacturer_part,
                "ean": product.ean,
                "categories": [{ "scheme": "ECLASS13.0", "id": product.eclass.id, "name": product.eclass.name }],
                "lead_time_days": product.lead_time_days,
            })
        })
        .collect();
    serde_json::json!({ "currency": "EUR", "lines": lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn washer() -> &'static Product {
        catalog::product("AC-2003").expect("the catalogue has it")
    }

    #[test]
    fn adding_the_same_product_twice_makes_one_line() {
        let mut visit = Visit::default();
        visit.add(washer(), Decimal::from(200));
        visit.add(washer(), Decimal::from(100));
        assert_eq!(visit.cart.len(), 1);
        assert_eq!(total(&visit.cart).to_string(), "2.18");
        visit.set(washer(), Decimal::ZERO);
        assert!(visit.cart.is_empty());
    }

    #[test]
    fn a_quantity_is_read_with_point_or_comma() {
        assert_eq!(quantity(" 2,5 ").map(|q| q.to_string()).as_deref(), Some("2.5"));
        for wrong in ["", "-1", "1.2345", "1e9", "zwei", "1.000,5"] {
            assert_eq!(quantity(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_cart_goes_out_with_exact_decimals() {
        let mut visit = Visit::default();
        visit.add(washer(), Decimal::from(200));
        let cart = as_json(&visit.cart, Language::German);
        assert_eq!(cart["lines"][0]["price"], serde_json::json!({ "net": "0.00725", "per": "1" }));
        assert_eq!(cart["lines"][0]["quantity"], "200");
        assert_eq!(cart["lines"][0]["name"], "Unterlegscheibe A 8,4, verzinkt");
    }

    #[test]
    fn the_visit_untouched_for_longest_makes_room() {
        let visits = Visits::default();
        let first = visits.begin(Visit::default());
        let second = visits.begin(Visit::default());
        for _ in 2..MOST {
            visits.begin(Visit::default());
        }
        assert!(visits.look(&first).is_some());
        visits.begin(Visit::default());
        assert!(visits.look(&first).is_some() && visits.look(&second).is_none());
    }
}
