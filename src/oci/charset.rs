//! The charset of the return page: which one, and how texts are made to fit it (OCI 4.0, digest section 3.4, rule 5).
//!
//! Owns the choice, the transliteration and the encoding. It never lets a text reach the buyer as `&#8364;` or as `?` if letters can say it.
//! The surprising fact: what is called `iso-8859-1` is windows-1252, because that is what browsers submit under this name.

use std::borrow::Cow;

use deunicode::deunicode_char;
use encoding_rs::{Encoding, WINDOWS_1252, mem};
use unicode_normalization::UnicodeNormalization;

use super::call::Facts;

/// A charset that a return page can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Utf8,
    /// U+0000 to U+00FF without the controls from U+0080 to U+009F, for buyers who read those bytes as controls.
    StrictLatin1,
    /// An encoding and the label it goes by.
    Other(&'static Encoding, &'static str),
}

impl Charset {
    pub const UTF_8: Self = Self(Kind::Utf8);
    /// As browsers mean it (WHATWG Encoding, section 4.2): windows-1252.
    pub const ISO_8859_1: Self = Self(Kind::Other(WINDOWS_1252, "iso-8859-1"));
    pub const STRICT_ISO_8859_1: Self = Self(Kind::StrictLatin1);

    /// Reads a label in any case and with the usual aliases; `iso-8859-1-strict` is one of our own.
    ///
    /// `None` for unknown labels and for charsets in which a page must not be written: UTF-16 (forms are never sent in it) and
    /// ISO-2022-JP (its escape sequences hide markup).
    pub fn read(label: &str) -> Option<Self> {
        let label = label.trim();
        let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        if is_one_of(&["iso-8859-1-strict"]) {
            return Some(Self::STRICT_ISO_8859_1);
        }
        if is_one_of(&["iso-8859-1", "iso8859-1", "iso_8859-1", "iso88591", "8859-1", "iso8859_1", "latin1", "latin-1"])
        {
            return Some(Self::ISO_8859_1);
        }
        let encoding = Encoding::for_label(label.as_bytes())?;
        if encoding == encoding_rs::UTF_8 {
            Some(Self::UTF_8)
        } else if encoding.output_encoding() != encoding
            || encoding == encoding_rs::ISO_2022_JP
            || encoding == encoding_rs::X_USER_DEFINED
        {
            None
        } else {
            Some(Self(Kind::Other(encoding, encoding.name())))
        }
    }

    /// The label as it stands in the header, in `<meta>` and in `accept-charset`.
    pub fn label(&self) -> &'static str {
        match self.0 {
            Kind::Utf8 => "utf-8",
            Kind::StrictLatin1 => "iso-8859-1",
            Kind::Other(_, label) => label,
        }
    }

    /// The charset for a system's setting (`auto`, `auto-strict` or a label) and a call.
    ///
    /// `auto`: http_content_charset, else ISO 8859-1 (the standard's default) if OCI_VERSION was sent, else UTF-8.
    /// An unknown label counts as absent. With `auto-strict` ISO 8859-1 is the true one.
    pub fn choose(setting: &str, facts: &Facts) -> Self {
        let chosen =
            Self::read(setting).or_else(|| Self::read(facts.charset.as_deref()?)).unwrap_or(match facts.version {
                Some(_) => Self::ISO_8859_1,
                None => Self::UTF_8,
            });
        let is_strict = chosen == Self::ISO_8859_1 && setting.trim().eq_ignore_ascii_case(AUTO_STRICT);
        if is_strict { Self::STRICT_ISO_8859_1 } else { chosen }
    }

    /// Whether a setting is one that [`choose`](Self::choose) knows.
    pub fn is_setting(setting: &str) -> bool {
        let is = |word: &str| setting.trim().eq_ignore_ascii_case(word);
        is("auto") || is(AUTO_STRICT) || Self::read(setting).is_some()
    }

    /// The text with what the charset lacks written in its letters; `?` as the last resort.
    pub fn fit<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.can_say(text) {
            return Cow::Borrowed(text);
        }
        let mut fitted = String::with_capacity(text.len());
        // Composed first: `u` with a separate diaeresis is the `ü` that the charset may have.
        for c in text.nfc() {
            if self.has(c) {
                fitted.push(c);
            } else {
                fitted.push_str(in_letters(c));
            }
        }
        // Words of some scripts come with a blank behind each.
        if !text.ends_with(char::is_whitespace) {
            fitted.truncate(fitted.trim_end_matches(' ').len());
        }
        Cow::Owned(fitted)
    }

    /// Whether the text is one of the charset as it stands.
    pub fn can_say(&self, text: &str) -> bool {
        match self.0 {
            Kind::Utf8 => true,
            _ if text.is_ascii() => true,
            _ if has_controls(text) => false,
            Kind::StrictLatin1 => mem::is_str_latin1(text),
            Kind::Other(encoding, _) => arrives(encoding, text),
        }
    }

    /// What of a text the charset lacks, each character once, in its order.
    pub fn lacking(&self, text: &str) -> Vec<char> {
        let mut lacking = Vec::new();
        for c in text.nfc().filter(|c| !self.has(*c)) {
            if !lacking.contains(&c) {
                lacking.push(c);
            }
        }
        lacking
    }

    /// The bytes of a page. What does not fit, in the page's own words, becomes a numeric character reference.
    pub fn encode<'a>(&self, page: impl Into<Cow<'a, str>>) -> Vec<u8> {
        let page = page.into();
        match self.0 {
            Kind::Utf8 => page.into_owned().into_bytes(),
            _ if page.is_ascii() => page.into_owned().into_bytes(),
            Kind::Other(encoding, _) => encoding.encode(&page).0.into_owned(),
            Kind::StrictLatin1 => latin_1(&page),
        }
    }

    fn has(&self, c: char) -> bool {
        match self.0 {
            Kind::Utf8 => true,
            _ if c.is_ascii() => true,
            // Controls that nobody means, although windows-1252 has bytes for five of them.
            _ if matches!(c, '\u{80}'..='\u{9f}') => false,
            Kind::StrictLatin1 => c <= '\u{ff}',
            Kind::Other(encoding, _) => {
                let mut buffer = [0; 4];
                arrives(encoding, c.encode_utf8(&mut buffer))
            }
        }
    }
}

