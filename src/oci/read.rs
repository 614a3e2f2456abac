//! Reading a return back, as buyers do: for the checker, the demo buyer and tests.
//!
//! Owns the tolerance for what shops really send (digest section 3.1) and names each oddity in a warning. It judges no value:
//! lengths, numbers and required fields belong to the rules of the standard.
//! The surprising fact: some shops send no index at all, so that only the repetition of a name tells where an item begins.

use std::collections::BTreeMap;

use super::item_name::{Parsed, item_name};
use super::parameters::{segments, split_pair};
use super::submission::forms;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use percent_encoding::percent_decode;

/// A cart as the buyer's system finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// In order of their index; those without one come last.
    pub items: Vec<ReturnedItem>,
    /// Fields that are not of an item: control fields, the hook's own.
    pub others: Vec<(String, String)>,
    /// One English sentence for each oddity.
    pub warnings: Vec<String>,
}

/// One `NEW_ITEM` group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnedItem {
    /// The index in the names; `None` if they had none.
    pub index: Option<u32>,
    /// FIELD in upper case and value, in the order received; without LONGTEXT.
    pub fields: Vec<(String, String)>,
    /// All pieces of LONGTEXT, each in a line of its own.
    pub longtext: String,
}

/// Why a page cannot be read at all.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    #[error("the page has no form")]
    NoForm,
    #[error("the charset {label} is unknown")]
    UnknownCharset { label: String },
}

/// The fields of a form that a browser has posted in the charset of its page; also of a query.
pub fn posted(body: &[u8], charset: &str) -> Vec<(String, String)> {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8);
    let decoded = |raw: &[u8]| {
        let spaced: Vec<u8> = raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        let bytes: Vec<u8> = percent_decode(&spaced).collect();
        encoding.decode_without_bom_handling(&bytes).0.into_owned()
    };
    segments(body).map(split_pair).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

impl Returned {
    /// Reads names and values as posted.
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let mut reader = Reader::default();
        for (name, value) in pairs {
            reader.take(name, value);
        }
        reader.finish()
    }

    /// Reads a return page as a browser would submit it: of several forms the one with the most item fields.
    ///
    /// `charset` is the label of the Content-Type; without one the page's own `<meta>` counts, then UTF-8, then windows-1252.
    ///
    /// # Errors
    /// No form in the page, or an unknown label in `charset`.
    pub fn from_html(html: &[u8], charset: Option<&str>) -> Result<Self, ReadError> {
        let encoding = match charset {
            Some(label) => Encoding::for_label(label.trim().as_bytes())
                .ok_or_else(|| ReadError::UnknownCharset { label: label.to_owned() })?,
            None => declared_charset(html).unwrap_or_else(|| match std::str::from_utf8(html) {
                Ok(_) => UTF_8,
                Err(_) => WINDOWS_1252,
            }),
        };
        let (text, _, malformed) = encoding.decode(html);
        let mut forms = forms(&text);
        let with_items = forms.iter().filter(|form| item_fields(form) > 0).count();
        forms.sort_by_key(|form| std::cmp::Reverse(item_fields(form)));
        let form = forms.first().ok_or(ReadError::NoForm)?;
        let mut returned = Self::from_pairs(form);
        if with_items > 1 {
            let warning = "The page has several forms with items; only the largest is read.";
            returned.warnings.push(warning.to_owned());
        }
        if malformed {
            returned.warnings.push(format!("The page holds bytes that are not {}.", encoding.name()));
        }
        Ok(returned)
    }
}

#[derive(Default)]
struct Reader {
    indexed: BTreeMap<u32, ReturnedItem>,
    unindexed: Vec<ReturnedItem>,
    others: Vec<(String, String)>,
    warnings: Vec<String>,
    last_index: Option<u32>,
    out_of_order: bool,
}

