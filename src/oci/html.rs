//! HTML as plain text: what shops write as descriptions, as LONGTEXT takes it.
//!
//! Lines come where a browser begins them, words where it shows them. Well-formed markup of the usual elements is
//! read by a scanner of its own (`simple_html.rs`), everything else by a browser's parser, a hundred times slower;
//! a property test holds that nobody can tell which of them it was.

use std::borrow::Cow;

use scraper::{Html, Node};

use super::simple_html;
use super::text::{lines, several_lines};

/// HTML as plain text: paragraphs and list items on lines of their own, a blank line between
/// paragraphs, entities as what they mean, no control characters. A text that is not HTML keeps its
/// words and its lines (`a < b & c` too).
pub fn plain(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return several_lines(html);
    }
    simple_html::plain(html).unwrap_or_else(|| parsed(html))
}

/// Whether a text has tags or character references that a reader is not meant to see.
pub fn is_html(text: &str) -> bool {
    has_element(text) || has_reference(text)
}

fn parsed(html: &str) -> String {
    if has_element(html) {
        let mut text = Words::default();
        text.read(&Html::parse_fragment(html));
        return text.finish();
    }
    if has_reference(html) {
        // Only the entities mean something: no tag may come to be, and white space stays.
        let fragment = Html::parse_fragment(&html.replace('<', "&lt;"));
        return several_lines(&fragment.root_element().text().collect::<String>());
    }
    several_lines(html)
}

/// Whether a tag of an element that descriptions are made of occurs: `<b>`, `</p>`, `<br/>`. `a <b`
/// and `<M8>` are no HTML.
pub(super) fn has_element(text: &str) -> bool {
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
pub(super) fn has_reference(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let reference = &text[at + 1..];
        let reference = reference.strip_prefix('#').unwrap_or(reference);
        let end = reference.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(reference.len());
        end > 0 && reference[end..].starts_with(';')
    })
}

/// Whether an element is one of those named, which stand in the order of the alphabet.
fn among(elements: &[&str], name: &str) -> bool {
    elements.binary_search(&name).is_ok()
}

/// Elements that begin and end a line.
#[rustfmt::skip]
const BLOCKS: &[&str] = &[
    "address", "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "legend", "li", "main", "nav", "ol", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
];
/// Elements with a blank line before and after them.
const PARAGRAPHS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"];
/// Elements whose content nobody reads.
const UNSEEN: &[&str] = &["head", "iframe", "noscript", "object", "script", "style", "svg", "template", "title"];
/// What makes a text HTML.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "a", "abbr", "address", "article", "aside", "b", "big", "blockquote", "body", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "fieldset",
    "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
    "hr", "html", "i", "iframe", "img", "ins", "kbd", "legend", "li", "link", "main", "mark", "meta", "nav",
    "nobr", "noscript", "object", "ol", "p", "picture", "pre", "q", "s", "samp", "script", "section", "small",
    "source", "span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td",
    "template", "tfoot", "th", "thead", "title", "tr", "tt", "u", "ul", "var", "video", "wbr",
];

/// What an element means for the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    Break,
    Cell,
    /// Begins and ends a line.
    Line,
    /// Has a blank line before and after it.
    Paragraph,
    Bullets,
    Numbered,
    Item,
    Preformatted,
    Image,
}

impl Effect {
    fn of(element: &str) -> Self {
        match element {
            "br" => Self::Break,
            "td" | "th" => Self::Cell,
            "ul" => Self::Bullets,
            "ol" => Self::Numbered,
            "li" => Self::Item,
            "pre" => Self::Preformatted,
            "img" => Self::Image,
            name if among(PARAGRAPHS, name) => Self::Paragraph,
            name if among(BLOCKS, name) => Self::Line,
            _ => Self::Nothing,
        }
    }
}

/// Plain text as it grows word by word. White space collapses as a browser collapses it.
#[derive(Default)]
pub(super) struct Words {
    text: String,
    /// Line feeds owed before the next word.
    owed: usize,
    /// A blank is owed before the next word.
    gap: bool,
    /// What stands before the first word of a list item.
    mark: Option<Cow<'static, str>>,
    /// The next numbers of the ordered lists around; `None` for a list with bullets.
    lists: Vec<Option<usize>>,
    preformatted: usize,
}