/// Whether a text comes out as it went in. Some encoders write one character as another: Shift_JIS has `¥` at the place
/// of the backslash.
fn arrives(encoding: &'static Encoding, text: &str) -> bool {
    let (bytes, _, unmappable) = encoding.encode(text);
    !unmappable && (encoding.is_single_byte() || encoding.decode_without_bom_handling(&bytes).0 == text)
}

/// Whether one of the controls from U+0080 to U+009F occurs; all of them begin with the same byte.
fn has_controls(text: &str) -> bool {
    text.as_bytes().contains(&0xc2) && text.contains(|c| matches!(c, '\u{80}'..='\u{9f}'))
}

fn latin_1(page: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(page.len());
    let mut rest = page;
    while !rest.is_empty() {
        let (fits, others) = rest.split_at(mem::str_latin1_up_to(rest));
        if has_controls(fits) {
            let kept = fits.chars().map(|c| (c, u8::try_from(c).unwrap_or(b'?')));
            kept.for_each(
                |(c, byte)| if c.is_control() && byte >= 0x80 { reference(c, &mut bytes) } else { bytes.push(byte) },
            );
        } else {
            bytes.extend_from_slice(&mem::encode_latin1_lossy(fits));
        }
        let mut others = others.chars();
        if let Some(c) = others.next() {
            reference(c, &mut bytes);
        }
        rest = others.as_str();
    }
    bytes
}

fn reference(c: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes());
}

const AUTO_STRICT: &str = "auto-strict";

