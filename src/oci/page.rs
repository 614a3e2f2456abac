//! The return page: an HTML form that carries the cart to the buyer's hook (OCI 4.0, digest section 3.4).
//!
//! Owns the page around a [`Form`], its escaping and its Content-Security-Policy. It never sends anything itself: the buyer's browser does.
//! The surprising fact: no visible control has a name, since the buyer's system would get it as a field.

use std::fmt;

use askama::Template;

pub use super::form::{Echo, Form, FormOptions, HookQuery, Method};
pub use super::frames::{FrameAncestors, FrameError};
pub use super::transport::{Composed, Transport};

use super::charset::Charset;
use super::form_fields::FormFields;

/// The page's own words, in the buyer's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageTexts<'a> {
    /// BCP 47 tag.
    pub lang: &'a str,
    pub title: &'a str,
    pub heading: &'a str,
    /// Where the cart goes; the host itself stands beneath it.
    pub explanation: &'a str,
    pub button: &'a str,
}

impl Form {
    /// The page, still as text; see [`encoded_page`](Self::encoded_page) for its bytes. `nonce` is that of the policy.
    pub fn page(&self, nonce: &str, texts: &PageTexts<'_>) -> String {
        let page = Page { form: self, nonce, texts, destination: self.destination() };
        // Sixty characters of markup a field; a little is kept for what has to be escaped.
        let mut written = String::with_capacity(4_096 + self.fields.len() * 60 + self.fields.bytes() * 9 / 8);
        page.render_into(&mut written).expect("a template with texts only has nothing that fails");
        written
    }

    /// The page in the form's charset.
    pub fn encoded_page(&self, nonce: &str, texts: &PageTexts<'_>) -> Vec<u8> {
        Charset::read(&self.charset).unwrap_or(Charset::UTF_8).encode(self.page(nonce, texts))
    }

    /// The Content-Security-Policy of the page: its own script and style, and no form target but the hook's origin.
    pub fn content_security_policy(&self, nonce: &str) -> String {
        format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; form-action {}; base-uri 'none'",
            self.csp_source
        )
    }

    /// The Content-Type of the page, with its charset.
    pub fn content_type(&self) -> String {
        format!("text/html; charset={}", self.charset)
    }

    /// Whether SAP GUI takes the form from its embedded browser; in any other nothing happens to it.
    pub fn is_for_sap_gui(&self) -> bool {
        !self.csp_source.contains("://")
    }

    /// The fields, for any page that carries them.
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs(&self.fields)
    }

    fn destination(&self) -> &str {
        self.csp_source.split_once("://").map_or("SAP GUI", |(_, host)| host)
    }
}

#[derive(Template)]
#[template(path = "return/page.html")]
struct Page<'a> {
    form: &'a Form,
    nonce: &'a str,
    texts: &'a PageTexts<'a>,
    destination: &'a str,
}

impl Page<'_> {
    fn attribute<'t>(&self, text: &'t str) -> Attribute<'t> {
        Attribute(text)
    }
}

/// A hidden input for each field, each on a line of its own. A template's loop would do, but takes many times as long.
pub(super) struct Inputs<'a>(&'a FormFields);

/// Bytes that are put together before they are handed to the formatter, whose every call is a detour.
const PIECE: usize = 4_096;

impl fmt::Display for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut piece = String::with_capacity(2 * PIECE);
        let mut escaped = Escaped::new(self.0.text());
        for (name, value) in self.0.lengths() {
            piece.push_str("\n<input type=\"hidden\" name=\"");
            escaped.write_next(name, &mut piece)?;
            piece.push_str("\" value=\"");
            escaped.write_next(value, &mut piece)?;
            piece.push_str("\">");
            if piece.len() >= PIECE {
                f.write_str(&piece)?;
                piece.clear();
            }
        }
        f.write_str(&piece)
    }
}

/// A text inside a quoted attribute. Unlike the template's own escaping it keeps carriage returns, which HTML parsers would drop.
pub(super) struct Attribute<'a>(pub(super) &'a str);

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped::new(self.0).write_next(self.0.len(), f)
    }
}

/// A text that is escaped part after part. What is special in it is looked for once, over the borders of the parts: most
/// parts have nothing special, and many are too short to be searched quickly.
struct Escaped<'a> {
    text: &'a str,
    at: usize,
    /// Of the next byte to escape, or the end.
    special: usize,
    specials: Specials<'a>,
}

