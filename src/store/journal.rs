//! Punchouts and refused calls as the administration lists them: newest first, a page at a time.
//!
//! A page begins behind an id (ids are ULIDs, so their order is that of time), and every place that can be
//! asked for has an index that ends with the id: however many rows there are, only those of the page are read.

use diesel::prelude::*;

use super::schema::{punchouts, refusals};
use super::{Connection, Result, on};

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    Everywhere,
    Shop(&'a str),
    /// Calls of which nobody knows whose they were.
    Nobody,
    System(&'a str),
    Customer(&'a str),
}

/// Which rows of a place, and how many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slice<'a> {
    /// Older than this id.
    pub before: Option<&'a str>,
    /// This id or newer.
    pub from: Option<&'a str>,
    /// Of a customer's rows only those in this system.
    pub system: Option<&'a str>,
    pub limit: i64,
}

/// Which punchouts, by their state. Those that have ended have indexes of their own; the others are all young.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    All,
    /// `returned`, `closed`, `cancelled` or `expired`.
    Ended(&'a str),
    /// `open`, with its time still running at this moment.
    Open(i64),
    /// `in_shop`, likewise.
    InShop(i64),
    /// Whose time ran out by this moment, although nobody wrote that down yet.
    RanOut(i64),
}

/// A punchout as a line of the list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = punchouts)]
pub struct PunchoutLine {
    pub id: String,
    pub shop_id: String,
    pub system_slug: String,
    pub customer_number: String,
    pub customer_email: String,
    pub state: String,
    pub entry_expires_at: i64,
    pub opened_at: i64,
    pub ended_at: Option<i64>,
    pub expires_at: i64,
    pub lines: Option<i64>,
    pub total: Option<String>,
    pub currency: Option<String>,
    pub trial: bool,
}

/// A refused call as a line of the list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refusals)]
pub struct RefusalLine {
    pub id: String,
    pub happened_at: i64,
    pub reference: String,
    pub code: String,
    pub step: String,
    pub shop_id: Option<String>,
    pub system_slug: String,
    pub customer_number: Option<String>,
    pub took: i64,
}

/// Punchouts of a place, newest first.
pub fn list_punchouts(
    connection: &mut Connection,
    place: Place<'_>,
    slice: Slice<'_>,
    which: Which<'_>,
) -> Result<Vec<PunchoutLine>> {
    on!(connection, c => {
        let mut query = punchouts::table.select(PunchoutLine::as_select()).order(punchouts::id.desc()).into_boxed();
        query = match place {
            Place::Everywhere => query,
            Place::Shop(id) => query.filter(punchouts::shop_id.eq(id)),
            Place::System(id) => query.filter(punchouts::system_id.eq(id)),
            Place::Customer(id) => query.filter(punchouts::customer_id.eq(id)),
            // A punchout is always somebody's.
            Place::Nobody => return Ok(Vec::new()),
        };
        if let Some(system) = slice.system {
            query = query.filter(punchouts::system_id.eq(system));
        }
        if let Some(before) = slice.before {
            query = query.filter(punchouts::id.lt(before));
        }
        if let Some(from) = slice.from {
            query = query.filter(punchouts::id.ge(from));
        }
        query = match which {
            Which::All => query,
            Which::Ended(state) => query.filter(punchouts::ended_at.is_not_null()).filter(punchouts::state.eq(state)),
            Which::Open(now) => query
                .filter(punchouts::state.eq("open"))
                .filter(punchouts::expires_at.gt(now))
                .filter(punchouts::entry_expires_at.gt(now)),
            Which::InShop(now) => {
                query.filter(punchouts::state.eq("in_shop")).filter(punchouts::expires_at.gt(now))
            }
            Which::RanOut(now) => query.filter(punchouts::ended_at.is_null()).filter(
                punchouts::expires_at
                    .le(now)
                    .or(punchouts::state.eq("open").and(punchouts::entry_expires_at.le(now))),
            ),
        };
        Ok(query.limit(slice.limit).load(c)?)
    })
}

/// Refused calls of a place, newest first. What was refused later in a punchout stands with that.
pub fn list_refused_calls(connection: &mut Connection, place: Place<'_>, slice: Slice<'_>) -> Result<Vec<RefusalLine>> {
    on!(connection, c => {
        let mut query = refusals::table
            .select(RefusalLine::as_select())
            .filter(refusals::step.eq("call"))
            .order(refusals::id.desc())
            .into_boxed();
        query = match place {
            Place::Everywhere => query,
            Place::Shop(id) => query.filter(refusals::shop_id.eq(id)),
            Place::Nobody => query.filter(refusals::shop_id.is_null()),
            Place::System(id) => query.filter(refusals::system_id.eq(id)),
            Place::Customer(id) => query.filter(refusals::customer_id.eq(id)),
        };
        if let Some(system) = slice.system {
            query = query.filter(refusals::system_id.eq(system));
        }
        if let Some(before) = slice.before {
            query = query.filter(refusals::id.lt(before));
        }
        if let Some(from) = slice.from {
            query = query.filter(refusals::id.ge(from));
        }
        Ok(query.limit(slice.limit).load(c)?)
    })
}

/// One punchout as a line of the list.
pub fn find_punchout(connection: &mut Connection, id: &str) -> Result<Option<PunchoutLine>> {
    on!(connection, c => Ok(punchouts::table.find(id).select(PunchoutLine::as_select()).get_result(c).optional()?))
}

/// What was refused with that reference; two refusals with the same one are hardly ever met.
pub fn list_by_reference(connection: &mut Connection, reference: &str) -> Result<Vec<RefusalLine>> {
    on!(connection, c => Ok(refusals::table
        .select(RefusalLine::as_select())
        .filter(refusals::reference.eq(reference))
        .order(refusals::id.desc())
        .limit(20)
        .load(c)?))
}
