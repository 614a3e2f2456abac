//! Who is whose parent in a cart: ids are unique, every parent is there, and nobody is their own
//! ancestor. Works on the lines that could be read at all, so that one bad line hides no other fault.

use std::collections::HashMap;

use super::cart::Line;
use crate::oci::finding::{Fault, Finding, LineRef, short};
use crate::oci::rules::demands;

/// Notes what is wrong with ids and parents; `None` stands for a line that could not be read.
pub(super) fn check(lines: &[Option<Line>], faults: &mut Vec<Fault>) {
    let present = || lines.iter().enumerate().filter_map(|(index, line)| Some((index, line.as_ref()?)));
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (index, line) in present() {
        let Some(id) = line.id.as_deref() else {
            continue;
        };
        match by_id.get(id) {
            Some(first) => {
                let twice = Finding::new(&demands::DUPLICATE_ID, "id").with("value", short(id)).with("line", first + 1);
                faults.push(LineRef::at(index + 1, Some(id)).fault(twice));
            }
            None => drop(by_id.insert(id, index)),
        }
    }
    let parent_of = |index: usize| by_id.get(lines[index].as_ref()?.parent.as_deref()?).copied();
    for (index, line) in present() {
        let Some(parent) = line.parent.as_deref() else {
            continue;
        };
        let at = LineRef::at(index + 1, line.id.as_deref());
        if !by_id.contains_key(parent) {
            faults.push(at.fault(Finding::new(&demands::UNKNOWN_PARENT, "parent").with("value", short(parent))));
        }
    }
    for index in on_a_cycle(lines.len(), parent_of) {
        let id = lines[index].as_ref().and_then(|line| line.id.as_deref());
        faults.push(LineRef::at(index + 1, id).fault(Finding::new(&demands::PARENT_CYCLE, "parent")));
    }
}

/// Those of `count` nodes that come back to themselves by following `next`; each is visited once.
fn on_a_cycle(count: usize, next: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    let mut visited_by = vec![usize::MAX; count];
    let mut circle = Vec::new();
    for start in 0..count {
        let mut at = Some(start);
        while let Some(node) = at.filter(|node| visited_by[*node] == usize::MAX) {
            visited_by[node] = start;
            at = next(node);
        }
        // The walk ran into its own trail: from there on it is a circle.
        let Some(entry) = at.filter(|node| visited_by[*node] == start) else {
            continue;
        };
        let mut node = entry;
        loop {
            circle.push(node);
            match next(node) {
                Some(following) if following != entry => node = following,
                _ => break,
            }
        }
    }
    circle.sort_unstable();
    circle
}