impl<'a> Escaped<'a> {
    fn new(text: &'a str) -> Self {
        let mut specials = Specials { text: text.as_bytes(), from: 0, found: 0 };
        Self { text, at: 0, special: specials.next(), specials }
    }

    fn write_next(&mut self, bytes: usize, out: &mut impl fmt::Write) -> fmt::Result {
        let end = self.at + bytes;
        while self.special < end {
            out.write_str(&self.text[self.at..self.special])?;
            out.write_str(match self.text.as_bytes()[self.special] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                _ => "&#13;",
            })?;
            self.at = self.special + 1;
            self.special = self.specials.next();
        }
        out.write_str(&self.text[self.at..end])?;
        self.at = end;
        Ok(())
    }
}

/// What must not stand in an attribute as it is. All of it is ASCII, so no byte is a part of another character.
const SPECIAL: [u8; 6] = *b"&<>\"'\r";

/// Bytes that are looked at together.
const BLOCK: usize = 16;

/// The places of all special bytes of a text, one after the other.
struct Specials<'a> {
    text: &'a [u8],
    /// Behind the last block that was looked at.
    from: usize,
    /// A byte for each byte of that block: 1 where a special one stands that was not given yet.
    found: u128,
}

impl Specials<'_> {
    /// The next place; the end of the text if there is none any more.
    fn next(&mut self) -> usize {
        while self.found == 0 {
            let Some(rest) = self.text.get(self.from..).filter(|rest| !rest.is_empty()) else {
                return self.text.len();
            };
            self.found = match rest.first_chunk() {
                Some(block) => special_in(block),
                None => {
                    let mut block = [0; BLOCK];
                    block[..rest.len()].copy_from_slice(rest);
                    special_in(&block)
                }
            };
            self.from += BLOCK;
        }
        let place = self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        self.from - BLOCK + place
    }
}

