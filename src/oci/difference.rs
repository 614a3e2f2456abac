//! What differs between two sets of items that were made of the same cart, field by field.
//!
//! Owns the comparison and nothing of how either set came to be. Items are paired in their order: by place while
//! they are of the same lines of the cart, else by those lines.
//! The surprising fact: the order of fields within an item is no difference; what is written puts them in OCI's order.

use std::ops::Range;

use super::item::Item;
use super::rules;

/// A field whose value is another: `None` where the field is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldDifference {
    pub field: String,
    pub was: Option<String>,
    pub will: Option<String>,
}

/// An item that is not the same in both sets. With one place only it is in that set alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemDifference {
    /// Places among the items, from 0.
    pub was: Option<usize>,
    pub will: Option<usize>,
    /// In OCI's order.
    pub fields: Vec<FieldDifference>,
}

/// The fields by which one recognizes an item when others came or went.
const NAMES: [&str; 4] = ["EXT_PRODUCT_ID", "VENDORMAT", "MATNR", "DESCRIPTION"];
/// How far on the partner of an item is looked for.
const REACH: usize = 64;

/// All items that differ, in the order of what will be.
pub fn items(was: &[Item], will: &[Item]) -> Vec<ItemDifference> {
    let mut differences = Vec::new();
    let mut note = |at: Option<usize>, to: Option<usize>| {
        let nothing = Item::default();
        let (before, after) = (at.map_or(&nothing, |at| &was[at]), to.map_or(&nothing, |to| &will[to]));
        let fields = fields(before, after);
        if at.is_none() || to.is_none() || !fields.is_empty() {
            differences.push(ItemDifference { was: at, will: to, fields });
        }
    };
    let same_lines = was.iter().zip(will).all(|(was, will)| was.line.line == will.line.line);
    if was.len() == will.len() && same_lines {
        (0..was.len()).for_each(|place| note(Some(place), Some(place)));
        return differences;
    }
    let mut next = 0;
    for (place, item) in was.iter().enumerate() {
        let reach: Range<usize> = next..will.len().min(next + REACH);
        match reach.into_iter().find(|candidate| alike(item, &will[*candidate])) {
            Some(found) => {
                (next..found).for_each(|new| note(None, Some(new)));
                note(Some(place), Some(found));
                next = found + 1;
            }
            None => note(Some(place), None),
        }
    }
    (next..will.len()).for_each(|new| note(None, Some(new)));
    differences
}

/// The fields in which two items differ, in OCI's order, then others by name, LONGTEXT last.
pub fn fields(was: &Item, will: &Item) -> Vec<FieldDifference> {
    let mut names: Vec<&str> = was.all_fields().chain(will.all_fields()).map(|(name, _)| name).collect();
    names.sort_by_key(|name| (order(name), *name));
    names.dedup();
    let differing = names.into_iter().filter(|name| was.get(name) != will.get(name));
    differing
        .map(|name| FieldDifference {
            field: name.to_owned(),
            was: was.get(name).map(str::to_owned),
            will: will.get(name).map(str::to_owned),
        })
        .collect()
}

/// Names and values that differ; of a name that is there several times, the first is held against the first.
pub fn pairs(was: &[(String, String)], will: &[(String, String)]) -> Vec<FieldDifference> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in will.iter().chain(was) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut differences = Vec::new();
    for name in names {
        let (mut before, mut after) = (values(was, name), values(will, name));
        loop {
            let (was, will) = (before.next().cloned(), after.next().cloned());
            if was.is_none() && will.is_none() {
                break;
            }
            if was != will {
                differences.push(FieldDifference { field: name.to_owned(), was, will });
            }
        }
    }
    differences
}

fn values<'a>(pairs: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a String> {
    pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value)
}

/// Two texts taken apart: what they begin and end with alike, and what stands between in either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    pub before: &'a str,
    pub was: &'a str,
    pub will: &'a str,
    pub after: &'a str,
}

