//! What becomes of a cart's own item that breaks a rule, before the form leaves.
//!
//! Too long a text is cut, too long an optional code is left out, both with a notice; what names the
//! article or is money is never touched: it is a fault.

use super::demands::{self, Mend};
use super::judge::{self, Depth};
use super::{CONDITIONS, RULES, Release, When, place};
use crate::oci::finding::{Fault, Finding, LineRef, Notice, short};
use crate::oci::item::Item;
use crate::oci::text;

/// Leaves out what came with a later release than the buyer's: his system does not know the field.
pub fn leave_out_later(item: &mut Item, release: Release, line: &LineRef, notices: &mut Vec<Notice>) {
    for rule in RULES.iter().filter(|rule| rule.since > release) {
        if item.remove(rule.field).is_some_and(|value| !value.is_empty()) {
            let later = Finding::new(&demands::LATER_RELEASE, rule.field);
            let later = later.with("release", release.as_str()).with("since", rule.since.as_str());
            notices.push(line.notice(later));
        }
    }
}

/// Holds the rules of the latest release against one item; see [`hold`].
pub fn check(item: &mut Item, line: &LineRef, notices: &mut Vec<Notice>, faults: &mut Vec<Fault>) {
    hold(item, Release::default(), line, notices, faults);
}

/// Holds the rules against one item: mends what may be mended, and says everything it found. An
/// item without new faults is one that procurement systems take.
pub fn hold(item: &mut Item, release: Release, line: &LineRef, notices: &mut Vec<Notice>, faults: &mut Vec<Fault>) {
    let mut found = Vec::new();
    judge::placed(item.placed_fields(), release, Depth::Mapped, &mut found);
    // In the order of the table, as everything is written.
    found.sort_by_key(|finding| place(&finding.field));
    for finding in found {
        match finding.demand.mend {
            Mend::Cut => {
                let Some(max) = super::of(&finding.field).and_then(|rule| rule.max_in(release)) else { continue };
                let Some(value) = item.get(&finding.field).map(str::to_owned) else { continue };
                let cut = text::cut_at_word(&value, max).into_owned();
                let truncated = Finding::new(&demands::TRUNCATED, &finding.field);
                let truncated = truncated.with("value", short(&value)).with("cut", short(&cut)).with("max", max);
                notices.push(line.notice(truncated));
                item.set(&finding.field, cut);
            }
            Mend::LeaveOut => {
                let field = finding.field.clone();
                if item.remove(&field).is_some() {
                    notices.push(line.notice(left_out(finding)));
                    leave_out_with(&field, item, line, notices);
                }
            }
            Mend::Tell => notices.push(line.notice(finding)),
            Mend::Fault => faults.push(line.fault(finding)),
            Mend::Nothing => {}
        }
    }
}

/// Leaves out of some fields those that need another one that the item lacks, as the item of a contract needs the contract.
pub fn leave_out_lonely(item: &mut Item, fields: &[String], line: &LineRef, notices: &mut Vec<Notice>) {
    for condition in CONDITIONS {
        let When::With(other) = condition.when else { continue };
        if !item.has(condition.field) && fields.iter().any(|field| field == other) {
            tell_left_out(other, condition.field, item, line, notices);
        }
    }
}

/// Leaves out what means nothing, or must not be there, without a field that was left out.
pub fn leave_out_with(gone: &str, item: &mut Item, line: &LineRef, notices: &mut Vec<Notice>) {
    for condition in CONDITIONS {
        let depends = match condition.when {
            When::MeansNothingWithout(other) if other == gone => condition.field,
            // The item of a contract without its contract.
            When::With(other) if condition.field == gone => other,
            _ => continue,
        };
        tell_left_out(depends, gone, item, line, notices);
    }
}

fn tell_left_out(field: &str, without: &str, item: &mut Item, line: &LineRef, notices: &mut Vec<Notice>) {
    if let Some(value) = item.remove(field) {
        let finding = Finding::new(&demands::LEFT_OUT_MEANS_NOTHING, field);
        notices.push(line.notice(finding.with("value", short(&value)).with("other", without)));
    }
}

/// The same, said of something that was done.
fn left_out(finding: Finding) -> Finding {
    let demand = match finding.demand.code {
        "bad-whole" => &demands::LEFT_OUT_WHOLE,
        "bad-url" => &demands::LEFT_OUT_URL,
        "bad-letter" => &demands::LEFT_OUT_LETTER,
        "both" => &demands::LEFT_OUT_BOTH,
        "means-nothing" => &demands::LEFT_OUT_MEANS_NOTHING,
        _ => &demands::LEFT_OUT_LONG,
    };
    Finding { demand, ..finding }
}
