//! What `punchgate apply --dry-run` tells of a system's new settings: the last carts, with the present and with
//! the new ones.

use anyhow::Context;

use crate::account::Reach;
use crate::oci::difference::{FieldDifference, ItemDifference};
use crate::oci::finding::Notice;
use crate::punchout::preview::{self, Counts, Outcome, Preview, Tried};
use crate::setup::apply::Draft;
use crate::snapshot;
use crate::store::{self, Store, StoreError};
use crate::system::Profile;

/// Differences that are shown of one system; the rest is counted.
const SHOWN: usize = 40;
/// Characters that are shown of one value.
const LONGEST: usize = 120;

/// Tries a draft and prints what it would change.
pub fn run(store: &Store, draft: &Draft, carts: usize) -> anyhow::Result<()> {
    let id = draft.system_id.clone();
    let found = super::wait(store.read(move |c| {
        let Some(system) = store::systems::find(c, &id)? else { return Ok(None) };
        let Some(shop) = store::shops::find(c, &system.shop_id)? else { return Ok(None) };
        let recorded = preview::recorded(c, &Reach::Everything, &id, carts)?;
        Ok::<_, StoreError>(recorded.map(|recorded| (system, shop, recorded)))
    }))?;
    let Some((system, shop, (recorded, left_out))) = found else { return Ok(()) };
    if recorded.is_empty() {
        eprintln!("note: system {} has no recorded carts yet, so nothing could be tried", draft.slug);
        return Ok(());
    }
    let Some(shop) = snapshot::shop(shop) else { return Ok(()) };
    let present = match Profile::read(&system.settings) {
        Ok(present) => present,
        Err(error) => {
            eprintln!("note: the present settings of system {} cannot be used: {error}", draft.slug);
            return Ok(());
        }
    };
    let will = Profile::read(&draft.settings).with_context(|| draft.slug.clone())?;
    let mut preview = preview::run(&shop, &present, &will, &recorded);
    preview.left_out = left_out;
    print(&draft.slug, &preview);
    Ok(())
}

fn print(slug: &str, preview: &Preview) {
    say!("{}", summary(slug, preview.counts(), preview.left_out));
    for (field, (lines, carts)) in &preview.fields {
        say!("    {field}: {} of {}", counted(*lines, "line"), counted(*carts, "cart"));
    }
    let mut lines: Vec<String> = Vec::new();
    for (difference, carts) in &preview.form {
        lines.push(format!("  form: {} ({})", told(difference), counted(*carts, "cart")));
    }
    for cart in &preview.carts {
        tell(cart, &mut lines);
    }
    let more = lines.len().saturating_sub(SHOWN);
    for line in lines.iter().take(SHOWN) {
        say!("  {line}");
    }
    if more > 0 {
        say!("    … and {more} more lines like these");
    }
}

/// One line that says all if there is nothing to say.
fn summary(slug: &str, counts: Counts, left_out: usize) -> String {
    let mut parts = Vec::new();
    let mut part = |count: usize, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    part(counts.refused, "WOULD BE REFUSED");
    part(counts.differing, "would differ");
    part(counts.accepted, "would leave that are refused now");
    part(counts.refused_before, "refused now and then");
    part(counts.same, if counts.same == counts.carts { "without any difference" } else { "without difference" });
    part(left_out, "left out, for they have too many lines");
    let carts = match counts.carts {
        1 => "recorded cart".to_owned(),
        many => format!("{many} recorded carts"),
    };
    format!("? system {slug} on its last {carts}: {}", parts.join(", "))
}

fn tell(cart: &Tried, lines: &mut Vec<String>) {
    let at = cart.at.map(crate::clock::rfc3339).unwrap_or_default();
    let punchout = cart.punchout.as_deref().unwrap_or_default();
    let name = format!("  cart of punchout {punchout}, customer {}, {at}", cart.customer_number);
    match &cart.outcome {
        Outcome::Same | Outcome::Refused { before: true, .. } => {}
        Outcome::Refused { refusal, .. } => {
            lines.push(format!("{name}: WOULD BE REFUSED ({})", refusal.code.as_str()));
            for fault in &refusal.faults {
                let place = place(&fault.line, &fault.field);
                lines.push(format!("    ! {place}: {} ({})", shortened(&fault.message), fault.code));
            }
        }
        Outcome::Accepted { before } => {
            lines.push(format!("{name}: would leave; refused now ({})", before.code.as_str()));
        }
        Outcome::Differs(differing) => {
            if differing.is_around() {
                return;
            }
            lines.push(name);
            differing.items.iter().for_each(|item| tell_item(item, lines));
            let mut notice = |sign: char, notice: &Notice| {
                let place = place(&notice.line, &notice.field);
                lines.push(format!("    {sign} notice, {place}: {} ({})", shortened(&notice.message), notice.code));
            };
            differing.new_notices.iter().for_each(|new| notice('+', new));
            differing.gone_notices.iter().for_each(|gone| notice('-', gone));
            if differing.more > 0 {
                lines.push(format!("    … and {} more items and notices", differing.more));
            }
        }
    }
}

fn tell_item(item: &ItemDifference, lines: &mut Vec<String>) {
    let place = item.was.or(item.will).unwrap_or_default() + 1;
    match (item.was, item.will) {
        (Some(_), Some(_)) => {
            lines.extend(item.fields.iter().map(|field| format!("    item {place}, {}", told(field))));
        }
        (Some(_), None) => lines.push(format!("    - item {place}: {}", named(item))),
        _ => lines.push(format!("    + item {place}: {}", named(item))),
    }
}

/// By what one knows an item that comes or goes.
fn named(item: &ItemDifference) -> String {
    let value = |field: &FieldDifference| field.was.clone().or(field.will.clone()).unwrap_or_default();
    item.fields.first().map(|field| format!("{} {}", field.field, quoted(&value(field)))).unwrap_or_default()
}

fn told(difference: &FieldDifference) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "(nothing)".to_owned(), quoted);
    format!("{}: {} → {}", difference.field, value(&difference.was), value(&difference.will))
}

fn place(line: &str, field: &str) -> String {
    if line.is_empty() { field.to_owned() } else { format!("line {line}, {field}") }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn quoted(value: &str) -> String {
    format!("{:?}", shortened(value))
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_what_matters_first_and_nothing_of_what_did_not_happen() {
        let counts = Counts { carts: 3, same: 1, differing: 1, refused: 1, ..Counts::default() };
        assert_eq!(
            summary("srm", counts, 0),
            "? system srm on its last 3 recorded carts: 1 WOULD BE REFUSED, 1 would differ, 1 without difference"
        );
        let counts = Counts { carts: 1, same: 1, ..Counts::default() };
        assert_eq!(summary("srm", counts, 0), "? system srm on its last recorded cart: 1 without any difference");
    }

    #[test]
    fn a_long_value_is_shown_in_short() {
        let difference = FieldDifference { field: "LONGTEXT".into(), was: Some("ä".repeat(500)), will: None };
        assert_eq!(told(&difference).chars().filter(|c| *c == 'ä').count(), LONGEST);
    }
}
