//! License keys as people type them: `PGS-XXXXX-XXXXX-XXXXX-XXXXX` for a system, `PGC-…` for a customer.
//!
//! Twenty Crockford symbols: eighteen random ones (90 bits) and two check symbols. A key says nothing about its owner
//! or its validity; it is only a name that cannot be guessed and is hard to mistype.
//!
//! The surprising fact: the letter of the kind is covered by the check too, so a customer key typed as a system key is
//! mistyped, not unknown.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Crockford base 32: no I, L, O (read as 1, 1, 0) and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM: usize = 18;
const CHECK: usize = 2;
const SYMBOLS: usize = RANDOM + CHECK;
const GROUP: usize = 5;
const PREFIX: usize = 3;

/// What a license pays for: one OCI system, or one customer in one OCI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    System,
    Customer,
}

impl Kind {
    pub const ALL: [Kind; 2] = [Kind::System, Kind::Customer];

    /// The word in the database, the API and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::System => "system",
            Kind::Customer => "customer",
        }
    }

    /// The first three letters of its keys.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::System => "PGS",
            Kind::Customer => "PGC",
        }
    }

    /// The value of the letter that tells the kinds apart, S or C.
    fn symbol(self) -> u8 {
        match self {
            Kind::System => 25,
            Kind::Customer => 12,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Kind, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a license is of the kind \"system\" or \"customer\"")]
pub struct UnknownKind;

/// A license key whose check symbols are right. Whether such a license was ever issued only the database knows.
///
/// `Display` gives the whole key, for its owner; `Debug` never does, so that it cannot slip into a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    kind: Kind,
    canonical: String,
}

/// Why a text is not a license key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a license key looks like PGS-XXXXX-XXXXX-XXXXX-XXXXX or PGC-XXXXX-XXXXX-XXXXX-XXXXX")]
    Malformed,
    #[error("this license key was mistyped: its check characters do not fit")]
    Mistyped,
}

impl Key {
    /// The key made of the first 90 of the given random bits.
    pub fn generate(kind: Kind, random: &[u8; 16]) -> Key {
        let bits = u128::from_be_bytes(*random);
        let mut symbols = [0; SYMBOLS];
        for (place, symbol) in symbols[..RANDOM].iter_mut().enumerate() {
            *symbol = (bits >> (123 - 5 * place)) as u8 & 31;
        }
        let check = check_symbols(kind, &symbols[..RANDOM]);
        symbols[RANDOM..].copy_from_slice(&check);
        Key::from_symbols(kind, &symbols)
    }

    /// Reads what a person typed or pasted: lower case, blanks, missing or typographic dashes and the letters
    /// I, L, O for 1, 1, 0 are all fine.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] for anything that hasn't the shape of a key, [`KeyError::Mistyped`] for what has the
    /// shape and fails the check.
    pub fn read(text: &str) -> Result<Key, KeyError> {
        let typed: String = text
            .chars()
            .filter(|c| !is_separator(*c))
            .take(PREFIX + SYMBOLS + 1)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if typed.len() != PREFIX + SYMBOLS || !typed.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(KeyError::Malformed);
        }
        let (prefix, body) = typed.split_at(PREFIX);
        let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix).ok_or(KeyError::Malformed)?;

        let mut symbols = [0; SYMBOLS];
        for (symbol, letter) in symbols.iter_mut().zip(body.bytes()) {
            *symbol = value(letter).ok_or(KeyError::Mistyped)?;
        }
        if check_symbols(kind, &symbols[..RANDOM]) != symbols[RANDOM..] {
            return Err(KeyError::Mistyped);
        }
        Ok(Key::from_symbols(kind, &symbols))
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The canonical text: upper case, four groups of five, plain hyphens.
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// For lists and logs of changes: `PGS-…-XXXXX`, the last group only. Of the 90 random bits
    /// 65 stay unknown to who sees it.
    pub fn masked(&self) -> String {
        let last = &self.canonical[self.canonical.len() - GROUP..];
        format!("{}-…-{last}", self.kind.prefix())
    }

    fn from_symbols(kind: Kind, symbols: &[u8; SYMBOLS]) -> Key {
        let mut canonical = String::from(kind.prefix());
        for group in symbols.chunks(GROUP) {
            canonical.push('-');
            canonical.extend(group.iter().map(|symbol| char::from(ALPHABET[usize::from(*symbol)])));
        }
        Key { kind, canonical }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-***", self.kind.prefix())
    }
}

