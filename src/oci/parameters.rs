//! The parameters of a call: an ordered multimap of decoded names and values.
//!
//! Owns decoding (percent, plus, UTF-8 or windows-1252, un-encoded URLs) and the one precedence by which a name is looked up.
//! It knows no OCI parameter. It never prints a value: any of them may be a password.
//! The surprising fact: a value that starts with a raw `http://` or `https://` was never encoded, so its `+` and `%26` are its own.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::WINDOWS_1252;
use percent_encoding::percent_decode;

use super::call::CallError;

/// The most parameters a call may have, query and body together; with more it is refused (HTTP 413).
pub const MAX_PARAMETERS: usize = 1_000;

/// Where a parameter stood. The body wins over the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Query,
    Body,
}

/// One decoded parameter. Its `Debug` form hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub value: String,
    pub source: Source,
}

/// All parameters in the order received, the query's first. Names may repeat.
///
/// A lookup takes the body before the query, then the exact name before one that differs in case, then the first of several.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<Parameter>);

impl Parameters {
    /// Reads the raw bytes of the query string and of the form body.
    ///
    /// `tail` names a parameter that stands last in the query and is not encoded: it takes the rest of the query, `&` included
    /// (some buyers append their return address so). If its value turns out to be encoded, it ends at the next `&` as usual.
    ///
    /// # Errors
    /// Only [`CallError::TooManyParameters`].
    pub fn read(query: &[u8], body: &[u8], tail: Option<&str>) -> Result<Self, CallError> {
        let (query, rest) = match tail.and_then(|name| tail_start(query, name)) {
            Some(start) => query.split_at(start),
            None => (query, &[][..]),
        };
        let segments = segments(query)
            .chain((!rest.is_empty()).then_some(rest))
            .map(|segment| (segment, Source::Query))
            .chain(segments(body).map(|segment| (segment, Source::Body)));
        let mut parameters = Vec::new();
        for (segment, source) in segments {
            if parameters.len() == MAX_PARAMETERS {
                return Err(CallError::TooManyParameters);
            }
            let (name, value) = split_pair(segment);
            parameters.push(Parameter { name: form_decode(name), value: decode_value(value), source });
        }
        Ok(Self(parameters))
    }

    /// The value that counts for `name`; an empty name has none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|parameter| parameter.value.as_str())
    }

    /// As [`get`](Self::get), with the name as it was received.
    pub fn find(&self, name: &str) -> Option<&Parameter> {
        self.lookup(name, &[|a, b| a == b, |a, b| a.eq_ignore_ascii_case(b)])
    }

    /// As [`get`](Self::get), and `-` is as good as `_`: buyers write `HOOK-URL` as well as `HOOK_URL`.
    pub fn get_hook(&self, name: &str) -> Option<&str> {
        self.lookup(name, &[|a, b| a == b, |a, b| a.eq_ignore_ascii_case(b), is_alike])
            .map(|parameter| parameter.value.as_str())
    }

    /// Every parameter in the order received.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    fn lookup(&self, name: &str, same: &[fn(&str, &str) -> bool]) -> Option<&Parameter> {
        if name.is_empty() {
            return None;
        }
        [Source::Body, Source::Query].iter().find_map(|source| {
            same.iter().find_map(|same| {
                // Whatever is the same in some way is as long, and most names are not.
                let is_long = |parameter: &&Parameter| parameter.name.len() == name.len();
                self.iter().filter(is_long).find(|found| found.source == *source && same(&found.name, name))
            })
        })
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=*** ({:?})", self.name, self.source)
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// Whether two names differ only in case and in `-` against `_`.
pub(super) fn is_alike(a: &str, b: &str) -> bool {
    let plain = |byte: u8| match byte {
        b'-' => b'_',
        other => other.to_ascii_lowercase(),
    };
    a.len() == b.len() && a.bytes().map(plain).eq(b.bytes().map(plain))
}