impl Words {
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
        match node {
            Node::Text(text) => self.text(text),
            Node::Element(element) => self.begin(Effect::of(element.name()), |attribute| element.attr(attribute)),
            _ => {}
        }
    }

    fn close(&mut self, node: &Node) {
        if let Node::Element(element) = node {
            self.end(Effect::of(element.name()));
        }
    }

    /// What stands between two tags.
    pub fn text(&mut self, text: &str) {
        if self.preformatted > 0 { self.verbatim(text) } else { self.words(text) }
    }

    /// An element begins.
    pub fn begin<'a>(&mut self, effect: Effect, attribute: impl Fn(&str) -> Option<&'a str>) {
        match effect {
            // A line of its own even when nothing is on it.
            Effect::Break => {
                self.owed = (self.owed + 1).min(2);
                self.gap = false;
            }
            Effect::Cell => self.gap = true,
            other => self.separate(other),
        }
        match effect {
            Effect::Bullets => self.lists.push(None),
            Effect::Numbered => self.lists.push(Some(attribute("start").and_then(|n| n.parse().ok()).unwrap_or(1))),
            Effect::Item => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ").into();
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => "- ".into(),
                };
                self.mark = Some(mark);
            }
            Effect::Preformatted => self.preformatted += 1,
            Effect::Image => self.words(attribute("alt").unwrap_or_default()),
            _ => {}
        }
    }

    /// An element ends.
    pub fn end(&mut self, effect: Effect) {
        match effect {
            Effect::Bullets | Effect::Numbered => drop(self.lists.pop()),
            Effect::Item => self.mark = None,
            Effect::Preformatted => self.preformatted = self.preformatted.saturating_sub(1),
            Effect::Cell => self.gap = true,
            _ => {}
        }
        self.separate(effect);
    }

    fn separate(&mut self, effect: Effect) {
        match effect {
            // Inside a list item a paragraph is nothing more than a line.
            Effect::Paragraph | Effect::Preformatted if self.lists.is_empty() => self.owed = 2,
            Effect::Nothing | Effect::Break | Effect::Cell | Effect::Image => {}
            _ => self.owed = self.owed.max(1),
        }
    }

    fn words(&mut self, text: &str) {
        let is_blank = |c: char| c.is_whitespace() || c == '\u{200B}';
        self.gap |= text.starts_with(is_blank);
        // Soft hyphens and byte order marks are for browsers.
        let unseen = ['\u{AD}', '\u{FEFF}'];
        let has_unseen = !text.is_ascii() && text.contains(unseen);
        let mut found = false;
        for word in text.split(is_blank).filter(|word| !word.is_empty()) {
            self.gap |= found;
            found = true;
            if has_unseen { self.word(&word.replace(unseen, "")) } else { self.word(word) }
        }
        self.gap = if found { text.ends_with(is_blank) } else { self.gap };
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

    /// The whole text.
    pub fn finish(self) -> String {
        match lines(self.text.trim()) {
            Cow::Borrowed(same) if same.len() == self.text.len() => self.text,
            other => other.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_are_found_by_their_order() {
        for elements in [BLOCKS, PARAGRAPHS, UNSEEN, ELEMENTS] {
            assert!(elements.is_sorted());
        }
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

    /// Pieces of descriptions, good and bad.
    fn piece() -> impl Strategy<Value = String> {
        let fixed = [
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<ul>",
            "</ul>",
            "<ol>",
            "</ol>",
            "<li>",
            "</li>",
            "<br>",
            "<br/>",
            "<BR />",
            "<div class=\"a>b\">",
            "</div>",
            "<h2>",
            "</h2>",
            "<span style='x'>",
            "</span>",
            "<a href=\"/x?a=1&b=2\">",
            "</a>",
            "<i>",
            "</i>",
            "<strong >",
            "</strong>",
            "<blockquote>",
            "</blockquote>",
            "<pre>",
            "</pre>",
            "<td>",
            "<img alt=x>",
            "<!-- x -->",
            "<x>",
            "<M8>",
            "&amp;",
            "&nbsp;",
            "&auml;",
            "&#8364;",
            "&#x20AC;",
            "&#0;",
            "&#150;",
            "&copy 1",
            "&",
            "& ",
            "<",
            " < ",
            ">",
            "\n",
            "\r\n",
            "\t",
            " ",
            "\u{AD}",
            "\u{a0}",
            "word",
            "Größe",
            "\"",
            "'",
            "</br>",
            "<p",
            "<ol start=3>",
        ];
        prop_oneof![4 => prop::sample::select(fixed.to_vec()).prop_map(str::to_owned), 1 => "[a-z ]{1,6}"]
    }

    /// Well-formed markup.
    fn tree() -> impl Strategy<Value = String> {
        let leaf =
            prop_oneof!["[a-zäß &<]{0,8}", Just("&amp;".to_owned()), Just("<br>".to_owned()), Just(" x\n".to_owned())];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let name = prop::sample::select(vec![
                "p",
                "b",
                "i",
                "div",
                "ul",
                "ol",
                "li",
                "span",
                "h1",
                "a",
                "blockquote",
                "em",
            ]);
            (name, prop::collection::vec(inner, 0..4))
                .prop_map(|(name, inner)| format!("<{name}>{}</{name}>", inner.concat()))
        })
    }

    #[test]
    fn the_usual_markup_needs_no_parser() {
        for html in [
            "<p>Zinc plated, <b>DIN 933</b></p><ul><li>steel 8.8</li><li>19\" rack</li></ul>",
            "one<br>two<br/>three &amp; four",
            "<div class=\"d\"><h2>Size</h2><p>M8 <a href='/m8'>more</a></p><ol><li>a<ul><li>b</li></ul></li></ol></div>",
            "Nuts &amp; bolts, 5 &euro;",
        ] {
            assert_eq!(simple_html::plain(html), Some(parsed(html)), "{html}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_scanner_reads_what_it_accepts_as_a_browser_does(pieces in prop::collection::vec(piece(), 0..14)) {
            let html = pieces.concat();
            if let Some(text) = simple_html::plain(&html) {
                prop_assert_eq!(text, parsed(&html), "{}", html);
            }
        }

        #[test]
        fn the_scanner_reads_well_formed_markup_as_a_browser_does(pieces in prop::collection::vec(tree(), 1..4)) {
            let html = pieces.concat();
            if let Some(text) = simple_html::plain(&html) {
                prop_assert_eq!(text, parsed(&html), "{}", html);
            }
        }

        #[test]
        fn no_text_upsets_the_reading_of_html(text in "[<>&;/a-z \n#!-]{0,60}") {
            prop_assert!(!plain(&text).chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