/// The two check symbols: a shortened Reed–Solomon code over GF(32).
///
/// With α a primitive element, the 21 symbols (kind, random ones, checks) satisfy Σcᵢ = 0 and Σcᵢαⁱ = 0. Two errors
/// e, f at places i ≠ k would need e = f and e·αⁱ = f·αᵏ, which is impossible while there are fewer than 32 places.
/// So *every* one or two wrong symbols are found, and with them every swap of two symbols, neighbors or not. The
/// decimal and mod-97 schemes people know promise less.
fn check_symbols(kind: Kind, random: &[u8]) -> [u8; CHECK] {
    let (mut sum, mut weighted) = (0, 0);
    for symbol in std::iter::once(kind.symbol()).chain(random.iter().copied()) {
        sum ^= symbol;
        weighted = multiply(weighted, ALPHA) ^ symbol;
    }
    // a + b = sum and weighted·α² + a·α + b = 0, solved for a; in GF(32) adding is XOR.
    let first = multiply(multiply(multiply(weighted, ALPHA), ALPHA) ^ sum, INVERSE_OF_ALPHA_PLUS_ONE);
    [first, first ^ sum]
}

const ALPHA: u8 = 2;
const INVERSE_OF_ALPHA_PLUS_ONE: u8 = 0b11100;

/// The product in GF(32) = GF(2)[x] / (x⁵ + x² + 1).
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 0b10_0000 != 0 {
            a ^= 0b10_0101;
        }
        b >>= 1;
    }
    product
}

