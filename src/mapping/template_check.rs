//! What the template engine would find only while it renders, found before: filters, tests and names that
//! nobody knows, and comparisons that would not be exact.
//!
//! This reads only what stands between `{{ }}` and `{% %}`, as far as it needs to; the engine's own parser says
//! what else is wrong.

use super::filters::{FILTERS, TESTS};
use super::values::{AROUND, LINE};

/// Holds the tags of a template against what is known.
pub(super) fn check_tags(source: &str) -> Result<(), String> {
    for tag in tags(source) {
        let mut before = Token::Other;
        let mut tokens = tag.tokens().peekable();
        while let Some(token) = tokens.next() {
            let error = |reason: String| Err(format!("line {}: {reason}", tag.line));
            match (before, token) {
                (Token::Sign("|"), Token::Word(filter)) if !FILTERS.contains(&filter) => {
                    return error(format!("there is no filter \"{filter}\"; there are {}", FILTERS.join(", ")));
                }
                (Token::Word("is"), Token::Word("not")) => {
                    // What follows is the test.
                    continue;
                }
                (Token::Word("is"), Token::Word(test)) if !TESTS.contains(&test) => {
                    return error(format!("there is no test \"{test}\"; there are {}", TESTS.join(", ")));
                }
                (_, Token::Sign(sign @ (">" | "<" | ">=" | "<="))) => {
                    let test = match sign {
                        ">" => "gt",
                        "<" => "lt",
                        ">=" => "ge",
                        _ => "le",
                    };
                    return error(format!(
                        "{sign} does not compare exact numbers; write \"is {test}(10)\", as in {{% if line.quantity is {test}(10) %}}"
                    ));
                }
                (_, Token::Sign(sign @ ("==" | "!=")))
                    if matches!(before, Token::Number) || matches!(tokens.peek(), Some(Token::Number)) =>
                {
                    let test = if sign == "==" { "eq" } else { "ne" };
                    return error(format!("{sign} does not compare exact numbers; write \"is {test}(10)\""));
                }
                (_, Token::Sign("/")) => {
                    return error(
                        "/ is binary floating point, which is not exact; write \"| divided_by(10)\"".to_owned(),
                    );
                }
                _ => {}
            }
            before = token;
        }
    }
    Ok(())
}

/// Holds the names that a template draws from against what there is.
pub(super) fn check_names(paths: &[String]) -> Result<(), String> {
    for path in paths {
        let mut parts = path.split('.');
        let root = parts.next().unwrap_or_default();
        let (first, second) = (parts.next(), parts.next());
        let unknown = |name: &str, known: &[(&str, &[&str])], before: &str| {
            let known: Vec<String> = known.iter().map(|(name, _)| format!("{before}{name}")).collect();
            Err(format!("{name} is not known; known are {}", known.join(", ")))
        };
        let members = match root {
            "line" => LINE,
            "range" | "dict" | "namespace" | "loop" => continue,
            _ => match AROUND.iter().find(|(name, _)| *name == root) {
                Some((_, [])) => continue,
                Some((_, members)) => {
                    if let Some(member) = first.filter(|member| !members.contains(member)) {
                        let known: Vec<String> = members.iter().map(|name| format!("{root}.{name}")).collect();
                        return Err(format!("{root}.{member} is not known; known are {}", known.join(", ")));
                    }
                    continue;
                }
                None => {
                    let mut roots = vec![("line", &[][..])];
                    roots.extend_from_slice(AROUND);
                    return unknown(root, &roots, "");
                }
            },
        };
        let Some(member) = first else { continue };
        let Some((_, below)) = members.iter().find(|(name, _)| *name == member) else {
            return unknown(&format!("line.{member}"), members, "line.");
        };
        if let Some(second) = second.filter(|second| !below.is_empty() && !below.contains(second)) {
            let known: Vec<String> = below.iter().map(|name| format!("line.{member}.{name}")).collect();
            return Err(format!("line.{member}.{second} is not known; known are {}", known.join(", ")));
        }
    }
    Ok(())
}

/// What stands between two marks.
struct Tag<'a> {
    line: usize,
    content: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Number,
    Sign(&'a str),
    Other,
}

fn tags(source: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    let mut raw = false;
    while let Some(begin) = source[at..].find('{').map(|found| at + found) {
        let end_mark = match source.get(begin + 1..begin + 2) {
            Some("{") => "}}",
            Some("%") => "%}",
            Some("#") => "#}",
            _ => {
                at = begin + 1;
                continue;
            }
        };
        let inside = &source[begin + 2..];
        let end = if end_mark == "#}" { inside.find(end_mark) } else { end_outside_strings(inside, end_mark) };
        let Some(end) = end else { break };
        let content = &inside[..end];
        let word = content.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace());
        match (end_mark, raw) {
            ("%}", _) if word == "raw" || word == "endraw" => raw = word == "raw",
            ("#}", _) | (_, true) => {}
            _ => {
                let line = source[..begin].matches('\n').count() + 1;
                tags.push(Tag { line, content });
            }
        }
        at = begin + 2 + end + 2;
    }
    tags
}

fn end_outside_strings(text: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(mark) {
            return Some(at);
        }
        at += length_of_first(rest);
    }
    None
}

/// Bytes of the string literal or the character that a text begins with.
fn length_of_first(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else { return 0 };
    if first != '"' && first != '\'' {
        return first.len_utf8();
    }
    let mut escaped = false;
    for (at, character) in characters {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            quote if quote == first => return at + 1,
            _ => {}
        }
    }
    text.len()
}

impl<'a> Tag<'a> {
    fn tokens(&self) -> impl Iterator<Item = Token<'a>> + use<'a> {
        let mut rest = self.content;
        std::iter::from_fn(move || {
            rest = rest.trim_start();
            let first = rest.chars().next()?;
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let (length, token): (usize, fn(&'a str) -> Token<'a>) = if first.is_ascii_digit() {
                let end = rest.find(|c: char| !is_part(c) && c != '.').unwrap_or(rest.len());
                (end, |_| Token::Number)
            } else if is_part(first) {
                (rest.find(|c: char| !is_part(c)).unwrap_or(rest.len()), Token::Word)
            } else if [">=", "<=", "==", "!=", "//"].iter().any(|sign| rest.starts_with(sign)) {
                (2, Token::Sign)
            } else if matches!(first, '<' | '>' | '|' | '/') {
                (1, Token::Sign)
            } else {
                (length_of_first(rest), |_| Token::Other)
            };
            let (taken, left) = rest.split_at(length);
            rest = left;
            Some(token(taken))
        })
    }
}
