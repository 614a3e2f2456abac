//! JSON as a list of paths and scalars, read without building a tree.
//!
//! A tree of a few megabytes of JSON takes a hundred times their memory; the list stops at numbers of its own.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use crate::oci::read::MAX_FIELDS;

/// Bytes that paths may take together, and characters that are kept of one key.
const MAX_PATHS: usize = 16 * 1024 * 1024;
const LONGEST_KEY: usize = 200;
/// The name under which numbers come whose digits are kept exactly.
const NUMBER: &str = "$serde_json::private::Number";

/// A scalar and the keys and places that lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub path: Vec<Step>,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    /// From 0.
    Place(usize),
}

impl Step {
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Place(_) => None,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Flat {
    pub leaves: Vec<Leaf>,
    /// There was more than is kept.
    pub cut: bool,
    /// Keys of the outermost object, also of those that are empty.
    pub keys: Vec<String>,
    path: Vec<Step>,
    bytes: usize,
}

/// Reads a document.
pub(super) fn read(json: &str) -> Result<Flat, serde_json::Error> {
    let mut flat = Flat::default();
    let mut reader = serde_json::Deserializer::from_str(json);
    Walk(&mut flat).deserialize(&mut reader)?;
    reader.end()?;
    Ok(flat)
}

impl Flat {
    fn leaf(&mut self, value: String) {
        let length = self.path.iter().map(|step| step.key().map_or(0, str::len) + size_of::<Step>()).sum::<usize>();
        if self.leaves.len() >= MAX_FIELDS || self.bytes + length > MAX_PATHS {
            self.cut = true;
            return;
        }
        self.bytes += length;
        self.leaves.push(Leaf { path: self.path.clone(), value });
    }
}

struct Walk<'a>(&'a mut Flat);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.leaf(value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.leaf(value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.0.leaf(value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.0.leaf(value.to_string());
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.0.leaf(value.to_owned());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.leaf(String::new());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        for place in 0.. {
            self.0.path.push(Step::Place(place));
            let more = sequence.next_element_seed(Walk(&mut *self.0))?;
            self.0.path.pop();
            if more.is_none() {
                return Ok(());
            }
        }
        Err(A::Error::custom("the list has no end"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == NUMBER {
                let digits: String = map.next_value()?;
                self.0.leaf(digits);
                continue;
            }
            let key: String = key.chars().take(LONGEST_KEY).collect();
            if self.0.path.is_empty() && self.0.keys.len() < LONGEST_KEY {
                self.0.keys.push(key.clone());
            }
            self.0.path.push(Step::Key(key));
            map.next_value_seed(Walk(&mut *self.0))?;
            self.0.path.pop();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_come_with_their_paths_and_numbers_as_they_are_written() {
        let flat = read(r#"{"a":{"1":"x"},"b":[1.50,null,true],"c":[]}"#).unwrap();
        let written: Vec<(String, String)> = flat
            .leaves
            .iter()
            .map(|leaf| {
                let step = |step: &Step| match step {
                    Step::Key(key) => key.clone(),
                    Step::Place(place) => place.to_string(),
                };
                (leaf.path.iter().map(step).collect::<Vec<_>>().join("/"), leaf.value.clone())
            })
            .collect();
        let expected = [("a/1", "x"), ("b/0", "1.50"), ("b/1", ""), ("b/2", "true")];
        assert_eq!(written, expected.map(|(path, value)| (path.to_owned(), value.to_owned())));
        assert_eq!(flat.keys, ["a", "b", "c"]);
    }

    #[test]
    fn documents_made_to_be_large_stay_bounded() {
        assert!(read(&"[".repeat(100_000)).is_err());
        let deep = format!("{}{}1{}", "{\"k\":".repeat(100), "[1,", "]".to_owned() + &"}".repeat(100));
        assert!(read(&deep).is_ok());
        let key = "k".repeat(100_000);
        let wide = format!("{{\"{key}\":[{}0]}}", "0,".repeat(300_000));
        let flat = read(&wide).unwrap();
        assert!(flat.cut && flat.bytes <= MAX_PATHS && flat.leaves.len() <= MAX_FIELDS);
    }
}