impl Reader {
    fn take(&mut self, name: &str, value: &str) {
        let parsed = match item_name(name) {
            Parsed::Item(parsed) => parsed,
            Parsed::Other => {
                self.others.push((name.to_owned(), value.to_owned()));
                return;
            }
            Parsed::Unreadable => {
                self.warn(format!("{name}: the index is not a number; the field is not read as an item's."));
                self.others.push((name.to_owned(), value.to_owned()));
                return;
            }
        };
        for oddity in parsed.oddities {
            self.warn(format!("{name}: {oddity}"));
        }
        let is_longtext = parsed.field == "LONGTEXT";
        let repeated = |item: &ReturnedItem| item.fields.iter().any(|(field, _)| *field == parsed.field);
        let item = match parsed.index {
            Some(index) => {
                let is_new = !self.indexed.contains_key(&index);
                self.out_of_order |= is_new && self.last_index.is_some_and(|last| index < last);
                if is_new {
                    self.last_index = Some(index);
                }
                self.indexed
                    .entry(index)
                    .or_insert_with(|| ReturnedItem { index: Some(index), ..ReturnedItem::default() })
            }
            // Without an index a repeated name begins the next item.
            None => {
                let begins = match self.unindexed.last() {
                    Some(item) => !is_longtext && repeated(item),
                    None => true,
                };
                if begins {
                    self.unindexed.push(ReturnedItem::default());
                }
                self.unindexed.last_mut().expect("one was just pushed")
            }
        };
        if is_longtext {
            if !item.longtext.is_empty() {
                item.longtext.push('\n');
            }
            item.longtext.push_str(value);
        } else {
            let twice = repeated(item);
            item.fields.push((parsed.field, value.to_owned()));
            if twice {
                self.warn(format!("{name} is sent more than once; which one counts is up to the buyer."));
            }
        }
    }

    fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn finish(mut self) -> Returned {
        if self.indexed.contains_key(&0) {
            self.warn("The first index is 0; OCI counts from 1 and SAP loses item 0.".to_owned());
        }
        if self.out_of_order {
            self.warn("The items are not in the order of their indices.".to_owned());
        }
        if let (Some(first), Some(last)) = (self.indexed.keys().next(), self.indexed.keys().last())
            && (*first > 1 || (last - first) as usize + 1 != self.indexed.len())
        {
            self.warn("The indices have gaps.".to_owned());
        }
        if !self.unindexed.is_empty() {
            self.warn(if self.indexed.is_empty() {
                "The names have no index; items follow from repeated names.".to_owned()
            } else {
                "Some names have an index, others have none.".to_owned()
            });
        }
        let items = self.indexed.into_values().chain(self.unindexed).collect();
        Returned { items, others: self.others, warnings: self.warnings }
    }
}

fn item_fields(form: &[(String, String)]) -> usize {
    form.iter().filter(|(name, _)| !matches!(item_name(name), Parsed::Other)).count()
}

