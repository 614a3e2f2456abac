//! The English sentences of findings, for programs: those of `locales/en/rules.ftl`, built in.
//!
//! The protocol knows no languages; but shops' developers are told in English what was found, so that
//! one file of sentences is read here, too. It keeps to one line a sentence and `{ $name }` for values.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::finding::Argument;

/// The English sentence of a key with its values; the key itself if there is none.
pub(super) fn english(key: &str, arguments: &[Argument]) -> String {
    let Some(pattern) = ENGLISH.get(key) else { return key.to_owned() };
    let mut sentence = String::with_capacity(pattern.len() + 64);
    let mut rest = *pattern;
    while let Some((before, after)) = rest.split_once("{ $") {
        sentence.push_str(before);
        let (name, after) = after.split_once(" }").unwrap_or((after, ""));
        sentence.push_str(arguments.iter().find(|(known, _)| *known == name).map_or("…", |(_, value)| value));
        rest = after;
    }
    sentence.push_str(rest);
    sentence
}

static ENGLISH: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../locales/en/rules.ftl").lines();
    lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_sentence_names_them() {
        let sentence = english("rule-bad-currency", &[("value", "{ $x".to_owned())]);
        assert!(sentence.contains("“{ $x”") && sentence.contains("ISO 4217"), "{sentence}");
        assert_eq!(english("nothing", &[]), "nothing");
    }
}
