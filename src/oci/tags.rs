//! The tags of a page, one after the other, as browsers find them (HTML standard, section 13.2.5, as far as forms go).
//!
//! Owns names, attributes and character references. Time and memory are those of the page's length: an element
//! keeps a bounded number of attributes, and nothing is looked at twice.

use scraper::{Html, Selector};

/// Attributes that are kept of one element.
const MAX_ATTRIBUTES: usize = 64;

pub(super) enum Piece<'a> {
    Start(Tag<'a>),
    End(String),
}

/// A start tag.
pub(super) struct Tag<'a> {
    /// In lower case.
    pub name: String,
    attributes: Vec<(&'a str, &'a str)>,
    /// In the page, from 1.
    pub line: usize,
}

impl<'a> Tag<'a> {
    fn raw(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    pub fn attribute(&self, name: &str) -> Option<String> {
        self.raw(name).map(decoded)
    }

    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The `name` of a control that is sent.
    pub fn name_attribute(&self) -> Option<String> {
        self.attribute("name").filter(|name| !name.is_empty())
    }

    /// `onload`, `onclick` and their like.
    pub fn has_handler(&self) -> bool {
        self.attributes.iter().any(|(name, _)| name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on")))
    }

    /// What stands behind a quotation mark that ended a value too early: no attribute's name has one.
    pub fn broken(&self) -> Option<String> {
        let is_odd = |(name, _): &&(&str, &str)| name.contains(['"', '\'', '<']);
        let last = self.attributes.iter().rposition(|attribute| is_odd(&attribute))?;
        let known = |name: &str| {
            const KNOWN: [&str; 8] = ["type", "name", "value", "id", "class", "form", "checked", "disabled"];
            KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        let rest = self.attributes[..=last].iter().map(|(name, _)| *name).filter(|name| !known(name));
        Some(rest.collect::<Vec<_>>().join(" "))
    }
}

/// Walks a page.
pub(super) struct Tags<'a> {
    html: &'a str,
    at: usize,
    line: usize,
    /// Up to where line feeds are counted.
    counted: usize,
}

impl<'a> Tags<'a> {
    /// `html` has line feeds only.
    pub fn new(html: &'a str) -> Self {
        Self { html, at: 0, line: 1, counted: 0 }
    }

    /// The next tag. What stands inside of scripts, styles and comments is none.
    pub fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let start = self.at + self.rest().find('<')?;
            self.at = start + 1;
            let rest = self.rest();
            let mut characters = rest.chars();
            match characters.next()? {
                '!' => self.skip_declaration(),
                '?' => self.skip_past(">"),
                '/' if characters.next().is_some_and(|first| first.is_ascii_alphabetic()) => {
                    self.at += 1;
                    let name = self.tag_name();
                    self.attributes()?;
                    return Some(Piece::End(name));
                }
                '/' => self.skip_past(">"),
                first if first.is_ascii_alphabetic() => {
                    let line = self.line_at(start);
                    let name = self.tag_name();
                    let attributes = self.attributes()?;
                    const RAW: [&str; 8] =
                        ["script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "title"];
                    if RAW.contains(&name.as_str()) {
                        self.raw_text(&name);
                    }
                    return Some(Piece::Start(Tag { name, attributes, line }));
                }
                _ => {}
            }
        }
    }

    /// The text up to the end tag of an element without elements inside; all of it if there is none.
    pub fn raw_text(&mut self, name: &str) -> &'a str {
        let rest = self.rest();
        let ends = |at: &usize| {
            let after = &rest.as_bytes()[at + 2..];
            let is_name = after.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()));
            is_name && after.get(name.len()).is_none_or(|next| next.is_ascii_whitespace() || b"/>".contains(next))
        };
        let end = rest.match_indices("</").map(|(at, _)| at).find(ends).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The text up to the next tag; it is not passed.
    pub fn text_ahead(&self) -> &'a str {
        self.rest().split('<').next().unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        &self.html[self.at..]
    }

    fn line_at(&mut self, at: usize) -> usize {
        self.line += self.html.as_bytes()[self.counted..at].iter().filter(|byte| **byte == b'\n').count();
        self.counted = at;
        self.line
    }

    fn skip_past(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.html.len(), |at| self.at + at + end.len());
    }

    fn skip_declaration(&mut self) {
        let Some(comment) = self.rest().strip_prefix("!--") else { return self.skip_past(">") };
        self.at += 3;
        // `<!-->` and `<!--->` are whole comments.
        match ["->", ">"].iter().find(|end| comment.starts_with(**end)) {
            Some(end) => self.at += end.len(),
            None => {
                let ends = |(at, _): (usize, &str)| match &comment[at + 2..] {
                    behind if behind.starts_with('>') => Some(at + 3),
                    behind if behind.starts_with("!>") => Some(at + 4),
                    _ => None,
                };
                // Overlapping: of three hyphens the last two may end it.
                let hyphens = comment.char_indices().filter(|(at, _)| comment[*at..].starts_with("--"));
                let end = hyphens.map(|(at, _)| (at, "--")).find_map(ends);
                self.at = end.map_or(self.html.len(), |end| self.at + end);
            }
        }
    }

    fn tag_name(&mut self) -> String {
        self.until(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')).to_ascii_lowercase()
    }

    fn until(&mut self, ends: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        self.until(|byte| !skipped(byte));
    }

    /// The attributes up to the end of the tag; `None` if the page ends before it.
    fn attributes(&mut self) -> Option<Vec<(&'a str, &'a str)>> {
        let mut attributes: Vec<(&str, &str)> = Vec::new();
        loop {
            self.skip(|byte| byte.is_ascii_whitespace() || byte == b'/');
            if *self.html.as_bytes().get(self.at)? == b'>' {
                self.at += 1;
                return Some(attributes);
            }
            let start = self.at;
            // A `=` in the first place belongs to the name.
            self.at += usize::from(self.html.as_bytes()[start] == b'=');
            self.until(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
            let name = &self.html[start..self.at];
            self.skip(|byte| byte.is_ascii_whitespace());
            let value = if self.html.as_bytes().get(self.at) == Some(&b'=') {
                self.at += 1;
                self.skip(|byte| byte.is_ascii_whitespace());
                self.value()?
            } else {
                ""
            };
            if attributes.len() < MAX_ATTRIBUTES {
                attributes.push((name, value));
            }
        }
    }

    fn value(&mut self) -> Option<&'a str> {
        let quote = *self.html.as_bytes().get(self.at)?;
        if !matches!(quote, b'"' | b'\'') {
            return Some(self.until(|byte| byte.is_ascii_whitespace() || byte == b'>'));
        }
        self.at += 1;
        let value = self.until(|byte| byte == quote);
        if self.at == self.html.len() {
            return None;
        }
        self.at += 1;
        Some(value)
    }
}

