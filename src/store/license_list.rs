//! Lists of licenses, for their owner and for the vendor: with account and place of use, filtered, in pages.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::licenses::License;
use super::schema::{accounts, assignments, customers, licenses, systems};
use super::{Connection, Result, on};

diesel::define_sql_function! {
    /// Letters made small, ASCII at least.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

/// One line of a list.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    pub license: License,
    /// E-mail of whose it is.
    pub account: String,
    /// Slug and name of the system that uses it.
    pub system: Option<(String, String)>,
    /// Number and id of the customer that uses it.
    pub customer: Option<(String, String)>,
    /// Slug and name of the system in which he does.
    pub customer_system: Option<(String, String)>,
}

/// What a list is narrowed down to; what is empty narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account_id: Option<String>,
    pub kind: Option<String>,
    /// `not-connected`, `suspended`, `expired`, `expiring`, `valid`, `not-yet-valid` or `free`.
    pub state: Option<String>,
    pub search: String,
    /// Only licenses with a smaller id: the next page.
    pub before: Option<String>,
    pub limit: i64,
    pub now: i64,
    /// What ends before then is expiring.
    pub soon: i64,
}

/// The newest first.
pub fn list(connection: &mut Connection, filter: &Filter) -> Result<Vec<Listed>> {
    let used_in = diesel::alias!(systems as used_in);
    on!(connection, c => {
        let mut query = licenses::table
            .inner_join(accounts::table.on(accounts::id.eq(licenses::account_id)))
            .left_join(systems::table.on(systems::license_id.eq(licenses::id.nullable())))
            .left_join(assignments::table.on(assignments::license_id.eq(licenses::id.nullable())))
            .left_join(customers::table.on(customers::id.eq(assignments::customer_id)))
            .left_join(used_in.on(used_in.field(systems::id).eq(assignments::system_id)))
            .into_boxed();
        if let Some(account) = &filter.account_id {
            query = query.filter(licenses::account_id.eq(account));
        }
        if let Some(kind) = &filter.kind {
            query = query.filter(licenses::kind.eq(kind));
        }
        if let Some(before) = &filter.before {
            query = query.filter(licenses::id.lt(before));
        }
        let (now, soon) = (filter.now, filter.soon);
        let begun = licenses::valid_from.le(now);
        let lasting = licenses::valid_until.is_null().or(licenses::valid_until.gt(now));
        let ending = licenses::valid_until.gt(now).and(licenses::valid_until.le(soon));
        query = match filter.state.as_deref() {
            Some("suspended") => query.filter(licenses::suspended.eq(true)),
            Some("expired") => query.filter(licenses::suspended.eq(false)).filter(licenses::valid_until.le(now)),
            Some("not-yet-valid") => query.filter(licenses::suspended.eq(false)).filter(licenses::valid_from.gt(now)),
            Some("not-connected") => query
                .filter(licenses::suspended.eq(false)).filter(begun).filter(lasting.assume_not_null())
                .filter(licenses::website.is_null()),
            Some("expiring") => query
                .filter(licenses::suspended.eq(false)).filter(begun).filter(ending.assume_not_null())
                .filter(licenses::website.is_not_null()),
            Some("valid") => query
                .filter(licenses::suspended.eq(false)).filter(begun)
                .filter(licenses::valid_until.is_null().or(licenses::valid_until.gt(soon)).assume_not_null())
                .filter(licenses::website.is_not_null()),
            Some("free") => query.filter(systems::id.is_null()).filter(assignments::id.is_null()),
            _ => query,
        };
        if !filter.search.trim().is_empty() {
            let pattern = contains(&filter.search.trim().to_lowercase());
            query = query.filter(
                lower(licenses::key.nullable()).like(pattern.clone()).escape('\\')
                    .or(licenses::website.like(pattern.clone()).escape('\\'))
                    .or(accounts::email.nullable().like(pattern.clone()).escape('\\'))
                    .or(lower(systems::name.nullable()).like(pattern.clone()).escape('\\'))
                    .or(systems::slug.nullable().like(pattern.clone()).escape('\\'))
                    .or(lower(customers::number.nullable()).like(pattern.clone()).escape('\\'))
                    .or(used_in.field(systems::slug).nullable().like(pattern).escape('\\'))
                    .assume_not_null(),
            );
        }
        Ok(query
            .order(licenses::id.desc())
            .limit(filter.limit)
            .select((
                licenses::all_columns,
                accounts::email,
                (systems::slug, systems::name).nullable(),
                (customers::number, customers::id).nullable(),
                used_in.fields((systems::slug, systems::name)).nullable(),
            ))
            .load(c)?)
    })
}

/// A `LIKE` pattern for a text anywhere; its own wildcards are taken as they stand.
pub(super) fn contains(text: &str) -> String {
    format!("%{}%", escaped(text))
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_").replace('\0', "\u{fffd}")
}
