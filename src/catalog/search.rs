//! How articles are found by a text: both sides are folded to the same few characters, so that case, accents, umlauts,
//! signs and the database's language make no difference.
//!
//! A folded text has only a to z, 0 to 9 and single blanks. So nothing that anyone types can be syntax: not for `LIKE`,
//! not for FTS5, not for SQL. German umlauts become two letters, as Germans write them where they have none.

use deunicode::deunicode_char;

use super::article::Article;

/// Characters of a search text that are looked at.
pub const MAX_TEXT: usize = 200;
/// Words of a search text that are looked at.
pub const MAX_WORDS: usize = 8;
/// Characters of each of the columns that are searched.
const MAX_COLUMN: usize = 500;
/// Changed with the folding: an import then writes every article anew.
pub const FORM: u8 = 1;

/// What is kept of an article for searches, each with a blank at both ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Its numbers without signs: ` hbm8 4006381333931 `.
    pub numbers: String,
    /// Its names, each behind a `^`: ` ^ hex bolt ^ sechskantschraube `.
    pub title: String,
    /// Numbers as they are written, keywords, manufacturer, categories.
    pub words: String,
}

/// A search text, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// At least one, none twice.
    words: Vec<String>,
    /// The words as they follow each other.
    phrase: String,
    /// The same without blanks: `HB-M 8` is the number `hbm8`.
    compact: String,
}

impl Columns {
    pub fn of(article: &Article) -> Self {
        let numbers = [Some(&article.product_id), article.ean.as_ref(), article.manufacturer_part.as_ref()];
        let mut columns = Self::default();
        for number in numbers.into_iter().flatten() {
            let folded = fold(number);
            let compact = folded.replace(' ', "");
            push(&mut columns.numbers, &compact);
            if compact != folded {
                push(&mut columns.words, &folded);
            }
        }
        for text in &article.texts {
            push(&mut columns.title, "^");
            push(&mut columns.title, &fold(&text.name));
            for keyword in &text.keywords {
                push(&mut columns.words, &fold(keyword));
            }
        }
        if let Some(manufacturer) = &article.manufacturer {
            push(&mut columns.words, &fold(manufacturer));
        }
        for name in article.categories.iter().filter_map(|category| category.name.as_deref()) {
            push(&mut columns.words, &fold(name));
        }
        for column in [&mut columns.numbers, &mut columns.title, &mut columns.words] {
            column.truncate(MAX_COLUMN);
            column.push(' ');
        }
        columns
    }
}

impl Query {
    /// Nothing if the text has neither letter nor digit.
    pub fn read(text: &str) -> Option<Self> {
        let start: String = text.chars().take(MAX_TEXT).collect();
        let folded = fold(&start);
        let mut words: Vec<String> = Vec::new();
        for word in folded.split(' ').filter(|word| !word.is_empty()) {
            if !words.iter().any(|known| known == word) && words.len() < MAX_WORDS {
                words.push(word.to_owned());
            }
        }
        let compact = folded.replace(' ', "");
        (!words.is_empty()).then_some(Self { words, phrase: folded, compact })
    }

    pub fn words(&self) -> &[String] {
        &self.words
    }

    pub fn phrase(&self) -> &str {
        &self.phrase
    }

    pub fn compact(&self) -> &str {
        &self.compact
    }
}

/// What of a word must be in a text for the word to be in it: pieces that an index of three letters can look up.
/// Shorter words than that are looked for where words begin.
pub fn pieces(word: &str) -> Vec<String> {
    match word.len() {
        0 => Vec::new(),
        1 => vec![format!(" {word} ")],
        2 => vec![format!(" {word}")],
        length => {
            // Every third one, and the last, leave no letter out.
            let mut starts: Vec<usize> = (0..=length - 3).step_by(3).collect();
            if starts.last() != Some(&(length - 3)) {
                starts.push(length - 3);
            }
            starts.into_iter().map(|start| word[start..start + 3].to_owned()).collect()
        }
    }
}

/// A word as it must stand in a text.
pub fn contained(word: &str) -> String {
    if word.len() < 3 { pieces(word).concat() } else { word.to_owned() }
}

/// Every three letters in a row: how many of them a text shares with a word tells how similar they are.
pub fn trigrams(word: &str) -> Vec<String> {
    if word.len() < 3 {
        return pieces(word);
    }
    let mut all: Vec<String> = Vec::new();
    for start in 0..=word.len() - 3 {
        let trigram = &word[start..start + 3];
        if !all.iter().any(|known| known == trigram) {
            all.push(trigram.to_owned());
        }
    }
    all
}

/// How a word may be meant if one letter of it is wrong, missing or too many, or two neighbors changed places: texts in
/// which `_` stands for any one letter. In each, three characters in a row are known, so that an index can look them up:
/// short words stand where words begin, the shortest alone.
pub fn corrections(word: &str) -> Vec<String> {
    let length = word.len();
    let (begin, end) = match length {
        0..=3 | 25.. => return Vec::new(),
        4 => (" ", " "),
        5 | 6 => (" ", ""),
        _ => ("", ""),
    };
    let mut all: Vec<String> = Vec::with_capacity(4 * length);
    for at in 0..length {
        let (before, here, after) = (&word[..at], &word[at..=at], &word[at + 1..]);
        let mut meant = vec![format!("{before}_{after}"), format!("{before}{after}")];
        // Without its first or last letter a word is found as a part of itself.
        if at > 0 {
            meant.push(format!("{before}_{here}{after}"));
        }
        if let Some(next) = after.get(..1) {
            meant.push(format!("{before}{next}{here}{}", &after[1..]));
        }
        for meant in meant {
            let meant = format!("{begin}{meant}{end}");
            if !all.contains(&meant) {
                all.push(meant);
            }
        }
    }
    all
}

