//! What OCI demands of a field: a table and one reading of it (OCI 4.0 and 5.0; digest 3.2).
//!
//! A procurement system drops an item that breaks a rule and tells nobody, so the rules are held
//! here, before the form leaves. Too long a text is cut, too long an optional code is left out, both
//! with a notice; what names the article or is money is never touched: it is a fault.

use serde::{Deserialize, Serialize};

use super::finding::{Fault, LineRef, Notice, quoted};
use super::item::Item;
use super::{text, units};

/// One field of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub field: &'static str,
    /// Characters; `None` for as many as one likes.
    pub max: Option<usize>,
    pub kind: Kind,
    pub since: Release,
}

/// What a value is, and so what may be done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words: cut at a word.
    Text,
    /// A code that may be missing: left out when it does not fit, for a part of it is another code.
    Code,
    /// Names the article: a fault when it does not fit.
    Identity,
    /// "11.3", see [`super::amount`]: a fault when it is not.
    Amount,
    /// The count PRICE is for, 1 to 99999: a fault when it is not.
    PriceUnit,
    /// A whole number that may be missing: left out when it is none.
    Whole,
    /// `X` or nothing.
    Flag,
    /// An http(s) address that may be missing: left out when it does not fit.
    Url,
    /// A unit code: goes out with a notice when it is doubtful, for buyers differ.
    Unit,
    /// An ISO 4217 code.
    Currency,
}

/// The release that brought a field, as far as it is known; 5.0 brought none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Release {
    #[serde(rename = "2.0")]
    V2_0,
    #[serde(rename = "4.0")]
    V4_0,
    /// Hierarchies.
    #[serde(rename = "4.01")]
    V4_01,
    #[default]
    #[serde(rename = "5.0")]
    V5_0,
}

impl Release {
    pub const ALL: [Release; 4] = [Release::V5_0, Release::V4_01, Release::V4_0, Release::V2_0];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V4_0 => "4.0",
            Self::V4_01 => "4.01",
            Self::V5_0 => "5.0",
        }
    }
}

/// The fields in the order of OCI's table. Lengths are those of 4.0 and 5.0.
pub const RULES: &[Rule] = &[
    rule("DESCRIPTION", 40, Kind::Text, Release::V2_0),
    rule("MATNR", 40, Kind::Identity, Release::V2_0),
    rule("QUANTITY", 15, Kind::Amount, Release::V2_0),
    rule("UNIT", 3, Kind::Unit, Release::V2_0),
    rule("PRICE", 15, Kind::Amount, Release::V2_0),
    rule("CURRENCY", 5, Kind::Currency, Release::V2_0),
    rule("PRICEUNIT", 5, Kind::PriceUnit, Release::V2_0),
    rule("LEADTIME", 5, Kind::Whole, Release::V2_0),
    Rule { field: "LONGTEXT", max: None, kind: Kind::Text, since: Release::V2_0 },
    rule("VENDOR", 10, Kind::Code, Release::V2_0),
    rule("VENDORMAT", 40, Kind::Identity, Release::V2_0),
    rule("MANUFACTCODE", 10, Kind::Code, Release::V2_0),
    rule("MANUFACTMAT", 40, Kind::Code, Release::V2_0),
    rule("MATGROUP", 10, Kind::Code, Release::V2_0),
    rule("SERVICE", 1, Kind::Flag, Release::V2_0),
    rule("CONTRACT", 10, Kind::Code, Release::V2_0),
    rule("CONTRACT_ITEM", 5, Kind::Code, Release::V2_0),
    rule("EXT_QUOTE_ID", 35, Kind::Code, Release::V2_0),
    rule("EXT_QUOTE_ITEM", 10, Kind::Code, Release::V2_0),
    rule("EXT_PRODUCT_ID", 40, Kind::Identity, Release::V2_0),
    rule("ATTACHMENT", 255, Kind::Url, Release::V4_0),
    rule("ATTACHMENT_TITLE", 255, Kind::Text, Release::V4_0),
    rule("ATTACHMENT_PURPOSE", 1, Kind::Code, Release::V4_0),
    rule("EXT_SCHEMA_TYPE", 10, Kind::Code, Release::V4_0),
    rule("EXT_CATEGORY_ID", 60, Kind::Code, Release::V4_0),
    rule("EXT_CATEGORY", 40, Kind::Text, Release::V4_0),
    rule("SLD_SYS_NAME", 60, Kind::Code, Release::V4_0),
    rule("CUST_FIELD1", 10, Kind::Code, Release::V4_0),
    rule("CUST_FIELD2", 10, Kind::Code, Release::V4_0),
    rule("CUST_FIELD3", 10, Kind::Code, Release::V4_0),
    rule("CUST_FIELD4", 20, Kind::Code, Release::V4_0),
    rule("CUST_FIELD5", 50, Kind::Code, Release::V4_0),
    rule("ITEM_TYPE", 1, Kind::Code, Release::V4_01),
    rule("PARENT_ID", 5, Kind::Code, Release::V4_01),
];

