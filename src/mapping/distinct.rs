//! JSON whose objects say nothing twice: of two members of one name a reader would take the last, in silence.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::oci::finding::short;

/// Reads a document through and keeps nothing of it; the error names the member that stands twice, or says why this
/// is not JSON, with line and column.
pub fn check(json: &[u8]) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Distinct.deserialize(&mut deserializer)?;
    deserializer.end()
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A value of which every object has been looked at.
struct Distinct;

impl<'de> DeserializeSeed<'de> for Distinct {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names: HashSet<Cow<'de, str>> = HashSet::new();
        while let Some(Name(name)) = map.next_key()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format_args!("the member \"{}\" stands twice", short(&name))));
            }
            names.insert(name);
            map.next_value_seed(Distinct)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Distinct)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_named_with_its_place() {
        let told = |json: &str| check(json.as_bytes()).map_err(|error| error.to_string());
        for fine in [
            r#"{"a":1,"b":{"a":1.50,"c":[{"a":-1},{"a":1e400}]},"c":"a","d":null,"e":true}"#,
            r#"{"a":1,"A":1}"#,
            "12345678901234567890.5",
            "[]",
        ] {
            assert_eq!(told(fine), Ok(()), "{fine}");
        }
        assert_eq!(told(r#"{"a":1,"b":2,"a":3}"#).unwrap_err(), "the member \"a\" stands twice at line 1 column 16");
        assert!(told(r#"[{"x":[{"net":"1","net":"2"}]}]"#).unwrap_err().starts_with("the member \"net\" stands twice"));
        assert!(told(r#"{"a":1,"\u0061":2}"#).is_err(), "the same name, written otherwise");
    }
}
