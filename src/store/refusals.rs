//! Calls and carts that were not accepted: written once, shown to who can mend it, gone after a while.

use diesel::prelude::*;

use super::schema::refusals;
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = refusals, treat_none_as_default_value = false)]
pub struct Refused {
    /// A ULID, so that the order of ids is that of time.
    pub id: String,
    pub happened_at: i64,
    /// What the buyer was given to tell.
    pub reference: String,
    pub code: String,
    /// What the sentences name: a JSON object.
    pub arguments: String,
    /// The faults of a cart: JSON.
    pub faults: String,
    /// `call`, `entry`, `cart`, `return` or `leave`.
    pub step: String,
    pub shop_id: Option<String>,
    pub system_id: Option<String>,
    /// As the URL named it, if nothing is known by that name.
    pub system_slug: String,
    pub customer_id: Option<String>,
    pub customer_number: Option<String>,
    pub punchout_id: Option<String>,
    pub method: String,
    pub address: String,
    /// In their order, secrets masked: JSON pairs.
    pub parameters: String,
    /// Microseconds until the answer.
    pub took: i64,
}

pub fn insert(connection: &mut Connection, refused: &Refused) -> Result<()> {
    on!(connection, c => diesel::insert_into(refusals::table).values(refused).execute(c)?);
    Ok(())
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<Refused>> {
    on!(connection, c => Ok(refusals::table.find(id).get_result(c).optional()?))
}

/// What was refused in a punchout, in the order it happened.
pub fn list_of_punchout(connection: &mut Connection, punchout_id: &str, limit: i64) -> Result<Vec<Refused>> {
    on!(connection, c => Ok(refusals::table
        .filter(refusals::punchout_id.eq(punchout_id))
        .order(refusals::id)
        .limit(limit)
        .load(c)?))
}

/// Removes some of those that are older than an id; gives how many.
pub fn delete_before(connection: &mut Connection, id: &str, limit: i64) -> Result<usize> {
    on!(connection, c => {
        let old: Vec<String> =
            refusals::table.filter(refusals::id.lt(id)).order(refusals::id).limit(limit).select(refusals::id).load(c)?;
        let Some(last) = old.last() else { return Ok(0) };
        // Nothing older than the last of them is left, so a range says the same as their list.
        Ok(diesel::delete(refusals::table.filter(refusals::id.le(last))).execute(c)?)
    })
}

/// The id of the newest one beyond the `kept` newest, if there are more.
pub fn find_beyond(connection: &mut Connection, kept: i64) -> Result<Option<String>> {
    on!(connection, c => Ok(refusals::table
        .order(refusals::id.desc())
        .offset(kept)
        .limit(1)
        .select(refusals::id)
        .get_result(c)
        .optional()?))
}
