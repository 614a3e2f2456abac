//! Texts as OCI fields take them: cut at a word, on a single line, freed from HTML.
//!
//! Lengths are characters, never bytes. LONGTEXT is not wrapped here: SAP wraps it at 132 by itself.
//! What a charset lacks is `charset.rs`' matter.

use std::borrow::Cow;

use scraper::{Html, Node};
use unicode_segmentation::UnicodeSegmentation;

/// At most `max` characters of a text, cut at a word, without outer blanks. A first word that is too
/// long by itself is cut hard, but never inside what a reader takes for one character.
pub fn cut_at_word(text: &str, max: usize) -> Cow<'_, str> {
    let text = text.trim();
    if text.len() <= max || text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    let mut end = 0;
    let mut taken = 0;
    for grapheme in text.graphemes(true) {
        taken += grapheme.chars().count();
        if taken > max {
            break;
        }
        end += grapheme.len();
    }
    let (kept, rest) = text.split_at(end);
    let ends_a_word = rest.starts_with(char::is_whitespace);
    let last_gap = kept.rfind(char::is_whitespace).filter(|_| !ends_a_word);
    Cow::Borrowed(last_gap.map_or(kept, |gap| &kept[..gap]).trim_end())
}

/// HTML as plain text: paragraphs and list items on lines of their own, a blank line between
/// paragraphs, entities as what they mean, no control characters. A text that is not HTML keeps its
/// words and its lines (`a < b & c` too).
pub fn plain(html: &str) -> String {
    if has_element(html) {
        let mut text = Lines::default();
        text.read(&Html::parse_fragment(html));
        return several_lines(text.finish().trim());
    }
    if has_reference(html) {
        // Only the entities mean something: no tag may come to be, and white space stays.
        let fragment = Html::parse_fragment(&html.replace('<', "&lt;"));
        return several_lines(&fragment.root_element().text().collect::<String>());
    }
    several_lines(html)
}

/// Whether a text has tags or character references that a reader is not meant to see.
pub fn is_html(text: &str) -> bool {
    has_element(text) || has_reference(text)
}

/// One line: a run of control characters and line breaks becomes one blank, blanks inside a line
/// stay as they are (they count in article numbers), outer ones go.
pub fn single_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut broken = false;
    for character in text.trim().chars() {
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
    line
}

fn is_break(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A text of any number of lines: they end in a line feed, a tab is a blank, every other control
/// character goes, and so do outer blanks.
pub fn several_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().filter_map(|character| match character {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
        '\t' => Some(' '),
        control if control.is_control() => None,
        other => Some(other),
    });
    kept.collect::<String>().trim().to_owned()
}

/// Whether a tag of an element that descriptions are made of occurs: `<b>`, `</p>`, `<br/>`. `a <b`
/// and `<M8>` are no HTML.
fn has_element(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let tag = &text[at + 1..];
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(name_end);
        let name_ends = rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
        name_ends && rest.contains('>') && among(ELEMENTS, name.to_ascii_lowercase().as_str())
    }) || text.find("<!--").is_some_and(|at| text[at..].contains("-->"))
}

/// Whether a character reference occurs: `&amp;`, `&#8364;`, `&#x20AC;`.
fn has_reference(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let reference = &text[at + 1..];
        let reference = reference.strip_prefix('#').unwrap_or(reference);
        let end = reference.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(reference.len());
        end > 0 && reference[end..].starts_with(';')
    })
}

/// Whether an element is one of those named, blanks between them.
fn among(elements: &str, name: &str) -> bool {
    elements.split_ascii_whitespace().any(|element| element == name)
}

/// Elements that begin and end a line.
const BLOCKS: &str = "\
    address article aside blockquote caption dd details div dl dt fieldset figcaption figure footer form \
    header hr legend li main nav ol section summary table tbody tfoot thead tr ul";
/// Elements with a blank line before and after them.
const PARAGRAPHS: &str = "p pre h1 h2 h3 h4 h5 h6";
/// Elements whose content nobody reads.
const UNSEEN: &str = "script style template head title noscript svg iframe object";
/// What makes a text HTML.
const ELEMENTS: &str = "\
    a abbr address article aside b big blockquote body br caption center cite code col colgroup dd del \
    details dfn div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr \
    html i iframe img ins kbd legend li link main mark meta nav nobr noscript object ol p picture pre q s \
    samp script section small source span strike strong style sub summary sup svg table tbody td template \
    tfoot th thead title tr tt u ul var video wbr";

/// Plain text as it grows line by line. White space collapses as a browser collapses it.
#[derive(Default)]
struct Lines {
    text: String,
    /// Line feeds owed before the next word.
    owed: usize,
    /// A blank is owed before the next word.
    gap: bool,
    /// What stands before the first word of a list item.
    mark: Option<String>,
    /// The next numbers of the ordered lists around; `None` for a list with bullets.
    lists: Vec<Option<usize>>,
    preformatted: usize,
}

impl Lines {
    /// Walks the tree without recursion, so that no nesting of a description is too deep.
    fn read(&mut self, fragment: &Html) {
        let root = fragment.tree.root();
        let mut node = root;
        loop {
            let unseen = matches!(node.value(), Node::Element(element) if among(UNSEEN, element.name()));
            if !unseen {
                self.open(node.value());
                if let Some(child) = node.first_child() {
                    node = child;
                    continue;
                }
                self.close(node.value());
            }
            while node.next_sibling().is_none() {
                match node.parent() {
                    Some(parent) => node = parent,
                    None => return,
                }
                self.close(node.value());
                if node == root {
                    return;
                }
            }
            match node.next_sibling() {
                Some(sibling) => node = sibling,
                None => return,
            }
        }
    }

