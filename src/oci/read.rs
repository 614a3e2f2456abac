//! Reading a return back, as buyers do: for the checker, the demo buyer and tests.
//!
//! Owns the tolerance for what shops really send (digest section 3.1) and names each oddity in a warning. It judges no value:
//! lengths, numbers and required fields belong to the rules of the standard.
//! The surprising fact: some shops send no index at all, so that only the repetition of a name tells where an item begins.

use std::collections::{BTreeMap, HashSet};

use super::finding::Finding;
use super::item_name::{Parsed, item_name};
use super::parameters::{segments, split_pair};
use super::rules::demands;
pub use super::submission::MAX_FIELDS;
use super::submission::{self, FormRead};
use super::{xml, xml_read};
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
    /// The same, for people of any language.
    pub findings: Vec<Finding>,
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

impl ReturnedItem {
    /// The value of a field; the first, if it was sent twice.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == field).map(|(_, value)| value.as_str())
    }
}

/// Why a page cannot be read at all.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    #[error("the page has no form")]
    NoForm,
    #[error("the charset {label} is unknown")]
    UnknownCharset { label: String },
}

/// The fields of a form that a browser has posted in the charset of its page; also of a query. Of more than
/// [`MAX_FIELDS`] the rest is not read.
pub fn posted(body: &[u8], charset: &str) -> Vec<(String, String)> {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8);
    let decoded = |raw: &[u8]| {
        let spaced: Vec<u8> = raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        let bytes: Vec<u8> = percent_decode(&spaced).collect();
        encoding.decode_without_bom_handling(&bytes).0.into_owned()
    };
    segments(body).take(MAX_FIELDS).map(split_pair).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

impl Returned {
    /// Reads names and values as posted, and the document in XML that may be among them.
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let mut reader = Reader::default();
        for (name, value) in pairs {
            reader.take(name, value);
        }
        let mut returned = reader.finish();
        let document = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(xml::DOCUMENT));
        if let Some(document) = document.and_then(|(_, value)| xml::decoded(value)) {
            let (items, findings) = xml_read::read(&document);
            returned.items.extend(items);
            findings.into_iter().for_each(|finding| returned.find(finding));
        }
        returned
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
        let page = submission::read(&text);
        let (form, with_items) = largest(page.forms).ok_or(ReadError::NoForm)?;
        let mut returned = Self::from_pairs(&form.fields);
        if with_items > 1 {
            returned.find(Finding::new(&demands::SEVERAL_FORMS, "").with("count", with_items));
        }
        if malformed {
            returned.find(Finding::new(&demands::CHARSET_BYTES, "").with("charset", encoding.name()));
        }
        Ok(returned)
    }

    fn find(&mut self, finding: Finding) {
        self.warnings.push(finding.english());
        self.findings.push(finding);
    }
}

/// The form with the most fields of items, and how many forms have such fields.
pub(super) fn largest(forms: Vec<FormRead>) -> Option<(FormRead, usize)> {
    let mut counted: Vec<(usize, FormRead)> = forms.into_iter().map(|form| (item_fields(&form.fields), form)).collect();
    let with_items = counted.iter().filter(|(fields, _)| *fields > 0).count();
    counted.sort_by_key(|(fields, form)| {
        let is_xml = form.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("~xmlDocument"));
        std::cmp::Reverse((*fields).max(usize::from(is_xml)))
    });
    counted.into_iter().next().map(|(_, form)| (form, with_items))
}

/// Oddities of one return that are told one by one.
const MAX_FINDINGS: usize = 1_000;
/// Fields of one item among which a repeated name is looked for; no item of anybody has as many.
const MAX_LOOKED_AT: usize = 200;

#[derive(Default)]
struct Reader {
    indexed: BTreeMap<u32, ReturnedItem>,
    unindexed: Vec<ReturnedItem>,
    others: Vec<(String, String)>,
    findings: Vec<Finding>,
    /// What was found already, by code and name.
    told: HashSet<(&'static str, String)>,
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
                self.find(Finding::new(&demands::INDEX_UNREADABLE, name));
                self.others.push((name.to_owned(), value.to_owned()));
                return;
            }
        };
        for oddity in parsed.oddities {
            self.find(Finding::new(oddity, name).at(parsed.index));
        }
        let is_longtext = parsed.field == "LONGTEXT";
        let repeated =
            |item: &ReturnedItem| item.fields.iter().take(MAX_LOOKED_AT).any(|(field, _)| *field == parsed.field);
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
                self.find(Finding::new(&demands::TWICE, name).at(parsed.index));
            }
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS && self.told.insert((finding.demand.code, finding.field.clone())) {
            self.findings.push(finding);
        }
    }

    fn finish(mut self) -> Returned {
        if self.indexed.contains_key(&0) {
            self.find(Finding::new(&demands::INDEX_ZERO, ""));
        }
        if self.out_of_order {
            self.find(Finding::new(&demands::INDEX_ORDER, ""));
        }
        if let Some(missing) = self.first_gap() {
            self.find(Finding::new(&demands::INDEX_GAPS, "").with("missing", missing));
        }
        if !self.unindexed.is_empty() {
            let demand = if self.indexed.is_empty() { &demands::INDEX_NONE } else { &demands::INDEX_SOME };
            self.find(Finding::new(demand, ""));
        }
        let items = self.indexed.into_values().chain(self.unindexed).collect();
        let warnings = self.findings.iter().map(Finding::english).collect();
        Returned { items, others: self.others, warnings, findings: self.findings }
    }

    /// The first index that is not there although a higher one is; buyers may count from 0 or 1.
    fn first_gap(&self) -> Option<u32> {
        let first = u32::from(!self.indexed.contains_key(&0));
        (first..=u32::MAX)
            .zip(self.indexed.keys().skip_while(|index| **index < first))
            .find_map(|(expected, index)| (expected != *index).then_some(expected))
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
