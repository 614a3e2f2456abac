//! A scanner for the markup that descriptions are mostly made of, a hundred times faster than a browser's parser.
//!
//! It accepts only what it surely reads as a browser does: the usual elements, properly nested and closed, with
//! quoted attributes, and well-known entities. At the first doubt it gives up, and the parser reads the text.

use super::html::{Effect, Words, has_reference};
use super::text::{any_byte, several_lines};

/// Elements inside each other.
const DEEPEST: usize = 32;

/// The plain text, or `None` if a parser must look at it.
pub(super) fn plain(html: &str) -> Option<String> {
    if any_byte(html, |byte| byte == 0) {
        return None;
    }
    if !html.contains('<') {
        // Without elements white space stays, and an ampersand that begins no entity, too.
        return if has_reference(html) { Some(several_lines(&decoded(html)?)) } else { Some(several_lines(html)) };
    }
    let mut words = Words::default();
    let mut open: Vec<Element> = Vec::new();
    let mut tags = 0;
    let mut rest = html;
    while !rest.is_empty() {
        // Pieces are short: a search for long texts would take longer to begin.
        let end = rest.bytes().position(|byte| byte == b'<').unwrap_or(rest.len());
        let (text, tag) = rest.split_at(end);
        if !text.is_empty() {
            // Text between list items is rare, and not worth a thought.
            if open.last().is_some_and(|parent| parent.kind == Kind::List) && !text.trim().is_empty() {
                return None;
            }
            if any_byte(text, |byte| byte == b'&') { words.text(&decoded(text)?) } else { words.text(text) }
        }
        if tag.is_empty() {
            break;
        }
        let (read, after) = Tag::read(tag)?;
        match read {
            Tag::Open(element) => {
                let parent = open.last().map(|parent| parent.kind);
                let fits = match element.kind {
                    Kind::Break | Kind::Inline => parent != Some(Kind::List),
                    Kind::Item => parent == Some(Kind::List),
                    Kind::Paragraph | Kind::Container | Kind::List => {
                        matches!(parent, None | Some(Kind::Container | Kind::Item))
                    }
                };
                let nested_link = element.name == "a" && open.iter().any(|around| around.name == "a");
                if !fits || nested_link || open.len() >= DEEPEST {
                    return None;
                }
                words.begin(element.effect(), |_| None);
                if element.kind == Kind::Break { words.end(Effect::Break) } else { open.push(element) }
            }
            Tag::Close(name) => {
                let closed = open.pop().filter(|closed| closed.name == name)?;
                words.end(closed.effect());
            }
        }
        tags += 1;
        rest = after;
    }
    (open.is_empty() && tags > 0).then(|| words.finish())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Break,
    Inline,
    /// Holds nothing but inline elements.
    Paragraph,
    Container,
    List,
    Item,
}

#[derive(Debug, Clone, Copy)]
struct Element {
    name: &'static str,
    kind: Kind,
}

impl Element {
    fn effect(self) -> Effect {
        match self.kind {
            Kind::Break => Effect::Break,
            Kind::Inline => Effect::Nothing,
            Kind::Paragraph => Effect::Paragraph,
            Kind::Container => Effect::Line,
            Kind::List if self.name == "ol" => Effect::Numbered,
            Kind::List => Effect::Bullets,
            Kind::Item => Effect::Item,
        }
    }
}

const ELEMENTS: [Element; 27] = [
    of("br", Kind::Break),
    of("b", Kind::Inline),
    of("p", Kind::Paragraph),
    of("li", Kind::Item),
    of("ul", Kind::List),
    of("strong", Kind::Inline),
    of("span", Kind::Inline),
    of("div", Kind::Container),
    of("i", Kind::Inline),
    of("em", Kind::Inline),
    of("a", Kind::Inline),
    of("ol", Kind::List),
    of("u", Kind::Inline),
    of("sup", Kind::Inline),
    of("sub", Kind::Inline),
    of("small", Kind::Inline),
    of("mark", Kind::Inline),
    of("code", Kind::Inline),
    of("h1", Kind::Paragraph),
    of("h2", Kind::Paragraph),
    of("h3", Kind::Paragraph),
    of("h4", Kind::Paragraph),
    of("h5", Kind::Paragraph),
    of("h6", Kind::Paragraph),
    of("blockquote", Kind::Container),
    of("section", Kind::Container),
    of("article", Kind::Container),
];

const fn of(name: &'static str, kind: Kind) -> Element {
    Element { name, kind }
}

enum Tag {
    Open(Element),
    Close(&'static str),
}

impl Tag {
    /// Reads a tag at the beginning of a text; gives what follows it, too.
    fn read(text: &str) -> Option<(Self, &str)> {
        let inside = text.strip_prefix('<')?;
        let (closes, inside) = match inside.strip_prefix('/') {
            Some(inside) => (true, inside),
            None => (false, inside),
        };
        let end = inside.bytes().position(|byte| !byte.is_ascii_alphanumeric())?;
        let (name, after) = inside.split_at(end);
        let element = ELEMENTS.iter().find(|element| element.name.eq_ignore_ascii_case(name)).copied()?;
        if closes {
            let after = after.trim_start_matches([' ', '\n', '\t']).strip_prefix('>')?;
            return (element.kind != Kind::Break).then_some((Self::Close(element.name), after));
        }
        if let Some(after) = after.strip_prefix('>') {
            return Some((Self::Open(element), after));
        }
        // The number that an ordered list begins with is an attribute.
        if element.name == "ol" {
            return None;
        }
        let mut after = attributes(after)?;
        if element.kind == Kind::Break {
            after = after.strip_prefix('/').unwrap_or(after);
        }
        Some((Self::Open(element), after.strip_prefix('>')?))
    }
}

/// What stands behind quoted attributes.
fn attributes(mut text: &str) -> Option<&str> {
    loop {
        let trimmed = text.trim_start_matches([' ', '\n', '\t']);
        let end = trimmed.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(trimmed.len());
        if end == 0 {
            return Some(trimmed);
        }
        if trimmed.len() == text.len() {
            return None;
        }
        let value = trimmed[end..].strip_prefix('=')?;
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let closing = value[1..].find(quote)?;
        text = &value[1 + closing + 1..];
    }
}

/// A text with its entities as what they mean.
fn decoded(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        let reference = &rest[at + 1..];
        if reference.is_empty() || reference.starts_with([' ', '\n', '\t']) {
            decoded.push('&');
            rest = reference;
            continue;
        }
        // The longest that is known has six letters.
        let end = reference.bytes().take(9).position(|byte| byte == b';')?;
        decoded.push(character(&reference[..end])?);
        rest = &reference[end + 1..];
    }
    decoded.push_str(rest);
    Some(decoded)
}

fn character(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(digits, 16),
            None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse(),
            _ => return None,
        };
        // Below lie control characters, and those that browsers take for windows-1252.
        return code.ok().filter(|code| (0x20..0x7F).contains(code) || *code >= 0xA0).and_then(char::from_u32);
    }
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "euro" => '€',
        "deg" => '°',
        "sup2" => '²',
        "sup3" => '³',
        "micro" => 'µ',
        "times" => '×',
        "plusmn" => '±',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "reg" => '®',
        "copy" => '©',
        "trade" => '™',
        "Oslash" => 'Ø',
        "oslash" => 'ø',
        "eacute" => 'é',
        _ => return None,
    })
}
