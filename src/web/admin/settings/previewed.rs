//! One cart of a preview, made readable: its rows, and of each value the part that changes.

use crate::oci::difference::{self, FieldDifference, ItemDifference};
use crate::oci::finding::{Fault, Notice};
use crate::punchout::preview::{Differing, Outcome, Tried};
use crate::texts::Texts;
use crate::web::admin::punchouts::shown::prose;

/// Characters that are shown before and behind what changes.
const AROUND: usize = 60;
/// Characters that are shown of what changes.
const LONGEST: usize = 400;

/// A value with the part that is another on the other side.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub before: String,
    pub part: String,
    pub after: String,
}

/// A value that is another; `None` where there is none.
pub struct ShownChange {
    pub line: String,
    pub field: String,
    pub was: Option<Shown>,
    pub will: Option<Shown>,
}

/// Something that the shop is told, or no more.
pub struct ShownNotice {
    pub new: bool,
    pub notice: Notice,
}

/// A cart that does not leave as it does now.
pub struct ShownCart {
    pub punchout: Option<String>,
    pub at: Option<i64>,
    pub customer: String,
    pub verdict: String,
    pub tone: &'static str,
    pub changes: Vec<ShownChange>,
    pub notices: Vec<ShownNotice>,
    /// Why it is refused, if that is not said by faults.
    pub sentence: Vec<(bool, String)>,
    pub faults: Vec<Fault>,
}

impl ShownChange {
    pub fn of(difference: &FieldDifference, line: String) -> Self {
        let (was, will) = (difference.was.as_deref(), difference.will.as_deref());
        let parts = difference::parts(was.unwrap_or_default(), will.unwrap_or_default());
        let shown = |part: &str| Shown {
            before: end(parts.before),
            part: start(part, LONGEST),
            after: start(parts.after, AROUND),
        };
        Self {
            line,
            field: difference.field.clone(),
            was: was.map(|_| shown(parts.was)),
            will: will.map(|_| shown(parts.will)),
        }
    }
}

impl ShownCart {
    /// What of a cart is shown, if anything, and how much is not for want of room.
    pub fn of(t: Texts, cart: &Tried, room: &mut usize) -> (Option<Self>, usize) {
        let mut shown = Self {
            punchout: cart.punchout.clone(),
            at: cart.at,
            customer: cart.customer_number.clone(),
            verdict: String::new(),
            tone: "warn",
            changes: Vec::new(),
            notices: Vec::new(),
            sentence: Vec::new(),
            faults: Vec::new(),
        };
        let mut more = 0;
        match &cart.outcome {
            Outcome::Same => return (None, 0),
            // The form around them is told once for all carts.
            Outcome::Differs(differing) if differing.is_around() => return (None, 0),
            Outcome::Differs(differing) => {
                shown.verdict = t.of("preview-cart-differs");
                more = shown.differ(t, differing, room);
                if shown.changes.is_empty() && shown.notices.is_empty() {
                    return (None, more);
                }
            }
            Outcome::Refused { refusal, before } => {
                shown.verdict = t.of(if *before { "preview-cart-refused-before" } else { "preview-cart-refused" });
                shown.tone = "bad";
                shown.sentence = prose(&refusal.operator_sentence(t.0));
                shown.faults = refusal.faults.iter().take(*room).cloned().collect();
                *room -= shown.faults.len();
                more = refusal.faults.len() - shown.faults.len();
            }
            Outcome::Accepted { before } => {
                shown.verdict = t.of("preview-cart-accepted");
                shown.tone = "good";
                shown.sentence = prose(&before.operator_sentence(t.0));
            }
        }
        (Some(shown), more)
    }

    fn differ(&mut self, t: Texts, differing: &Differing, room: &mut usize) -> usize {
        let mut changes: Vec<ShownChange> = differing.items.iter().flat_map(|item| changes(t, item)).collect();
        let told = |new: bool| move |notice: &Notice| ShownNotice { new, notice: notice.clone() };
        let mut notices: Vec<ShownNotice> = differing.new_notices.iter().map(told(true)).collect();
        notices.extend(differing.gone_notices.iter().map(told(false)));
        let all = changes.len() + notices.len();
        changes.truncate(*room);
        *room -= changes.len();
        notices.truncate(*room);
        *room -= notices.len();
        let more = all - changes.len() - notices.len() + differing.more;
        (self.changes, self.notices) = (changes, notices);
        more
    }
}

/// The rows of an item; one that comes or goes is one row.
fn changes(t: Texts, item: &ItemDifference) -> Vec<ShownChange> {
    let line = (item.was.or(item.will).unwrap_or_default() + 1).to_string();
    let whole = |key: &str, was: bool| {
        let values: Vec<String> = item
            .fields
            .iter()
            .filter_map(|field| {
                Some(format!("{} {}", field.field, if was { field.was.as_ref() } else { field.will.as_ref() }?))
            })
            .collect();
        let value = Some(Shown { part: start(&values.join("\n"), LONGEST), ..Shown::default() });
        let (was, will) = if was { (value, None) } else { (None, value) };
        vec![ShownChange { line: line.clone(), field: t.of(key), was, will }]
    };
    match (item.was, item.will) {
        (Some(_), None) => whole("preview-item-goes", true),
        (None, _) => whole("preview-item-comes", false),
        _ => item.fields.iter().map(|field| ShownChange::of(field, line.clone())).collect(),
    }
}

fn start(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn end(text: &str) -> String {
    let length = text.chars().count();
    match length.checked_sub(AROUND) {
        None | Some(0) => text.to_owned(),
        Some(left_out) => format!("…{}", text.chars().skip(left_out).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_value_the_part_that_changes_is_shown_with_a_little_around_it() {
        let text = |middle: &str| format!("{}{middle}{}", "ä".repeat(500), "ö".repeat(500));
        let difference = FieldDifference { field: "LONGTEXT".into(), was: Some(text("old")), will: Some(text("new")) };
        let shown = ShownChange::of(&difference, "1".into());
        let (was, will) = (shown.was.unwrap(), shown.will.unwrap());
        assert_eq!((was.part.as_str(), will.part.as_str()), ("old", "new"));
        assert_eq!(was.before, format!("…{}", "ä".repeat(AROUND)));
        assert_eq!(will.after, format!("{}…", "ö".repeat(AROUND)));
    }

    #[test]
    fn a_value_that_is_not_there_is_not_an_empty_one() {
        let difference = FieldDifference { field: "TAX".into(), was: None, will: Some("19".into()) };
        let shown = ShownChange::of(&difference, "1".into());
        assert_eq!((shown.was, shown.will.unwrap().part.as_str()), (None, "19"));
    }
}