/// Parts of a word of which one is left whole by a mistyped letter, or by two that changed places in a long one.
pub fn parts(word: &str) -> Vec<String> {
    let length = word.len();
    let cut = |from: usize, to: usize| word[from..to].to_owned();
    match length {
        0..=3 => vec![contained(word)],
        4 | 5 => vec![cut(0, 3), cut(length - 3, length)],
        6..=8 => vec![cut(0, length / 2), cut(length / 2, length)],
        _ => vec![cut(0, length / 3), cut(length / 3, 2 * length / 3), cut(2 * length / 3, length)],
    }
}

/// a to z, 0 to 9, and a blank for every run of anything else.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'a'..='z' | '0'..='9' => folded.push(character),
            'A'..='Z' => folded.push(character.to_ascii_lowercase()),
            'ä' | 'Ä' => folded.push_str("ae"),
            'ö' | 'Ö' => folded.push_str("oe"),
            'ü' | 'Ü' => folded.push_str("ue"),
            // The dots alone, behind their letter.
            '\u{308}' if folded.ends_with(['a', 'o', 'u']) => folded.push('e'),
            _ if character.is_ascii() => gap(&mut folded),
            _ => match deunicode_char(character) {
                Some(letters) => {
                    for letter in letters.chars() {
                        if letter.is_ascii_alphanumeric() {
                            folded.push(letter.to_ascii_lowercase());
                        } else {
                            gap(&mut folded);
                        }
                    }
                }
                None => gap(&mut folded),
            },
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn gap(folded: &mut String) {
    if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

fn push(column: &mut String, folded: &str) {
    if !folded.is_empty() && column.len() < MAX_COLUMN {
        column.push(' ');
        column.push_str(folded);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_and_signs_make_no_difference() {
        for (text, folded) in [
            ("Sechskantschraube M8×40, verzinkt", "sechskantschraube m8x40 verzinkt"),
            ("Schlüssel GROẞ", "schluessel gross"),
            ("Schlu\u{308}ssel", "schluessel"),
            ("Crème brûlée", "creme brulee"),
            ("  100%_'\"*^ (a)  ", "100 a"),
            ("½ mm²", "1 2 mm2"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn numbers_are_found_with_and_without_their_signs() {
        let json = r#"{"product_id":"SW-100.1","currency":"EUR","texts":[{"language":"de","name":"Mutter","keywords":["Sechskant"]},
            {"language":"en","name":"Nut"}],"prices":[],"ean":"4006381333931","manufacturer":"Müller & Co"}"#;
        let columns = Columns::of(&serde_json::from_str(json).unwrap());
        assert_eq!(columns.numbers, " sw1001 4006381333931 ");
        assert_eq!(columns.title, " ^ mutter ^ nut ");
        assert_eq!(columns.words, " sw 100 1 sechskant mueller co ");
        let query = Query::read("sw-100.1").unwrap();
        assert_eq!((query.compact(), query.phrase()), ("sw1001", "sw 100 1"));
        assert_eq!(Query::read(" %_*\"' "), None);
    }

    #[test]
    fn pieces_leave_no_letter_of_a_word_out() {
        assert_eq!(pieces("schraube"), ["sch", "rau", "ube"]);
        assert_eq!(pieces("m8"), [" m8"]);
        assert_eq!(pieces("7"), [" 7 "]);
        assert_eq!(parts("schraube"), ["schr", "aube"]);
    }

    /// Whether a pattern of [`corrections`] stands in a text, as `LIKE` reads it.
    fn stands_in(pattern: &str, text: &str) -> bool {
        let fits = |window: &[u8]| pattern.bytes().zip(window).all(|(wanted, is)| wanted == b'_' || wanted == *is);
        text.as_bytes().windows(pattern.len()).any(fits)
    }

    #[test]
    fn every_single_mistake_is_corrected_and_an_index_can_look_for_it() {
        for word in ["zange", "toner", "bohrer", "schraube", "batterie", "sechskantschraube"] {
            let text = format!(" ^ {word} m8 ");
            let letters: Vec<char> = word.chars().collect();
            let mut mistyped = Vec::new();
            for at in 0..letters.len() {
                let typed = |change: &dyn Fn(&mut Vec<char>)| {
                    let mut typed = letters.clone();
                    change(&mut typed);
                    typed.into_iter().collect::<String>()
                };
                mistyped.push(typed(&|letters| letters[at] = 'q'));
                mistyped.push(typed(&|letters| letters.insert(at, 'q')));
                mistyped.push(typed(&|letters| {
                    letters.remove(at);
                }));
                if at + 1 < letters.len() {
                    mistyped.push(typed(&|letters| letters.swap(at, at + 1)));
                }
            }
            for typed in mistyped {
                let found = text.contains(&typed) || corrections(&typed).iter().any(|meant| stands_in(meant, &text));
                assert!(found, "{typed} for {word}");
                for meant in corrections(&typed) {
                    assert!(meant.split('_').any(|known| known.len() >= 3), "{meant}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_folds_to_letters_digits_and_single_blanks(text in ".*") {
            let folded = fold(&text);
            prop_assert!(folded.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b' '));
            prop_assert!(!folded.contains("  ") && folded.trim() == folded);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn a_text_is_found_by_each_of_its_words(text in "\\PC{1,60}") {
            if let Some(query) = Query::read(&text) {
                let column = format!(" {} ", fold(&text));
                for word in query.words() {
                    prop_assert!(column.contains(&contained(word)), "{word} in {column}");
                    prop_assert!(pieces(word).iter().all(|piece| column.contains(piece)));
                }
            }
        }
    }
}
