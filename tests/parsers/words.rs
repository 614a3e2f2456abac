//! Texts that are hard to carry: markup, quotes, brackets, line breaks, and every letter of a charset.

use encoding_rs::Encoding;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// What breaks forms that are not written with care.
const HARD: &str = "<>\"'&;#[]=+% \\/?:~|{}()`^$€";

/// Runs a law on so many cases; a failure is told with the smallest case and leaves no file behind.
#[track_caller]
pub fn law<S: Strategy>(cases: u32, strategy: S, holds: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&strategy, |value| {
        holds(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Every character beyond ASCII that a charset has, as far as two bytes reach; of UTF-8 nothing, since it has all. Some bytes
/// are read as characters that are never written as these bytes: such a character the charset lacks.
pub fn letters(label: &str) -> Vec<char> {
    let encoding = Encoding::for_label(label.as_bytes()).expect("a charset");
    if encoding == encoding_rs::UTF_8 {
        return Vec::new();
    }
    // The true ISO 8859-1, and not what browsers take for it.
    if label == "iso-8859-1" {
        return ('\u{a0}'..='\u{ff}').collect();
    }
    let decoded = |bytes: &[u8]| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        let mut letters = text.chars();
        let letter = letters.next().filter(|letter| !letter.is_ascii() && letters.as_str().is_empty())?;
        (encoding.encode(&text).0 == bytes).then_some(letter)
    };
    let one: Vec<char> = (0x80..=0xff).filter_map(|byte| decoded(&[byte])).collect();
    let two = (0x81..=0xfe).flat_map(|first| (0x40..=0xfe).map(move |second| [first, second]));
    let two = if encoding.is_single_byte() { Vec::new() } else { two.filter_map(|bytes| decoded(&bytes)).collect() };
    one.into_iter().chain(two).filter(|letter| !letter.is_control()).collect()
}

/// A text on one line as a shop could write it, in the letters of a charset.
pub fn line(label: &str) -> BoxedStrategy<String> {
    text(label, false)
}

/// A text of several lines.
pub fn lines(label: &str) -> BoxedStrategy<String> {
    text(label, true)
}

fn text(label: &str, breaks: bool) -> BoxedStrategy<String> {
    let letters = letters(label);
    let has_euro = letters.is_empty() || letters.contains(&'€');
    let hard: Vec<char> = HARD.chars().filter(|c| has_euro || *c != '€').collect();
    let own = if letters.is_empty() {
        any::<char>()
            .prop_filter("a character of a text", |c| !c.is_control() && !"\u{2028}\u{2029}".contains(*c))
            .boxed()
    } else {
        prop::sample::select(letters).boxed()
    };
    let hard = prop::sample::select(hard);
    let ascii = prop::char::range('!', '~');
    let character = if breaks {
        prop_oneof![3 => hard, 3 => own, 3 => ascii, 1 => Just('\n')].boxed()
    } else {
        prop_oneof![3 => hard, 3 => own, 3 => ascii].boxed()
    };
    // Blanks around a text and at the end of a cart's value mean nothing and are taken off.
    let tidy = |text: String| match text.trim() {
        "" => "x".to_owned(),
        trimmed => trimmed.to_owned(),
    };
    prop::collection::vec(character, 1..40).prop_map(|text| text.into_iter().collect()).prop_map(tidy).boxed()
}
