//! The filters and tests of templates that the trade needs: cutting texts, codes of classifications, exact money.

use std::borrow::Cow;

use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State};
use rust_decimal::RoundingStrategy;

use super::exact::Exact;
use crate::oci::amount::Decimal;
use crate::oci::text;

/// How numbers are calculated with, for messages.
pub(super) const ARITHMETIC: &str = "use the filters plus, minus, times, divided_by and price";

/// The engine's filters that are not offered: they calculate in binary floating point, or mean escaping, which
/// nothing here needs.
pub(super) const WITHOUT: &[&str] = &[
    "abs", "bool", "dictsort", "e", "escape", "float", "format", "groupby", "int", "max", "min", "pprint", "round",
    "safe", "sum",
];

/// The filters that a template may use.
pub(super) const FILTERS: &[&str] = &[
    "attr",
    "batch",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "digits",
    "divided_by",
    "eclass",
    "first",
    "indent",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "minus",
    "pad",
    "plus",
    "price",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "strip_html",
    "times",
    "title",
    "trim",
    "truncate_words",
    "unique",
    "unspsc",
    "upper",
    "words",
    "zip",
];

/// The tests that a template may use, behind `is`.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "empty",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// Characters that `pad` fills up to.
const MAX_WIDTH: usize = 255;
/// Decimals that `price` gives.
const MAX_DECIMALS: u32 = 12;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("truncate_words", truncate_words);
    environment.add_filter("words", words);
    environment.add_filter("strip_html", strip_html);
    environment.add_filter("digits", digits);
    environment.add_filter("eclass", |text: Cow<'_, str>| group_of_eight(&text).unwrap_or_default());
    environment.add_filter("unspsc", unspsc);
    environment.add_filter("pad", pad);
    environment.add_filter("price", price);
    environment.add_filter("plus", |a: &Value, b: &Value| calculate(a, b, Decimal::checked_add));
    environment.add_filter("minus", |a: &Value, b: &Value| calculate(a, b, Decimal::checked_sub));
    environment.add_filter("times", |a: &Value, b: &Value| calculate(a, b, Decimal::checked_mul));
    environment.add_filter("divided_by", |a: &Value, b: &Value| calculate(a, b, Decimal::checked_div));
    environment.add_filter("default", default);
    environment.add_filter("d", default);

    environment.add_test("empty", |value: &Value| is_empty(value));
    environment.add_test("number", |value: &Value| Exact::of(value).is_some());
    for name in ["eq", "equalto"] {
        environment.add_test(name, equal);
    }
    environment.add_test("ne", |a: &Value, b: &Value| !equal(a, b));
    for name in ["gt", "greaterthan"] {
        environment.add_test(name, |a: &Value, b: &Value| compare(a, b, |a, b| a > b));
    }
    for name in ["lt", "lessthan"] {
        environment.add_test(name, |a: &Value, b: &Value| compare(a, b, |a, b| a < b));
    }
    environment.add_test("ge", |a: &Value, b: &Value| compare(a, b, |a, b| a >= b));
    environment.add_test("le", |a: &Value, b: &Value| compare(a, b, |a, b| a <= b));
}

/// At most so many characters, cut at a word.
fn truncate_words(text: Cow<'_, str>, characters: usize) -> String {
    text::cut_at_word(&text, characters).into_owned()
}

/// The first words.
fn words(text: Cow<'_, str>, count: usize) -> String {
    text.split_whitespace().take(count).collect::<Vec<_>>().join(" ")
}

fn strip_html(state: &State, html: Cow<'_, str>) -> Result<String, Error> {
    // A parser's work on a byte is far more than a copy's.
    state.consume_fuel(html.len() as u64 / 4)?;
    Ok(text::plain(&html))
}

