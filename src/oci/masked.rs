//! The parameters of a call as they may be kept and shown: in their order, without secrets.
//!
//! Owns what counts as a secret beyond the system's own names: what is called like one, a password that
//! stands once more under another name, login data inside an address, and what follows the name of a password where a
//! caller did not write a form (JSON, multipart, a `?` for an `&`). It keeps a bounded amount, for a stranger decides how
//! much a call holds.

use std::borrow::Cow;

use super::call::Names;
use super::facts::{SHORTEST_TELLING_SECRET, is_secret};
use super::parameters::{Parameters, decode_again};

/// What stands in place of a secret.
pub const HIDDEN: &str = "***";

/// Parameters that are kept of one call.
const MOST: usize = 200;
/// Characters that are kept of one name or value.
const LONGEST: usize = 1_000;
/// Bytes that are kept of one call.
const ALL: usize = 8 * 1024;

/// Parts of names that tell a secret.
const TELLING: [&str; 10] =
    ["pass", "pwd", "token", "secret", "kennwort", "geheim", "credential", "authorization", "apikey", "sharedkey"];
/// Words that tell a secret when they stand by themselves.
const TELLING_WORDS: [&str; 13] = [
    "key",
    "pin",
    "pw",
    "auth",
    "cred",
    "mdp",
    "contraseña",
    "contrasena",
    "wachtwoord",
    "senha",
    "hasło",
    "haslo",
    "heslo",
];

/// The secrets of one call.
pub struct Mask<'a> {
    names: Vec<&'a Names>,
    /// Which parameters of the call are hidden by their names.
    hidden: Vec<bool>,
    /// Longest first, so that one inside another leaves nothing behind.
    secrets: Vec<String>,
}

impl<'a> Mask<'a> {
    /// `names` are those of the system that is called; of every system while nobody knows which one that is.
    pub fn new(parameters: &Parameters, names: impl IntoIterator<Item = &'a Names>) -> Self {
        let mut mask = Self { names: names.into_iter().collect(), hidden: Vec::new(), secrets: Vec::new() };
        let telling = |value: &str| value.chars().count() >= SHORTEST_TELLING_SECRET;
        mask.hidden = parameters.iter().map(|parameter| mask.hides(&parameter.name)).collect();
        mask.secrets = parameters
            .iter()
            .zip(&mask.hidden)
            .filter(|(parameter, hidden)| **hidden && telling(&parameter.value))
            .map(|(parameter, _)| parameter.value.clone())
            .collect();
        mask.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        mask.secrets.dedup();
        mask
    }

    /// Names and values of the call in their order; `parameters` are those that the mask was made of.
    pub fn pairs(&self, parameters: &Parameters) -> Vec<(String, String)> {
        let mut left = ALL;
        let mut pairs = Vec::with_capacity(self.hidden.len().min(MOST));
        for (parameter, hidden) in parameters.iter().zip(&self.hidden).take(MOST) {
            let name = cut(self.shown(&parameter.name), LONGEST);
            let value = if *hidden && !parameter.value.is_empty() {
                HIDDEN.to_owned()
            } else {
                match decode_again(&parameter.value) {
                    Cow::Borrowed(value) => cut(self.shown(value), LONGEST),
                    Cow::Owned(value) => cut(self.shown(&value), LONGEST),
                }
            };
            let Some(rest) = left.checked_sub(name.len() + value.len()) else { break };
            left = rest;
            pairs.push((name, value));
        }
        let missing = parameters.iter().count() - pairs.len();
        if missing > 0 {
            pairs.push(("…".to_owned(), format!("+ {missing}")));
        }
        pairs
    }

    /// The value of a parameter as it may be shown.
    pub fn value(&self, name: &str, value: &str) -> String {
        if self.hides(name) && !value.is_empty() { HIDDEN.to_owned() } else { self.text(value) }
    }

    /// A text of the call without its secrets.
    pub fn text(&self, text: &str) -> String {
        self.shown(text).into_owned()
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.secrets {
            if shown.contains(secret.as_str()) {
                shown = Cow::Owned(shown.replace(secret.as_str(), HIDDEN));
            }
        }
        // Most texts are a word or two, in which nothing below could be.
        if !shown.bytes().any(|byte| may_tell(byte) || byte == b'\0') {
            return shown;
        }
        if shown.contains("://") {
            shown = Cow::Owned(address(&shown));
        }
        if let Some(end) = self.told_until(&shown) {
            shown = Cow::Owned(format!("{}{HIDDEN}", &shown[..end]));
        }
        // PostgreSQL takes no NUL.
        if shown.contains('\0') {
            shown = Cow::Owned(shown.replace('\0', "\u{fffd}"));
        }
        shown
    }