const fn rule(field: &'static str, max: usize, kind: Kind, since: Release) -> Rule {
    Rule { field, max: Some(max), kind, since }
}

/// The rule of a field; none for fields that are not OCI's (`TAX`), which go out unchecked.
pub fn of(field: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.field == field)
}

/// Leaves out what came with a later release than the buyer's: his system does not know the field.
pub fn leave_out_later(item: &mut Item, release: Release, line: &LineRef, notices: &mut Vec<Notice>) {
    for rule in RULES.iter().filter(|rule| rule.since > release) {
        if item.get(rule.field).is_some_and(|value| !value.is_empty()) {
            let message =
                format!("OCI {} does not have this field, which came with {}.", release.as_str(), rule.since.as_str());
            notices.push(line.notice(rule.field, "later-release", message));
        }
        item.remove(rule.field);
    }
}

/// Holds the rules against one item: mends what may be mended, and says everything it found. An
/// item without new faults is one that procurement systems take.
pub fn check(item: &mut Item, line: &LineRef, notices: &mut Vec<Notice>, faults: &mut Vec<Fault>) {
    for rule in RULES {
        // A text of any length has nothing to be checked for.
        let Some(max) = rule.max else { continue };
        let Some(value) = item.get(rule.field).map(str::to_owned) else {
            continue;
        };
        match judge(rule.kind, &value, max) {
            Verdict::Good => {}
            Verdict::Cut => {
                let cut = text::cut_at_word(&value, max).into_owned();
                notices.push(line.notice(
                    rule.field,
                    "truncated",
                    format!("{} was cut to {}; at most {max} characters are allowed.", quoted(&value), quoted(&cut)),
                ));
                item.set(rule.field, cut);
            }
            Verdict::LeftOut(allowed) => {
                item.remove(rule.field);
                notices.push(line.notice(
                    rule.field,
                    "left-out",
                    format!("{} was left out; {allowed}.", quoted(&value)),
                ));
            }
            Verdict::Doubtful(notice) => notices.push(line.notice(rule.field, notice.code(), notice.to_string())),
            Verdict::Faulty(code, allowed) => {
                faults.push(line.fault(rule.field, code, format!("{} is not possible; {allowed}.", quoted(&value))));
            }
        }
    }
    together(item, line, notices, faults);
}

/// The conditions between fields.
fn together(item: &mut Item, line: &LineRef, notices: &mut Vec<Notice>, faults: &mut Vec<Fault>) {
    let mut missing = |field: &str, why: &str| {
        faults.push(line.fault(field, "missing", format!("{field} is missing; {why}.")));
    };
    match (item.has("DESCRIPTION"), item.has("MATNR")) {
        (true, true) => {
            let description = item.remove("DESCRIPTION").unwrap_or_default();
            notices.push(line.notice(
                "DESCRIPTION",
                "left-out",
                format!(
                    "{} was left out, because MATNR is given; only one of the two is allowed.",
                    quoted(&description)
                ),
            ));
        }
        (false, false) => missing("DESCRIPTION", "an item needs a description or a material number (MATNR)"),
        _ => {}
    }
    if !item.has("QUANTITY") {
        missing("QUANTITY", "every item needs one");
    } else if item.get("QUANTITY").is_some_and(|quantity| quantity.bytes().all(|byte| matches!(byte, b'0' | b'.'))) {
        missing("QUANTITY", "it is 0, and more than 0 is allowed");
    }
    if !item.has("UNIT") && !item.has("MATNR") {
        missing("UNIT", "an item without MATNR needs a unit");
    }
    if item.has("PRICE") && !item.has("CURRENCY") {
        missing("CURRENCY", "a price needs one");
    }
    // A contract or a quotation decides what the buyer pays: its item number alone is no hint to drop.
    if item.has("CONTRACT_ITEM") && !item.has("CONTRACT") {
        missing("CONTRACT", "CONTRACT_ITEM needs it");
    }
    if item.has("EXT_QUOTE_ITEM") && !item.has("EXT_QUOTE_ID") {
        missing("EXT_QUOTE_ID", "EXT_QUOTE_ITEM needs it");
    }
    // A classification only informs.
    if !item.has("EXT_SCHEMA_TYPE") {
        for field in ["EXT_CATEGORY_ID", "EXT_CATEGORY"] {
            if let Some(value) = item.remove(field) {
                let why = "without EXT_SCHEMA_TYPE a category means nothing";
                notices.push(line.notice(field, "left-out", format!("{} was left out; {why}.", quoted(&value))));
            }
        }
    }
}

