//! Judges one item: every demand that its values do not meet. It changes nothing.
//!
//! A cart of ten thousand lines passes here before it leaves, so an item without findings costs no
//! allocation; what only the checker says is looked for only there.

use std::sync::LazyLock;

use super::demands::{self, Demand};
use super::{CONDITIONS, Kind, RULES, Release, Rule, When, place};
use crate::oci::finding::{Finding, short};
use crate::oci::{masked, text, units};

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What a cart's own item can show after the mapping.
    Mapped,
    /// Everything, for values of anybody's making.
    All,
}

/// Judges the fields of one item, names in capitals, without LONGTEXT.
pub fn item<'a>(
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    release: Release,
    depth: Depth,
    found: &mut Vec<Finding>,
) {
    placed(fields.into_iter().map(|(field, value)| (place(field), field, value)), release, depth, found);
}

/// The same, for fields whose place in [`RULES`] is known.
pub fn placed<'a>(
    fields: impl Iterator<Item = (Option<usize>, &'a str, &'a str)>,
    release: Release,
    depth: Depth,
    found: &mut Vec<Finding>,
) {
    let mut present = Present([""; RULES.len()]);
    for (place, field, value) in fields {
        if value.is_empty() {
            continue;
        }
        let Some(place) = place else {
            if depth == Depth::All {
                found.push(Finding::new(&demands::UNKNOWN_FIELD, field));
                anywhere(field, value, found);
            }
            continue;
        };
        if depth == Depth::All && value.trim().is_empty() {
            found.push(Finding::new(&demands::OUTER_BLANKS, field));
            continue;
        }
        let rule = &RULES[place];
        present.0[place] = value;
        if depth == Depth::All {
            if rule.since > release {
                let later = Finding::new(&demands::LATER_RELEASE, field);
                found.push(later.with("release", release.as_str()).with("since", rule.since.as_str()));
            }
            anywhere(field, value, found);
        }
        judge_value(rule, value, release, depth, found);
    }
    together(&present, release, depth, found);
}

/// The values of an item by the place of their field in [`RULES`]; empty for those it does not have.
struct Present<'a>([&'a str; RULES.len()]);

/// Of each condition the places of its field and of the other one.
static PLACES: LazyLock<Vec<(usize, usize)>> = LazyLock::new(|| {
    let other = |when| match when {
        When::Without(other) | When::With(other) | When::NotWith(other) | When::MeansNothingWithout(other) => other,
        When::Always => "QUANTITY",
        When::Better => "PRICE",
    };
    let place = |field| place(field).unwrap_or_default();
    CONDITIONS.iter().map(|condition| (place(condition.field), place(other(condition.when)))).collect()
});

/// The conditions between fields.
fn together(present: &Present<'_>, release: Release, depth: Depth, found: &mut Vec<Finding>) {
    let conditions = CONDITIONS.iter().zip(PLACES.iter()).filter(|(condition, _)| condition.since <= release);
    for (condition, (own, other)) in conditions {
        let field = condition.field;
        let (value, has_other) = (present.0[*own], !present.0[*other].is_empty());
        let has = !value.is_empty();
        let naming = |demand| Finding::new(demand, field).with("other", RULES[*other].field);
        match condition.when {
            When::Always if !has => found.push(Finding::new(&demands::MISSING_ALWAYS, field)),
            When::Without(_) if !has && !has_other => found.push(naming(&demands::MISSING_WITHOUT)),
            When::With(_) if !has && has_other => found.push(naming(&demands::MISSING_WITH)),
            When::NotWith(_) if has && has_other => found.push(naming(&demands::BOTH).with("value", short(value))),
            // A title or a purpose alone does no harm.
            When::MeansNothingWithout(other) if has && !has_other && (other != "ATTACHMENT" || depth == Depth::All) => {
                found.push(naming(&demands::MEANS_NOTHING).with("value", short(value)));
            }
            When::Better if !has && depth == Depth::All => {
                let demand = match field {
                    "PRICE" => &demands::BETTER_PRICE,
                    "PRICEUNIT" if has_other => &demands::BETTER_PRICE_UNIT,
                    "EXT_PRODUCT_ID" => &demands::BETTER_PRODUCT_ID,
                    _ => continue,
                };
                found.push(Finding::new(demand, field));
            }
            _ => {}
        }
    }
}