/// Finds the part that changed.
pub fn parts<'a>(was: &'a str, will: &'a str) -> Parts<'a> {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let start: usize = was.chars().zip(will.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (before, was) = was.split_at(start);
    let will = &will[start..];
    let end: usize = was.chars().rev().zip(will.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (was, after) = was.split_at(was.len() - end);
    Parts { before, was, will: &will[..will.len() - end], after }
}

/// Whether two items are about the same thing: made of the same line, or named alike where no line is known.
fn alike(was: &Item, will: &Item) -> bool {
    if !was.line.line.is_empty() || !will.line.line.is_empty() {
        return was.line.line == will.line.line;
    }
    NAMES.iter().any(|name| was.has(name) && was.get(name) == will.get(name))
}

fn order(field: &str) -> usize {
    let table = rules::RULES.len();
    match field {
        "LONGTEXT" => table + 1,
        _ => rules::RULES.iter().position(|rule| rule.field == field).unwrap_or(table),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(fields: &[(&str, &str)]) -> Item {
        let mut item = Item::default();
        fields.iter().for_each(|(name, value)| item.set(name, *value));
        item
    }

    /// Does to `was` what the differences say.
    fn apply(was: &[Item], differences: &[ItemDifference]) -> Vec<Item> {
        let mut kept: Vec<Item> = Vec::new();
        for (place, item) in was.iter().enumerate() {
            let difference = differences.iter().find(|difference| difference.was == Some(place));
            let mut item = item.clone();
            for field in difference.iter().flat_map(|difference| &difference.fields) {
                assert_eq!(item.get(&field.field), field.was.as_deref(), "it says what was");
                item.set(&field.field, field.will.clone().unwrap_or_default());
            }
            if difference.is_none_or(|difference| difference.will.is_some()) {
                kept.push(item);
            }
        }
        for new in differences.iter().filter(|difference| difference.was.is_none()) {
            let mut item = Item::default();
            new.fields.iter().for_each(|field| item.set(&field.field, field.will.clone().unwrap_or_default()));
            kept.insert(new.will.expect("a place"), item);
        }
        kept
    }

    fn sorted(items: &[Item]) -> Vec<Vec<(String, String)>> {
        let fields = |item: &Item| {
            let mut fields: Vec<_> =
                item.all_fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            fields.sort();
            fields
        };
        items.iter().map(fields).collect()
    }

    fn some_items() -> impl Strategy<Value = Vec<Item>> {
        let name = prop::sample::select(vec!["DESCRIPTION", "VENDORMAT", "UNIT", "TAX", "LONGTEXT"]);
        let one = prop::collection::vec((name, "[ab]{0,2}"), 0..5).prop_map(|fields| {
            let mut item = Item::default();
            fields.into_iter().for_each(|(name, value)| item.set(name, value));
            item
        });
        prop::collection::vec(one, 0..7)
    }

    proptest! {
        #[test]
        fn what_is_the_same_has_no_difference(items_given in some_items()) {
            prop_assert_eq!(items(&items_given, &items_given), vec![]);
        }

        #[test]
        fn the_differences_make_of_what_was_what_will_be(was in some_items(), will in some_items()) {
            prop_assert_eq!(sorted(&apply(&was, &items(&was, &will))), sorted(&will));
        }

        #[test]
        fn the_parts_of_two_texts_give_the_texts(was in "[aäb]{0,6}", will in "[aäb]{0,6}") {
            let Parts { before, was: old, will: new, after } = parts(&was, &will);
            prop_assert_eq!(format!("{before}{old}{after}"), was.as_str());
            prop_assert_eq!(format!("{before}{new}{after}"), will.as_str());
        }
    }

    #[test]
    fn fields_come_in_the_order_of_the_standard_and_their_own_order_is_no_difference() {
        let was = item(&[("TAX", "19"), ("UNIT", "PCE"), ("LONGTEXT", "a"), ("DESCRIPTION", "Bolt")]);
        let same = item(&[("DESCRIPTION", "Bolt"), ("LONGTEXT", "a"), ("UNIT", "PCE"), ("TAX", "19")]);
        assert_eq!(fields(&was, &same), []);
        let names: Vec<String> =
            fields(&was, &item(&[("AREA", "1")])).into_iter().map(|difference| difference.field).collect();
        assert_eq!(names, ["DESCRIPTION", "UNIT", "AREA", "TAX", "LONGTEXT"]);
    }

    #[test]
    fn an_item_that_goes_does_not_make_all_behind_it_differ() {
        let line = |number: &str, unit: &str| item(&[("VENDORMAT", number), ("UNIT", unit)]);
        let was = [line("1", "PCE"), line("shipping", "PCE"), line("2", "PCE"), line("3", "PCE")];
        let will = [line("1", "PCE"), line("2", "C62"), line("3", "PCE")];
        let found = items(&was, &will);
        let places: Vec<_> = found.iter().map(|difference| (difference.was, difference.will)).collect();
        assert_eq!(places, [(Some(1), None), (Some(2), Some(1))]);
    }

    #[test]
    fn pairs_of_one_name_are_compared_in_their_order() {
        let pairs_of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let found =
            pairs(&pairs_of(&[("b", "1"), ("b", "2"), ("c", "3")]), &pairs_of(&[("b", "1"), ("~TARGET", "_top")]));
        let written: Vec<_> = found
            .iter()
            .map(|difference| (difference.field.as_str(), difference.was.as_deref(), difference.will.as_deref()))
            .collect();
        assert_eq!(written, [("b", Some("2"), None), ("~TARGET", None, Some("_top")), ("c", Some("3"), None)]);
    }
}