enum Verdict {
    Good,
    Cut,
    LeftOut(String),
    Doubtful(units::UnitNotice),
    Faulty(&'static str, String),
}

fn judge(kind: Kind, value: &str, max: usize) -> Verdict {
    let length = value.chars().count();
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let at_most = || format!("it has {length} characters, at most {max} are allowed");
    match kind {
        Kind::Text if length > max => Verdict::Cut,
        Kind::Code | Kind::Url if length > max => Verdict::LeftOut(at_most()),
        Kind::Identity if length > max => Verdict::Faulty("too-long", at_most()),
        Kind::Amount if !is_amount(value) => {
            Verdict::Faulty("bad-amount", "up to 11 digits, a point and 3 digits are allowed, as in 12.500".into())
        }
        Kind::PriceUnit if !are_digits(value) || length > max || value.bytes().all(|byte| byte == b'0') => {
            Verdict::Faulty("bad-price-unit", "a whole number from 1 to 99999 is allowed".into())
        }
        Kind::Whole if !are_digits(value) || length > max => {
            Verdict::LeftOut(format!("a whole number of at most {max} digits is allowed"))
        }
        Kind::Flag if value != "X" => Verdict::Faulty("bad-flag", "\"X\" or nothing is allowed".into()),
        Kind::Url if !is_web_address(value) => {
            Verdict::LeftOut("an address that begins with https:// or http:// is allowed".into())
        }
        Kind::Unit => units::doubt(value).map_or(Verdict::Good, Verdict::Doubtful),
        Kind::Currency if !is_currency(value) => {
            Verdict::Faulty("bad-currency", "an ISO 4217 code of three capital letters is allowed, as EUR".into())
        }
        _ => Verdict::Good,
    }
}

/// Whether a text has the shape of an ISO 4217 code.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_amount(value: &str) -> bool {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, "0"));
    let are_digits =
        |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole, 11) && are_digits(decimals, 3)
}