/// What one value shows by itself.
fn judge_value(rule: &Rule, value: &str, release: Release, depth: Depth, found: &mut Vec<Finding>) {
    // A text of any length has nothing to be checked for.
    let Some(max) = rule.max_in(release) else { return };
    let fits = value.len() <= max || value.chars().count() <= max;
    let of = |demand| Finding::new(demand, rule.field).with("value", short(value));
    let too_long = |demand| of(demand).with("length", value.chars().count()).with("max", max);
    match rule.kind {
        Kind::Text => {
            if !fits {
                found.push(too_long(&demands::TEXT_TOO_LONG));
            }
            // Of anybody's values it is looked for in every field.
            if depth == Depth::Mapped && value.contains(['<', '&']) && text::is_html(value) {
                found.push(of(&demands::HTML));
            }
        }
        Kind::Code | Kind::Url if !fits => found.push(too_long(&demands::CODE_TOO_LONG)),
        Kind::Identity if !fits => found.push(too_long(&demands::TOO_LONG)),
        Kind::Amount => {
            if let Some(demand) = amount(value) {
                found.push(of(demand));
            } else if rule.field == "QUANTITY" && value.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
                found.push(of(&demands::QUANTITY_ZERO));
            } else if depth == Depth::All && is_padded(value) {
                found.push(of(&demands::PADDED));
            }
        }
        Kind::PriceUnit => {
            if let Some(demand) = price_unit(value, max) {
                found.push(of(demand).with("max", "9".repeat(max)));
            }
        }
        Kind::Whole if !are_digits(value) || !fits => found.push(of(&demands::BAD_WHOLE).with("max", max)),
        Kind::Whole if depth == Depth::All && is_padded(value) && rule.field == "LEADTIME" => {
            found.push(of(&demands::PADDED));
        }
        Kind::Flag if value != "X" => found.push(of(&demands::BAD_FLAG)),
        Kind::Letter(allowed) if value.chars().count() != 1 || !allowed.contains(value) => {
            let letters: Vec<String> = allowed.chars().map(String::from).collect();
            found.push(of(&demands::BAD_LETTER).with("allowed", letters.join(", ")));
        }
        Kind::Url if !is_web_address(value) => {
            let shown = masked::address(value);
            found.push(Finding::new(&demands::BAD_URL, rule.field).with("value", short(&shown)));
        }
        Kind::Unit => {
            let upper = || value.to_uppercase();
            match units::doubt(value) {
                None => {}
                Some(units::UnitNotice::TooLong { .. }) => found.push(of(&demands::UNIT_TOO_LONG)),
                Some(_) if units::is_rec20(&upper()) => found.push(of(&demands::UNIT_CASE).with("code", upper())),
                Some(_) => found.push(of(&demands::UNIT_OUTSIDE)),
            }
        }
        Kind::Currency if !is_currency(value) => found.push(of(&demands::BAD_CURRENCY)),
        _ => {}
    }
}

/// What is odd about a value whatever it is: only the checker meets it, the mapping makes no such values.
fn anywhere(field: &str, value: &str, found: &mut Vec<Finding>) {
    /// Characters of one value that are looked at.
    const LOOKED_AT: usize = 4_000;
    let start = value.char_indices().nth(LOOKED_AT).map_or(value, |(end, _)| &value[..end]);
    let is_number = super::of(field).is_some_and(|rule| matches!(rule.kind, Kind::Amount | Kind::PriceUnit));
    if start.chars().any(char::is_control) {
        found.push(Finding::new(&demands::CONTROL, field).with("value", short(start)));
    } else if value.trim() != value && !is_number {
        found.push(Finding::new(&demands::OUTER_BLANKS, field));
    }
    match reference(start) {
        Some(reference) => found.push(Finding::new(&demands::REFERENCE, field).with("reference", reference)),
        None if field != "LONGTEXT" && text::is_html(start) => {
            found.push(Finding::new(&demands::HTML, field).with("value", short(start)));
        }
        None => {}
    }
}

/// What a long text shows.
pub fn longtext(value: &str, found: &mut Vec<Finding>) {
    if let Some(reference) = reference(value) {
        found.push(Finding::new(&demands::REFERENCE, "LONGTEXT").with("reference", reference));
    }
    let stray = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    if value.chars().any(stray) {
        found.push(Finding::new(&demands::CONTROL, "LONGTEXT").with("value", short(value)));
    }
}