/// The label in the page's own `<meta>`, looked for where browsers look.
fn declared_charset(html: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&html[..html.len().min(1024)]).to_ascii_lowercase();
    let (_, after) = start.split_once("<meta").and_then(|(_, after)| after.split_once("charset="))?;
    let label = after.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(['"', '\'', ' ', ';', '>', '/'])?;
    Encoding::for_label(&label.as_bytes()[..end])
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_posted_form_is_read_in_its_charset() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = vec![pair("a b", "Größe 9 €"), pair("empty", "")];
        assert_eq!(super::posted(b"a+b=Gr%F6%DFe+9+%80&empty=", "iso-8859-1"), expected);
        assert_eq!(super::posted("a+b=Gr%C3%B6%C3%9Fe+9+%E2%82%AC&empty".as_bytes(), "utf-8"), expected);
    }

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Returned {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Returned::from_pairs(&pairs)
    }

    fn field<'a>(item: &'a ReturnedItem, name: &str) -> Option<&'a str> {
        item.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_clean_cart_has_no_warnings() {
        let returned = read(&[
            ("~OkCode", "ADDI"),
            ("NEW_ITEM-DESCRIPTION[1]", "PowerShot"),
            ("NEW_ITEM-PRICE[1]", "99.850"),
            ("NEW_ITEM-LONGTEXT_1:132[]", "one"),
            ("NEW_ITEM-LONGTEXT_1:132[]", "two"),
            ("NEW_ITEM-DESCRIPTION[2]", "Installation"),
            ("NEW_ITEM-PARENT_ID[2]", "1"),
        ]);
        assert_eq!(returned.warnings, Vec::<String>::new());
        assert_eq!(returned.others, [("~OkCode".to_owned(), "ADDI".to_owned())]);
        assert_eq!(returned.items.len(), 2);
        assert_eq!(returned.items[0].longtext, "one\ntwo");
        assert_eq!(field(&returned.items[1], "PARENT_ID"), Some("1"));
    }

    #[test]
    fn indices_from_zero_out_of_order_and_with_gaps_are_named() {
        let indices = |names: &[&str]| {
            let pairs: Vec<_> = names.iter().map(|name| (*name, "x")).collect();
            let returned = read(&pairs);
            let indices: Vec<_> = returned.items.iter().map(|item| item.index).collect();
            (indices, returned.warnings)
        };
        let (found, warnings) = indices(&["NEW_ITEM-UNIT[0]", "NEW_ITEM-UNIT[1]"]);
        assert_eq!(found, [Some(0), Some(1)]);
        assert!(warnings.len() == 1 && warnings[0].contains("index is 0"));
        let (found, warnings) = indices(&["NEW_ITEM-UNIT[2]", "NEW_ITEM-UNIT[1]", "NEW_ITEM-PRICE[2]"]);
        assert_eq!(found, [Some(1), Some(2)]);
        assert!(warnings.len() == 1 && warnings[0].contains("order"));
        let (found, warnings) = indices(&["NEW_ITEM-UNIT[1]", "NEW_ITEM-UNIT[4294967295]"]);
        assert_eq!(found, [Some(1), Some(u32::MAX)]);
        assert!(warnings.len() == 1 && warnings[0].contains("gaps"));
    }

    #[test]
    fn without_any_index_a_repeated_name_begins_the_next_item() {
        let returned = read(&[
            ("ORDER_CODE", "10815"),
            ("NEW_ITEM-UNIT[]", "C62"),
            ("NEW_ITEM-DESCRIPTION[]", "Visitenkarten"),
            ("NEW_ITEM-UNIT[]", "C62"),
            ("NEW_ITEM-DESCRIPTION[]", "Briefbogen"),
            ("NEW_ITEM-LEADTIME[]", "3"),
        ]);
        assert_eq!(returned.items.len(), 2);
        assert_eq!(field(&returned.items[1], "DESCRIPTION"), Some("Briefbogen"));
        assert_eq!(field(&returned.items[1], "LEADTIME"), Some("3"));
        assert_eq!(returned.items[0].index, None);
        assert_eq!(returned.warnings.len(), 1);
    }

    #[test]
    fn a_field_sent_twice_is_named_and_kept_twice() {
        let returned = read(&[("NEW_ITEM-PRICE[1]", "1"), ("NEW_ITEM-PRICE[1]", "2")]);
        assert_eq!(returned.items[0].fields.len(), 2);
        assert_eq!(returned.warnings.len(), 1);
    }

    #[test]
    fn a_page_in_latin_1_is_read_by_its_own_declaration() {
        let page = b"<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\"></head><body>\
            <form action=x><input type=hidden name='NEW_ITEM-DESCRIPTION[1]' value='Gr\xf6\xdfe &quot;M&quot;'><input type=submit name=s value=Return></form>";
        let returned = Returned::from_html(page, None).unwrap();
        assert_eq!(field(&returned.items[0], "DESCRIPTION"), Some("Größe \"M\""));
        assert!(returned.others.is_empty());
    }

    #[test]
    fn an_empty_return_is_a_return_without_items() {
        let page =
            b"<form action=x><input type=hidden name=sid value=3><input type=hidden name=~OkCode value=ADDI></form>";
        let returned = Returned::from_html(page, None).unwrap();
        assert!(returned.items.is_empty());
        assert_eq!(returned.others.len(), 2);
        assert_eq!(Returned::from_html(b"<p>none", None), Err(ReadError::NoForm));
        assert!(Returned::from_html(b"", Some("klingon")).is_err());
    }
}
