//! An operator ends a punchout that is still open: a buyer who hangs in the shop starts anew.

use serde_json::json;

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor, Object};
use crate::punchout::{detail, state};
use crate::store::{self, Connection, StoreError};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Cancelled,
    /// It had ended before.
    Over,
    /// There is none, or none within reach.
    Unknown,
}

/// Cancels a punchout and writes down who did.
pub fn cancel(c: &mut Connection, reach: &Reach, actor: &Actor, id: &str, now: i64) -> Result<Outcome, StoreError> {
    let Some(found) = detail::find(c, reach, id)? else { return Ok(Outcome::Unknown) };
    let punchout = found.punchout;
    let before = state(&punchout, now).to_owned();
    if !matches!(before.as_str(), "open" | "in_shop") || !store::punchouts::end(c, &punchout.id, "cancelled", now)? {
        return Ok(Outcome::Over);
    }
    let name = format!("{} · {}", punchout.system_slug, punchout.customer_number);
    let object = Object { kind: "punchout", id: &punchout.id, name: &name, owner: found.owner.as_deref() };
    let (before, after) = (json!({ "state": before }), json!({ "state": "cancelled" }));
    audit::record(c, actor, Action::Cancelled, object, Some(before), Some(after), now)?;
    Ok(Outcome::Cancelled)
}
