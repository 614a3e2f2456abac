//! UNIT: UN/ECE Recommendation 20 codes and a system's own table (OCI 4.0; digest 6).
//!
//! A procurement system drops an item whose unit it cannot map. The current edition of the
//! recommendation no longer has PCE, the code that buyers use most: see [`EARLIER`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, short};
use super::rules::demands;

/// Places of UNIT.
pub const MAX_LENGTH: usize = 3;

/// The table of one OCI system: the shop's words for units, and what the buyer calls them.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Units {
    /// For lines without a unit or with one that nobody knows; empty for none.
    pub default: String,
    /// Shop unit → code. Shop units are compared without outer blanks and whatever their case.
    pub map: BTreeMap<String, String>,
}

/// The UNIT of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCode {
    pub code: String,
    pub notice: Option<UnitNotice>,
}

/// What is doubtful about a unit that goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitNotice {
    /// The unit is neither in the table nor a code.
    Defaulted {
        unit: String,
        code: String,
    },
    TooLong {
        code: String,
    },
    OutsideRec20 {
        code: String,
    },
}

impl UnitNotice {
    /// The same, said of a field.
    pub fn finding(&self, field: &str) -> Finding {
        let of = |demand, value: &str| Finding::new(demand, field).with("value", short(value));
        match self {
            Self::Defaulted { unit, code } => of(&demands::DEFAULTED, unit).with("code", code),
            Self::TooLong { code } => of(&demands::UNIT_TOO_LONG, code),
            Self::OutsideRec20 { code } => of(&demands::UNIT_OUTSIDE, code),
        }
    }
}

/// No code for this unit, and no default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownUnit {
    /// Neither in the table nor a code.
    Unmapped {
        unit: String,
    },
    Missing,
}

impl UnknownUnit {
    /// The same, said of a field.
    pub fn finding(&self, field: &str) -> Finding {
        match self {
            Self::Unmapped { unit } => Finding::new(&demands::UNKNOWN_UNIT, field).with("value", short(unit)),
            Self::Missing => Finding::new(&demands::UNKNOWN_UNIT_NONE, field),
        }
    }
}

impl Units {
    /// The code for a shop's unit: from the table, else the unit itself if it is a code, else the
    /// default.
    pub fn code(&self, shop_unit: Option<&str>) -> Result<UnitCode, UnknownUnit> {
        let default = Some(self.default.trim()).filter(|code| !code.is_empty());
        let Some(unit) = shop_unit.map(str::trim).filter(|unit| !unit.is_empty()) else {
            let code = default.ok_or(UnknownUnit::Missing)?.to_owned();
            return Ok(UnitCode { notice: doubt(&code), code });
        };
        if let Some(code) = self.mapped(unit) {
            return Ok(UnitCode { notice: doubt(code), code: code.to_owned() });
        }
        let upper = unit.to_uppercase();
        if is_rec20(&upper) {
            return Ok(UnitCode { code: upper, notice: None });
        }
        let code = default.ok_or_else(|| UnknownUnit::Unmapped { unit: unit.to_owned() })?.to_owned();
        Ok(UnitCode { notice: Some(UnitNotice::Defaulted { unit: unit.to_owned(), code: code.clone() }), code })
    }

    /// Codes that are worth a second look, by the name of their setting.
    pub fn doubtful(&self) -> impl Iterator<Item = (String, &str)> {
        let default = Some(("default".to_owned(), self.default.trim())).filter(|(_, code)| !code.is_empty());
        let mapped = self.map.iter().map(|(unit, code)| (format!("map.\"{unit}\""), code.trim()));
        default.into_iter().chain(mapped).filter(|(_, code)| doubt(code).is_some())
    }

    fn mapped(&self, unit: &str) -> Option<&str> {
        let exact = self.map.get(unit);
        let code = exact.or_else(|| self.map.iter().find(|(key, _)| same_unit(key, unit)).map(|(_, code)| code))?;
        Some(code.trim()).filter(|code| !code.is_empty())
    }
}

/// Whether two names of a shop's unit are the same one.
pub fn same_unit(one: &str, other: &str) -> bool {
    let folded = |unit| str::trim(unit).chars().flat_map(char::to_lowercase);
    folded(one).eq(folded(other))
}