/// The least difference instead of a comparison with each, and plain loops: that is what every build makes instructions
/// of that look at all bytes at once.
#[allow(clippy::needless_range_loop, reason = "iterators of two arrays are calls where they are not inlined")]
fn special_in(block: &[u8; BLOCK]) -> u128 {
    let mut found = [0; BLOCK];
    for at in 0..BLOCK {
        let mut least = u8::MAX;
        for special in 0..SPECIAL.len() {
            least = least.min(block[at] ^ SPECIAL[special]);
        }
        found[at] = u8::from(least == 0);
    }
    u128::from_le_bytes(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Selector};

    use super::*;
    use crate::oci::call::Facts;
    use crate::oci::hook::{AllowedHook, HookPolicy};
    use crate::oci::read::Returned;

    #[test]
    fn special_bytes_are_found_wherever_they_stand_whatever_stands_around() {
        for around in 0..=u8::MAX {
            for byte in 0..=u8::MAX {
                for place in 0..BLOCK {
                    let mut block = [around; BLOCK];
                    block[place] = byte;
                    let expected = block.map(|byte| u8::from(SPECIAL.contains(&byte)));
                    assert_eq!(special_in(&block), u128::from_le_bytes(expected), "{byte} in {around}");
                }
            }
        }
    }

    const TEXTS: PageTexts<'static> = PageTexts {
        lang: "de",
        title: "Warenkorb übergeben",
        heading: "Ihr Warenkorb geht zurück",
        explanation: "Er wird übergeben an",
        button: "Jetzt übergeben",
    };

    fn hook(hook: &str) -> AllowedHook {
        HookPolicy::read(&["any".to_owned(), "SAPEVENT:POST".to_owned()]).unwrap().allow(hook).unwrap()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn form(address: &str, facts: &Facts, options: &FormOptions) -> Form {
        let items = pairs(&[("NEW_ITEM-DESCRIPTION[1]", "19\" Rack")]);
        Form::new(&hook(address), facts, options, items)
    }

    /// Action and named controls of the only form, as a browser's parser sees them.
    fn seen(page: &str) -> (String, Vec<(String, String)>) {
        let page = Html::parse_document(page);
        let all = |css: &str| Selector::parse(css).unwrap();
        let forms: Vec<_> = page.select(&all("form")).map(|form| form.attr("action").unwrap().to_owned()).collect();
        assert_eq!(forms.len(), 1);
        let named = page
            .select(&all("form [name]"))
            .map(|input| (input.attr("name").unwrap().to_owned(), input.attr("value").unwrap().to_owned()))
            .collect();
        (forms[0].clone(), named)
    }

    #[test]
    fn sap_gui_gets_its_pseudo_address_by_post() {
        let options = FormOptions { method: Method::Get, ..FormOptions::default() };
        let form = form("SAPEVENT:POST", &Facts::default(), &options);
        assert_eq!((form.action.as_str(), form.method), ("SAPEVENT:POST", Method::Post));
        assert!(form.content_security_policy("n").contains("form-action sapevent:;"));
        assert!(form.page("n", &TEXTS).contains("SAP GUI"));
    }

    #[test]
    fn the_page_is_written_in_the_charset_of_the_call() {
        let facts = Facts { version: Some("4.0".into()), ..Facts::default() };
        let items = pairs(&[("NEW_ITEM-DESCRIPTION[1]", "Größe M, 5 €")]);
        let form = Form::new(&hook("https://b.example/"), &facts, &FormOptions::default(), items);
        assert_eq!(form.content_type(), "text/html; charset=iso-8859-1");
        assert_eq!(form.fields.get("NEW_ITEM-DESCRIPTION[1]"), Some("Größe M, 5 €"));
        let page = form.encoded_page("n", &PageTexts { heading: "Łódź", ..TEXTS });
        let has = |bytes: &[u8]| page.windows(bytes.len()).any(|window| window == bytes);
        assert!(has(b"Gr\xf6\xdfe M, 5 \x80") && has(b"&#321;\xf3d&#378;"));
        assert!(has(b"<meta charset=\"iso-8859-1\">") && has(b"accept-charset=\"iso-8859-1\""));
    }

    #[test]
    fn the_page_submits_itself_only_if_it_shall_and_always_has_a_button() {
        let mut form = form("https://b.example/r", &Facts::default(), &FormOptions::default());
        let with = form.page("abc", &TEXTS);
        form.auto_submit = false;
        let without = form.page("abc", &TEXTS);
        assert!(with.contains("<script nonce=\"abc\">") && !without.contains("<script"));
        for page in [&with, &without] {
            assert!(page.contains(">Jetzt übergeben</button>") && page.contains("b.example</p>"));
            assert_eq!(seen(page).1, pairs(&[("NEW_ITEM-DESCRIPTION[1]", "19\" Rack")]));
        }
        assert_eq!(
            form.content_security_policy("abc"),
            "default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; form-action https://b.example; base-uri 'none'"
        );
    }

    #[test]
    fn markup_in_the_hook_stays_in_its_attribute() {
        let address = "https://b.example/\"><script>alert(1)</script>?a='&b=&amp;";
        let page = form(address, &Facts::default(), &FormOptions::default()).page("n", &TEXTS);
        assert_eq!(seen(&page).0, address);
        assert!(!page.contains("alert(1)</script>"));
    }

    proptest! {
        #[test]
        fn what_the_page_carries_is_what_parser_and_buyer_read(
            values in prop::collection::vec((any::<String>(), "[\r\n\t<>&\"' a;#1é€]*"), 1..6)
        ) {
            let items: Vec<_> = values.iter().enumerate().flat_map(|(at, (description, longtext))| {
                let n = at + 1;
                [(format!("NEW_ITEM-DESCRIPTION[{n}]"), description.clone()),
                 (format!("NEW_ITEM-LONGTEXT_{n}:132[]"), longtext.clone())]
            }).collect();
            let form = Form::new(&hook("https://b.example/r"), &Facts::default(), &FormOptions::default(), items.clone());
            let page = form.page("n", &TEXTS);
            let expected: Vec<_> = items.into_iter().map(|(name, value)| (name, value.replace('\0', ""))).collect();
            prop_assert_eq!(seen(&page).1, expected);

            let returned = Returned::from_html(&form.encoded_page("n", &TEXTS), None).unwrap();
            prop_assert_eq!(&returned.warnings, &Vec::<String>::new());
            prop_assert_eq!(returned.items.len(), values.len());
            for (item, (description, longtext)) in returned.items.iter().zip(&values) {
                prop_assert_eq!(&item.fields, &pairs(&[("DESCRIPTION", &description.replace('\0', ""))]));
                prop_assert_eq!(&item.longtext, longtext);
            }
        }
    }
}
