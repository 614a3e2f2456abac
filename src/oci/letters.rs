//! Items in a charset that lacks some of their characters: texts are written in its letters, and it is said (digest 3.4, rule 5).
//!
//! Never as `&#345;`, which buyers keep as it stands. An article number in other letters would be another article, so there it is a
//! fault, and a code that may be missing is left out; in an address the character is escaped. What became longer by it is cut again.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::charset::Charset;
use super::finding::{Fault, Finding, Notice, short};
use super::item::Item;
use super::rules::{self, Kind, demands};
use super::text;

/// Characters that a message names.
const NAMED: usize = 10;

/// Makes an item fit the charset of its page.
pub fn fit(item: &mut Item, charset: Charset, notices: &mut Vec<Notice>, faults: &mut Vec<Fault>) {
    let unfit = |value: &str| !charset.can_say(value);
    if !item.fields().any(|(_, value)| unfit(value)) && !unfit(&item.longtext) {
        return;
    }
    let longtext = ("LONGTEXT".to_owned(), item.longtext.clone());
    let fields: Vec<(String, String)> =
        item.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).chain([longtext]).collect();
    for (field, value) in fields.into_iter().filter(|(_, value)| unfit(value)) {
        let lacking = charset.lacking(&value);
        let line = item.line.clone();
        let of = |demand| Finding::new(demand, &field);
        let rule = rules::of(&field);
        let fitted = match rule.map(|rule| rule.kind) {
            Some(Kind::Identity | Kind::Unit) => {
                let finding = of(&demands::NOT_IN_CHARSET).with("value", short(&value));
                faults.push(line.fault(finding.with("characters", named(&lacking)).with("charset", charset.label())));
                continue;
            }
            Some(Kind::Code) if !lacking.is_empty() && !is_custom(&field) => {
                item.remove(&field);
                let finding = of(&demands::LEFT_OUT_CHARSET).with("value", short(&value));
                notices.push(line.notice(finding.with("characters", named(&lacking)).with("charset", charset.label())));
                rules::leave_out_with(&field, item, &line, notices);
                continue;
            }
            Some(Kind::Url) => escaped(&value, charset),
            _ => charset.fit(&value).into_owned(),
        };
        if lacking.is_empty() {
            // Only accents were put to their letters.
            item.set(&field, fitted);
            continue;
        }
        let finding = of(&demands::TRANSLITERATED).with("characters", named(&lacking));
        notices.push(line.notice(finding.with("charset", charset.label())));
        let cut = match rule.and_then(|rule| rule.max) {
            Some(max) if fitted.chars().count() > max => {
                let cut = text::cut_at_word(&fitted, max).into_owned();
                let finding = of(&demands::TRUNCATED).with("value", short(&fitted)).with("cut", short(&cut));
                notices.push(line.notice(finding.with("max", max)));
                cut
            }
            _ => fitted,
        };
        item.set(&field, cut);
    }
}

/// The fields that buyer and shop agree on are words as often as codes.
fn is_custom(field: &str) -> bool {
    field.starts_with("CUST_FIELD")
}

/// `"ř", "ů"`, and how many more there are: `"ř", "ů", … (+5)`.
fn named(characters: &[char]) -> String {
    let shown: Vec<String> = characters.iter().take(NAMED).map(|c| format!("\"{}\"", visible(*c))).collect();
    match characters.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{}, … (+{more})", shown.join(", ")),
    }
}

/// What cannot be seen is named by its number.
fn visible(c: char) -> String {
    let is_unseen = c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{300}'..='\u{36f}');
    if is_unseen { format!("U+{:04X}", u32::from(c)) } else { c.to_string() }
}

