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

/// What the log is narrowed down to; what is empty narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Entries of one account's things, with those of nobody's if `ownerless`; None: all.
    pub account_id: Option<String>,
    pub ownerless: bool,
    pub actor: Option<String>,
    pub object_kind: Option<String>,
    /// From that moment on, and before that other one.
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Only entries with a smaller id: the next page.
    pub before: Option<String>,
    pub limit: i64,
}

/// The newest first.
pub fn list(connection: &mut Connection, filter: &Filter) -> Result<Vec<Entry>> {
    on!(connection, c => {
        let mut query = audit_log::table.into_boxed();
        if let Some(account) = &filter.account_id {
            query = match filter.ownerless {
                true => query.filter(
                    audit_log::account_id.eq(account).or(audit_log::account_id.is_null()).assume_not_null()),
                false => query.filter(audit_log::account_id.eq(account)),
            };
        }
        if let Some(actor) = &filter.actor {
            query = query.filter(audit_log::actor.eq(actor));
        }
        if let Some(kind) = &filter.object_kind {
            query = query.filter(audit_log::object_kind.eq(kind));
        }
        if let Some(from) = filter.from {
            query = query.filter(audit_log::happened_at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(audit_log::happened_at.lt(to));
        }
        if let Some(before) = &filter.before {
            query = query.filter(audit_log::id.lt(before));
        }
        Ok(query.order(audit_log::id.desc()).limit(filter.limit).load(c)?)
    })
}