/// A numeric character reference that stands in a value as text: a browser wrote it for a character that the
/// page's charset lacks.
fn reference(value: &str) -> Option<String> {
    value.match_indices("&#").find_map(|(at, _)| {
        let rest = &value[at + 2..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        ((2..=7).contains(&digits) && rest[digits..].starts_with(';')).then(|| value[at..at + digits + 3].to_owned())
    })
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Zeros in front that nobody needs.
fn is_padded(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.first() == Some(&b'0') && bytes.get(1).is_some_and(u8::is_ascii_digit)
}

/// Up to eleven digits, a point, up to three decimals; else what is wrong.
fn amount(value: &str) -> Option<&'static Demand> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, "0"));
    if are_digits(whole) && are_digits(decimals) {
        return match (whole.len(), decimals.len()) {
            (..=11, ..=3) => None,
            (..=11, _) => Some(&demands::AMOUNT_DECIMALS),
            _ => Some(&demands::AMOUNT_DIGITS),
        };
    }
    let inner = value.trim();
    if inner != value {
        return Some(match amount(inner) {
            None => &demands::AMOUNT_BLANKS,
            Some(worse) => worse,
        });
    }
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let is_figure = |character: char| character.is_ascii_digit() || matches!(character, '.' | ',' | '\'' | '’');
    let grouped = |character: char| is_figure(character) || character.is_whitespace();
    let separates = |character: char| matches!(character, ',' | '\'' | '’') || character.is_whitespace();
    let starts = unsigned.starts_with(|first: char| first.is_ascii_digit());
    Some(if starts && unsigned.len() < value.len() && amount(unsigned).is_none() {
        &demands::AMOUNT_NEGATIVE
    } else if starts
        && value.chars().all(is_figure)
        && value.matches(',').count() == 1
        && !value.contains(['.', '\'', '’'])
    {
        &demands::AMOUNT_COMMA
    } else if starts && value.chars().all(grouped) && (value.contains(separates) || value.matches('.').count() > 1) {
        &demands::AMOUNT_THOUSANDS
    } else if is_exponential(unsigned) {
        &demands::AMOUNT_EXPONENT
    } else {
        &demands::AMOUNT_OTHER
    })
}

fn is_exponential(value: &str) -> bool {
    value.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        amount(mantissa).is_none_or(|demand| demand == &demands::AMOUNT_DECIMALS) && are_digits(exponent)
    })
}

/// A whole number greater than zero; else what is wrong.
fn price_unit(value: &str, max: usize) -> Option<&'static Demand> {
    let is_whole = |text: &str| are_digits(text) && text.len() <= max && text.bytes().any(|byte| byte != b'0');
    if is_whole(value) {
        return None;
    }
    let inner = value.trim();
    if inner != value && price_unit(inner, max).is_none() {
        return Some(&demands::PRICE_UNIT_BLANKS);
    }
    let only_zeros = |decimals: &str| !decimals.is_empty() && decimals.bytes().all(|byte| byte == b'0');
    match inner.split_once('.') {
        Some((whole, decimals)) if is_whole(whole) && only_zeros(decimals) => Some(&demands::PRICE_UNIT_DECIMALS),
        _ => Some(&demands::PRICE_UNIT),
    }
}

