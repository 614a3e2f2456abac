//! The English sentences of findings, for programs: those of `locales/en/rules.ftl`, built in.
//!
//! The protocol knows no languages; but shops' developers are told in English what was found, so that
//! one file of sentences is read here, too. It keeps to one line a sentence and `{ $name }` for values.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::finding::Argument;

/// The name of a sentence in `locales/*/rules.ftl`.
pub fn key(code: &str, case: &str) -> String {
    if case.is_empty() { format!("rule-{code}") } else { format!("rule-{code}-{case}") }
}

/// The English sentence with its values; the code itself if there is none.
pub(super) fn english(code: &str, case: &str, arguments: &[Argument]) -> String {
    let key = key(code, case);
    let Some(pattern) = ENGLISH.get(key.as_str()) else { return code.to_owned() };
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
        let sentence = english("bad-currency", "", &[("value", "{ $x".to_owned())]);
        assert!(sentence.contains("“{ $x”") && sentence.contains("ISO 4217"), "{sentence}");
        assert_eq!(english("nothing", "", &[]), "nothing");
    }
}
