//! What a buyer's system will make of a cart although OCI allows it: what it will cut, round, drop or refuse (digest 3.4, 3.5 and 7).
//!
//! Owns the facts about a buyer (`[system.buyer]`) and holds a finished form against them. It changes nothing: its notices are told
//! before the buyer sends the form, because no message will come back afterwards.
//! The surprising fact: most buyers who lose lines lose them at their web server, which stops reading at a number of fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::amount::{self, Decimal};
use super::finding::{Finding, LineRef, Notice, short};
use super::form::{Form, Method};
use super::item::Item;
use super::item_name::{Parsed, item_name};
use super::rules::demands;

/// What is known of a buyer's system. Everything has a value that foretells nothing.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Buyer {
    /// Fields of a form that it reads; 0 for all. PHP stops at 1,000.
    pub max_inputs: u32,
    /// Lines that it takes; 0 for all.
    pub max_lines: u32,
    /// Characters of an address by GET; 0 for what browsers and servers usually take.
    pub max_url: u32,
    /// The index of the first item that it reads; absent where it takes any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_base: Option<u32>,
    /// It stops reading at the first index that is missing.
    pub lost_after_gap: bool,
    /// It stops reading at the first item that lacks this field; empty for none.
    pub reads_until: String,
    pub price_unit: PriceUnit,
    /// Places of PRICE behind the point.
    pub decimals: u32,
    /// Characters that it keeps of a field; `*` for all that are not named.
    pub lengths: BTreeMap<String, u32>,
    /// The codes of units that it knows; empty where that is not known.
    pub units: Vec<String>,
    pub xml: Xml,
    /// It shows the shop in a frame.
    pub framed: bool,
}

/// Whether PRICE is taken per PRICEUNIT.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PriceUnit {
    #[default]
    Read,
    /// PRICE is taken for one piece, whatever PRICEUNIT says.
    Ignored,
}

/// Whether the XML variant is understood.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Xml {
    #[default]
    Unknown,
    Read,
    Unsupported,
}

impl Default for Buyer {
    fn default() -> Self {
        Self {
            max_inputs: 0,
            max_lines: 0,
            max_url: 0,
            index_base: None,
            lost_after_gap: false,
            reads_until: String::new(),
            price_unit: PriceUnit::Read,
            decimals: 3,
            lengths: BTreeMap::new(),
            units: Vec::new(),
            xml: Xml::Unknown,
            framed: false,
        }
    }
}

/// How a form is on its way besides what stands in it.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// The index of the first item.
    pub first_index: u32,
    /// The return page comes by https.
    pub from_https: bool,
}

/// Whether a notice is one of these.
pub fn is_forecast(code: &str) -> bool {
    code.starts_with("forecast-")
}

/// Notices of one kind and field that are told one by one; the rest is counted.
const TOLD: usize = 20;
/// What the oldest browsers and some proxies take of an address, and what servers take unless told otherwise.
const SHORT_URL: usize = 2_000;
const LONG_URL: usize = 8_000;
/// The line number has five digits (digest 3.2).
const MOST_LINES: usize = 99_999;

/// Everything that this buyer's system will do to this cart.
pub fn forecast(buyer: &Buyer, form: &Form, items: &[Item], sent: Sent) -> Vec<Notice> {
    let mut told = Told::default();
    way(buyer, form, sent, &mut told);
    if form.is_xml() {
        if buyer.xml == Xml::Unsupported {
            told.cart(Finding::new(&demands::FORECAST_XML, "transport"));
        }
    } else {
        reading(buyer, form, items, sent, &mut told);
    }
    for item in items {
        values(buyer, item, &mut told);
    }
    told.finish()
}

