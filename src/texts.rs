//! The words of pages and refusals in German and English, from `locales/`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use unic_langid::langid;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Marks of writing direction around values would show up in plain places like titles.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ENGLISH: LanguageIdentifier = langid!("en");
const GERMAN: LanguageIdentifier = langid!("de");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// From a tag like `de`, `de-AT`, `DE_de`. None for languages we do not speak.
    pub fn read(tag: &str) -> Option<Self> {
        match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::German),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The language that a browser likes best among ours (`Accept-Language`, RFC 9110 12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wishes: Vec<(f32, &str)> = header
            .split(',')
            .map(|wish| {
                let (tag, rest) = wish.split_once(';').unwrap_or((wish, ""));
                let quality = rest.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok());
                (quality.unwrap_or(1.0), tag)
            })
            .collect();
        wishes.sort_by(|a, b| b.0.total_cmp(&a.0));
        wishes.iter().filter(|(quality, _)| *quality > 0.0).find_map(|(_, tag)| Self::read(tag))
    }
}

/// A text without values.
pub fn text(language: Language, key: &str) -> String {
    text_with(language, key, &[])
}

/// A text with values for its placeholders.
pub fn text_with(language: Language, key: &str, values: &[(&'static str, String)]) -> String {
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
        values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.as_str()))).collect();
    let language = match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    };
    LOCALES.try_lookup_complete(language, key, Some(&values)).unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_templates::fluent_bundle::FluentResource;

    use super::*;
    use crate::refusal::Code;

    const REFUSALS: [&str; 2] =
        [include_str!("../locales/en/refusals.ftl"), include_str!("../locales/de/refusals.ftl")];
    const PAGES: [&str; 2] = [include_str!("../locales/en/pages.ftl"), include_str!("../locales/de/pages.ftl")];

    /// Key (`key.attribute` for attributes) → text. Our files have every text on one line.
    fn messages(file: &str) -> BTreeMap<String, &str> {
        let mut messages = BTreeMap::new();
        let mut message = "";
        for line in file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let (name, text) = line.split_once(" = ").unwrap_or_else(|| panic!("not one text on one line: {line}"));
            let key = match name.trim().strip_prefix('.') {
                Some(attribute) => format!("{message}.{attribute}"),
                None => {
                    message = name;
                    name.to_owned()
                }
            };
            assert!(messages.insert(key, text).is_none(), "{name} stands there twice");
        }
        messages
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .map(|rest| {
                rest.split_once('}').expect("a closed placeholder").0.trim().strip_prefix('$').expect("a variable")
            })
            .collect()
    }

    #[test]
    fn the_files_with_the_texts_can_be_read() {
        for file in REFUSALS.into_iter().chain(PAGES) {
            if let Err((_, errors)) = FluentResource::try_new(file.to_owned()) {
                panic!("{errors:?}");
            }
        }
    }

    #[test]
    fn german_and_english_hold_the_same_texts_with_the_same_placeholders() {
        for [english, german] in [REFUSALS, PAGES] {
            let (english, german) = (messages(english), messages(german));
            assert_eq!(english.keys().collect::<Vec<_>>(), german.keys().collect::<Vec<_>>());
            for (key, text) in &english {
                assert_eq!(placeholders(text), placeholders(german[key]), "{key}");
            }
        }
    }

    #[test]
    fn every_refusal_has_a_sentence_for_the_buyer_and_one_for_the_operator_in_both_languages() {
        for file in REFUSALS {
            let written = messages(file);
            let mut wanted: Vec<String> = Code::ALL
                .iter()
                .flat_map(|code| [code.as_str().to_owned(), format!("{}.operator", code.as_str())])
                .collect();
            wanted.sort();
            assert_eq!(written.keys().cloned().collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn a_sentence_for_the_operator_names_only_what_its_refusal_gives() {
        for file in REFUSALS {
            let written = messages(file);
            for code in Code::ALL {
                let allowed: BTreeSet<&str> = code.arguments().iter().copied().collect();
                assert_eq!(placeholders(written[&format!("{}.operator", code.as_str())]), allowed, "{}", code.as_str());
            }
        }
    }

    #[test]
    fn a_sentence_for_the_buyer_repeats_nothing_of_the_call_and_talks_of_no_settings() {
        for file in REFUSALS {
            for (key, text) in messages(file).iter().filter(|(key, _)| !key.contains('.')) {
                assert!(!text.contains(['{', '`', '[', '_']), "{key}: {text}");
            }
        }
    }

    #[test]
    fn every_text_is_found_under_its_key() {
        for (language, files) in
            [(Language::English, [REFUSALS[0], PAGES[0]]), (Language::German, [REFUSALS[1], PAGES[1]])]
        {
            for (key, written) in files.into_iter().flat_map(messages) {
                let values: Vec<(&'static str, String)> = placeholders(written)
                    .into_iter()
                    .map(|name| (&*name.to_owned().leak(), "VALUE".to_owned()))
                    .collect();
                let text = text_with(language, &key, &values);
                assert!(text != key && !text.contains(['{', '}']), "{key}: {text}");
            }
        }
    }

    #[test]
    fn the_browser_gets_the_language_it_likes_best_of_ours() {
        assert_eq!(Language::accepted("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Some(Language::English));
        assert_eq!(Language::accepted("de-AT,de;q=0.9,en;q=0.8"), Some(Language::German));
        assert_eq!(Language::accepted("en;q=0.1, de;q=0.2"), Some(Language::German));
        assert_eq!(Language::accepted("fr"), None);
        assert_eq!(Language::accepted("de;q=0"), None);
    }
}
