//! Punchouts: one row a run, from the login to the return.
//!
//! Every step is one guarded `UPDATE`: it names the state it leaves, so that of many who try the
//! same step at once, on whichever node, exactly one succeeds.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::customers::Candidate;
use super::schema::{assignments, customers, licenses, punchouts};
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = punchouts, treat_none_as_default_value = false)]
pub struct Punchout {
    pub id: String,
    pub shop_id: String,
    pub system_id: String,
    pub system_slug: String,
    pub customer_id: String,
    pub customer_number: String,
    pub customer_email: String,
    /// `open`, `in_shop`, `returned`, `closed`, `cancelled` or `expired`.
    pub state: String,
    /// SHA-256 of the entry token; the token itself is known to the browser alone.
    pub entry_digest: Vec<u8>,
    pub entry_expires_at: i64,
    /// What of the call shapes the answer, as JSON; never a password.
    pub call: String,
    /// The shop's cart as it came.
    pub cart: Option<String>,
    /// The form that carries the cart back, as JSON: a reload shows the very same one.
    pub form: Option<String>,
    pub opened_at: i64,
    pub entered_at: Option<i64>,
    pub cart_at: Option<i64>,
    pub returned_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub expires_at: i64,
    /// The parameters of the call in their order, secrets masked: JSON pairs.
    pub parameters: String,
    pub method: String,
    pub address: String,
    /// What was cut or left out of the cart: JSON.
    pub notices: String,
    pub lines: Option<i64>,
    /// A decimal, net.
    pub total: Option<String>,
    pub currency: Option<String>,
    /// Made by an operator who tries his system.
    pub trial: bool,
}

pub fn insert(connection: &mut Connection, punchout: &Punchout) -> Result<()> {
    on!(connection, c => diesel::insert_into(punchouts::table).values(punchout).execute(c)?);
    Ok(())
}

/// The same in one statement with the question whether customer, assignment and license still are what they were when
/// they were read. True if so; else nothing was written. PostgreSQL is asked by [`Store::insert_if_unchanged`].
///
/// [`Store::insert_if_unchanged`]: super::Store::insert_if_unchanged
pub(super) fn insert_if_unchanged(
    connection: &mut SqliteConnection,
    punchout: &Punchout,
    read: &Candidate,
) -> Result<bool> {
    use diesel::sql_types::{BigInt, Binary, Bool, Text};

    let Candidate { customer, assigned: true, license: Some(license) } = read else { return Ok(false) };
    let Some(website) = &license.website else { return Ok(false) };
    let (p, endless) = (punchout, license.valid_until.is_none());
    let row = customers::table
        .inner_join(assignments::table.inner_join(licenses::table))
        .filter(customers::id.eq(&customer.id))
        .filter(customers::version.eq(customer.version))
        // A hash that was made anew from the same password moves no version.
        .filter(customers::password_hash.eq(&customer.password_hash))
        .filter(customers::active.eq(customer.active))
        .filter(assignments::system_id.eq(&p.system_id))
        .filter(licenses::id.eq(&license.id))
        .filter(licenses::kind.eq(&license.kind))
        .filter(licenses::website.eq(website))
        .filter(licenses::valid_from.eq(license.valid_from))
        .filter(
            licenses::valid_until
                .eq(license.valid_until)
                .or(licenses::valid_until.is_null().and(endless.into_sql::<Bool>())),
        )
        .filter(licenses::suspended.eq(license.suspended))
        .select((
            (&p.id).into_sql::<Text>(),
            (&p.shop_id).into_sql::<Text>(),
            (&p.system_id).into_sql::<Text>(),
            (&p.system_slug).into_sql::<Text>(),
            (&p.customer_id).into_sql::<Text>(),
            (&p.customer_number).into_sql::<Text>(),
            (&p.customer_email).into_sql::<Text>(),
            (&p.state).into_sql::<Text>(),
            (&p.entry_digest).into_sql::<Binary>(),
            p.entry_expires_at.into_sql::<BigInt>(),
            (&p.call).into_sql::<Text>(),
            p.opened_at.into_sql::<BigInt>(),
            p.expires_at.into_sql::<BigInt>(),
            (&p.parameters).into_sql::<Text>(),
            (&p.method).into_sql::<Text>(),
            (&p.address).into_sql::<Text>(),
            (&p.notices).into_sql::<Text>(),
            p.trial.into_sql::<Bool>(),
        ));
    let columns = (
        punchouts::id,
        punchouts::shop_id,
        punchouts::system_id,
        punchouts::system_slug,
        punchouts::customer_id,
        punchouts::customer_number,
        punchouts::customer_email,
        punchouts::state,
        punchouts::entry_digest,
        punchouts::entry_expires_at,
        punchouts::call,
        punchouts::opened_at,
        punchouts::expires_at,
        punchouts::parameters,
        punchouts::method,
        punchouts::address,
        punchouts::notices,
        punchouts::trial,
    );
    // What is to be all or nothing makes SQLite keep a journal of every INSERT with a SELECT, with a copy of each page that it
    // changes: half of its cost. There is one row or none, so there is nothing to take back; what would be a fault is ignored
    // here, no row is written, and the long way finds the fault.
    let written =
        diesel::insert_or_ignore_into(punchouts::table).values(row).into_columns(columns).execute(connection)?;
    Ok(written == 1)
}

