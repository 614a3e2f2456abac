//! Parents and children as OCI 4.01 tells them: ITEM_TYPE and PARENT_ID (digest 3.2).
//!
//! A root with children is `R`, what stands below it `O`; a service at the end of a branch is `F` if the buyer
//! knows its material number, else `L`. PARENT_ID is the number of the parent's item in this return, counted as the
//! return page counts, after all lines that are no items have gone.

use std::collections::HashMap;

use super::apply::{Findings, at};
use super::cart::Kind;
use super::charges::Part;
use crate::oci::finding::{Finding, short};
use crate::oci::item::Item;
use crate::oci::rules::{Release, demands};

/// How a system wants the families of a cart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hierarchy {
    pub wanted: bool,
    pub release: Release,
    /// The number of the first item.
    pub first_index: u32,
    /// Whether a rule of the system's own fills the field.
    pub own_type: bool,
    pub own_parent: bool,
}

/// Fills the fields of all items that have kin; `items` are in the order of the parts, `None` where there is none.
pub(super) fn tell(hierarchy: Hierarchy, parts: &[Part], items: &mut [Option<Item>], findings: &mut Findings) {
    if !hierarchy.wanted || parts.iter().all(|part| part.line().parent.is_none()) {
        return;
    }
    let by_id: HashMap<&str, usize> =
        parts.iter().enumerate().filter_map(|(index, part)| Some((part.line().id.as_deref()?, index))).collect();
    // A parent that is no item passes its children on to its own. Following parents ends.
    let parent_of = |index: usize| {
        let above = |index: usize| by_id.get(parts[index].line().parent.as_deref()?).copied();
        std::iter::successors(above(index), |at| above(*at)).find(|at| items[*at].is_some())
    };
    let parents: Vec<Option<usize>> =
        (0..parts.len()).map(|index| items[index].as_ref().and_then(|_| parent_of(index))).collect();
    if hierarchy.release < Release::V4_01 {
        for (index, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                let line = parts[index].line();
                let left_out = Finding::new(&demands::HIERARCHY_LEFT_OUT, "PARENT_ID");
                let left_out = left_out.with("release", hierarchy.release.as_str());
                let left_out = left_out.with("line", parts[*parent].line().position);
                findings.notices.push(at(line).notice(left_out));
            }
        }
        return;
    }
    let mut number = u64::from(hierarchy.first_index);
    let mut numbers = Vec::with_capacity(items.len());
    for item in items.iter() {
        numbers.push(number);
        number += u64::from(item.is_some());
    }
    let mut has_children = vec![false; parts.len()];
    for parent in parents.iter().flatten() {
        has_children[*parent] = true;
    }
    for (index, parent) in parents.iter().enumerate() {
        let line = parts[index].line();
        let Some(item) = &mut items[index] else { continue };
        let kind = match (parent, has_children[index]) {
            (None, true) => "R",
            (None, false) => continue,
            (Some(_), false) if line.kind == Kind::Service => {
                if item.has("MATNR") {
                    "F"
                } else {
                    "L"
                }
            }
            (Some(_), _) => "O",
        };
        if !hierarchy.own_type {
            item.set("ITEM_TYPE", kind);
        }
        let Some(parent) = parent else { continue };
        if !hierarchy.own_parent {
            item.set("PARENT_ID", numbers[*parent].to_string());
        }
        if *parent > index {
            let id = short(parts[*parent].line().id.as_deref().unwrap_or_default());
            let later = Finding::new(&demands::PARENT_LATER, "PARENT_ID").with("value", id);
            findings.notices.push(at(line).notice(later));
        }
    }
}
