//! How many punchouts there were of those that were removed: by day, system and how they ended, and nothing of anybody.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::dsl::{count_star, exists, select};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::upsert::excluded;

use super::schema::{punchout_counts, punchouts, refusals};
use super::{Connection, Result, on};
use crate::clock;

/// Any number will do, as long as every version of Punchgate takes the same one.
const ADVISORY_LOCK: &str = "pg_try_advisory_xact_lock(7862453)";

/// Rows that ended before a time. No punchout lasts for longer than some days, so those that are old by their id are nearly
/// all that have ended, and the key's own index finds them.
macro_rules! ended {
    ($before:expr) => {
        punchouts::table
            .filter(punchouts::id.lt(clock::first_id($before)))
            .filter(punchouts::ended_at.lt($before))
            .filter(punchouts::state.ne_all(["open", "in_shop"]))
    };
}

/// True for one node at a time, until the end of the transaction. SQLite has one writer anyway.
pub fn take_turn(connection: &mut Connection) -> Result<bool> {
    match connection {
        Connection::Sqlite(_) => Ok(true),
        Connection::Postgres(c) => Ok(select(diesel::dsl::sql::<Bool>(ADVISORY_LOCK)).get_result(&mut **c)?),
    }
}

/// How many punchouts ended before a time.
pub fn count_ended(connection: &mut Connection, before: i64) -> Result<i64> {
    on!(connection, c => Ok(ended!(before).select(count_star()).get_result(c)?))
}

/// Removes some that ended before a time, the oldest first, with what was refused in them, and counts them; gives how many.
/// What only tried a system is not counted.
pub fn remove_ended(connection: &mut Connection, before: i64, limit: i64) -> Result<u64> {
    // SQLite writes zeros over what goes: it held names and addresses.
    if let Connection::Sqlite(c) = connection {
        c.batch_execute("PRAGMA secure_delete = ON")?;
    }
    let removed = remove(connection, before, limit);
    if let Connection::Sqlite(c) = connection {
        c.batch_execute("PRAGMA secure_delete = OFF")?;
    }
    removed
}

fn remove(connection: &mut Connection, before: i64, limit: i64) -> Result<u64> {
    let oldest: Vec<String> = on!(connection, c => ended!(before)
        .order(punchouts::id)
        .limit(limit)
        .select(punchouts::id)
        .load(c)?);
    let Some(last) = oldest.last() else { return Ok(0) };
    // What is counted is what this very statement removed, should somebody else remove the same.
    let gone: Vec<(String, i64, String, String, bool)> = on!(connection, c => diesel::delete(
            ended!(before).filter(punchouts::id.le(last)),
        )
        .returning((punchouts::id, punchouts::opened_at, punchouts::system_id, punchouts::state, punchouts::trial))
        .get_results(c)?);
    let mut counts: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    let mut ids = Vec::with_capacity(gone.len());
    for (id, opened_at, system, state, trial) in gone {
        if !trial {
            *counts.entry((clock::date(opened_at), system, state)).or_default() += 1;
        }
        ids.push(id);
    }
    on!(connection, c => diesel::delete(refusals::table.filter(refusals::punchout_id.eq_any(&ids))).execute(c)?);
    for ((day, system_id, state), number) in counts {
        add(connection, &day, &system_id, &state, number)?;
    }
    Ok(ids.len() as u64)
}

fn add(connection: &mut Connection, day: &str, system_id: &str, state: &str, number: i64) -> Result<()> {
    on!(connection, c => diesel::insert_into(punchout_counts::table)
        .values((
            punchout_counts::day.eq(day),
            punchout_counts::system_id.eq(system_id),
            punchout_counts::state.eq(state),
            punchout_counts::number.eq(number),
        ))
        .on_conflict((punchout_counts::day, punchout_counts::system_id, punchout_counts::state))
        .do_update()
        .set(punchout_counts::number.eq(punchout_counts::number + excluded(punchout_counts::number)))
        .execute(c)?);
    Ok(())
}

/// Whether a system had punchouts that are gone.
pub fn has_any(connection: &mut Connection, system_id: &str) -> Result<bool> {
    let of_system = punchout_counts::table.filter(punchout_counts::system_id.eq(system_id));
    on!(connection, c => Ok(select(exists(of_system)).get_result(c)?))
}
