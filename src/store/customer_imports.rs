//! Files of customers between their preview and their end.

use diesel::prelude::*;

use super::schema::customer_imports;
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = customer_imports, treat_none_as_default_value = false)]
pub struct CustomerImport {
    pub id: String,
    pub shop_id: String,
    pub account_id: String,
    pub file_name: String,
    /// The file, sealed with a key that only the previewing page has.
    pub sealed: Vec<u8>,
    /// `previewed`, `running`, `done` or `failed`.
    pub state: String,
    pub rows: i64,
    pub rows_done: i64,
    /// What came of it: JSON.
    pub outcome: Option<String>,
    pub created_at: i64,
    pub touched_at: i64,
}

pub fn insert(connection: &mut Connection, import: &CustomerImport) -> Result<()> {
    on!(connection, c => diesel::insert_into(customer_imports::table).values(import).execute(c)?);
    Ok(())
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<CustomerImport>> {
    on!(connection, c => Ok(customer_imports::table.find(id).get_result(c).optional()?))
}

/// `previewed` → `running`; the sealed file is of no more use. True for the one caller who did it.
pub fn begin(connection: &mut Connection, id: &str, rows: i64, now: i64) -> Result<bool> {
    let empty: Vec<u8> = Vec::new();
    let changed = on!(connection, c => diesel::update(customer_imports::table
            .find(id)
            .filter(customer_imports::state.eq("previewed")))
        .set((
            customer_imports::state.eq("running"),
            customer_imports::sealed.eq(empty),
            customer_imports::rows.eq(rows),
            customer_imports::touched_at.eq(now),
        ))
        .execute(c)?);
    Ok(changed == 1)
}

pub fn update_progress(connection: &mut Connection, id: &str, rows_done: i64, now: i64) -> Result<()> {
    on!(connection, c => diesel::update(customer_imports::table.find(id))
        .set((customer_imports::rows_done.eq(rows_done), customer_imports::touched_at.eq(now)))
        .execute(c)?);
    Ok(())
}

pub fn end(connection: &mut Connection, id: &str, state: &str, outcome: &str, now: i64) -> Result<()> {
    on!(connection, c => diesel::update(customer_imports::table.find(id))
        .set((
            customer_imports::state.eq(state),
            customer_imports::outcome.eq(outcome),
            customer_imports::touched_at.eq(now),
        ))
        .execute(c)?);
    Ok(())
}

/// Removes what nobody touched since then.
pub fn delete_old(connection: &mut Connection, before: i64) -> Result<usize> {
    on!(connection, c => Ok(diesel::delete(customer_imports::table.filter(customer_imports::touched_at.lt(before)))
        .execute(c)?))
}