/// What happens on the way there.
fn way(buyer: &Buyer, form: &Form, sent: Sent, told: &mut Told) {
    if sent.from_https && starts_with(&form.action, "http:") {
        told.cart(Finding::new(&demands::FORECAST_INSECURE_HOOK, "hook"));
    }
    if form.target == "_self" && buyer.framed {
        told.cart(Finding::new(&demands::FORECAST_SELF_IN_FRAME, "target"));
    }
    if form.method == Method::Get {
        let length = url_length(form);
        let mut long = |demand, max: usize| {
            told.cart(Finding::new(demand, "method").with("length", length).with("max", max));
        };
        match buyer.max_url as usize {
            0 if length > LONG_URL => long(&demands::FORECAST_URL_REFUSED, LONG_URL),
            0 if length > SHORT_URL => long(&demands::FORECAST_URL_CUT, SHORT_URL),
            max if max > 0 && length > max => long(&demands::FORECAST_URL_BUYER, max),
            _ => {}
        }
    }
}

/// Where the reading of fields ends before the cart does.
fn reading(buyer: &Buyer, form: &Form, items: &[Item], sent: Sent, told: &mut Told) {
    let most = if buyer.max_lines == 0 { MOST_LINES } else { buyer.max_lines as usize };
    if items.len() > most {
        let many = Finding::new(&demands::FORECAST_TOO_MANY_LINES, "lines").with("count", items.len());
        told.line(&items[most].line, many.with("max", most));
    }
    if let Some(base) = buyer.index_base
        && !items.is_empty()
    {
        let of = |demand| Finding::new(demand, "first_index").with("first", sent.first_index).with("base", base);
        if sent.first_index < base {
            let lost = (base - sent.first_index).min(u32::try_from(items.len()).unwrap_or(u32::MAX));
            told.line(&items[0].line, of(&demands::FORECAST_INDEX).with("lost", lost));
        } else if sent.first_index > base && buyer.lost_after_gap {
            told.line(&items[0].line, of(&demands::FORECAST_GAP_INDEX));
        }
    }
    let is_gap = |item: &&Item| item.fields().next().is_none() && item.longtext.is_empty();
    if let Some(gap) = items.iter().find(is_gap).filter(|_| buyer.lost_after_gap) {
        told.line(&gap.line, Finding::new(&demands::FORECAST_GAP_ITEM, "lines"));
    }
    if let Some(last) =
        items.iter().find(|item| !item.has(&buyer.reads_until)).filter(|_| !buyer.reads_until.is_empty())
    {
        told.line(&last.line, Finding::new(&demands::FORECAST_GAP_FIELD, &buyer.reads_until));
    }
    let max = buyer.max_inputs as usize;
    if max > 0 && form.fields.len() > max {
        inputs(form, items, sent, max, told);
    }
}

/// A web server that counts the fields of a form stops in the middle of an item.
fn inputs(form: &Form, items: &[Item], sent: Sent, max: usize, told: &mut Told) {
    let position = |at: usize| match item_name(form.fields.nth(at)?.0) {
        Parsed::Item(name) => Some(name.index?.checked_sub(sent.first_index)? as usize),
        _ => None,
    };
    let Some(cut) = position(max) else { return };
    let is_whole = position(max - 1) != Some(cut);
    let lost = items.len() - cut.min(items.len()) - usize::from(!is_whole);
    let of = |demand| Finding::new(demand, "lines").with("fields", form.fields.len()).with("max", max);
    let finding = match (is_whole, lost) {
        (true, _) => of(&demands::FORECAST_FIELDS_WHOLE).with("lost", lost).with("count", items.len()),
        (false, 0) => of(&demands::FORECAST_FIELDS_LAST),
        (false, lost) => of(&demands::FORECAST_FIELDS_MORE).with("lost", lost),
    };
    let line = items.get(cut).map(|item| item.line.clone()).unwrap_or_default();
    told.line(&line, finding);
}

