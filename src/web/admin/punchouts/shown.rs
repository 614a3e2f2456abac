//! What of a punchout is shown, made readable: its states as words, its cart as a table, its form as it was sent.

use crate::mapping::cart::Cart;
use crate::oci::amount::Decimal;
use crate::oci::finding::Notice;
use crate::oci::page::Form;
use crate::oci::{masked, xml};
use crate::punchout::journal::State;
use crate::store::punchouts::Punchout;
use crate::store::refusals::Refused;
use crate::texts::Texts;

/// Lines of a cart and fields of a form that a page shows; the rest is counted.
const MOST: usize = 500;

/// The word of a state.
pub fn word(t: Texts, state: State) -> String {
    t.of(match state {
        State::Open => "punchouts-state-open",
        State::InShop => "punchouts-state-in-shop",
        State::Returned => "punchouts-state-returned",
        State::Closed => "punchouts-state-closed",
        State::Cancelled => "punchouts-state-cancelled",
        State::Expired => "punchouts-state-expired",
        State::Refused => "punchouts-state-refused",
    })
}

/// Its color.
pub fn tone(state: State) -> &'static str {
    match state {
        State::Returned => "good",
        State::Refused => "bad",
        State::Cancelled | State::Expired => "warn",
        State::Open | State::InShop | State::Closed => "plain",
    }
}

/// A decimal as the language writes it; without places if it has none.
pub fn decimal(t: Texts, value: Decimal) -> String {
    let value = value.normalize();
    match i64::try_from(value) {
        Ok(whole) if value.is_integer() => t.number(whole),
        _ => t.decimal(&value.to_string()),
    }
}

/// Money, to the cent.
pub fn money(t: Texts, value: &str, currency: &str) -> String {
    let rounded = value.parse::<Decimal>().map(|value| value.round_dp(2));
    let figure = rounded.map_or_else(|_| value.to_owned(), |value| t.decimal(&value.to_string()));
    format!("{figure} {currency}")
}

/// A sentence in parts: what stands between backticks is code.
pub fn prose(sentence: &str) -> Vec<(bool, String)> {
    let parts = sentence.split('`').enumerate();
    parts.filter(|(_, words)| !words.is_empty()).map(|(at, words)| (at % 2 == 1, words.to_owned())).collect()
}

/// Names and values, as they are stored.
pub fn pairs(json: &str) -> Vec<(String, String)> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Something that happened to a punchout.
pub struct Event {
    pub at: i64,
    pub what: String,
    /// A refusal: its sentence, and the link to its page.
    pub refusal: Option<(Vec<(bool, String)>, String)>,
}

/// Everything that happened, in order.
pub fn events(t: Texts, punchout: &Punchout, refused: &[Refused], now: i64) -> Vec<Event> {
    let event = |at: i64, key: &str| Event { at, what: t.of(key), refusal: None };
    let mut events = vec![event(punchout.opened_at, "punchouts-event-opened")];
    events.extend(punchout.entered_at.map(|at| event(at, "punchouts-event-entered")));
    events.extend(punchout.cart_at.map(|at| {
        let what = t.count("punchouts-event-cart", punchout.lines.unwrap_or_default());
        Event { at, what, refusal: None }
    }));
    let ended = |key: &str| punchout.ended_at.map(|at| event(at, key));
    events.extend(match punchout.state.as_str() {
        "returned" => ended("punchouts-event-returned"),
        "closed" => ended("punchouts-event-closed"),
        "cancelled" => ended("punchouts-event-cancelled"),
        "expired" => ended("punchouts-event-expired"),
        _ if crate::punchout::state(punchout, now) == "expired" => {
            let waited = if punchout.state == "open" { punchout.entry_expires_at } else { punchout.expires_at };
            Some(event(waited.min(punchout.expires_at), "punchouts-event-expired"))
        }
        _ => None,
    });
    events.extend(refused.iter().map(|refused| Event {
        at: refused.happened_at,
        what: t.fill2("punchouts-event-refused", "code", &refused.code, "reference", &refused.reference),
        refusal: Some((prose(&super::mend::sentence(t, refused)), format!("/admin/refusals/{}", refused.id))),
    }));
    events.sort_by_key(|event| event.at);
    events
}