fn value(letter: u8) -> Option<u8> {
    let letter = match letter {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    ALPHABET.iter().position(|symbol| *symbol == letter).map(|place| place as u8)
}

/// Blanks and dashes of any kind, with the invisible characters that mail programs and PDF files slip in.
fn is_separator(c: char) -> bool {
    let dash =
        matches!(c, '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}');
    let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    dash || invisible || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds() -> impl Strategy<Value = Kind> {
        prop_oneof![Just(Kind::System), Just(Kind::Customer)]
    }

    fn places(key: &Key) -> Vec<usize> {
        key.as_str().char_indices().filter(|(place, c)| *place > PREFIX && *c != '-').map(|(place, _)| place).collect()
    }

    fn with(key: &Key, changes: &[(usize, u8)]) -> String {
        let mut bytes = key.as_str().as_bytes().to_vec();
        for (place, letter) in changes {
            bytes[*place] = *letter;
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_key_has_its_kind_in_front_and_four_groups_of_five() {
        let key = Key::generate(Kind::System, &[0; 16]);
        assert_eq!(key.as_str().len(), 27);
        assert!(key.as_str().starts_with("PGS-00000-00000-00000-000"));
        assert!(Key::generate(Kind::Customer, &[7; 16]).as_str().starts_with("PGC-"));
    }

    #[test]
    fn a_key_stays_what_it_was_in_every_release() {
        let random = *b"punchgate------!";
        assert_eq!(Key::generate(Kind::System, &random).as_str(), "PGS-E1TPW-RV8CX-GQ8S9-D5MFG");
        assert_eq!(Key::generate(Kind::Customer, &random).as_str(), "PGC-E1TPW-RV8CX-GQ8S9-D5M1B");
    }

    #[test]
    fn a_key_is_read_as_people_write_it() {
        let key = Key::generate(Kind::System, &[0xa5; 16]);
        let text = key.as_str();
        for typed in [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('-', "\u{2013}"),
            text.replace('-', " \u{2014}\u{a0}"),
            format!("  {text}\r\n"),
            format!("\u{feff}{}", text.replace('-', "\u{2011}")),
        ] {
            assert_eq!(Key::read(&typed), Ok(key.clone()), "{typed:?}");
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_read_as_digits() {
        let key = Key::generate(Kind::Customer, &[0; 16]);
        assert_eq!(Key::read(&key.as_str().replace('0', "o")), Ok(key));
        let mut bits = [0; 16];
        bits[0] = 0b0000_1000;
        let key = Key::generate(Kind::System, &bits);
        assert_eq!(Key::read(&key.as_str().replacen('1', "I", 1)), Ok(key.clone()));
        assert_eq!(Key::read(&key.as_str().replacen('1', "l", 1)), Ok(key));
    }

    #[test]
    fn what_has_not_the_shape_of_a_key_is_malformed() {
        for text in
            ["", "PGS", "PGS-00000-00000-00000-0000", "PGS-00000-00000-00000-000000", "PGX-00000-00000-00000-00000"]
                .into_iter()
                .chain(["00000-00000-00000-00000", "PGS-00000-00000-00000-0000ä", "PGS_00000_00000_00000_00000"])
        {
            assert_eq!(Key::read(text), Err(KeyError::Malformed), "{text:?}");
        }
        assert_eq!(Key::read(&"P".repeat(1 << 20)), Err(KeyError::Malformed));
    }

    #[test]
    fn a_letter_no_key_has_is_mistyped() {
        assert_eq!(Key::read("PGS-U0000-00000-00000-00000"), Err(KeyError::Mistyped));
    }

    #[test]
    fn debug_and_mask_do_not_show_the_key() {
        let key = Key::generate(Kind::System, &[0x5a; 16]);
        assert_eq!(format!("{key:?}"), "PGS-***");
        let masked = key.masked();
        assert!(masked.starts_with("PGS-…-") && key.as_str().ends_with(&masked["PGS-…-".len()..]));
        assert_eq!(masked.chars().count(), 11);
    }

    #[test]
    fn kinds_are_written_in_lower_case() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!("System".parse::<Kind>(), Err(UnknownKind));
    }

    proptest! {
        #[test]
        fn every_generated_key_is_read_back(kind in kinds(), random: [u8; 16]) {
            let key = Key::generate(kind, &random);
            prop_assert_eq!(key.kind(), kind);
            prop_assert_eq!(Key::read(key.as_str()), Ok(key.clone()));
            prop_assert_eq!(Key::read(&key.to_string().to_lowercase().replace('-', "")), Ok(key));
        }

        #[test]
        fn every_single_wrong_character_is_found(kind in kinds(), random: [u8; 16]) {
            let key = Key::generate(kind, &random);
            for place in places(&key) {
                for letter in *ALPHABET {
                    let changed = with(&key, &[(place, letter)]);
                    if changed != key.as_str() {
                        prop_assert_eq!(Key::read(&changed), Err(KeyError::Mistyped));
                    }
                }
            }
        }

        #[test]
        fn every_swap_of_two_characters_is_found(kind in kinds(), random: [u8; 16]) {
            let key = Key::generate(kind, &random);
            let (places, bytes) = (places(&key), key.as_str().as_bytes());
            for (n, &i) in places.iter().enumerate() {
                for &k in &places[n + 1..] {
                    let swapped = with(&key, &[(i, bytes[k]), (k, bytes[i])]);
                    if swapped != key.as_str() {
                        prop_assert_eq!(Key::read(&swapped), Err(KeyError::Mistyped));
                    }
                }
            }
        }

        #[test]
        fn any_two_wrong_characters_are_found(
            random: [u8; 16], a in 0..SYMBOLS, b in 0..SYMBOLS, x in 0..32_usize, y in 0..32_usize,
        ) {
            let key = Key::generate(Kind::System, &random);
            let places = places(&key);
            let changed = with(&key, &[(places[a], ALPHABET[x]), (places[b], ALPHABET[y])]);
            if changed != key.as_str() {
                prop_assert_eq!(Key::read(&changed), Err(KeyError::Mistyped));
            }
        }

        #[test]
        fn a_key_of_the_other_kind_is_mistyped(random: [u8; 16]) {
            let system = Key::generate(Kind::System, &random);
            prop_assert_eq!(Key::read(&system.as_str().replacen("PGS", "PGC", 1)), Err(KeyError::Mistyped));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = Key::read(&text);
        }
    }
}