/// What becomes of the values of an item.
fn values(buyer: &Buyer, item: &Item, told: &mut Told) {
    if !buyer.lengths.is_empty() {
        let longtext = (!item.longtext.is_empty()).then_some(("LONGTEXT", item.longtext.as_str()));
        for (field, value) in item.fields().chain(longtext) {
            let Some(max) = buyer.lengths.get(field).or_else(|| buyer.lengths.get("*")) else { continue };
            let length = value.chars().count();
            if length > *max as usize {
                let cut = Finding::new(&demands::FORECAST_CUT, field).with("value", short(value));
                told.line(&item.line, cut.with("length", length).with("max", max));
            }
        }
    }
    let price = item.get("PRICE");
    if buyer.price_unit == PriceUnit::Ignored
        && let (Some(price), Some(unit)) = (price, item.get("PRICEUNIT"))
        && unit.trim() != "1"
    {
        let ignored = Finding::new(&demands::FORECAST_PRICE_UNIT, "PRICEUNIT");
        told.line(&item.line, ignored.with("price", price).with("unit", unit));
    }
    if buyer.decimals < 3
        && let Some(price) = price
        && let Some(value) = amount::read(price)
    {
        let rounded: Decimal = value.round_dp(buyer.decimals);
        if rounded != value {
            let finding = Finding::new(&demands::FORECAST_ROUNDED, "PRICE").with("decimals", buyer.decimals);
            told.line(&item.line, finding.with("price", price).with("rounded", rounded));
        }
    }
    if let Some(unit) = item.get("UNIT").filter(|_| !buyer.units.is_empty())
        && !buyer.units.iter().any(|known| known == unit)
    {
        let unknown = Finding::new(&demands::FORECAST_UNIT, "UNIT").with("value", unit);
        told.line(&item.line, unknown.with("units", buyer.units.join(", ")));
    }
}