/// The shop's cart.
pub struct ShownCart {
    pub lines: Vec<ShownLine>,
    /// Lines beyond those.
    pub more: usize,
    /// As the shop sent it, indented.
    pub json: String,
}

pub struct ShownLine {
    pub position: usize,
    pub product: String,
    pub name: String,
    pub quantity: String,
    pub unit: String,
    pub price: String,
    pub amount: String,
}

impl ShownCart {
    pub fn read(t: Texts, json: &str) -> Self {
        let indented =
            serde_json::from_str::<serde_json::Value>(json).and_then(|value| serde_json::to_string_pretty(&value));
        let cart = Cart::read(json.as_bytes()).ok();
        let currency = cart.as_ref().map(|cart| cart.currency.clone()).unwrap_or_default();
        let lines = cart.map(|cart| cart.lines).unwrap_or_default();
        let more = lines.len().saturating_sub(MOST);
        let lines = lines.into_iter().take(MOST).map(|line| {
            let net = decimal_price(t, line.price.net);
            let price = match line.price.per {
                per if per == Decimal::ONE => net,
                per => t.fill2("punchouts-price-per", "price", net, "per", decimal(t, per)),
            };
            ShownLine {
                position: line.position,
                amount: line.amount().map_or_else(String::new, |amount| money(t, &amount.to_string(), &currency)),
                product: line.product_id.unwrap_or_default(),
                name: line.name.or(line.description).unwrap_or_default(),
                quantity: decimal(t, line.quantity),
                unit: line.unit.unwrap_or_default(),
                price,
            }
        });
        Self { lines: lines.collect(), more, json: indented.unwrap_or_else(|_| json.to_owned()) }
    }
}

fn decimal_price(t: Texts, value: Decimal) -> String {
    t.decimal(&value.normalize().to_string())
}

/// The form that carries the cart back.
pub struct ShownForm {
    pub action: String,
    pub method: &'static str,
    pub charset: String,
    pub target: String,
    pub fields: Vec<(String, String)>,
    pub more: usize,
}

impl ShownForm {
    pub fn read(json: &str) -> Option<(Self, Form)> {
        let form: Form = serde_json::from_str(json).ok()?;
        let shown = Self {
            action: masked::address(&form.action),
            method: if form.method.attribute() == "get" { "GET" } else { "POST" },
            charset: form.charset.clone(),
            target: form.target.clone(),
            fields: form.fields.iter().take(MOST).map(readable).collect(),
            more: form.fields.len().saturating_sub(MOST),
        };
        Some((shown, form))
    }
}

/// A field as people read it: a document in XML instead of its base64.
fn readable((name, value): (&str, &str)) -> (String, String) {
    let document = (name == xml::DOCUMENT).then(|| xml::readable(value)).flatten();
    (name.to_owned(), document.unwrap_or_else(|| value.to_owned()))
}

/// What was changed in the cart on its way.
pub fn notices(json: &str) -> Vec<Notice> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn what_stands_between_backticks_is_code() {
        let part = |is_code, words: &str| (is_code, words.to_owned());
        assert_eq!(
            prose("Add `hooks` and run `x`."),
            [part(false, "Add "), part(true, "hooks"), part(false, " and run "), part(true, "x"), part(false, ".")]
        );
        assert_eq!(prose("`a`"), [part(true, "a")]);
    }

    #[test]
    fn a_cart_is_shown_in_the_readers_figures() {
        let cart = ShownCart::read(Texts(Language::German), crate::punchout::trial::SAMPLE_CART);
        assert_eq!((cart.lines.len(), cart.more), (3, 0));
        let bolt = &cart.lines[0];
        assert_eq!(
            (bolt.quantity.as_str(), bolt.price.as_str(), bolt.amount.as_str()),
            ("250", "12,50 je 100", "31,25 EUR")
        );
        assert_eq!(money(Texts(Language::English), "1234.005", "EUR"), "1,234.00 EUR");
        assert_eq!(money(Texts(Language::English), "7", "CHF"), "7.00 CHF");
    }
}