    fn open(&mut self, node: &Node) {
        let element = match node {
            Node::Text(text) if self.preformatted > 0 => return self.verbatim(text),
            Node::Text(text) => return self.words(text),
            Node::Element(element) => element,
            _ => return,
        };
        match element.name() {
            // A line of its own even when nothing is on it.
            "br" => {
                self.owed = (self.owed + 1).min(2);
                self.gap = false;
            }
            "td" | "th" => self.gap = true,
            name => self.separate(name),
        }
        match element.name() {
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(element.attr("start").and_then(|n| n.parse().ok()).unwrap_or(1))),
            "li" => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => "- ".to_owned(),
                };
                self.mark = Some(mark);
            }
            "pre" => self.preformatted += 1,
            "img" => self.words(element.attr("alt").unwrap_or_default()),
            _ => {}
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        match element.name() {
            "ul" | "ol" => drop(self.lists.pop()),
            "li" => self.mark = None,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "td" | "th" => self.gap = true,
            _ => {}
        }
        self.separate(element.name());
    }

    fn separate(&mut self, name: &str) {
        // Inside a list item a paragraph is nothing more than a line.
        if among(PARAGRAPHS, name) && self.lists.is_empty() {
            self.owed = 2;
        } else if among(BLOCKS, name) || among(PARAGRAPHS, name) {
            self.owed = self.owed.max(1);
        }
    }

    fn words(&mut self, text: &str) {
        let is_blank = |c: char| c.is_whitespace() || c == '\u{200B}';
        self.gap |= text.starts_with(is_blank);
        let mut words = text.split(is_blank).filter(|word| !word.is_empty()).peekable();
        while let Some(word) = words.next() {
            // Soft hyphens and byte order marks are for browsers.
            self.word(&word.replace(['\u{AD}', '\u{FEFF}'], ""));
            self.gap = words.peek().is_some() || text.ends_with(is_blank);
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if !self.text.is_empty() && self.owed > 0 {
            self.text.extend(std::iter::repeat_n('\n', self.owed));
        } else if !self.text.is_empty() && self.gap {
            self.text.push(' ');
        }
        self.owed = 0;
        self.gap = false;
        self.text.extend(self.mark.take());
        self.text.push_str(word);
    }

    fn verbatim(&mut self, text: &str) {
        let text = text.trim_matches('\n');
        if !text.trim().is_empty() {
            self.word(text);
        }
    }

    fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn html_becomes_lines() {
        assert_eq!(plain("<p>Zinc plated,\n  8.8</p><p>DIN&nbsp;933</p>"), "Zinc plated, 8.8\n\nDIN 933");
        assert_eq!(plain("one<br>two<br/>three"), "one\ntwo\nthree");
        assert_eq!(plain("<b>Bold</b>face &amp; <i>more</i>"), "Boldface & more");
        assert_eq!(
            plain("Set:<ul><li>10 bolts</li><li><p>10 nuts</p></li></ul>end"),
            "Set:\n- 10 bolts\n- 10 nuts\nend"
        );
        assert_eq!(plain("<ol><li>first<li>second</ol>"), "1. first\n2. second");
        assert_eq!(
            plain("<table><tr><td>Size</td><td>M8</td></tr><tr><td>Length</td><td>40</td></tr></table>"),
            "Size M8\nLength 40"
        );
        assert_eq!(plain("<pre>a\n  b</pre>c"), "a\n  b\n\nc");
        assert_eq!(plain("<p>See. <b>This</b> 1 < 2 &lt; 3</p>"), "See. This 1 < 2 < 3");
    }

    #[test]
    fn what_nobody_reads_is_gone() {
        assert_eq!(plain("<style>p{}</style><script>alert(1)</script><p>Bolt<!-- x --></p>"), "Bolt");
        assert_eq!(plain("<p></p>"), "");
        assert_eq!(plain("Schiff\u{AD}fahrt<br>"), "Schifffahrt");
    }

    #[test]
    fn a_text_that_is_not_html_stays_as_it_is() {
        for text in ["a < b & c", "first line\nsecond line", "x <y & z> w", "<M8>", "R&D; tools", "5 < 6 > 4", "AT&T"] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn entities_alone_are_read_and_lines_stay() {
        assert_eq!(plain("Nuts &amp; bolts\n&quot;M8&quot; <x> &#8364;"), "Nuts & bolts\n\"M8\" <x> €");
    }

    #[test]
    fn control_characters_are_gone() {
        assert_eq!(plain("a\u{0}b\tc\r\nd\re\u{9f}"), "ab c\nd\ne");
        assert_eq!(plain("<p>a&#7;b</p>"), "ab");
    }

    #[test]
    fn deep_nesting_is_read_without_recursion() {
        let deep = format!("{}bolt", "<div>".repeat(3_000));
        assert_eq!(plain(&deep), "bolt");
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
        fn a_single_line_has_no_control_character(text in any::<String>()) {
            let line = single_line(&text);
            prop_assert!(!line.chars().any(is_break));
            prop_assert_eq!(single_line(&line), line);
        }

        #[test]
        fn no_text_upsets_the_reading_of_html(text in "[<>&;/a-z \n#!-]{0,60}") {
            prop_assert!(!plain(&text).chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