fn digits(text: Cow<'_, str>) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The first number of eight digits, whether written `23110101`, `23-11-01-01`, `23.11.01.01` or in blanks; it
/// may stand behind other words, as in `ECLASS 23110101`.
fn group_of_eight(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    (0..characters.len()).find_map(|start| {
        if !is_digit(start) || start > 0 && is_digit(start - 1) {
            return None;
        }
        let mut found = String::with_capacity(8);
        let mut at = start;
        for pair in 0..4 {
            if pair > 0 && matches!(characters.get(at), Some('-' | '.' | ' ' | '_')) {
                at += 1;
            }
            if !is_digit(at) || !is_digit(at + 1) {
                return None;
            }
            found.extend([characters[at], characters[at + 1]]);
            at += 2;
        }
        (!is_digit(at)).then_some(found)
    })
}

/// Eight digits; a segment, family or class of fewer is filled up with zeros.
fn unspsc(text: Cow<'_, str>) -> String {
    let digits: String = digits(Cow::Borrowed(&text));
    match digits.len() {
        2 | 4 | 6 => format!("{digits:0<8}"),
        8 => digits,
        _ => group_of_eight(&text).unwrap_or_default(),
    }
}

/// Fills a text up on its left.
fn pad(text: Cow<'_, str>, width: usize, fill: Option<Cow<'_, str>>) -> Result<String, Error> {
    let wrong = |reason: String| Err(Error::new(ErrorKind::InvalidOperation, reason));
    if width > MAX_WIDTH {
        return wrong(format!("pad({width}) is too wide; at most {MAX_WIDTH} is allowed"));
    }
    let fill = fill.as_deref().unwrap_or("0");
    let mut characters = fill.chars();
    let (Some(filling), None) = (characters.next(), characters.next()) else {
        return wrong(format!("pad fills with one character, not with \"{fill}\""));
    };
    let missing = width.saturating_sub(text.chars().count());
    Ok(std::iter::repeat_n(filling, missing).chain(text.chars()).collect())
}

/// With so many decimals, two unless it is said; half a last digit goes up, as in trade.
fn price(value: &Value, decimals: Option<u32>) -> Result<String, Error> {
    let decimals = decimals.unwrap_or(2);
    if decimals > MAX_DECIMALS {
        let reason = format!("price({decimals}) has too many decimals; at most {MAX_DECIMALS} are allowed");
        return Err(Error::new(ErrorKind::InvalidOperation, reason));
    }
    let rounded = Exact::need(value)?.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    Ok(format!("{rounded:.*}", decimals as usize))
}

fn calculate(a: &Value, b: &Value, with: fn(Decimal, Decimal) -> Option<Decimal>) -> Result<Value, Error> {
    let result = with(Exact::need(a)?, Exact::need(b)?);
    let error = || Error::new(ErrorKind::InvalidOperation, "the result is no number of at most 28 digits");
    result.map(Exact::value).ok_or_else(error)
}

/// Another value for one that is missing or empty.
fn default(value: &Value, others: Rest<Value>) -> Value {
    if is_empty(value) { others.first().cloned().unwrap_or_else(|| Value::from("")) } else { value.clone() }
}

fn is_empty(value: &Value) -> bool {
    value.is_undefined() || value.is_none() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Numbers by what they are worth, everything else as it stands.
fn equal(a: &Value, b: &Value) -> bool {
    match (Exact::of(a), Exact::of(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn compare(a: &Value, b: &Value, holds: fn(Decimal, Decimal) -> bool) -> Result<bool, Error> {
    Ok(holds(Exact::need(a)?, Exact::need(b)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eight_digits_are_found_however_they_are_written() {
        for text in [
            "23110101",
            "23-11-01-01",
            "23.11.01.01",
            "23 11 01 01",
            "ECLASS 23110101",
            "ECLASS13.0 23-11-01-01",
            "eCl@ss-5.1: 23110101",
        ] {
            assert_eq!(group_of_eight(text).as_deref(), Some("23110101"), "{text}");
        }
        for text in ["", "2311010", "231101011", "23-11", "Bolt M8", "23--11-01-01", "0173-1#01-AKE112#017"] {
            assert_eq!(group_of_eight(text), None, "{text}");
        }
        assert_eq!(
            ["31.16.15.04", "3116", "UNSPSC 31161504", "bolt"].map(|text| unspsc(text.into())),
            ["31161504", "31160000", "31161504", ""]
        );
    }

    #[test]
    fn everything_named_is_there_and_what_is_inexact_is_not() {
        let mut environment = Environment::new();
        WITHOUT.iter().for_each(|filter| environment.remove_filter(filter));
        add(&mut environment);
        let found = |source: String| match environment.render_str(&source, ()) {
            Err(error) => !matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownTest),
            Ok(_) => true,
        };
        for filter in FILTERS {
            assert!(found(format!("{{{{ 'x' | {filter} }}}}")), "{filter}");
        }
        for test in TESTS {
            assert!(found(format!("{{{{ 'x' is {test} }}}}")), "{test}");
        }
        for filter in WITHOUT {
            assert!(!found(format!("{{{{ 'x' | {filter} }}}}")), "{filter}");
        }
    }

    proptest! {
        #[test]
        fn a_padded_text_has_its_width_and_ends_as_it_was(text in any::<String>(), width in 0_usize..=MAX_WIDTH) {
            let padded = pad(Cow::Borrowed(&text), width, None).unwrap();
            prop_assert_eq!(padded.chars().count(), width.max(text.chars().count()));
            prop_assert!(padded.ends_with(&text));
        }
    }
}
