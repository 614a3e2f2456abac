//! The names of item fields, `NEW_ITEM-FIELD[n]`, and what shops make of them (digest section 3.1).
//!
//! Owns the reading of one name, with a remark for each deviation. It knows no other name and no value.
//! The surprising fact: the index of LONGTEXT stands in its name (`LONGTEXT_2:132[]`), because ITS reads `field:width[index]`.

use super::rules::demands::{self, Demand};

/// What a name says.
pub(super) struct ItemName {
    /// In upper case.
    pub(super) field: String,
    pub(super) index: Option<u32>,
    pub(super) oddities: Vec<&'static Demand>,
}

pub(super) enum Parsed {
    Item(ItemName),
    /// Not the name of an item's field.
    Other,
    /// An item's field by its beginning, but with an index that is no number.
    Unreadable,
}

/// Takes `NEW_ITEM-FIELD[n]` and what comes near it apart.
pub(super) fn item_name(name: &str) -> Parsed {
    const PREFIX: &str = "NEW_ITEM";
    let mut oddities: Vec<&'static Demand> = Vec::new();
    let trimmed = name.trim();
    let Some((prefix, rest)) = trimmed.split_at_checked(PREFIX.len()) else {
        return Parsed::Other;
    };
    if !prefix.eq_ignore_ascii_case(PREFIX) {
        return Parsed::Other;
    }
    let rest = if let Some(rest) = rest.strip_prefix('-') {
        rest
    } else if let Some(rest) = rest.strip_prefix('_') {
        oddities.push(&demands::NAME_UNDERSCORE);
        rest
    } else {
        oddities.push(&demands::NAME_HYPHEN);
        rest
    };
    let end = rest.find([':', '[']).unwrap_or(rest.len());
    let (field, suffix) = rest.split_at(end);
    if trimmed != name || field.trim() != field {
        oddities.push(&demands::NAME_BLANKS);
    }
    let field = field.trim().to_ascii_uppercase();
    if field.is_empty() {
        return Parsed::Other;
    }
    if field.len() != rest[..end].trim().len() || !name.contains(&field) || !name.contains(PREFIX) {
        oddities.push(&demands::NAME_CASE);
    }
    let (width, brackets) = match suffix.find('[') {
        Some(at) => suffix.split_at(at),
        None => (suffix, ""),
    };
    let Ok(bracketed) = bracketed_index(brackets) else {
        return Parsed::Unreadable;
    };
    let longtext_index = field.strip_prefix("LONGTEXT").map(|index| (index, index.strip_prefix('_').unwrap_or(index)));
    let index = match longtext_index {
        Some(("", _)) => {
            oddities.push(&demands::LONGTEXT_INDEX);
            bracketed
        }
        Some((raw, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let Ok(index) = digits.parse() else {
                return Parsed::Unreadable;
            };
            if !raw.starts_with('_') || width != ":132" || brackets != "[]" {
                oddities.push(&demands::LONGTEXT_FORM);
            }
            Some(index)
        }
        _ => {
            if !width.is_empty() {
                oddities.push(&demands::NAME_WIDTH);
            }
            return Parsed::Item(ItemName { field, index: bracketed, oddities });
        }
    };
    Parsed::Item(ItemName { field: "LONGTEXT".to_owned(), index, oddities })
}

/// `[3]` → 3; `[]` and nothing → none.
fn bracketed_index(brackets: &str) -> Result<Option<u32>, std::num::ParseIntError> {
    // `[][5]` was met, too: the last brackets that hold something count.
    let groups = brackets.split('[').map(|group| group.trim().trim_end_matches(']').trim());
    let inside = groups.rev().find(|group| !group.is_empty()).unwrap_or_default();
    if inside.is_empty() {
        return Ok(None);
    }
    inside.parse().map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::read::{Returned, ReturnedItem};

    fn read(pairs: &[(&str, &str)]) -> Returned {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Returned::from_pairs(&pairs)
    }

    fn field<'a>(item: &'a ReturnedItem, name: &str) -> Option<&'a str> {
        item.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn every_spelling_of_longtext_finds_its_item() {
        for name in [
            "NEW_ITEM-LONGTEXT_2:132",
            "NEW_ITEM-LONGTEXT_2:132[1]",
            "NEW_ITEM-LONGTEXT_2[1]",
            "NEW_ITEM-LONGTEXT_2:132[][2]",
            "NEW_ITEM-LONGTEXT2:132[]",
            "NEW_ITEM-LONGTEXT:132[2]",
            "NEW_ITEM-LONGTEXT[2]",
            "NEW_ITEMLONGTEXT_2:132[]",
        ] {
            let returned = read(&[("NEW_ITEM-DESCRIPTION[1]", "a"), ("NEW_ITEM-DESCRIPTION[2]", "b"), (name, "text")]);
            assert_eq!(returned.items[1].longtext, "text", "{name}");
            assert_eq!(returned.warnings.len(), 1, "{name}: {:?}", returned.warnings);
        }
    }

    #[test]
    fn names_of_faulty_generators_are_read_with_a_warning_each() {
        let returned = read(&[
            ("NEW_ITEM-DESCRIPTION[1]", "Chair"),
            ("NEW_ITEMATTACHMENT_TITLE[1]", "Data sheet"),
            ("NEW_ITEM-CUST_FIELD5 [1]", "x"),
            ("NEW_ITEM_CERT[1]", "c"),
            ("new_item-unit[1]", "PCE"),
            ("NEW_ITEM-PRICE[one]", "1"),
        ]);
        let item = &returned.items[0];
        assert_eq!(field(item, "ATTACHMENT_TITLE"), Some("Data sheet"));
        assert_eq!(field(item, "CUST_FIELD5"), Some("x"));
        assert_eq!(field(item, "CERT"), Some("c"));
        assert_eq!(field(item, "UNIT"), Some("PCE"));
        assert_eq!(returned.warnings.len(), 5, "{:?}", returned.warnings);
        assert_eq!(returned.others.len(), 1);
    }
}
