//! Punchouts that PostgreSQL is given together. Of a login's cost there the commit is the greater part, so the job that runs first
//! takes along what other logins are waiting to have stored: one statement, all or nothing of it, one commit. SQLite's writer does so
//! with jobs of every kind.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};
use tokio::sync::oneshot;

use super::customers::Candidate;
use super::postgres::PgConnection;
use super::punchouts::{self, Punchout};
use super::{Connection, DatabaseUrl, Result, Store, StoreError};

/// The most in one statement. While it runs, others gather for the next connection.
const MOST: usize = 16;

/// A punchout that waits to be stored.
struct Waiting {
    punchout: Punchout,
    read: Arc<Candidate>,
    told: oneshot::Sender<Result<bool>>,
}

/// Those that wait, first come first served.
#[derive(Default)]
pub(super) struct Gathering(Mutex<VecDeque<Waiting>>);

impl Store {
    /// Stores a punchout if customer, assignment and license still are what they were when they were read. True if so; else
    /// nothing was stored.
    pub async fn insert_if_unchanged(&self, punchout: Punchout, read: Arc<Candidate>) -> Result<bool> {
        if let DatabaseUrl::Sqlite(_) = self.url() {
            let job = move |c: &mut Connection| match c {
                Connection::Sqlite(c) => punchouts::insert_if_unchanged(c, &punchout, &read),
                Connection::Postgres(_) => Ok(false),
            };
            return self.write_one(job).await;
        }
        let (told, answer) = oneshot::channel();
        let (together, id) = (self.together.clone(), punchout.id.clone());
        together.waiting().push_back(Waiting { punchout, read, told });
        // Its own job may find sixteen others in front of it, and then asks for another turn.
        while together.holds(&id) {
            let job = together.clone();
            if let Err(error) = self.write_one(move |c| job.store_some(c)).await
                && together.leave(&id)
            {
                return Err(error);
            }
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("its thread ended".into())))
    }
}

impl Gathering {
    /// Stores what waits, if another job has not done so.
    fn store_some(&self, connection: &mut Connection) -> Result<()> {
        let Connection::Postgres(c) = connection else { return Ok(()) };
        let group: Vec<Waiting> = {
            let mut waiting = self.waiting();
            let count = waiting.len().min(MOST);
            waiting.drain(..count).collect()
        };
        if group.is_empty() {
            return Ok(());
        }
        let stored = Insert::of(&group).run(c);
        for one in group {
            // A caller that has gone away does not want its answer.
            let _ = one.told.send(match &stored {
                Ok(ids) => Ok(ids.contains(&one.punchout.id)),
                Err(error) => Err(error.clone()),
            });
        }
        stored.map(drop)
    }

    /// Whether it still waits.
    fn holds(&self, id: &str) -> bool {
        self.waiting().iter().any(|one| one.punchout.id == id)
    }

    /// Whether it still waited, and does not any more.
    fn leave(&self, id: &str) -> bool {
        let mut waiting = self.waiting();
        let at = waiting.iter().position(|one| one.punchout.id == id);
        at.and_then(|at| waiting.remove(at)).is_some()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The statement: a list a column, for the new rows and for what was read of their customers. Diesel can say all of it but the
/// lists, and keeps only statements prepared that are types.
struct Insert<'a> {
    id: Vec<&'a str>,
    shop_id: Vec<&'a str>,
    system_id: Vec<&'a str>,
    system_slug: Vec<&'a str>,
    customer_id: Vec<&'a str>,
    customer_number: Vec<&'a str>,
    customer_email: Vec<&'a str>,
    state: Vec<&'a str>,
    entry_digest: Vec<&'a [u8]>,
    entry_expires_at: Vec<i64>,
    call: Vec<&'a str>,
    opened_at: Vec<i64>,
    expires_at: Vec<i64>,
    parameters: Vec<&'a str>,
    method: Vec<&'a str>,
    address: Vec<&'a str>,
    notices: Vec<&'a str>,
    trial: Vec<bool>,
    version: Vec<i64>,
    password_hash: Vec<&'a str>,
    active: Vec<bool>,
    license_id: Vec<&'a str>,
    kind: Vec<&'a str>,
    website: Vec<&'a str>,
    valid_from: Vec<i64>,
    valid_until: Vec<Option<i64>>,
    suspended: Vec<bool>,
}

impl<'a> Insert<'a> {
    fn of(group: &'a [Waiting]) -> Self {
        // Who was not assigned, licensed and connected when he was read is not let in again by this way.
        let whole = group.iter().filter_map(|one| {
            let Candidate { customer, assigned: true, license: Some(license) } = &*one.read else { return None };
            Some((&one.punchout, customer, license, license.website.as_deref()?))
        });
        let whole: Vec<_> = whole.collect();
        macro_rules! list {
            (|$p:ident, $c:ident, $l:ident, $w:ident| $value:expr) => {
                whole.iter().map(|($p, $c, $l, $w)| $value).collect()
            };
        }
        Self {
            id: list!(|p, _c, _l, _w| p.id.as_str()),
            shop_id: list!(|p, _c, _l, _w| p.shop_id.as_str()),
            system_id: list!(|p, _c, _l, _w| p.system_id.as_str()),
            system_slug: list!(|p, _c, _l, _w| p.system_slug.as_str()),
            customer_id: list!(|p, _c, _l, _w| p.customer_id.as_str()),
            customer_number: list!(|p, _c, _l, _w| p.customer_number.as_str()),
            customer_email: list!(|p, _c, _l, _w| p.customer_email.as_str()),
            state: list!(|p, _c, _l, _w| p.state.as_str()),
            entry_digest: list!(|p, _c, _l, _w| p.entry_digest.as_slice()),
            entry_expires_at: list!(|p, _c, _l, _w| p.entry_expires_at),
            call: list!(|p, _c, _l, _w| p.call.as_str()),
            opened_at: list!(|p, _c, _l, _w| p.opened_at),
            expires_at: list!(|p, _c, _l, _w| p.expires_at),
            parameters: list!(|p, _c, _l, _w| p.parameters.as_str()),
            method: list!(|p, _c, _l, _w| p.method.as_str()),
            address: list!(|p, _c, _l, _w| p.address.as_str()),
            notices: list!(|p, _c, _l, _w| p.notices.as_str()),
            trial: list!(|p, _c, _l, _w| p.trial),
            version: list!(|_p, c, _l, _w| c.version),
            password_hash: list!(|_p, c, _l, _w| c.password_hash.as_str()),
            active: list!(|_p, c, _l, _w| c.active),
            license_id: list!(|_p, _c, l, _w| l.id.as_str()),
            kind: list!(|_p, _c, l, _w| l.kind.as_str()),
            website: list!(|_p, _c, _l, w| *w),
            valid_from: list!(|_p, _c, l, _w| l.valid_from),
            valid_until: list!(|_p, _c, l, _w| l.valid_until),
            suspended: list!(|_p, _c, l, _w| l.suspended),
        }
    }

