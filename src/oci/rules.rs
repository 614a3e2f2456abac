//! What OCI demands of a field: tables, and nothing that is done about them (OCI 2.0 to 5.0; digest 3.2).
//!
//! A procurement system drops an item that breaks a rule and tells nobody. So the rules are held in three
//! places: against the cart before it leaves ([`check`]), and in the checker, on the command line and as a
//! page. [`judge`] says what is wrong, [`mend`] what becomes of a cart's own item; every sentence is one of
//! [`demands`].

use serde::{Deserialize, Serialize};

pub mod demands;
pub mod judge;
mod mend;

pub use judge::is_currency;
pub use mend::{check, hold, leave_out_later, leave_out_lonely, leave_out_with};

/// One field of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub field: &'static str,
    /// Characters since 4.0; `None` for as many as one likes.
    pub max: Option<usize>,
    /// Characters in 2.0 and 3.0, where they were others.
    pub early: Option<usize>,
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
    /// One of some letters, or nothing.
    Letter(&'static str),
    /// An http(s) address that may be missing: left out when it does not fit.
    Url,
    /// A unit code: goes out with a notice when it is doubtful, for buyers differ.
    Unit,
    /// An ISO 4217 code.
    Currency,
}

impl Kind {
    /// In a word, for the documentation.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Identity => "article number",
            Self::Amount => "decimal, 11.3",
            Self::PriceUnit => "whole number, 1 to 99999",
            Self::Whole => "whole number",
            Self::Flag => "`X` or empty",
            Self::Letter(_) => "letter",
            Self::Url => "http(s) address",
            Self::Unit => "unit code, UN/ECE Rec 20",
            Self::Currency => "currency, ISO 4217",
        }
    }
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

/// The fields in the order of OCI's table.
pub const RULES: &[Rule] = &[
    rule("DESCRIPTION", 40, Kind::Text, Release::V2_0),
    early("MATNR", 18, 40, Kind::Identity),
    rule("QUANTITY", 15, Kind::Amount, Release::V2_0),
    rule("UNIT", 3, Kind::Unit, Release::V2_0),
    rule("PRICE", 15, Kind::Amount, Release::V2_0),
    rule("CURRENCY", 5, Kind::Currency, Release::V2_0),
    early("PRICEUNIT", 9, 5, Kind::PriceUnit),
    rule("LEADTIME", 5, Kind::Whole, Release::V2_0),
    Rule { field: "LONGTEXT", max: None, early: None, kind: Kind::Text, since: Release::V2_0 },
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
    rule("ATTACHMENT_PURPOSE", 1, Kind::Letter("C"), Release::V4_0),
    rule("EXT_SCHEMA_TYPE", 10, Kind::Code, Release::V4_0),
    rule("EXT_CATEGORY_ID", 60, Kind::Code, Release::V4_0),
    rule("EXT_CATEGORY", 40, Kind::Text, Release::V4_0),
    rule("SLD_SYS_NAME", 60, Kind::Code, Release::V4_0),
    rule("CUST_FIELD1", 10, Kind::Code, Release::V4_0),
    rule("CUST_FIELD2", 10, Kind::Code, Release::V4_0),
    rule("CUST_FIELD3", 10, Kind::Code, Release::V4_0),
    rule("CUST_FIELD4", 20, Kind::Code, Release::V4_0),
    rule("CUST_FIELD5", 50, Kind::Code, Release::V4_0),
    rule("ITEM_TYPE", 1, Kind::Letter("ROFLI"), Release::V4_01),
    rule("PARENT_ID", 5, Kind::Whole, Release::V4_01),
];

const fn rule(field: &'static str, max: usize, kind: Kind, since: Release) -> Rule {
    Rule { field, max: Some(max), early: None, kind, since }
}

const fn early(field: &'static str, early: usize, max: usize, kind: Kind) -> Rule {
    Rule { field, max: Some(max), early: Some(early), kind, since: Release::V2_0 }
}

impl Rule {
    /// The characters a value may have for a buyer of that release.
    pub fn max_in(&self, release: Release) -> Option<usize> {
        if release < Release::V4_0 { self.early.or(self.max) } else { self.max }
    }
}

