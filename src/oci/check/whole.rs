//! Judges a whole return: its items one by one, their indices and parents, and the fields around them.

use std::collections::HashMap;

use super::{Buyer, Report};
use crate::oci::finding::{Finding, Severity, short};
use crate::oci::read::{Returned, ReturnedItem};
use crate::oci::rules::judge::{self, Depth};
use crate::oci::rules::{MOST_LINES, demands};

/// Findings that are told one by one; the rest is counted.
const MAX_FINDINGS: usize = 1_000;
/// Hints of one kind that are told one by one.
const SAME_HINTS: usize = 5;
/// PHP's `max_input_vars`.
const MOST_VARIABLES: usize = 1_000;

/// Puts items, other fields and all findings into the report. `variables` is the number of fields that were sent.
pub(super) fn judge(report: &mut Report, returned: Returned, variables: usize, buyer: &Buyer<'_>) {
    let Returned { items, others, findings, .. } = returned;
    let found = &mut report.findings;
    let from_zero = buyer.form.first_index == 0;
    found.extend(findings.into_iter().filter(|finding| !(from_zero && finding.demand == &demands::INDEX_ZERO)));
    if from_zero && items.iter().filter_map(|item| item.index).min() == Some(1) {
        found.push(Finding::new(&demands::INDEX_ONE, ""));
    }
    if items.is_empty() {
        found.push(Finding::new(&demands::NO_ITEMS, ""));
    }
    let highest = items.iter().filter_map(|item| item.index).max().unwrap_or_default();
    let count = highest.max(u32::try_from(items.len()).unwrap_or(u32::MAX));
    if count > MOST_LINES {
        found.push(Finding::new(&demands::TOO_MANY_LINES, "").with("count", count).with("max", MOST_LINES));
    }
    if variables > MOST_VARIABLES {
        found.push(Finding::new(&demands::TOO_MANY_VARIABLES, "").with("count", variables));
    }
    let mut uncounted = 0;
    for (place, item) in items.iter().enumerate() {
        let mut own = Vec::new();
        let fields = item.fields.iter().map(|(field, value)| (field.as_str(), value.as_str()));
        judge::item(fields, buyer.release, Depth::All, &mut own);
        judge::longtext(&item.longtext, &mut own);
        uncounted += keep(found, own, number(place, item));
    }
    parents(&items, found);
    around(&others, found);
    report.uncounted += uncounted;
    report.items = items;
    report.others.extend(others);
}

/// The item's index, or its place from 1.
pub(super) fn number(place: usize, item: &ReturnedItem) -> Option<u32> {
    item.index.or_else(|| u32::try_from(place + 1).ok())
}

/// Adds what one item shows; what is too much for anybody is only counted, errors last.
pub(super) fn keep(found: &mut Vec<Finding>, own: Vec<Finding>, item: Option<u32>) -> usize {
    const KEPT: usize = 5 * MAX_FINDINGS;
    let mut uncounted = 0;
    for finding in own {
        let most = if finding.severity() == Severity::Error { 2 * KEPT } else { KEPT };
        if found.len() < most {
            found.push(finding.at(item));
        } else {
            uncounted += 1;
        }
    }
    uncounted
}

/// Keeps the list to a length that can be read, the worst first.
pub(super) fn bound(report: &mut Report) {
    let found = &mut report.findings;
    // What the whole shows is little and must not be lost among the items.
    found.sort_by_key(|finding| (finding.item.is_some(), finding.severity(), finding.item));
    // The same hint about every item of a long cart tells nothing new.
    let mut told: HashMap<(&str, &str), usize> = HashMap::new();
    let before = found.len();
    found.retain(|finding| {
        let times = told.entry((finding.demand.code, finding.demand.case)).or_default();
        *times += 1;
        finding.severity() != Severity::Hint || *times <= SAME_HINTS
    });
    let more = before - found.len().min(MAX_FINDINGS) + report.uncounted;
    found.truncate(MAX_FINDINGS);
    found.sort_by_key(|finding| (finding.severity(), finding.item));
    if more > 0 {
        found.push(Finding::new(&demands::MORE, "").with("count", more));
    }
}

