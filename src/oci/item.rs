//! One item of the cart as OCI knows it: a `NEW_ITEM` group, and how groups are named on the wire
//! (digest 3.1).
//!
//! Nothing is checked here; `rules.rs` does. LONGTEXT has a name of its own kind, with the index
//! before the brackets (`NEW_ITEM-LONGTEXT_1:132[]`): as `NEW_ITEM-LONGTEXT[1]` all texts would end
//! up at the first item.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use super::finding::LineRef;
use super::form_fields::FormFields;
use super::rules::{self, Release};

/// One `NEW_ITEM` group. A field that is set to nothing is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// The fields of OCI's table in its order, then others in the order they were set.
    fields: Vec<Field>,
    /// LONGTEXT: any length, lines ended by a line feed.
    pub longtext: String,
    /// The line of the cart that it was made of, for what is said about it later.
    pub line: LineRef,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    /// Its place in OCI's table; behind all of them if it is not there.
    place: usize,
    name: Cow<'static, str>,
    value: String,
}

/// How a system wants the groups written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// 1 by the standard; some buyers other than SAP count from 0.
    pub first_index: u32,
    /// Whether the fields of OCI 4.0 are there even when they are empty.
    pub empty_fields: bool,
    /// The name of LONGTEXT with `{n}` for the index.
    pub longtext: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self { first_index: 1, empty_fields: false, longtext: "NEW_ITEM-LONGTEXT_{n}:132[]".to_owned() }
    }
}

impl Item {
    /// An item without fields that is made of a line of the cart.
    pub fn of_line(line: LineRef) -> Self {
        // As many as most items have; growing by and by would cost more than the rest.
        Self { line, fields: Vec::with_capacity(16), longtext: String::new() }
    }

    /// Gives a field its value, instead of an earlier one. `LONGTEXT` sets the long text.
    pub fn set(&mut self, field: &str, value: impl Into<String>) {
        self.set_placed(rules::place(field), field, value);
    }

    /// The same for a field whose place in OCI's table is known.
    pub fn set_placed(&mut self, place: Option<usize>, field: &str, value: impl Into<String>) {
        let value = value.into();
        if field == LONGTEXT {
            self.longtext = value;
            return;
        }
        let at = match place {
            Some(place) => self.fields.binary_search_by_key(&place, |present| present.place),
            None => self.fields.iter().position(|present| present.name == field).ok_or(self.fields.len()),
        };
        match at {
            Ok(at) if value.is_empty() => drop(self.fields.remove(at)),
            Ok(at) => self.fields[at].value = value,
            Err(_) if value.is_empty() => {}
            Err(at) => {
                let name = match place {
                    Some(place) => Cow::Borrowed(rules::RULES[place].field),
                    None => Cow::Owned(field.to_owned()),
                };
                self.fields.insert(at, Field { place: place.unwrap_or(usize::MAX), name, value });
            }
        }
    }

    /// The value of a field that is there.
    pub fn get(&self, field: &str) -> Option<&str> {
        if field == LONGTEXT {
            return Some(self.longtext.as_str()).filter(|text| !text.is_empty());
        }
        self.fields.iter().find(|present| present.name == field).map(|present| present.value.as_str())
    }

    /// The fields that are there and their values, in the order they are written; without LONGTEXT.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (&*field.name, field.value.as_str()))
    }

    /// The same with the place of each in OCI's table, if it has one.
    pub fn placed_fields(&self) -> impl Iterator<Item = (Option<usize>, &str, &str)> {
        let place = |field: &Field| (field.place < rules::RULES.len()).then_some(field.place);
        self.fields.iter().map(move |field| (place(field), &*field.name, field.value.as_str()))
    }

    /// The same with LONGTEXT, as the last.
    pub fn all_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let longtext = Some((LONGTEXT, self.longtext.as_str())).filter(|(_, text)| !text.is_empty());
        self.fields().chain(longtext)
    }

    pub fn has(&self, field: &str) -> bool {
        self.get(field).is_some()
    }

    /// Takes a field out.
    pub fn remove(&mut self, field: &str) -> Option<String> {
        if field == LONGTEXT {
            return Some(std::mem::take(&mut self.longtext)).filter(|text| !text.is_empty());
        }
        let place = self.fields.iter().position(|present| present.name == field)?;
        Some(self.fields.remove(place).value)
    }

    /// Names and values of all items: the fields of OCI's table in its order, then others in the
    /// order they were set, LONGTEXT last.
    pub fn write(items: &[Item], layout: &Layout) -> FormFields {
        let mut written = FormFields::with_capacity(items.len() * 16, items.len() * 640);
        let longtext: Vec<&str> = layout.longtext.split("{n}").collect();
        // The item's number and the bracket behind it.
        let mut index = String::new();
        for (number, item) in (u64::from(layout.first_index)..).zip(items) {
            index.clear();
            let _ = write!(index, "{number}]");
            let mut present = item.fields.iter().peekable();
            if layout.empty_fields {
                for (place, rule) in rules::RULES.iter().enumerate() {
                    match present.next_if(|field| field.place == place) {
                        Some(field) => field.write(&index, &mut written),
                        None if rule.field != LONGTEXT && rule.since <= Release::V4_0 => {
                            written.push_named([BEGINNINGS[place].as_str(), &index], "");
                        }
                        None => {}
                    }
                }
            }
            present.for_each(|field| field.write(&index, &mut written));
            if layout.empty_fields || !item.longtext.is_empty() {
                let number = &index[..index.len() - 1];
                let parts = longtext.iter().enumerate();
                let name = parts.flat_map(|(at, part)| [if at > 0 { number } else { "" }, part]);
                written.push_named(name, &item.longtext);
            }
        }
        written
    }
}

