//! The audit log: who changed what. Rows are written once and never changed.

use diesel::prelude::*;

use super::schema::audit_log;
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub struct Entry {
    /// A ULID, so that the order of ids is that of time.
    pub id: String,
    pub happened_at: i64,
    /// Whose thing it was.
    pub account_id: Option<String>,
    /// An e-mail address, `command line` or `shop`.
    pub actor: String,
    pub address: Option<String>,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub object_name: String,
    /// JSON, secrets masked.
    pub before: Option<String>,
    pub after: Option<String>,
}

pub fn insert(connection: &mut Connection, entry: &Entry) -> Result<()> {
    on!(connection, c => diesel::insert_into(audit_log::table).values(entry).execute(c)?);
    Ok(())
}
