//! LONGTEXT: what no other field has room for, and the text lines of a cart, for which OCI has no items.

use std::collections::HashMap;

use super::apply::{Findings, at};
use super::cart::Line;
use super::charges::Part;
use crate::oci::finding::Finding;
use crate::oci::item::Item;
use crate::oci::rules::demands;
use crate::oci::text;

/// The long text of a line that no rule speaks of: its full description if the field has less of it, then what the
/// shop says about the product, then how it was configured.
pub(super) fn fill(item: &mut Item, full_description: &str, line: &Line) {
    let description = line.description.as_deref().map(text::plain).unwrap_or_default();
    if item.get("DESCRIPTION") != Some(full_description) && full_description != description {
        append(&mut item.longtext, full_description);
    }
    append_owned(&mut item.longtext, description);
    if let Some(configuration) = &line.configuration {
        append(&mut item.longtext, &text::lines(configuration));
    }
}

/// Puts the text of each text line into the long text of its parent, or of the line before it.
pub(super) fn move_texts(parts: &[Part], items: &mut [Option<Item>], findings: &mut Findings) {
    if !parts.iter().any(|part| matches!(part, Part::Text(_))) {
        return;
    }
    let ids: HashMap<&str, usize> =
        parts.iter().enumerate().filter_map(|(index, part)| Some((part.line().id.as_deref()?, index))).collect();
    let next = |index: usize| match parts[index].line().parent.as_deref() {
        Some(parent) => ids.get(parent).copied(),
        None => index.checked_sub(1),
    };
    let is_item = |index: usize| parts[index].item().is_some();
    // Where the texts before this one went: no way is walked twice, and none in a ring.
    let mut gone_to: Vec<Option<usize>> = vec![None; parts.len()];
    for (index, part) in parts.iter().enumerate() {
        if is_item(index) {
            continue;
        }
        // A text may belong to a text, in either direction, or to a line whose amount went into others.
        let end = std::iter::successors(next(index), |at| next(*at))
            .take(parts.len())
            .find(|end| *end < index || is_item(*end));
        let target = end.and_then(|end| if is_item(end) { Some(end) } else { gone_to[end] });
        gone_to[index] = target;
        let Part::Text(line) = part else { continue };
        let at = at(line);
        let Some(target) = target else {
            findings.faults.push(at.fault(Finding::new(&demands::TEXT_WITHOUT_LINE, "kind")));
            continue;
        };
        if let Some(item) = &mut items[target] {
            append(&mut item.longtext, &text::lines(line.name.as_deref().unwrap_or_default()));
            append_owned(&mut item.longtext, line.description.as_deref().map(text::plain).unwrap_or_default());
            let moved = Finding::new(&demands::TEXT_MOVED, "LONGTEXT").with("line", parts[target].line().position);
            findings.notices.push(at.notice(moved));
        }
    }
}

/// A blank line between paragraphs.
fn append(longtext: &mut String, paragraph: &str) {
    if !longtext.is_empty() && !paragraph.is_empty() {
        longtext.push_str("\n\n");
    }
    longtext.push_str(paragraph);
}

fn append_owned(longtext: &mut String, paragraph: String) {
    if longtext.is_empty() {
        *longtext = paragraph;
    } else {
        append(longtext, &paragraph);
    }
}