fn escaped(address: &str, charset: Charset) -> String {
    let mut escaped = String::with_capacity(address.len() + 8);
    for c in address.chars() {
        let mut buffer = [0; 4];
        let character = &*c.encode_utf8(&mut buffer);
        if charset.can_say(character) {
            escaped.push(c);
        } else {
            escaped.extend(utf8_percent_encode(character, NON_ALPHANUMERIC));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::finding::LineRef;

    type Found = Vec<(String, String)>;

    fn fitted(fields: &[(&str, &str)], charset: Charset) -> (Item, Found, Vec<Fault>) {
        let mut item = Item::of_line(LineRef::at(3, Some("a3")));
        for (field, value) in fields {
            item.set(field, *value);
        }
        let (mut notices, mut faults) = (Vec::new(), Vec::new());
        fit(&mut item, charset, &mut notices, &mut faults);
        assert!(notices.iter().all(|notice| notice.line == "3" && notice.line_id.as_deref() == Some("a3")));
        (item, notices.into_iter().map(|notice| (notice.code, notice.message)).collect(), faults)
    }

    #[test]
    fn texts_are_written_in_the_letters_of_the_charset_and_it_is_said() {
        let (item, notices, faults) = fitted(
            &[
                ("DESCRIPTION", "Řezací kotouč 5 €"),
                ("VENDORMAT", "K-125"),
                ("CUST_FIELD1", "ů"),
                ("LONGTEXT", "Größe\nř"),
            ],
            Charset::ISO_8859_1,
        );
        assert_eq!(faults, []);
        assert_eq!(item.get("DESCRIPTION"), Some("Rezací kotouc 5 €"));
        assert_eq!((item.get("CUST_FIELD1"), item.get("LONGTEXT")), (Some("u"), Some("Größe\nr")));
        assert!(notices.iter().all(|(code, _)| code == "transliterated"));
        assert_eq!(notices[0].1, "\"Ř\", \"č\" is not in iso-8859-1 and was written in its letters.");
        assert_eq!(notices.len(), 3);
    }

    #[test]
    fn what_fits_and_utf_8_are_left_alone() {
        assert_eq!(fitted(&[("DESCRIPTION", "Größe 5 €")], Charset::ISO_8859_1).1, []);
        let (item, notices, _) = fitted(&[("DESCRIPTION", "řez"), ("VENDORMAT", "Ř")], Charset::UTF_8);
        assert_eq!((item.get("DESCRIPTION"), notices), (Some("řez"), vec![]));
    }

    #[test]
    fn an_article_number_in_other_letters_would_be_another_article() {
        let (item, notices, faults) = fitted(&[("VENDORMAT", "Ř-1"), ("UNIT", "支")], Charset::ISO_8859_1);
        assert_eq!((item.get("VENDORMAT"), notices), (Some("Ř-1"), vec![]));
        let found: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect();
        assert_eq!(found, [("UNIT", "not-in-charset"), ("VENDORMAT", "not-in-charset")]);
    }

    #[test]
    fn a_contract_in_other_letters_would_be_another_contract() {
        let fields = [("DESCRIPTION", "ř"), ("CONTRACT", "Ř1"), ("CONTRACT_ITEM", "10"), ("MATGROUP", "C5")];
        let (item, notices, faults) = fitted(&fields, Charset::ISO_8859_1);
        assert_eq!(faults, []);
        assert_eq!((item.get("CONTRACT"), item.get("CONTRACT_ITEM"), item.get("MATGROUP")), (None, None, Some("C5")));
        let codes: Vec<&str> = notices.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["transliterated", "left-out", "left-out"], "{notices:?}");
    }

    #[test]
    fn an_address_is_escaped_and_stays_the_same_address() {
        let (item, ..) = fitted(&[("ATTACHMENT", "https://shop.example/ř%20ü.pdf")], Charset::ISO_8859_1);
        assert_eq!(item.get("ATTACHMENT"), Some("https://shop.example/%C5%99%20ü.pdf"));
    }

    #[test]
    fn a_text_that_its_letters_make_too_long_is_cut_again() {
        let (item, notices, _) = fitted(&[("DESCRIPTION", &"螺栓".repeat(15))], Charset::ISO_8859_1);
        assert!(item.get("DESCRIPTION").unwrap().chars().count() <= 40, "{item:?}");
        assert_eq!(notices.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["transliterated", "truncated"]);
    }

    #[test]
    fn an_accent_that_stands_apart_is_no_loss() {
        let (item, notices, _) = fitted(&[("DESCRIPTION", "Gro\u{308}ße")], Charset::ISO_8859_1);
        assert_eq!((item.get("DESCRIPTION"), notices), (Some("Größe"), vec![]));
    }
}