/// What one field has to do with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    pub field: &'static str,
    pub when: When,
    /// The first release that says so.
    pub since: Release,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Every item needs it.
    Always,
    /// An item without the other field needs it.
    Without(&'static str),
    /// The other field needs it.
    With(&'static str),
    /// Only one of the two may be there.
    NotWith(&'static str),
    /// It means nothing without the other field, and only informs.
    MeansNothingWithout(&'static str),
    /// Nothing demands it; it is better to have it.
    Better,
}

/// The conditions between fields (digest 3.2, column "required").
pub const CONDITIONS: &[Condition] = &[
    when("DESCRIPTION", When::Without("MATNR"), Release::V2_0),
    when("DESCRIPTION", When::NotWith("MATNR"), Release::V4_0),
    when("QUANTITY", When::Always, Release::V2_0),
    when("UNIT", When::Without("MATNR"), Release::V2_0),
    when("CURRENCY", When::With("PRICE"), Release::V2_0),
    // A contract or a quotation decides what the buyer pays: its item number alone is no hint to drop.
    when("CONTRACT", When::With("CONTRACT_ITEM"), Release::V2_0),
    when("EXT_QUOTE_ID", When::With("EXT_QUOTE_ITEM"), Release::V2_0),
    // A classification only informs.
    when("EXT_CATEGORY_ID", When::MeansNothingWithout("EXT_SCHEMA_TYPE"), Release::V4_0),
    when("EXT_CATEGORY", When::MeansNothingWithout("EXT_SCHEMA_TYPE"), Release::V4_0),
    when("ATTACHMENT_TITLE", When::MeansNothingWithout("ATTACHMENT"), Release::V4_0),
    when("ATTACHMENT_PURPOSE", When::MeansNothingWithout("ATTACHMENT"), Release::V4_0),
    when("PRICE", When::Better, Release::V2_0),
    when("PRICEUNIT", When::Better, Release::V2_0),
    when("EXT_PRODUCT_ID", When::Better, Release::V4_0),
];

const fn when(field: &'static str, when: When, since: Release) -> Condition {
    Condition { field, when, since }
}

/// The most lines a return may have: line numbers have five digits in SAP.
pub const MOST_LINES: u32 = 99_999;

/// The rule of a field; none for fields that are not OCI's (`TAX`), which go out unchecked.
pub fn of(field: &str) -> Option<&'static Rule> {
    place(field).map(|place| &RULES[place])
}

/// Where a field stands in [`RULES`].
pub fn place(field: &str) -> Option<usize> {
    RULES.iter().position(|rule| rule.field == field)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::oci::finding::LineRef;
    use crate::oci::item::Item;

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
    fn what_depends_on_a_field_that_is_left_out_goes_with_it() {
        let long = "1".repeat(300);
        let url = format!("https://shop.example/{long}");
        for (gone, value, with) in [
            ("CONTRACT", &long, &["CONTRACT_ITEM"][..]),
            ("EXT_QUOTE_ID", &long, &["EXT_QUOTE_ITEM"]),
            ("EXT_SCHEMA_TYPE", &"ECLASS-13.00".to_owned(), &["EXT_CATEGORY_ID", "EXT_CATEGORY"]),
            ("ATTACHMENT", &url, &["ATTACHMENT_TITLE"]),
        ] {
            let mut changes = vec![(gone, value.as_str())];
            changes.extend(with.iter().map(|field| (*field, "10")));
            let (item, notices, faults) = checked(&changes);
            assert_eq!(faults, vec![], "{gone}");
            let left_out: Vec<_> = [gone].iter().chain(with).map(|field| pair(field, "left-out").remove(0)).collect();
            assert_eq!(notices, left_out);
            assert!(!item.has(gone) && with.iter().all(|field| !item.has(field)), "{gone}");
        }
        let (item, notices, _) = checked(&[("ATTACHMENT_PURPOSE", "CC")]);
        assert_eq!((item.get("ATTACHMENT_PURPOSE"), notices), (None, pair("ATTACHMENT_PURPOSE", "left-out")));
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
        assert_eq!(checked(&[("QUANTITY", "0.000")]).2, pair("QUANTITY", "quantity-zero"));
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
