//! What an unfinished copy leaves in its target: where it came from, and how far each table got. While it is there, no
//! gateway starts on that database.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::CopyError;
use super::rows::Value;
use super::tables::Table;
use crate::store::{Connection, Result, StoreError, migrate, on};

pub const TABLE: &str = "punchgate_copy";
/// The name under which the source stands; all others are names of tables.
const SOURCE: &str = "";

diesel::table! { punchgate_copy (name) { name -> Text, value -> Text, } }

/// The last key of each table that has begun.
pub type Marks = BTreeMap<String, Vec<Value>>;

/// Where the unfinished copy in a database came from, if there is one.
pub fn find_source(connection: &mut Connection) -> Result<Option<String>> {
    if !migrate::exists(connection, TABLE)? {
        return Ok(None);
    }
    on!(connection, c => Ok(punchgate_copy::table.find(SOURCE).select(punchgate_copy::value).get_result(c).optional()?))
}

pub fn list(connection: &mut Connection) -> Result<Marks> {
    let marks: Vec<(String, String)> =
        on!(connection, c => punchgate_copy::table.filter(punchgate_copy::name.ne(SOURCE)).load(c)?);
    let read = |(name, value): (String, String)| {
        let key = serde_json::from_str(&value).map_err(|error| StoreError::Query(format!("{TABLE}: {error}")))?;
        Ok((name, key))
    };
    marks.into_iter().map(read).collect()
}

/// Makes a database the target of a copy. What a fresh schema holds by itself goes: the source has it too.
pub fn begin(connection: &mut Connection, source: &str) -> Result<()> {
    on!(connection, c => c.batch_execute(
        "CREATE TABLE punchgate_copy (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL); DELETE FROM revision",
    )?);
    insert(connection, SOURCE, source)
}

fn insert(connection: &mut Connection, name: &str, value: &str) -> Result<()> {
    let is_begun = punchgate_copy::table.find(name);
    on!(connection, c => {
        if diesel::update(is_begun).set(punchgate_copy::value.eq(value)).execute(c)? == 0 {
            let row = (punchgate_copy::name.eq(name), punchgate_copy::value.eq(value));
            diesel::insert_into(punchgate_copy::table).values(row).execute(c)?;
        }
    });
    Ok(())
}

/// Notes how far a table has got, in the transaction that got it there.
pub fn note(connection: &mut Connection, table: &Table, key: &[Value]) -> std::result::Result<(), CopyError> {
    let key = serde_json::to_string(key).map_err(|error| StoreError::Query(error.to_string()))?;
    Ok(insert(connection, table.name, &key)?)
}

/// The copy is whole: gateways may start on it.
pub fn finish(connection: &mut Connection) -> Result<()> {
    on!(connection, c => c.batch_execute("DROP TABLE punchgate_copy")?);
    Ok(())
}
