//! Texts as OCI fields take them: cut at a word, on a single line, freed from HTML.
//!
//! Lengths are characters, never bytes. LONGTEXT is not wrapped here: SAP wraps it at 132 by itself.
//! What a charset lacks is `charset.rs`' matter.

use std::borrow::Cow;

use unicode_segmentation::GraphemeCursor;

pub use super::html::{is_html, plain};

/// At most `max` characters of a text, cut at a word, without outer blanks. A first word that is too
/// long by itself is cut hard, but never inside what a reader takes for one character.
pub fn cut_at_word(text: &str, max: usize) -> Cow<'_, str> {
    let text = text.trim();
    if text.len() <= max || text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    let far = text.char_indices().nth(max).map_or(text.len(), |(at, _)| at);
    let (kept, rest) = text.split_at(boundary_until(text, far));
    let ends_a_word = rest.starts_with(char::is_whitespace);
    let last_gap = kept.rfind(char::is_whitespace).filter(|_| !ends_a_word);
    Cow::Borrowed(last_gap.map_or(kept, |gap| &kept[..gap]).trim_end())
}

/// The last place up to `end` that is not inside what a reader takes for one character.
fn boundary_until(text: &str, end: usize) -> usize {
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    // With the whole text at hand there is nothing that the cursor would have to ask for.
    match cursor.is_boundary(text, 0) {
        Ok(true) => end,
        _ => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    }
}

/// One line: a run of control characters and line breaks becomes one blank, blanks inside a line
/// stay as they are (they count in article numbers), outer ones go.
pub fn line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    // Most texts are a line already; ASCII without control characters is known by its bytes.
    if all_bytes(text, |byte| (0x20..0x7F).contains(&byte)) || !text.chars().any(is_break) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    let mut broken = false;
    for character in text.chars() {
        if is_break(character) {
            broken = true;
            continue;
        }
        if broken {
            if character.is_whitespace() {
                continue;
            }
            line.truncate(line.trim_end().len());
            if !line.is_empty() {
                line.push(' ');
            }
            broken = false;
        }
        line.push(character);
    }
    line.truncate(line.trim_end().len());
    Cow::Owned(line)
}

/// The same, as a text of its own.
pub fn single_line(text: &str) -> String {
    line(text).into_owned()
}

/// Whether all bytes are such. It looks at every one of them, which is faster than to stop at the first.
fn all_bytes(text: &str, such: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & such(byte))
}

/// Whether any byte is such, found out the same way.
pub(super) fn any_byte(text: &str, such: impl Fn(u8) -> bool) -> bool {
    !all_bytes(text, |byte| !such(byte))
}

fn is_break(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A text of any number of lines: they end in a line feed, a tab is a blank, every other control
/// character goes, and so do outer blanks.
pub fn lines(text: &str) -> Cow<'_, str> {
    let changes = |character: char| character != '\n' && is_break(character);
    let is_plain = |byte: u8| (byte == b'\n') | (0x20..0x7F).contains(&byte);
    if all_bytes(text, is_plain) || !text.chars().any(changes) {
        return Cow::Borrowed(text.trim());
    }
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().filter_map(|character| match character {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
        '\t' => Some(' '),
        control if control.is_control() => None,
        other => Some(other),
    });
    Cow::Owned(kept.collect::<String>().trim().to_owned())
}

/// The same, as a text of its own.
pub fn several_lines(text: &str) -> String {
    lines(text).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    #[test]
    fn a_text_is_cut_at_a_word() {
        assert_eq!(cut_at_word("Hex bolt M8x40 zinc plated", 20), "Hex bolt M8x40 zinc");
        assert_eq!(cut_at_word("Hex bolt M8x40 zinc plated", 19), "Hex bolt M8x40 zinc");
        assert_eq!(cut_at_word("Hex bolt M8x40 zinc plated", 18), "Hex bolt M8x40");
        assert_eq!(cut_at_word("  Hex bolt ", 8), "Hex bolt");
    }

    #[test]
    fn a_first_word_that_is_too_long_is_cut_hard() {
        assert_eq!(cut_at_word("Donaudampfschiff", 5), "Donau");
        assert_eq!(cut_at_word("Donau", 0), "");
    }

    #[test]
    fn characters_count_and_not_bytes() {
        assert_eq!(cut_at_word("Größenübersicht", 15), "Größenübersicht");
        assert_eq!(cut_at_word(&"ü".repeat(41), 40).chars().count(), 40);
    }

    #[test]
    fn no_cut_goes_through_one_character_of_a_reader() {
        assert_eq!(cut_at_word("ae\u{301}i", 2), "a");
        assert_eq!(cut_at_word("ab👩‍🔧c", 4), "ab");
    }

    #[test]
    fn a_single_line_keeps_its_blanks_and_loses_its_breaks() {
        assert_eq!(single_line(" A  12 \r\n B\t\u{0}C \u{2028} D "), "A  12 B C D");
        assert_eq!(single_line("\n"), "");
    }

    proptest! {
        #[test]
        fn a_cut_text_is_a_short_beginning(text in any::<String>(), max in 0_usize..50) {
            let cut = cut_at_word(&text, max);
            prop_assert!(cut.chars().count() <= max);
            prop_assert!(text.trim().starts_with(&*cut));
            prop_assert_eq!(cut.trim(), &*cut);
        }

        #[test]
        fn a_cut_is_where_a_reader_would_cut(text in "[a\u{301}\r\nü👩‍🔧🇩🇪-]{1,30}", max in 0_usize..20) {
            let text = text.trim();
            let whole: Vec<_> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
            let cut = cut_at_word(text, max);
            // Nothing but blanks lies between the cut and a place between two graphemes.
            let next = whole.iter().find(|at| **at >= cut.len()).copied().unwrap_or_default();
            prop_assert!(text[cut.len()..next].trim().is_empty());
        }

        #[test]
        fn a_single_line_has_no_control_character(text in any::<String>()) {
            let line = single_line(&text);
            prop_assert!(!line.chars().any(is_break));
            prop_assert_eq!(single_line(&line), line);
        }
    }
}