    /// Gives the ids of those that are stored. All that the server answers is waited for: the commit comes after the rows.
    fn run(self, connection: &mut PgConnection) -> Result<HashSet<String>> {
        let ids: Vec<String> = self.load(connection)?;
        Ok(ids.into_iter().collect())
    }
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO punchouts (id, shop_id, system_id, system_slug, customer_id, customer_number, customer_email, state, \
             entry_digest, entry_expires_at, call, opened_at, expires_at, parameters, method, address, notices, trial) \
             SELECT n.id, n.shop_id, n.system_id, n.system_slug, n.customer_id, n.customer_number, n.customer_email, n.state, \
             n.entry_digest, n.entry_expires_at, n.call, n.opened_at, n.expires_at, n.parameters, n.method, n.address, n.notices, \
             n.trial FROM unnest((SELECT ",
        );
        // The sub-select hides from the planner how many there are this time, or it would plan anew for each number.
        out.push_bind_param::<Array<Text>, _>(&self.id)?;
        out.push_sql(")");
        macro_rules! lists {
            ($($kind:ty: $($list:ident),+;)+) => {
                $($(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<$kind>, _>(&self.$list)?;
                )+)+
            };
        }
        lists! {
            Text: shop_id, system_id, system_slug, customer_id, customer_number, customer_email, state;
            Binary: entry_digest;
            BigInt: entry_expires_at;
            Text: call;
            BigInt: opened_at, expires_at;
            Text: parameters, method, address, notices;
            Bool: trial;
            BigInt: version;
            Text: password_hash;
            Bool: active;
            Text: license_id, kind, website;
            BigInt: valid_from;
            Nullable<BigInt>: valid_until;
            Bool: suspended;
        }
        out.push_sql(
            ") AS n (id, shop_id, system_id, system_slug, customer_id, customer_number, customer_email, state, entry_digest, \
             entry_expires_at, call, opened_at, expires_at, parameters, method, address, notices, trial, version, password_hash, \
             active, license_id, kind, website, valid_from, valid_until, suspended) \
             JOIN customers ON customers.id = n.customer_id AND customers.version = n.version \
             AND customers.password_hash = n.password_hash AND customers.active = n.active \
             JOIN assignments ON assignments.customer_id = n.customer_id AND assignments.system_id = n.system_id \
             AND assignments.license_id = n.license_id \
             JOIN licenses ON licenses.id = n.license_id AND licenses.kind = n.kind AND licenses.website = n.website \
             AND licenses.valid_from = n.valid_from AND licenses.valid_until IS NOT DISTINCT FROM n.valid_until \
             AND licenses.suspended = n.suspended \
             RETURNING punchouts.id",
        );
        Ok(())
    }
}

impl QueryId for Insert<'_> {
    type QueryId = Insert<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Insert<'_> {
    type SqlType = Text;
}

impl RunQueryDsl<PgConnection> for Insert<'_> {}