fn in_letters(c: char) -> &'static str {
    match c {
        '€' => "EUR",
        // As catalogues write inches and quotations; the table has commas for the low ones.
        '„' => "\"",
        '‚' => "'",
        '\u{80}'..='\u{9f}' => "",
        // The table has line breaks for these, which only LONGTEXT may hold.
        '\u{2028}' | '\u{2029}' => " ",
        _ => deunicode_char(c).unwrap_or("?"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(charset: Option<&str>, version: Option<&str>) -> Facts {
        Facts { charset: charset.map(str::to_owned), version: version.map(str::to_owned), ..Facts::default() }
    }

    #[test]
    fn the_call_chooses_the_charset_unless_the_system_does() {
        let latin1 = Charset::ISO_8859_1;
        for (setting, charset, version, chosen) in [
            ("auto", Some("UTF-8"), Some("4.0"), Charset::UTF_8),
            ("auto", Some("ISO-8859-1"), None, latin1),
            ("auto", None, Some("4.0"), latin1),
            ("auto", None, None, Charset::UTF_8),
            ("auto", Some("klingon"), Some("4.0"), latin1),
            ("auto", Some("utf-16"), None, Charset::UTF_8),
            ("utf-8", Some("iso-8859-1"), Some("4.0"), Charset::UTF_8),
            ("klingon", Some("latin1"), None, latin1),
            ("auto-strict", Some("latin1"), None, Charset::STRICT_ISO_8859_1),
            ("auto-strict", None, Some("4.0"), Charset::STRICT_ISO_8859_1),
            ("auto-strict", Some("utf-8"), Some("4.0"), Charset::UTF_8),
        ] {
            assert_eq!(Charset::choose(setting, &facts(charset, version)), chosen, "{setting} {charset:?}");
        }
    }

    #[test]
    fn labels_are_read_with_their_aliases() {
        assert_eq!(Charset::read(" utf8 "), Some(Charset::UTF_8));
        assert_eq!(Charset::read("Windows-1252").unwrap().label(), "windows-1252");
        assert_eq!(Charset::read("iso-8859-15").unwrap().label(), "ISO-8859-15");
        assert_eq!(Charset::read("iso-2022-jp"), None);
        assert_eq!(Charset::read(""), None);
    }

    #[test]
    fn iso_8859_1_is_what_browsers_mean_by_it() {
        let charset = Charset::ISO_8859_1;
        assert_eq!(charset.label(), "iso-8859-1");
        assert_eq!(charset.fit("5 € – „Größe“ M…"), "5 € – „Größe“ M…");
        assert_eq!(charset.encode("5 € – „ß“…"), b"5 \x80 \x96 \x84\xdf\x93\x85");
        assert_eq!(charset.fit("Łódź, kůň, řez"), "Lódz, kun, rez");
        assert_eq!((charset.fit("ř 中"), charset.fit("中 ")), ("r Zhong".into(), "Zhong  ".into()));
        assert_eq!(charset.lacking("Řez, řez, kůň €"), ['Ř', 'ř', 'ů', 'ň']);
        assert_eq!(charset.fit("a\u{81}b\u{10ffff}"), "ab?");
        assert!(!charset.can_say("Ł") && charset.can_say("ü €"));
    }

    #[test]
    fn the_strict_one_has_no_euro() {
        let fit = |text| Charset::STRICT_ISO_8859_1.fit(text).into_owned();
        assert_eq!(Charset::STRICT_ISO_8859_1.label(), "iso-8859-1");
        assert_eq!(fit("Bürostuhl ß µ ½"), "Bürostuhl ß µ ½");
        assert_eq!(fit("5 € – „Größe“ M…"), "5 EUR - \"Größe\" M...");
        assert_eq!(fit("Łódź"), "Lódz");
        assert_eq!(fit("a\u{81}b"), "ab");
        assert_eq!(fit("\u{10ffff}"), "?");
    }

    #[test]
    fn a_letter_whose_accent_stands_apart_is_the_letter_with_it() {
        assert_eq!(Charset::ISO_8859_1.fit("Gro\u{308}ße, r\u{30c}ez"), "Größe, rez");
        assert!(Charset::ISO_8859_1.lacking("Gro\u{308}ße").is_empty());
        assert!(matches!(Charset::UTF_8.fit("Łódź €"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_yen_sign_never_arrives_as_a_backslash() {
        assert_eq!(Charset::read("shift_jis").unwrap().fit("¥ 100 ネジ"), "Y= 100 ネジ");
    }

    #[test]
    fn a_page_is_encoded_and_its_own_words_become_references() {
        assert_eq!(Charset::STRICT_ISO_8859_1.encode("Größe €"), b"Gr\xf6\xdfe &#8364;");
        assert_eq!(Charset::ISO_8859_1.encode("Größe € Ł"), b"Gr\xf6\xdfe \x80 &#321;");
        assert_eq!(Charset::UTF_8.encode("ö"), "ö".as_bytes());
        assert_eq!(Charset::read("windows-1252").unwrap().encode("€ Ł"), b"\x80 &#321;");
    }

    proptest! {
        #[test]
        fn a_text_fits_if_each_of_its_characters_does(text in any::<String>()) {
            for label in ["iso-8859-1", "iso-8859-1-strict", "iso-8859-2", "koi8-r", "gb18030", "shift_jis"] {
                let charset = Charset::read(label).unwrap();
                prop_assert_eq!(charset.can_say(&text), text.chars().all(|c| charset.has(c)), "{}", label);
            }
        }

        #[test]
        fn latin_1_is_written_character_by_character(text in "[ -~\u{80}-\u{ff}Ł€]*") {
            let expected: Vec<u8> = text.chars().flat_map(|c| match u8::try_from(c) {
                Ok(byte) if !(0x80..0xa0).contains(&byte) => vec![byte],
                _ => format!("&#{};", u32::from(c)).into_bytes(),
            }).collect();
            prop_assert_eq!(Charset::STRICT_ISO_8859_1.encode(&text), expected);
        }

        #[test]
        fn fitted_text_needs_no_references(text in "[^&]*") {
            for label in ["iso-8859-1", "iso-8859-1-strict", "windows-1252", "iso-8859-2", "koi8-r"] {
                let charset = Charset::read(label).unwrap();
                let fitted = charset.fit(&text);
                prop_assert!(!charset.encode(&*fitted).windows(2).any(|two| two == b"&#"));
                prop_assert_eq!(charset.fit(&fitted), fitted.as_ref());
            }
        }
    }
}
