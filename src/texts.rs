//! The words of pages and refusals in German and English, from `locales/`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

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

/// A text whose key and values come from elsewhere, if there is one.
fn lookup<N: AsRef<str>>(language: Language, key: &str, values: &[(N, String)]) -> Option<String> {
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> = values
        .iter()
        .map(|(name, value)| (Cow::Owned(name.as_ref().to_owned()), FluentValue::from(value.as_str())))
        .collect();
    let language = match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    };
    LOCALES.try_lookup_complete(language, key, Some(&values))
}

/// A whole number of any kind, by value or, as templates give it, by reference.
pub trait Whole {
    fn whole(self) -> i64;
}

macro_rules! whole {
    ($($kind:ty)*) => {$(
        impl Whole for $kind {
            fn whole(self) -> i64 {
                i64::try_from(self).unwrap_or(i64::MAX)
            }
        }
    )*};
}

whole!(i32 i64 u32 u64 usize);

impl<T: Whole + Copy> Whole for &T {
    fn whole(self) -> i64 {
        (*self).whole()
    }
}

/// The words of one page, as its template asks for them.
#[derive(Debug, Clone, Copy)]
pub struct Texts(pub Language);

impl Texts {
    pub fn lang(&self) -> &'static str {
        self.0.tag()
    }

    pub fn of(&self, key: &str) -> String {
        text(self.0, key)
    }

    /// The sentence of a finding; its English message if it was found by a version that knew no other.
    pub fn told<N: AsRef<str>>(&self, key: &str, arguments: &[(N, String)], message: &str) -> String {
        let found = if key.is_empty() { None } else { lookup(self.0, key, arguments) };
        found.unwrap_or_else(|| message.to_owned())
    }

    /// A text with one value.
    pub fn fill(&self, key: &str, name: &'static str, value: impl Display) -> String {
        text_with(self.0, key, &[(name, value.to_string())])
    }

    pub fn fill2(
        &self,
        key: &str,
        name: &'static str,
        value: impl Display,
        name2: &'static str,
        value2: impl Display,
    ) -> String {
        text_with(self.0, key, &[(name, value.to_string()), (name2, value2.to_string())])
    }

    /// `key-one` or `key-many`, with `{ $count }`.
    pub fn count(&self, key: &str, count: impl Whole) -> String {
        let count = count.whole();
        let key = format!("{key}-{}", if count == 1 { "one" } else { "many" });
        text_with(self.0, &key, &[("count", self.number(count))])
    }

    /// A whole number with its thousands apart.
    pub fn number(&self, number: impl Whole) -> String {
        let number = number.whole();
        let apart = match self.0 {
            Language::English => ',',
            Language::German => '.',
        };
        let digits = number.unsigned_abs().to_string();
        let mut written = String::from(if number < 0 { "-" } else { "" });
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                written.push(apart);
            }
            written.push(digit);
        }
        written
    }

    /// A decimal as it is stored (`1234.50`) with two places at least: `1.234,50` or `1,234.50`.
    pub fn decimal(&self, decimal: &str) -> String {
        let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |digits| ("-", digits));
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let Ok(whole) = whole.parse::<i64>() else { return decimal.to_owned() };
        let point = match self.0 {
            Language::English => '.',
            Language::German => ',',
        };
        format!("{sign}{}{point}{places:0<2}", self.number(whole))
    }

    /// A day in UTC: `31.12.2027` or `31 Dec 2027`.
    pub fn day(&self, micros: impl Whole) -> String {
        let micros = micros.whole();
        self.written(micros, "%d.%m.%Y", "%-d %b %Y")
    }

    /// The last good day of what is valid until that moment.
    pub fn last_day(&self, valid_until: impl Whole) -> String {
        self.day(valid_until.whole() - 1)
    }

    /// A moment in UTC, said so; a script makes it the reader's own time.
    pub fn moment(&self, micros: impl Whole) -> String {
        let micros = micros.whole();
        self.written(micros, "%d.%m.%Y, %H:%M UTC", "%-d %b %Y, %H:%M UTC")
    }

    fn written(&self, micros: i64, german: &str, english: &str) -> String {
        let Ok(time) = jiff::Timestamp::from_microsecond(micros) else { return micros.to_string() };
        let format = match self.0 {
            Language::English => english,
            Language::German => german,
        };
        time.strftime(format).to_string()
    }

    /// RFC 3339, for `<time datetime>`.
    pub fn datetime(&self, micros: impl Whole) -> String {
        let micros = micros.whole();
        crate::clock::rfc3339(micros)
    }

    /// How long something took: `340 ms`, `12 s`, `4 min`, `2 h 5 min`.
    pub fn duration(&self, micros: impl Whole) -> String {
        let micros = micros.whole();
        let point = |tenths: i64| match self.0 {
            Language::English => format!("{}.{}", tenths / 10, tenths % 10),
            Language::German => format!("{},{}", tenths / 10, tenths % 10),
        };
        match micros.max(0) {
            short @ 0..1_000 => format!("{} ms", point(short / 100)),
            short @ 1_000..1_000_000 => format!("{} ms", short / 1_000),
            seconds @ 1_000_000..60_000_000 => format!("{} s", seconds / 1_000_000),
            minutes @ 60_000_000..3_600_000_000 => format!("{} min", minutes / 60_000_000),
            long => format!("{} h {} min", long / 3_600_000_000, long / 60_000_000 % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use fluent_templates::fluent_bundle::FluentResource;

    use super::*;
    use crate::refusal::Code;

    const REFUSALS: [&str; 2] =
        [include_str!("../locales/en/refusals.ftl"), include_str!("../locales/de/refusals.ftl")];

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    fn files_below(folder: &str, extension: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                let below = path.strip_prefix(ROOT).expect("below the root").to_string_lossy().into_owned();
                found.extend(files_below(&below, extension));
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
        found.sort();
        found
    }

    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every file of texts by its name, English and German.
    fn texts() -> Vec<(String, [String; 2])> {
        let names = |language: &str| -> Vec<String> {
            let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
            files_below(&format!("locales/{language}"), "ftl").iter().map(name).collect()
        };
        let english = names("en");
        assert_eq!(english, names("de"), "the same files in both languages");
        let file = |language: &str, name: &str| read(&Path::new(ROOT).join("locales").join(language).join(name));
        english.into_iter().map(|name| (name.clone(), [file("en", &name), file("de", &name)])).collect()
    }

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
        for (name, files) in texts() {
            for file in files {
                if let Err((_, errors)) = FluentResource::try_new(file) {
                    panic!("{name}: {errors:?}");
                }
            }
        }
    }

    #[test]
    fn german_and_english_hold_the_same_texts_with_the_same_placeholders() {
        for (name, [english, german]) in texts() {
            let (english, german) = (messages(&english), messages(&german));
            assert_eq!(english.keys().collect::<Vec<_>>(), german.keys().collect::<Vec<_>>(), "{name}");
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
        for (_, files) in texts() {
            for (language, file) in [Language::English, Language::German].into_iter().zip(files) {
                for (key, written) in messages(&file) {
                    let values: Vec<(&'static str, String)> = placeholders(written)
                        .into_iter()
                        .map(|name| (&*name.to_owned().leak(), "VALUE".to_owned()))
                        .collect();
                    let text = text_with(language, &key, &values);
                    assert!(text != key && !text.contains(['{', '}']), "{key}: {text}");
                }
            }
        }
    }

    /// What stands between quotes in code and templates.
    fn literals() -> BTreeSet<String> {
        let mut literals = BTreeSet::new();
        for path in files_below("src", "rs").into_iter().chain(files_below("templates", "html")) {
            let text = read(&path);
            let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
            literals.extend(text.split('"').map(str::to_owned));
        }
        literals
    }

    #[test]
    fn no_text_is_unused() {
        let used = literals();
        let counted = |key: &str| {
            let base = key.strip_suffix("-one").or_else(|| key.strip_suffix("-many"));
            base.is_some_and(|base| used.contains(base))
        };
        // Keys that are put together: `tools-kind-{}`.
        let beginnings: Vec<&str> = used
            .iter()
            .filter_map(|literal| Some(literal.split_once('{')?.0))
            .filter(|beginning| beginning.len() > 8 && beginning.ends_with('-') && !beginning.contains(' '))
            .collect();
        let composed = |key: &str| beginnings.iter().any(|beginning| key.starts_with(beginning));
        // Those of refusals and findings have tests of their own.
        let by_code = ["refusals.ftl", "rules.ftl"];
        for (name, [english, _]) in texts().into_iter().filter(|(name, _)| !by_code.contains(&name.as_str())) {
            for key in messages(&english).into_keys() {
                assert!(used.contains(&key) || counted(&key) || composed(&key), "{name}: {key} is used nowhere");
            }
        }
    }

    #[test]
    fn no_text_is_missing() {
        let all = texts();
        let known: BTreeSet<String> = all.iter().flat_map(|(_, [english, _])| messages(english).into_keys()).collect();
        let call = [".of(", ".fill(", ".fill2(", "text(language, ", "text_with(language, "];
        for path in files_below("src", "rs").into_iter().chain(files_below("templates", "html")) {
            let text = read(&path);
            let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let asked = |call: &str, text: &str| -> Vec<String> {
                let after = text.split(call).skip(1);
                after.filter_map(|rest| Some(rest.strip_prefix('"')?.split_once('"')?.0.to_owned())).collect()
            };
            for key in call.iter().flat_map(|call| asked(call, text)) {
                assert!(known.contains(&key), "{}: there is no text {key}", path.display());
            }
            for key in asked(".count(", text) {
                for key in [format!("{key}-one"), format!("{key}-many")] {
                    assert!(known.contains(&key), "{}: there is no text {key}", path.display());
                }
            }
        }
    }

    #[test]
    fn numbers_and_days_are_written_as_the_language_does() {
        let (german, english) = (Texts(Language::German), Texts(Language::English));
        assert_eq!((german.number(1_234_567), english.number(-1_000)), ("1.234.567".into(), "-1,000".into()));
        assert_eq!((german.number(7), english.number(999)), ("7".into(), "999".into()));
        assert_eq!((german.decimal("1234.5"), english.decimal("-0.125")), ("1.234,50".into(), "-0.125".into()));
        let end_of_2027 = crate::clock::end_of_day("2027-12-31").expect("a day");
        assert_eq!(german.last_day(end_of_2027), "31.12.2027");
        assert_eq!(english.last_day(end_of_2027), "31 Dec 2027");
        assert_eq!(german.duration(340_000), "340 ms");
        assert_eq!(english.duration(3_900_000_000_i64), "1 h 5 min");
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