/// Decodes what is still encoded after the first decoding: `https%3A%2F%2F…` comes from a buyer that encodes twice.
pub(super) fn decode_again(value: &str) -> Cow<'_, str> {
    let start = value.trim_start().as_bytes();
    let is = |scheme: &[u8]| start.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if is(b"http%3a") || is(b"https%3a") { Cow::Owned(form_decode(value.as_bytes())) } else { Cow::Borrowed(value) }
}

/// The pairs of a query string, decoded, in order, with duplicates.
pub(super) fn query_pairs(query: &str) -> Vec<(String, String)> {
    segments(query.as_bytes())
        .map(|segment| {
            let (name, value) = split_pair(segment);
            (form_decode(name), form_decode(value))
        })
        .collect()
}

pub(super) fn segments(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'&').filter(|segment| !segment.is_empty())
}

pub(super) fn split_pair(segment: &[u8]) -> (&[u8], &[u8]) {
    match segment.iter().position(|byte| *byte == b'=') {
        Some(at) => (&segment[..at], &segment[at + 1..]),
        None => (segment, &[]),
    }
}

/// Where the parameter `name` with an un-encoded URL begins.
fn tail_start(query: &[u8], name: &str) -> Option<usize> {
    let mut start = 0;
    for segment in query.split(|byte| *byte == b'&') {
        let (found, value) = split_pair(segment);
        if is_alike(&form_decode(found), name) && is_raw_url(value) {
            return Some(start);
        }
        start += segment.len() + 1;
    }
    None
}

fn decode_value(raw: &[u8]) -> String {
    if is_raw_url(raw) {
        // Half-encoded ones exist too: scheme and slashes raw, the rest escaped. A raw `?` tells that nothing was.
        let half_encoded = !raw.contains(&b'?') && raw.windows(3).any(|three| three.eq_ignore_ascii_case(b"%3f"));
        if half_encoded { text(percent_decode(raw).into()) } else { text(raw.into()) }
    } else if is_percent_placeholder(raw) {
        text(raw.into())
    } else {
        form_decode(raw)
    }
}

fn is_raw_url(raw: &[u8]) -> bool {
    [&b"http://"[..], b"https://"]
        .iter()
        .any(|scheme| raw.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// `%BACK_URL%` left in by a template: `%BA` would decode to a byte, but the last `%` tells that nothing was encoded.
fn is_percent_placeholder(raw: &[u8]) -> bool {
    matches!(raw, [b'%', inside @ .., b'%']
        if inside.len() >= 3
            && inside[0].is_ascii_alphabetic()
            && inside.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)))
}

fn form_decode(raw: &[u8]) -> String {
    if raw.contains(&b'+') {
        let spaced: Vec<u8> = raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        text(percent_decode(&spaced).into())
    } else {
        text(percent_decode(raw).into())
    }
}