/// The length of the address that a browser makes of a form by GET.
fn url_length(form: &Form) -> usize {
    let encoded = |text: &str| -> usize {
        text.bytes().map(|byte| if byte.is_ascii_alphanumeric() || b" *-._".contains(&byte) { 1 } else { 3 }).sum()
    };
    form.action.len() + form.fields.iter().map(|(name, value)| encoded(name) + encoded(value) + 2).sum::<usize>()
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

/// Notices as they are found, few of each kind.
#[derive(Default)]
struct Told {
    notices: Vec<Notice>,
    counts: BTreeMap<(&'static str, String), usize>,
}

impl Told {
    fn cart(&mut self, finding: Finding) {
        self.line(&LineRef::cart(), finding);
    }

    fn line(&mut self, line: &LineRef, finding: Finding) {
        let count = self.counts.entry((finding.demand.code, finding.field.clone())).or_default();
        *count += 1;
        if *count <= TOLD {
            self.notices.push(line.notice(finding));
        }
    }

    fn finish(mut self) -> Vec<Notice> {
        for ((code, field), count) in self.counts.into_iter().filter(|(_, count)| *count > TOLD) {
            let further = Finding::new(&demands::FORECAST_FURTHER, &field).with("count", count - TOLD);
            // The sentence is one for all kinds, the code is that of the kind.
            self.notices.push(Notice { code: code.to_owned(), ..LineRef::cart().notice(further) });
        }
        self.notices
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::call::Facts;
    use crate::oci::hook::HookPolicy;
    use crate::oci::item::Layout;
    use crate::oci::page::{FormOptions, Transport};

    const SENT: Sent = Sent { first_index: 1, from_https: true };

    fn item(position: usize, fields: &[(&str, &str)]) -> Item {
        let mut item = Item::of_line(LineRef::at(position, None));
        let whole = [
            ("DESCRIPTION", "Hex bolt"),
            ("QUANTITY", "3.000"),
            ("UNIT", "PCE"),
            ("PRICE", "12.500"),
            ("PRICEUNIT", "1"),
            ("CURRENCY", "EUR"),
        ];
        for (field, value) in whole.iter().chain(fields) {
            item.set(field, *value);
        }
        item
    }

    fn form(items: &[Item], options: &FormOptions, hook: &str) -> Form {
        let hook = HookPolicy::read(&["any".to_owned()]).unwrap().allow(hook).unwrap();
        let layout = Layout { first_index: options.first_index, ..Layout::default() };
        Form::compose(&hook, &Facts::default(), options, &layout, items.to_vec()).unwrap().form
    }

    /// Line, field and code of what is foretold.
    fn foretold(buyer: &Buyer, items: &[Item], options: &FormOptions, hook: &str) -> Vec<(String, String, String)> {
        let sent = Sent { first_index: options.first_index, ..SENT };
        let notices = forecast(buyer, &form(items, options, hook), items, sent);
        notices.into_iter().map(|notice| (notice.line, notice.field, notice.code)).collect()
    }

    fn of(buyer: Buyer, items: &[Item]) -> Vec<(String, String, String)> {
        foretold(&buyer, items, &FormOptions::default(), "https://b.example/r")
    }

    fn one(line: &str, field: &str, code: &str) -> Vec<(String, String, String)> {
        vec![(line.into(), field.into(), code.into())]
    }

    #[test]
    fn of_a_buyer_who_keeps_the_standard_nothing_is_foretold() {
        let long = item(1, &[("LONGTEXT", &"long ".repeat(1_000)), ("PRICEUNIT", "100")]);
        assert_eq!(of(Buyer::default(), &[long]), []);
    }

    #[test]
    fn a_length_that_is_shorter_than_ocis_is_told() {
        let lengths = |pairs: &[(&str, u32)]| Buyer {
            lengths: pairs.iter().map(|(field, max)| ((*field).to_owned(), *max)).collect(),
            ..Buyer::default()
        };
        let items = [item(1, &[]), item(2, &[("LONGTEXT", &"ü".repeat(256)), ("VENDORMAT", &"1".repeat(30))])];
        assert_eq!(of(lengths(&[("*", 255)]), &items), one("2", "LONGTEXT", "forecast-cut"));
        assert_eq!(of(lengths(&[("VENDORMAT", 22)]), &items), one("2", "VENDORMAT", "forecast-cut"));
        assert_eq!(of(lengths(&[("*", 20), ("LONGTEXT", 256), ("VENDORMAT", 30)]), &items), []);
    }

    #[test]
    fn a_price_unit_that_is_not_read_makes_a_hundredfold_price() {
        let buyer = Buyer { price_unit: PriceUnit::Ignored, ..Buyer::default() };
        let items = [item(1, &[]), item(2, &[("PRICEUNIT", "100")])];
        assert_eq!(of(buyer.clone(), &items), one("2", "PRICEUNIT", "forecast-price-unit"));
        let notices = forecast(&buyer, &form(&items, &FormOptions::default(), "https://b.example/"), &items, SENT);
        assert_eq!(notices[0].message, "This buyer does not read PRICEUNIT: 12.500 for 100 will become 12.500 for 1.");
    }

    #[test]
    fn decimals_that_are_rounded_and_units_that_are_unknown_are_told() {
        let buyer = Buyer { decimals: 2, units: vec!["PCE".into(), "KGM".into()], ..Buyer::default() };
        let items = [item(1, &[]), item(2, &[("PRICE", "0.125"), ("UNIT", "DZN")])];
        assert_eq!(
            of(buyer, &items),
            [one("2", "PRICE", "forecast-rounded"), one("2", "UNIT", "forecast-unit")].concat()
        );
    }

    #[test]
    fn a_server_that_counts_fields_loses_the_lines_behind_it() {
        let buyer = Buyer { max_inputs: 1_000, ..Buyer::default() };
        let items: Vec<Item> = (1..=200).map(|at| item(at, &[])).collect();
        assert_eq!(of(buyer.clone(), &items[..166]), []);
        // 1,000 fields are 166 items and four of the next one's six fields.
        assert_eq!(of(buyer.clone(), &items), one("167", "lines", "forecast-too-many-fields"));
        let message = |buyer: &Buyer, items: &[Item]| {
            let form = form(items, &FormOptions::default(), "https://b.example/");
            forecast(buyer, &form, items, SENT)[0].message.clone()
        };
        assert!(message(&buyer, &items).contains("arrives incomplete, and the 33 behind it are lost"));
        assert!(message(&buyer, &items[..167]).contains("this last item arrives incomplete"));
        let exact = Buyer { max_inputs: 996, ..buyer };
        assert!(message(&exact, &items).contains("this item and all behind it are lost, 34 of 200"));
    }

    #[test]
    fn an_index_that_the_buyer_does_not_look_for_is_told() {
        let buyer = Buyer { index_base: Some(1), lost_after_gap: true, ..Buyer::default() };
        let items = [item(1, &[]), item(2, &[])];
        let from = |first_index| {
            foretold(&buyer, &items, &FormOptions { first_index, ..FormOptions::default() }, "https://b.example/")
        };
        assert_eq!(from(1), []);
        assert_eq!(from(0), one("1", "first_index", "forecast-index"));
        assert_eq!(from(2), one("1", "first_index", "forecast-gap"));
        let until = Buyer { reads_until: "DESCRIPTION".into(), ..Buyer::default() };
        let mut nameless = item(2, &[("MATNR", "4711")]);
        nameless.remove("DESCRIPTION");
        assert_eq!(of(until, &[item(1, &[]), nameless]), one("2", "DESCRIPTION", "forecast-gap"));
        let few = Buyer { max_lines: 1, ..Buyer::default() };
        assert_eq!(of(few, &items), one("2", "lines", "forecast-too-many-lines"));
    }

    #[test]
    fn an_address_by_get_has_a_length() {
        let get = FormOptions { method: Method::Get, ..FormOptions::default() };
        let items: Vec<Item> = (1..=100).map(|at| item(at, &[])).collect();
        let code = |buyer: &Buyer, items: &[Item]| foretold(buyer, items, &get, "https://b.example/r?sid=1");
        assert_eq!(code(&Buyer::default(), &items[..5]), []);
        assert_eq!(code(&Buyer::default(), &items[..20]), one("", "method", "forecast-url-length"));
        assert_eq!(code(&Buyer { max_url: 30_000, ..Buyer::default() }, &items), []);
        assert_eq!(code(&Buyer { max_url: 500, ..Buyer::default() }, &items[..5]).len(), 1);
        // What is reckoned is what is sent.
        let form = form(&items[..5], &get, "https://b.example/r?sid=1");
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        assert_eq!(url_length(&form), form.action.len() + 1 + query.len());
    }

    #[test]
    fn the_way_back_may_be_barred() {
        let items = [item(1, &[])];
        let options = |target: &str| FormOptions { target: target.into(), ..FormOptions::default() };
        let buyer = Buyer { framed: true, xml: Xml::Unsupported, ..Buyer::default() };
        assert_eq!(
            foretold(&buyer, &items, &options("auto"), "http://b.example/"),
            one("", "hook", "forecast-insecure-hook")
        );
        assert_eq!(
            foretold(&buyer, &items, &options("_self"), "https://b.example/"),
            one("", "target", "forecast-self-in-frame")
        );
        let xml = FormOptions { transport: Transport::Xml, ..FormOptions::default() };
        assert_eq!(foretold(&buyer, &items, &xml, "https://b.example/"), one("", "transport", "forecast-xml"));
    }

    #[test]
    fn of_many_lines_with_one_fate_few_are_named() {
        let buyer = Buyer { price_unit: PriceUnit::Ignored, ..Buyer::default() };
        let items: Vec<Item> = (1..=100).map(|at| item(at, &[("PRICEUNIT", "100")])).collect();
        let notices = forecast(&buyer, &form(&items, &FormOptions::default(), "https://b.example/"), &items, SENT);
        assert_eq!(notices.len(), TOLD + 1);
        assert_eq!(notices[TOLD].message, "The same holds for 80 further lines.");
        assert!(notices.iter().all(|notice| is_forecast(&notice.code)));
    }
}