/// An address another system may show as a link: no script, and nothing that splits it.
fn is_web_address(value: &str) -> bool {
    let scheme_ends = value.find("://").unwrap_or(0);
    let scheme = &value[..scheme_ends];
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && value.len() > scheme_ends + 3
        && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields and codes.
    type Found = Vec<(String, String)>;

    fn checked(changes: &[(&str, &str)]) -> (Item, Found, Found) {
        let mut item = Item::default();
        let whole = [
            ("DESCRIPTION", "Hex bolt"),
            ("QUANTITY", "3.000"),
            ("UNIT", "PCE"),
            ("PRICE", "12.500"),
            ("PRICEUNIT", "1"),
            ("CURRENCY", "EUR"),
        ];
        for (field, value) in whole.iter().chain(changes) {
            item.set(field, *value);
        }
        let (mut notices, mut faults) = (Vec::new(), Vec::new());
        check(&mut item, &LineRef::at(1, None), &mut notices, &mut faults);
        let notices = notices.into_iter().map(|n| (n.field, n.code)).collect();
        (item, notices, faults.into_iter().map(|f| (f.field, f.code)).collect())
    }

    fn pair(field: &str, code: &str) -> Found {
        vec![(field.to_owned(), code.to_owned())]
    }

    #[test]
    fn a_whole_item_passes() {
        let (item, notices, faults) = checked(&[]);
        assert_eq!((notices, faults), (vec![], vec![]));
        assert_eq!(item.get("DESCRIPTION"), Some("Hex bolt"));
    }

    #[test]
    fn a_long_text_is_cut_at_a_word_with_a_notice() {
        let (item, notices, faults) = checked(&[("DESCRIPTION", &"bolt ".repeat(20))]);
        assert_eq!((notices, faults), (pair("DESCRIPTION", "truncated"), vec![]));
        assert_eq!(item.get("DESCRIPTION").unwrap(), "bolt ".repeat(8).trim());
    }

    #[test]
    fn a_long_optional_code_is_left_out_with_a_notice() {
        for (field, max) in
            [("MANUFACTMAT", 40), ("MATGROUP", 10), ("VENDOR", 10), ("CUST_FIELD5", 50), ("SLD_SYS_NAME", 60)]
        {
            assert_eq!(checked(&[(field, &"1".repeat(max))]).1, vec![], "{field}");
            let (item, notices, faults) = checked(&[(field, &"1".repeat(max + 1))]);
            assert_eq!((notices, faults), (pair(field, "left-out"), vec![]));
            assert_eq!(item.get(field), None);
        }
    }

    #[test]
    fn a_long_article_number_is_a_fault() {
        for field in ["VENDORMAT", "EXT_PRODUCT_ID"] {
            let (item, notices, faults) = checked(&[(field, &"1".repeat(41))]);
            assert_eq!((notices, faults), (vec![], pair(field, "too-long")));
            assert!(item.has(field));
        }
        assert_eq!(checked(&[("DESCRIPTION", ""), ("MATNR", &"1".repeat(41))]).2, pair("MATNR", "too-long"));
    }

    #[test]
    fn of_description_and_material_number_only_the_number_stays() {
        let (item, notices, faults) = checked(&[("MATNR", "4711"), ("UNIT", "")]);
        assert_eq!((notices, faults), (pair("DESCRIPTION", "left-out"), vec![]));
        assert_eq!((item.get("DESCRIPTION"), item.get("MATNR")), (None, Some("4711")));
        assert_eq!(checked(&[("DESCRIPTION", "")]).2, pair("DESCRIPTION", "missing"));
    }

    #[test]
    fn what_every_item_needs_is_missed() {
        for field in ["QUANTITY", "UNIT", "CURRENCY"] {
            assert_eq!(checked(&[(field, "")]).2, pair(field, "missing"));
        }
        assert_eq!(checked(&[("PRICE", ""), ("CURRENCY", "")]).2, vec![]);
    }

    #[test]
    fn a_contract_item_needs_its_contract_and_a_quote_item_its_quote() {
        assert_eq!(checked(&[("CONTRACT_ITEM", "10")]).2, pair("CONTRACT", "missing"));
        assert_eq!(checked(&[("EXT_QUOTE_ITEM", "10")]).2, pair("EXT_QUOTE_ID", "missing"));
        assert_eq!(checked(&[("CONTRACT_ITEM", "10"), ("CONTRACT", "46")]).2, vec![]);
    }

    #[test]
    fn a_category_without_its_schema_is_left_out() {
        let (item, notices, faults) = checked(&[("EXT_CATEGORY_ID", "23110101")]);
        assert_eq!((notices, faults), (pair("EXT_CATEGORY_ID", "left-out"), vec![]));
        assert!(!item.has("EXT_CATEGORY_ID"));
        assert_eq!(checked(&[("EXT_CATEGORY_ID", "23110101"), ("EXT_SCHEMA_TYPE", "ECLASS13.0")]).1, vec![]);
    }

    #[test]
    fn numbers_that_oci_does_not_know_are_faults() {
        for amount in ["1,5", "1.2345", "123456789012.000", "-1.000", "1e3", " 1", "1."] {
            assert_eq!(checked(&[("PRICE", amount)]).2, pair("PRICE", "bad-amount"), "{amount}");
        }
        assert_eq!(checked(&[("QUANTITY", "0.000")]).2, pair("QUANTITY", "missing"));
        for unit in ["0", "1.000", "100000", "x"] {
            assert_eq!(checked(&[("PRICEUNIT", unit)]).2, pair("PRICEUNIT", "bad-price-unit"), "{unit}");
        }
        assert_eq!(checked(&[("LEADTIME", "2-3 days")]).1, pair("LEADTIME", "left-out"));
        assert_eq!(checked(&[("SERVICE", "Service")]).2, pair("SERVICE", "bad-flag"));
        assert_eq!(checked(&[("CURRENCY", "€")]).2, pair("CURRENCY", "bad-currency"));
    }

    #[test]
    fn a_doubtful_unit_goes_out_with_a_notice() {
        let (item, notices, _) = checked(&[("UNIT", "EACH")]);
        assert_eq!((item.get("UNIT"), notices), (Some("EACH"), pair("UNIT", "unit-too-long")));
        assert_eq!(checked(&[("UNIT", "PZA")]).1, pair("UNIT", "unit-outside-rec20"));
    }

    #[test]
    fn an_attachment_is_an_address_of_the_web() {
        assert_eq!(checked(&[("ATTACHMENT", "https://shop.example/a.pdf")]).1, vec![]);
        let long = format!("https://shop.example/{}", "a".repeat(255));
        for url in ["javascript:alert(1)", "https://", "/a.pdf", "https://shop.example/a b", &long] {
            assert_eq!(checked(&[("ATTACHMENT", url)]).1, pair("ATTACHMENT", "left-out"), "{url}");
        }
    }
}