    /// Where a secret begins in a text that should have been several parameters: behind the first name of one. What
    /// separates names and values in an address has been looked at already.
    fn told_until(&self, text: &str) -> Option<usize> {
        let is_address = text.contains("://");
        let separates = |byte: u8| may_tell(byte) && !(byte == b'=' && is_address);
        let in_word =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~') || !byte.is_ascii();
        let bytes = text.as_bytes();
        let mut begin = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if in_word(byte) {
                continue;
            }
            // What is hidden already stays readable as such.
            if separates(byte) && at > begin && self.hides(&text[begin..at]) && &text[at + 1..] != HIDDEN {
                return Some(at + 1);
            }
            begin = at + 1;
        }
        None
    }

    fn hides(&self, name: &str) -> bool {
        self.names.iter().any(|names| is_secret(name, names)) || sounds_secret(name)
    }
}

/// An address without the login data and the secrets in it; any other text as it is.
pub fn address(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = after.find(['/', '?', '#', ' ']).unwrap_or(after.len());
        let (authority, behind) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                shown.push_str(HIDDEN);
                shown.push('@');
                shown.push_str(host);
            }
            None => shown.push_str(authority),
        }
        rest = behind;
    }
    shown.push_str(rest);
    if !shown.contains("://") {
        return shown;
    }
    without_query_secrets(&shown)
}

fn without_query_secrets(address: &str) -> String {
    let mut shown = String::with_capacity(address.len());
    for piece in address.split_inclusive(['?', '&', '#']) {
        let (pair, end) = match piece.strip_suffix(['?', '&', '#']) {
            Some(pair) => (pair, &piece[pair.len()..]),
            None => (piece, ""),
        };
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && sounds_secret(name) => {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(HIDDEN);
            }
            _ => shown.push_str(pair),
        }
        shown.push_str(end);
    }
    shown
}

/// Whether a secret may follow such a byte, after its name.
fn may_tell(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'\\' | b':' | b'=' | b'>' | b'\r' | b'\n')
}

fn sounds_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    // Signs between the letters count for nothing.
    let begins = |at: usize, telling: &str| {
        let mut letters = lower[at..].chars().filter(|c| c.is_alphanumeric());
        telling.chars().all(|letter| letters.next() == Some(letter))
    };
    lower.bytes().enumerate().any(|(at, byte)| {
        BEGINS[usize::from(byte)] && TELLING.iter().any(|telling| telling.as_bytes()[0] == byte && begins(at, telling))
    }) || lower.split(|c: char| !c.is_alphanumeric()).any(|word| TELLING_WORDS.contains(&word))
}

/// Whether a telling name begins with a byte: in most places of most names none does.
const BEGINS: [bool; 256] = {
    let (mut begins, mut at) = ([false; 256], 0);
    while at < TELLING.len() {
        begins[TELLING[at].as_bytes()[0] as usize] = true;
        at += 1;
    }
    begins
};