/// Whether a text has the shape of an ISO 4217 code.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// An address another system may show as a link: no script, and nothing that splits it.
fn is_web_address(value: &str) -> bool {
    let scheme_ends = value.find("://").unwrap_or(0);
    let scheme = &value[..scheme_ends];
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && value.len() > scheme_ends + 3
        // A user name or password, which everybody would see.
        && !value[scheme_ends + 3..].split(['/', '?', '#']).next().unwrap_or_default().contains('@')
        && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(fields: &[(&str, &str)], release: Release) -> Vec<(String, String)> {
        let mut found = Vec::new();
        item(fields.iter().copied(), release, Depth::All, &mut found);
        let named = |finding: &Finding| match finding.demand.case {
            "" => finding.demand.code.to_owned(),
            case => format!("{}/{case}", finding.demand.code),
        };
        found.iter().map(|finding| (finding.field.clone(), named(finding))).collect()
    }

    /// What a whole item with one field more, or another value, shows.
    fn with(field: &str, value: &str) -> Vec<String> {
        let whole = [
            ("DESCRIPTION", "Hex bolt"),
            ("QUANTITY", "3.000"),
            ("UNIT", "PCE"),
            ("PRICE", "12.500"),
            ("PRICEUNIT", "1"),
            ("CURRENCY", "EUR"),
            ("EXT_PRODUCT_ID", "4711"),
        ];
        let mut fields: Vec<_> = whole.into_iter().filter(|(known, _)| *known != field).collect();
        fields.push((field, value));
        found(&fields, Release::V5_0).into_iter().map(|(_, code)| code).collect()
    }

    #[test]
    fn a_whole_item_shows_nothing() {
        assert_eq!(with("VENDORMAT", "HB-M8"), Vec::<String>::new());
    }

    #[test]
    fn every_odd_number_has_a_name_of_its_own() {
        for (price, code) in [
            ("780,12", "bad-amount/comma"),
            ("1.234,56", "bad-amount/thousands"),
            ("1,234.56", "bad-amount/thousands"),
            ("1'234.50", "bad-amount/thousands"),
            ("1 234.50", "bad-amount/thousands"),
            ("1e3", "bad-amount/exponent"),
            ("1.25E-7", "bad-amount/exponent"),
            ("-5.00", "bad-amount/negative"),
            ("171.5607", "bad-amount/decimals"),
            ("123456789012", "bad-amount/digits"),
            (" 780.00", "bad-amount/blanks"),
            (" 780,00 ", "bad-amount/comma"),
            ("12.50 EUR", "bad-amount/other"),
            ("1.", "bad-amount/other"),
            (".5", "bad-amount/other"),
            ("00000001730.900", "padded"),
        ] {
            assert_eq!(with("PRICE", price), [code], "{price}");
        }
        for good in ["0", "0.50", "12.500", "99999999999.999"] {
            assert_eq!(with("PRICE", good), Vec::<String>::new(), "{good}");
        }
        for (unit, code) in [
            ("1.000", "bad-price-unit/decimals"),
            ("1.0", "bad-price-unit/decimals"),
            ("100 ", "bad-price-unit/blanks"),
            ("1.5", "bad-price-unit"),
            ("0", "bad-price-unit"),
            ("100000", "bad-price-unit"),
        ] {
            assert_eq!(with("PRICEUNIT", unit), [code], "{unit}");
        }
        assert_eq!(with("QUANTITY", "0.000"), ["quantity-zero"]);
    }

    #[test]
    fn lengths_are_those_of_the_release() {
        let longer = [("MATNR", "1234567890123456789"), ("QUANTITY", "1")];
        assert_eq!(found(&longer, Release::V2_0)[0], ("MATNR".into(), "too-long".into()));
        assert!(!found(&longer, Release::V4_0).iter().any(|(_, code)| code == "too-long"));
        let thousands = [("MATNR", "1"), ("QUANTITY", "1"), ("PRICEUNIT", "100000")];
        assert!(found(&thousands, Release::V2_0).iter().all(|(_, code)| code != "bad-price-unit"));
        assert!(found(&thousands, Release::V4_0).iter().any(|(_, code)| code == "bad-price-unit"));
        // 2.0 asks for at least one of the two, later releases for exactly one.
        let both = [("MATNR", "1"), ("DESCRIPTION", "a"), ("QUANTITY", "1"), ("UNIT", "PCE")];
        assert!(found(&both, Release::V2_0).iter().all(|(_, code)| code != "both"));
        assert!(found(&both, Release::V4_0).iter().any(|(_, code)| code == "both"));
        assert!(found(&[("ITEM_TYPE", "R")], Release::V4_0).contains(&("ITEM_TYPE".into(), "later-release".into())));
    }

    #[test]
    fn texts_that_no_buyer_wants_are_named() {
        assert_eq!(with("DESCRIPTION", "<b>Bolt</b>"), ["html"]);
        assert_eq!(with("DESCRIPTION", "Bolt &amp; nut"), ["html"]);
        assert_eq!(with("DESCRIPTION", "5 &#8364;"), ["character-reference"]);
        assert_eq!(with("DESCRIPTION", "two\nlines"), ["control-characters"]);
        assert_eq!(with("DESCRIPTION", "Bolt "), ["outer-blanks"]);
        assert_eq!(with("DESCRIPTION", "a < b & c <M8>"), Vec::<String>::new());
    }

    #[test]
    fn codes_outside_of_their_lists_are_named() {
        for (field, value, code) in [
            ("UNIT", "EACH", "unit-too-long"),
            ("UNIT", "kgm", "unit-case"),
            ("UNIT", "支", "unit-outside-rec20"),
            ("CURRENCY", "euro", "bad-currency"),
            ("SERVICE", "Service", "bad-flag"),
            ("ITEM_TYPE", "Z", "bad-letter"),
            ("ATTACHMENT", "file:///c:/a.pdf", "bad-url"),
            ("TAX", "19", "unknown-field"),
            ("LEADTIME", "2-3", "bad-whole"),
            ("CONTRACT_ITEM", "10", "missing/with"),
            ("EXT_QUOTE_ITEM", "10", "missing/with"),
            ("EXT_CATEGORY_ID", "10", "means-nothing"),
        ] {
            assert_eq!(with(field, value), [code], "{field}={value}");
        }
        assert_eq!(with("ATTACHMENT_PURPOSE", "D"), ["bad-letter", "means-nothing"]);
    }

    proptest! {
        #[test]
        fn no_value_upsets_the_judge(fields in prop::collection::vec((prop::sample::select(RULES), any::<String>()), 0..12)) {
            let fields: Vec<_> = fields.iter().map(|(rule, value)| (rule.field, value.as_str())).collect();
            found(&fields, Release::V2_0);
        }

        #[test]
        fn a_number_is_taken_if_and_only_if_it_has_the_form_of_the_standard(number in "[-+0-9.,' eE]{1,18}") {
            let (whole, decimals) = number.split_once('.').unwrap_or((&number, "0"));
            let digits = |part: &str, max| (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            prop_assert_eq!(amount(&number).is_none(), digits(whole, 11) && digits(decimals, 3));
        }
    }
}