impl Field {
    /// As the field of the item whose index that is, closed by its bracket.
    fn write(&self, index: &str, written: &mut FormFields) {
        match BEGINNINGS.get(self.place) {
            Some(beginning) => written.push_named([beginning.as_str(), index], &self.value),
            None => written.push_named(["NEW_ITEM-", &self.name, "[", index], &self.value),
        }
    }
}

/// What the names of OCI's own fields begin with, `NEW_ITEM-UNIT[`, by their place in its table.
static BEGINNINGS: LazyLock<Vec<String>> =
    LazyLock::new(|| rules::RULES.iter().map(|rule| format!("NEW_ITEM-{}[", rule.field)).collect());

const LONGTEXT: &str = "LONGTEXT";

#[cfg(test)]
mod tests {
    use super::*;

    fn bolt() -> Item {
        let mut item = Item { longtext: "Zinc\nplated".into(), ..Item::default() };
        for (field, value) in [("TAX", "19"), ("UNIT", "PCE"), ("QUANTITY", "3.000"), ("DESCRIPTION", "Bolt")] {
            item.set(field, value);
        }
        item
    }

    #[test]
    fn fields_are_written_in_the_order_of_the_standard() {
        let written = Item::write(&[bolt(), bolt()], &Layout::default());
        let names: Vec<_> = written.iter().map(|(name, _)| name).collect();
        let expected = ["DESCRIPTION[1]", "QUANTITY[1]", "UNIT[1]", "TAX[1]", "LONGTEXT_1:132[]", "DESCRIPTION[2]"];
        assert_eq!(names[..6], expected.map(|name| format!("NEW_ITEM-{name}")));
        assert_eq!(names.len(), 10);
    }

    #[test]
    fn a_system_may_count_from_zero_and_name_the_long_text_otherwise() {
        let layout = Layout { first_index: 0, longtext: "NEW_ITEM-LONGTEXT[{n}]".into(), ..Layout::default() };
        let written = Item::write(&[bolt()], &layout);
        assert_eq!(written.get("NEW_ITEM-DESCRIPTION[0]"), Some("Bolt"));
        assert_eq!(written.iter().nth(4), Some(("NEW_ITEM-LONGTEXT[0]", "Zinc\nplated")));
    }

    #[test]
    fn empty_fields_are_left_out_unless_the_system_wants_them() {
        let item = Item::default();
        assert!(Item::write(std::slice::from_ref(&item), &Layout::default()).is_empty());
        let written = Item::write(&[item], &Layout { empty_fields: true, ..Layout::default() });
        assert!(written.iter().all(|(_, value)| value.is_empty()));
        assert!(written.iter().any(|(name, _)| name == "NEW_ITEM-MATNR[1]"));
        assert!(!written.iter().any(|(name, _)| name.contains("PARENT_ID")));
        assert_eq!(written.iter().last().unwrap().0, "NEW_ITEM-LONGTEXT_1:132[]");
    }

    #[test]
    fn a_field_set_twice_has_the_later_value_and_set_to_nothing_is_gone() {
        let mut item = bolt();
        item.set("UNIT", "KGM");
        assert_eq!(item.get("UNIT"), Some("KGM"));
        item.set("UNIT", "");
        assert!(!item.has("UNIT"));
        item.set("LONGTEXT", "x");
        assert_eq!((item.get("LONGTEXT"), item.longtext.as_str()), (Some("x"), "x"));
    }
}
