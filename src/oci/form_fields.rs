//! The fields of a form, names and values in order, all in one piece of memory.
//!
//! A cart of 10,000 lines has 150,000 fields; as pairs of strings they would be 300,000 allocations, made anew by every
//! step on the way to the page. Stored and shown they are pairs all the same.

use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::charset::Charset;
use super::text;

/// Names and values in order; a name may occur more than once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormFields {
    /// Name, value, name, value …
    text: String,
    /// Where each name and each value ends in it.
    ends: Vec<(usize, usize)>,
}

impl FormFields {
    pub fn with_capacity(fields: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(fields) }
    }

    pub fn push(&mut self, name: &str, value: &str) {
        self.push_named([name], value);
    }

    /// Adds a field whose name is put together from parts.
    pub fn push_named<'a>(&mut self, name: impl IntoIterator<Item = &'a str>, value: &str) {
        name.into_iter().for_each(|part| self.text.push_str(part));
        let name_ends = self.text.len();
        self.text.push_str(value);
        self.ends.push((name_ends, self.text.len()));
    }

    /// Adds all of `other` behind what is here.
    pub fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|(name, value)| (name + before, value + before)));
    }

    /// Makes every name and value fit the charset, and takes NUL out, which HTML cannot carry; everything else arrives.
    pub fn fit(&mut self, charset: Charset) {
        if charset.can_say(&self.text) && !text::any_byte(&self.text, |byte| byte == 0) {
            return;
        }
        let mut fitted = Self::with_capacity(self.len(), self.text.len());
        for (name, value) in self.iter() {
            fitted.push_fitted(charset, name);
            let name_ends = fitted.text.len();
            fitted.push_fitted(charset, value);
            fitted.ends.push((name_ends, fitted.text.len()));
        }
        *self = fitted;
    }

    fn push_fitted(&mut self, charset: Charset, text: &str) {
        charset.fit(text).split('\0').for_each(|part| self.text.push_str(part));
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How long all names and values are together, in bytes.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// All names and values in a row.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The first value with that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The field at a place, counted from 0.
    pub fn nth(&self, place: usize) -> Option<(&str, &str)> {
        let (name_ends, value_ends) = *self.ends.get(place)?;
        let begins = place.checked_sub(1).map_or(0, |before| self.ends[before].1);
        Some((&self.text[begins..name_ends], &self.text[name_ends..value_ends]))
    }

    /// How many bytes each name and its value have, in the order of [`Self::text`].
    pub(super) fn lengths(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut begins = 0;
        self.ends.iter().map(move |(name_ends, value_ends)| {
            let lengths = (name_ends - begins, value_ends - name_ends);
            begins = *value_ends;
            lengths
        })
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter { text: &self.text, begins: 0, ends: self.ends.iter() }
    }

    pub fn to_pairs(&self) -> Vec<(String, String)> {
        self.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// Names and values in order.
#[derive(Clone)]
pub struct Iter<'a> {
    text: &'a str,
    begins: usize,
    ends: std::slice::Iter<'a, (usize, usize)>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_ends, value_ends) = *self.ends.next()?;
        let (name, value) = (&self.text[self.begins..name_ends], &self.text[name_ends..value_ends]);
        self.begins = value_ends;
        Some((name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ends.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a FormFields {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for FormFields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut fields = Self::default();
        pairs.into_iter().for_each(|(name, value)| fields.push(name.as_ref(), value.as_ref()));
        fields
    }
}

impl From<Vec<(String, String)>> for FormFields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> PartialEq<[(N, V)]> for FormFields {
    fn eq(&self, pairs: &[(N, V)]) -> bool {
        self.len() == pairs.len() && self.iter().eq(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
    }
}

impl<N: AsRef<str>, V: AsRef<str>> PartialEq<Vec<(N, V)>> for FormFields {
    fn eq(&self, pairs: &Vec<(N, V)>) -> bool {
        *self == pairs[..]
    }
}

impl fmt::Debug for FormFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for FormFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for FormFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Pairs)
    }
}

/// A list of pairs.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = FormFields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of pairs of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FormFields, A::Error> {
        let mut fields = FormFields::default();
        while list.next_element_seed(Pair(&mut fields))?.is_some() {}
        Ok(fields)
    }
}

/// The next name with its value.
struct Pair<'f>(&'f mut FormFields);

impl<'de> DeserializeSeed<'de> for Pair<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_tuple(2, self)
    }
}

impl<'de> Visitor<'de> for Pair<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name and a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<(), A::Error> {
        pair.next_element_seed(Piece(&mut self.0.text))?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let name_ends = self.0.text.len();
        pair.next_element_seed(Piece(&mut self.0.text))?
            .ok_or_else(|| A::Error::invalid_length(1, &"a name and a value"))?;
        self.0.ends.push((name_ends, self.0.text.len()));
        Ok(())
    }
}

/// A text that goes where all of them are.
struct Piece<'t>(&'t mut String);

impl<'de> DeserializeSeed<'de> for Piece<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Piece<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_in_order_whatever_they_are_put_together_from() {
        let mut fields = FormFields::default();
        fields.push_named(["NEW_ITEM-", "UNIT", "[1]"], "PCE");
        fields.append([("a", ""), ("NEW_ITEM-UNIT[1]", "KGM")].into_iter().collect());
        assert_eq!(fields, [("NEW_ITEM-UNIT[1]", "PCE"), ("a", ""), ("NEW_ITEM-UNIT[1]", "KGM")][..]);
        assert_eq!((fields.get("NEW_ITEM-UNIT[1]"), fields.get("b")), (Some("PCE"), None));
        assert_eq!((fields.len(), fields.iter().len(), fields.bytes()), (3, 3, 39));
    }

    #[test]
    fn what_is_stored_is_a_list_of_pairs() {
        let fields: FormFields = [("a", "1"), ("b", "\"\n")].into_iter().collect();
        assert_eq!(serde_json::to_string(&fields).unwrap(), r#"[["a","1"],["b","\"\n"]]"#);
        for wrong in ["{}", r#"[["a"]]"#, r#"[["a","b","c"]]"#, r#"[["a",1]]"#, r#"[[]]"#] {
            assert!(serde_json::from_str::<FormFields>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn pairs_stay_pairs(pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..6)) {
            let fields = FormFields::from(pairs.clone());
            prop_assert_eq!(&fields, &pairs);
            prop_assert_eq!(&fields.to_pairs(), &pairs);
            let by_place: Vec<_> = (0..=pairs.len()).map_while(|place| fields.nth(place)).collect();
            prop_assert_eq!(&fields, &by_place);
            let read: FormFields = serde_json::from_str(&serde_json::to_string(&fields).unwrap()).unwrap();
            prop_assert_eq!(&read, &fields);
            let old: FormFields = serde_json::from_str(&serde_json::to_string(&pairs).unwrap()).unwrap();
            prop_assert_eq!(&old, &fields);
        }

        #[test]
        fn fields_fit_as_each_text_fits(pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..6)) {
            for label in ["utf-8", "iso-8859-1", "iso-8859-1-strict", "koi8-r", "shift_jis"] {
                let charset = Charset::read(label).unwrap();
                let fitted = |text: &String| charset.fit(text).replace('\0', "");
                let expected: Vec<_> = pairs.iter().map(|(name, value)| (fitted(name), fitted(value))).collect();
                let mut fields = FormFields::from(pairs.clone());
                fields.fit(charset);
                prop_assert_eq!(&fields, &expected);
            }
        }
    }
}