/// PARENT_ID is the number of another item of the same return, and nobody is his own ancestor.
fn parents(items: &[ReturnedItem], found: &mut Vec<Finding>) {
    let places: HashMap<u32, usize> =
        items.iter().enumerate().filter_map(|(place, item)| Some((number(place, item)?, place))).collect();
    let named = |item: &ReturnedItem| {
        item.get("PARENT_ID").map(str::trim).filter(|parent| !parent.is_empty()).map(str::to_owned)
    };
    let parent = |item: &ReturnedItem| places.get(&named(item)?.parse().ok()?).copied();
    let mut seen_by = vec![usize::MAX; items.len()];
    for (place, item) in items.iter().enumerate() {
        let Some(value) = named(item) else { continue };
        let finding = |demand| Finding::new(demand, "PARENT_ID").with("value", short(&value)).at(number(place, item));
        if parent(item).is_none() {
            // A text that is no number is said by the rules of the field.
            if value.bytes().all(|byte| byte.is_ascii_digit()) {
                found.push(finding(&demands::PARENT_UNKNOWN));
            }
            continue;
        }
        // Each item is walked over once, by the first that comes to it.
        let mut at = Some(place);
        while let Some(here) = at.filter(|here| seen_by[*here] == usize::MAX) {
            seen_by[here] = place;
            at = parent(&items[here]);
        }
        if at.is_some_and(|here| seen_by[here] == place) {
            found.push(finding(&demands::PARENT_CIRCLE));
        }
    }
}

/// The control fields and what does not belong into a return.
fn around(others: &[(String, String)], found: &mut Vec<Finding>) {
    const CONTROL: [(&str, Option<&str>); 3] =
        [("~OkCode", Some("ADDI")), ("~TARGET", None), ("~CALLER", Some("CTLG"))];
    let mut missing = Vec::new();
    for (name, allowed) in CONTROL {
        match others.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            None => missing.push(name),
            Some((known, value)) => {
                if let Some(allowed) = allowed.filter(|allowed| value != allowed) {
                    let finding = Finding::new(&demands::CONTROL_VALUE, known).with("value", short(value));
                    found.push(finding.with("allowed", allowed));
                }
            }
        }
    }
    if !missing.is_empty() {
        found.push(Finding::new(&demands::CONTROL_MISSING, "").with("names", missing.join(", ")));
    }
    let is_foreign = |name: &str| {
        let upper = name.to_ascii_uppercase();
        !name.starts_with('~')
            && !upper.starts_with("HEADER-")
            && !upper.starts_with("NEW_ITEM")
            && !upper.starts_with("XMLTYPE")
    };
    let foreign = others.iter().map(|(name, _)| name.as_str()).filter(|name| is_foreign(name));
    let (tokens, plain): (Vec<&str>, Vec<&str>) = foreign.partition(|name| is_token(name));
    for name in tokens.into_iter().take(10) {
        found.push(Finding::new(&demands::FOREIGN_TOKEN, &short(name)));
    }
    if !plain.is_empty() {
        let mut names: Vec<String> = plain.iter().take(10).map(|name| short(name).into_owned()).collect();
        if plain.len() > names.len() {
            names.push(format!("… (+ {})", plain.len() - names.len()));
        }
        found.push(Finding::new(&demands::FOREIGN, "").with("names", names.join(", ")));
    }
}

/// The names of what frameworks put into every form.
fn is_token(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    const TELLING: [&str; 7] = ["csrf", "xsrf", "token", "_snowman", "viewstate", "eventvalidation", "ci_session"];
    const WHOLE: [&str; 6] = ["utf8", "phpsessid", "jsessionid", "form_key", "_method", "sessionid"];
    TELLING.iter().any(|part| name.contains(part)) || WHOLE.contains(&name.as_str())
}