/// A value with its character references read. The common ones are read here, all others by an HTML parser.
pub(super) fn decoded(raw: &str) -> String {
    if !raw.contains(['&', '\0']) {
        return raw.to_owned();
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        // An `&` that begins no reference is an `&`.
        if !rest[1..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '#') {
            value.push('&');
            rest = &rest[1..];
            continue;
        }
        let Some((character, length)) = common_reference(rest) else { return parsed(raw) };
        value.push(character);
        rest = &rest[length..];
    }
    value.push_str(rest);
    value.replace('\0', "\u{fffd}")
}

fn common_reference(text: &str) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 5] = [("&amp;", '&'), ("&quot;", '"'), ("&lt;", '<'), ("&gt;", '>'), ("&apos;", '\'')];
    if let Some((name, character)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*character, name.len()));
    }
    let number = text.strip_prefix("&#")?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let code: u32 = number[..digits].parse().ok()?;
    let plain = matches!(code, 9 | 10 | 13 | 32..=126 | 160..=0xD7FF);
    (plain && number[digits..].starts_with(';')).then(|| Some((char::from_u32(code)?, digits + 3)))?
}

fn parsed(raw: &str) -> String {
    let fragment = Html::parse_fragment(&format!("<i v=\"{}\">", raw.replace('"', "&quot;")));
    let element = Selector::parse("i").expect("a constant selector");
    let value = fragment.select(&element).next().and_then(|element| element.attr("v").map(str::to_owned));
    value.unwrap_or_else(|| raw.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn attribute_seen(html: &str) -> Option<String> {
        match Tags::new(html).next()? {
            Piece::Start(tag) => tag.attribute("v"),
            Piece::End(_) => None,
        }
    }

    proptest! {
        #[test]
        fn values_are_those_that_an_html_parser_sees(value in "([a-z;\"'<>= ]|&(amp|quot|eacute|not|lt|nbsp|copy)?;?|&#[x0-9a-f]{0,5};?){0,12}") {
            let value = value.replace('"', "&quot;");
            prop_assert_eq!(attribute_seen(&format!("<i v=\"{value}\">")), Some(parsed(&value)));
        }

        #[test]
        fn nothing_upsets_the_walk(html in "[<>/!a-c=\"' \n-]{0,60}|\\PC{0,60}") {
            let mut tags = Tags::new(&html);
            while tags.next().is_some() {}
        }
    }
}