/// UTF-8, or windows-1252 for what is not: older buyers escape the bytes of their own code page.
fn text(bytes: Cow<'_, [u8]>) -> String {
    match String::from_utf8(bytes.into_owned()) {
        Ok(text) => text,
        Err(error) => WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str, body: &str) -> Parameters {
        Parameters::read(query.as_bytes(), body.as_bytes(), None).unwrap()
    }

    #[test]
    fn the_body_wins_over_the_query_and_the_exact_name_over_another_case() {
        let parameters = read("A=1&b=2&C=3&c=4", "a=5&B=6&b=7");
        assert_eq!(parameters.get("A"), Some("5"));
        assert_eq!(parameters.get("B"), Some("6"));
        assert_eq!(parameters.get("b"), Some("7"));
        assert_eq!(parameters.get("c"), Some("4"));
        assert_eq!(parameters.get("d"), None);
    }

    #[test]
    fn a_dash_is_an_underscore_only_for_the_hook() {
        let parameters = read("HOOK-URL=x", "");
        assert_eq!(parameters.get("HOOK_URL"), None);
        assert_eq!(parameters.get_hook("hook_url"), Some("x"));
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_windows_1252() {
        let parameters = read("NAME=M%FCller&STREET=Stra%DFe+1&EURO=%80&TOWN=K%C3%B6ln", "");
        assert_eq!(parameters.get("NAME"), Some("Müller"));
        assert_eq!(parameters.get("STREET"), Some("Straße 1"));
        assert_eq!(parameters.get("EURO"), Some("€"));
        assert_eq!(parameters.get("TOWN"), Some("Köln"));
    }

    #[test]
    fn an_unencoded_url_keeps_its_query_its_plus_and_its_escapes() {
        let parameters = read("H=https://buyer.example/r?id=a+b%26c=d&X=1", "");
        assert_eq!(parameters.get("H"), Some("https://buyer.example/r?id=a+b%26c=d"));
        assert_eq!(parameters.get("X"), Some("1"));
    }

    #[test]
    fn a_half_encoded_url_is_decoded() {
        let parameters = read("H=https://buyer.example/r%3Fid%3D1%262", "");
        assert_eq!(parameters.get("H"), Some("https://buyer.example/r?id=1&2"));
    }

    #[test]
    fn the_tail_takes_the_rest_of_the_query() {
        let query = b"A=1&hook_url=https://buyer.example/r?a=1&b=2";
        let parameters = Parameters::read(query, b"", Some("HOOK_URL")).unwrap();
        assert_eq!(parameters.get("HOOK_URL"), Some("https://buyer.example/r?a=1&b=2"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("A"), Some("1"));
    }

    #[test]
    fn an_encoded_tail_ends_where_it_ends() {
        let query = b"HOOK_URL=https%3A%2F%2Fbuyer.example%2Fr&B=2";
        let parameters = Parameters::read(query, b"", Some("HOOK_URL")).unwrap();
        assert_eq!(parameters.get("HOOK_URL"), Some("https://buyer.example/r"));
        assert_eq!(parameters.get("B"), Some("2"));
    }

    #[test]
    fn a_percent_placeholder_survives_decoding() {
        let parameters = read("H=%BACK_URL%&G=%HOOK_URL%&V=%41%42", "");
        assert_eq!(parameters.get("H"), Some("%BACK_URL%"));
        assert_eq!(parameters.get("G"), Some("%HOOK_URL%"));
        assert_eq!(parameters.get("V"), Some("AB"));
    }

    #[test]
    fn more_than_a_thousand_parameters_are_refused() {
        let thousand = vec!["a=1"; MAX_PARAMETERS].join("&");
        assert_eq!(read(&thousand, "").iter().count(), MAX_PARAMETERS);
        assert_eq!(read(&format!("&&{thousand}&"), "").iter().count(), 1_000);
        assert!(matches!(Parameters::read(thousand.as_bytes(), b"b=2", None), Err(CallError::TooManyParameters)));
    }

    #[test]
    fn no_value_is_ever_printed() {
        let printed = format!("{:?}", read("PASSWORD=verysecret", ""));
        assert_eq!(printed, "[PASSWORD=*** (Query)]");
    }

    proptest! {
        #[test]
        fn encoded_pairs_are_read_back(pairs in prop::collection::vec((".+", ".*"), 0..20)) {
            let percent = |text: &str| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
            };
            let form = |text: &str| {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
            };
            let join = |encode: &dyn Fn(&str) -> String| {
                pairs.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect::<Vec<_>>().join("&")
            };
            for encoded in [join(&percent), join(&form)] {
                for (query, body) in [(encoded.as_str(), ""), ("", encoded.as_str())] {
                    let parameters = read(query, body);
                    let got: Vec<_> = parameters.iter().map(|p| (p.name.clone(), p.value.clone())).collect();
                    prop_assert_eq!(&got, &pairs);
                }
            }
        }

        #[test]
        fn no_bytes_make_reading_fail(query: Vec<u8>, body: Vec<u8>) {
            prop_assert!(Parameters::read(&query, &body, Some("H")).is_ok());
        }
    }
}