fn cut(text: Cow<'_, str>, longest: usize) -> String {
    if text.len() <= longest {
        return text.into_owned();
    }
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(query: &str) -> Vec<(String, String)> {
        let parameters = Parameters::read(query.as_bytes(), b"", None).unwrap();
        Mask::new(&parameters, [&Names::default()]).pairs(&parameters)
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn secrets_are_hidden_by_name_and_everything_else_stays_in_its_order() {
        assert_eq!(
            masked(
                "OCI_VERSION=4.0&USERNAME=buyer&PASSWORD=very+secret&x-api-key=abc&Access.Token=t&PIN=1&monkey=yes&PASSWORD="
            ),
            pairs(&[
                ("OCI_VERSION", "4.0"),
                ("USERNAME", "buyer"),
                ("PASSWORD", "***"),
                ("x-api-key", "***"),
                ("Access.Token", "***"),
                ("PIN", "***"),
                ("monkey", "yes"),
                ("PASSWORD", ""),
            ])
        );
    }

    #[test]
    fn a_password_is_hidden_wherever_it_stands_again() {
        assert_eq!(
            masked(
                "PASSWORD=rumpelstilz&copy=rumpelstilz&note=it+is+rumpelstilz!&rumpelstilz=1&HOOK_URL=https%3A%2F%2Fb.example%2F%3Fp%3Drumpelstilz"
            ),
            pairs(&[
                ("PASSWORD", "***"),
                ("copy", "***"),
                ("note", "it is ***!"),
                ("***", "1"),
                ("HOOK_URL", "https://b.example/?p=***"),
            ])
        );
    }

    #[test]
    fn what_follows_a_passwords_name_is_hidden_in_whatever_it_was_wrapped() {
        let body = |body: &str| {
            let parameters = Parameters::read(b"", body.as_bytes(), None).unwrap();
            let own = Names { password: "KENNUNG".into(), ..Names::default() };
            format!("{:?}", Mask::new(&parameters, [&Names::default(), &own]).pairs(&parameters))
        };
        for wrapped in [
            r#"{"USERNAME":"10001","PASSWORD":"Zz9TopSecret","HOOK_URL":"https://b.example/r?a=1"}"#,
            r#"{"kennung": "Zz9TopSecret"}"#,
            r#""{\"password\":\"Zz9TopSecret\"}""#,
            "--x\r\nContent-Disposition: form-data; name=\"USERNAME\"\r\n\r\n10001\r\n--x\r\nContent-Disposition: form-data; name=\"PASSWORD\"\r\n\r\nZz9TopSecret\r\n--x--",
            "USERNAME=10001?PASSWORD=Zz9TopSecret",
            "USERNAME=10001%26PASSWORD%3DZz9TopSecret%26more&HOOK_URL=x",
            "USERNAME=10001%26KENNUNG%3DZz9TopSecret",
            "<call><PASSWORD>Zz9TopSecret</PASSWORD></call>",
            "data=mdp%3AZz9TopSecret",
            "Contraseña=Zz9TopSecret&wachtwoord=Zz9TopSecret",
        ] {
            let kept = body(wrapped);
            assert!(!kept.contains("Zz9"), "{kept}");
        }
        let shown = body(
            "HOOK_URL=https%3A%2F%2Fb.example%2Fpassport%2Freset-password%2Fr%3Fa%3D1%26token%3Dt%26b%3D2&note=bypass+it",
        );
        assert!(shown.contains("https://b.example/passport/reset-password/r?a=1&token=***&b=2"), "{shown}");
        assert!(shown.contains("bypass it"), "{shown}");
    }

    #[test]
    fn a_short_password_does_not_hide_what_everybody_sends() {
        assert_eq!(masked("PASSWORD=1&copies=1")[1], ("copies".into(), "1".into()));
    }

    #[test]
    fn login_data_in_an_address_is_hidden_also_when_it_was_encoded_twice() {
        for hook in [
            "https%3A%2F%2Fu%3Ap%40b.example%2Fr%3Fa%3D1%26token%3Dt",
            "https%253A%252F%252Fu%253Ap%2540b.example%252Fr%253Fa%253D1%2526token%253Dt",
        ] {
            assert_eq!(masked(&format!("HOOK_URL={hook}"))[0].1, "https://***@b.example/r?a=1&token=***");
        }
        assert_eq!(address("https://b.example/r?sid=7#top"), "https://b.example/r?sid=7#top");
        assert_eq!(address("me@b.example?token=1"), "me@b.example?token=1");
    }

    #[test]
    fn names_of_the_systems_own_choice_are_secrets_too() {
        let names = Names { password: "KENNUNG2".into(), ..Names::default() };
        let parameters = Parameters::read(b"kennung2=abcd&x=abcd", b"", None).unwrap();
        let standard = Names::default();
        let mask = Mask::new(&parameters, [&standard, &names]);
        assert_eq!(mask.pairs(&parameters), pairs(&[("kennung2", "***"), ("x", "***")]));
        assert_eq!(mask.text("is abcd right?"), "is *** right?");
    }

    #[test]
    fn no_call_fills_the_database() {
        let long = masked(&format!("a={}", "ü".repeat(5_000)));
        assert_eq!(long[0].1.chars().count(), LONGEST + 1);
        let many: String = (0..900).map(|n| format!("p{n}=x&")).collect();
        assert_eq!(masked(&many).len(), MOST + 1);
        let much: String = (0..100).map(|n| format!("p{n}={}&", "x".repeat(900))).collect();
        let kept = masked(&much);
        assert!(kept.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() < ALL + 20);
        assert_eq!(kept.last(), Some(&("…".to_owned(), format!("+ {}", 100 - (kept.len() - 1)))));
    }
}
