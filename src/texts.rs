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
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> = values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.as_str()))).collect();
    let language = match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    };
    LOCALES.try_lookup_complete(language, key, Some(&values)).unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_gets_the_language_it_likes_best_of_ours() {
        assert_eq!(Language::accepted("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Some(Language::English));
        assert_eq!(Language::accepted("de-AT,de;q=0.9,en;q=0.8"), Some(Language::German));
        assert_eq!(Language::accepted("en;q=0.1, de;q=0.2"), Some(Language::German));
        assert_eq!(Language::accepted("fr"), None);
        assert_eq!(Language::accepted("de;q=0"), None);
    }
}