/// What is doubtful about a code, whoever chose it.
pub fn doubt(code: &str) -> Option<UnitNotice> {
    if code.len() > MAX_LENGTH && code.chars().count() > MAX_LENGTH {
        Some(UnitNotice::TooLong { code: code.to_owned() })
    } else if !is_rec20(code) {
        Some(UnitNotice::OutsideRec20 { code: code.to_owned() })
    } else {
        None
    }
}

/// Whether UN/ECE Recommendation 20 has the code, in its current edition (packages as `X` and two
/// letters) or in an earlier one as far as SAP systems still carry it. Codes are upper case.
pub fn is_rec20(code: &str) -> bool {
    /// As numbers, since texts compare ten times slower.
    static CODES: LazyLock<Vec<u32>> = LazyLock::new(|| {
        let current = include_str!("rec20.txt").lines().filter(|line| !line.starts_with('#'));
        let mut codes: Vec<u32> = current.chain(EARLIER.iter().copied()).filter_map(as_number).collect();
        codes.sort_unstable();
        codes
    });
    as_number(code).is_some_and(|code| CODES.binary_search(&code).is_ok())
}

/// A code's bytes behind a 1, which keeps codes of different lengths apart; nothing if it is longer than any code.
fn as_number(code: &str) -> Option<u32> {
    (code.len() <= MAX_LENGTH).then(|| code.bytes().fold(1, |number, byte| number << 8 | u32::from(byte)))
}

/// Codes of earlier editions that are gone (PCE) or have moved to Recommendation 21, while buyers'
/// tables of units (SAP's T006) still have them under these names.
const EARLIER: &[&str] = &["BG", "BO", "BX", "CA", "CR", "CS", "CT", "DR", "PA", "PCE", "PF", "PK", "RO", "SA", "TU"];

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> Units {
        let map = [("Piece", "PCE"), ("kg ", "KGM"), ("roll", "ROLL"), ("Stk", "ST"), ("void", "")];
        Units { default: "PCE".into(), map: map.map(|(key, code)| (key.into(), code.into())).into() }
    }

    fn code(unit: &str) -> (String, Option<&'static str>) {
        let found = units().code(Some(unit)).unwrap();
        (found.code, found.notice.map(|notice| notice.finding("UNIT").demand.code))
    }

    #[test]
    fn the_table_comes_first_whatever_the_case() {
        assert_eq!(code("piece"), ("PCE".into(), None));
        assert_eq!(code(" KG"), ("KGM".into(), None));
    }

    #[test]
    fn a_unit_that_is_a_code_stands_for_itself() {
        assert_eq!(code("MTR"), ("MTR".into(), None));
        assert_eq!(code("mtr"), ("MTR".into(), None));
    }

    #[test]
    fn an_unknown_unit_gets_the_default_and_a_notice() {
        assert_eq!(code("shovelful"), ("PCE".into(), Some("defaulted")));
        assert_eq!(code("void"), ("PCE".into(), Some("defaulted")));
    }

    #[test]
    fn a_line_without_unit_gets_the_default_without_a_notice() {
        for unit in [None, Some(""), Some("  ")] {
            assert_eq!(units().code(unit), Ok(UnitCode { code: "PCE".into(), notice: None }));
        }
    }

    #[test]
    fn without_a_default_an_unknown_unit_is_refused() {
        let units = Units::default();
        assert_eq!(units.code(Some("shovelful")), Err(UnknownUnit::Unmapped { unit: "shovelful".into() }));
        assert_eq!(units.code(None), Err(UnknownUnit::Missing));
    }

    #[test]
    fn a_doubtful_code_of_the_table_goes_out_with_a_notice() {
        assert_eq!(code("roll"), ("ROLL".into(), Some("unit-too-long")));
        assert_eq!(code("stk"), ("ST".into(), Some("unit-outside-rec20")));
    }

    #[test]
    fn the_codes_of_the_field_are_known() {
        for code in ["PCE", "KGM", "MTR", "LTR", "HUR", "DZN", "PR", "PK", "SET", "C62", "H87", "EA", "XBX"] {
            assert!(is_rec20(code), "{code}");
        }
        for code in ["", "#", "KG", "ST", "EACH", "EAC", "pce", "支", "PZA"] {
            assert!(!is_rec20(code), "{code}");
        }
    }

    #[test]
    fn the_list_is_sorted_as_the_search_needs_it() {
        let codes = include_str!("rec20.txt").lines().filter(|line| !line.starts_with('#'));
        assert!(codes.clone().is_sorted());
        assert!(codes.count() > 2_000);
    }
}