/// When the last punchout of a system began, those that only tried it left aside.
pub fn find_last_of_system(connection: &mut Connection, system_id: &str) -> Result<Option<i64>> {
    on!(connection, c => Ok(punchouts::table
        .filter(punchouts::system_id.eq(system_id))
        .filter(punchouts::trial.eq(false))
        .order(punchouts::id.desc())
        .limit(1)
        .select(punchouts::opened_at)
        .get_result(c)
        .optional()?))
}

/// When a customer's last punchout in a system began.
pub fn find_last_of(connection: &mut Connection, system_id: &str, customer_id: &str) -> Result<Option<i64>> {
    on!(connection, c => Ok(punchouts::table
        .filter(punchouts::customer_id.eq(customer_id))
        .filter(punchouts::system_id.eq(system_id))
        .filter(punchouts::trial.eq(false))
        .order(punchouts::id.desc())
        .limit(1)
        .select(punchouts::opened_at)
        .get_result(c)
        .optional()?))
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<Punchout>> {
    on!(connection, c => Ok(punchouts::table.find(id).get_result(c).optional()?))
}

/// The last punchouts of a system that hold a cart, newest first, with the lines of each; those that only tried
/// the system left aside.
pub fn list_last_carts(connection: &mut Connection, system_id: &str, limit: i64) -> Result<Vec<(String, Option<i64>)>> {
    on!(connection, c => Ok(punchouts::table
        .filter(punchouts::system_id.eq(system_id))
        .filter(punchouts::cart.is_not_null())
        .filter(punchouts::trial.eq(false))
        .order(punchouts::id.desc())
        .limit(limit)
        .select((punchouts::id, punchouts::lines))
        .load(c)?))
}

pub fn find_by_entry(connection: &mut Connection, shop_id: &str, digest: &[u8]) -> Result<Option<Punchout>> {
    on!(connection, c => Ok(punchouts::table
        .filter(punchouts::entry_digest.eq(digest))
        .filter(punchouts::shop_id.eq(shop_id))
        .get_result(c)
        .optional()?))
}

/// A guarded `UPDATE` that tells the row as it is from now on, or nothing if the guard held it up: one statement that
/// writes. (With RETURNING, SQLite keeps a journal of the statement, which costs more than to look again.)
macro_rules! step {
    ($connection:expr, $update:expr, $row:expr) => {
        match $connection {
            Connection::Sqlite(c) => match $update.execute(c)? {
                1 => $row.get_result(c).optional()?,
                _ => None,
            },
            // All that the server answers: the commit comes after the row.
            Connection::Postgres(c) => $update.returning(punchouts::all_columns).load(&mut **c)?.pop(),
        }
    };
}

/// `open` → `in_shop`. The punchout, for the one caller who redeemed the token in time.
pub fn redeem(connection: &mut Connection, shop_id: &str, digest: &[u8], now: i64) -> Result<Option<Punchout>> {
    Ok(step!(
        connection,
        diesel::update(
            punchouts::table
                .filter(punchouts::entry_digest.eq(digest))
                .filter(punchouts::shop_id.eq(shop_id))
                .filter(punchouts::state.eq("open"))
                .filter(punchouts::entry_expires_at.gt(now))
        )
        .set((punchouts::state.eq("in_shop"), punchouts::entered_at.eq(now))),
        punchouts::table.filter(punchouts::entry_digest.eq(digest))
    ))
}

/// A cart as it is laid down: see the fields of [`Punchout`].
#[derive(Debug, AsChangeset)]
#[diesel(table_name = punchouts, treat_none_as_null = true)]
pub struct Cart {
    pub cart: String,
    pub form: String,
    pub notices: String,
    pub lines: i64,
    pub total: Option<String>,
    pub currency: Option<String>,
    pub cart_at: i64,
}

/// Lays a cart and its form down, in place of an earlier one that was not returned. True if the
/// punchout was still in the shop.
pub fn update_cart(connection: &mut Connection, id: &str, cart: &Cart, now: i64) -> Result<bool> {
    let changed = on!(connection, c => diesel::update(punchouts::table
            .find(id)
            .filter(punchouts::state.eq("in_shop"))
            .filter(punchouts::expires_at.gt(now)))
        .set(cart)
        .execute(c)?);
    Ok(changed == 1)
}

/// Gives an open punchout another entry token, in place of the one before. True if it was open.
pub fn update_entry(connection: &mut Connection, id: &str, digest: &[u8], expires_at: i64, now: i64) -> Result<bool> {
    let changed = on!(connection, c => diesel::update(punchouts::table
            .find(id)
            .filter(punchouts::state.eq("open"))
            .filter(punchouts::expires_at.gt(now)))
        .set((punchouts::entry_digest.eq(digest), punchouts::entry_expires_at.eq(expires_at)))
        .execute(c)?);
    Ok(changed == 1)
}

/// `in_shop` → `returned`, for the very cart that is about to be shown. The punchout, if this call did it.
pub fn return_cart(connection: &mut Connection, id: &str, now: i64) -> Result<Option<Punchout>> {
    Ok(step!(
        connection,
        diesel::update(
            punchouts::table
                .find(id)
                .filter(punchouts::state.eq("in_shop"))
                .filter(punchouts::form.is_not_null())
                .filter(punchouts::expires_at.gt(now))
        )
        .set((punchouts::state.eq("returned"), punchouts::returned_at.eq(now), punchouts::ended_at.eq(now))),
        punchouts::table.find(id)
    ))
}

/// `open` or `in_shop` → `closed` or `cancelled`. True if this call did it.
pub fn end(connection: &mut Connection, id: &str, state: &str, now: i64) -> Result<bool> {
    let changed = on!(connection, c => diesel::update(punchouts::table
            .find(id)
            .filter(punchouts::state.eq_any(["open", "in_shop"]))
            .filter(punchouts::expires_at.gt(now)))
        .set((punchouts::state.eq(state), punchouts::ended_at.eq(now)))
        .execute(c)?);
    Ok(changed == 1)
}

/// Marks what ran out: tokens that nobody redeemed and punchouts past their time.
pub fn expire(connection: &mut Connection, now: i64) -> Result<usize> {
    on!(connection, c => Ok(diesel::update(punchouts::table
            .filter(punchouts::state.eq_any(["open", "in_shop"]))
            .filter(punchouts::expires_at.le(now).or(punchouts::state.eq("open").and(punchouts::entry_expires_at.le(now)))))
        .set((punchouts::state.eq("expired"), punchouts::ended_at.eq(now)))
        .execute(c)?))
}
