//! Accounts: who buys licenses (merchants) and who issues them (vendors).

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::license_list::contains;
use super::schema::{accounts, licenses};
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub struct Account {
    pub id: String,
    /// Folded to lower case: an account is found whichever way its address is typed.
    pub email: String,
    /// `merchant` or `vendor`.
    pub role: String,
    /// None: made along with a license, nobody can sign in yet.
    pub password_hash: Option<String>,
    pub created_at: i64,
    /// The secret of the second factor (RFC 6238), if there is one.
    pub totp_secret: Option<Vec<u8>>,
    /// The time step of the last code that was taken.
    pub totp_step: Option<i64>,
    /// `de` or `en`, as chosen on a page.
    pub language: Option<String>,
}

pub fn find_by_email(connection: &mut Connection, email: &str) -> Result<Option<Account>> {
    let email = email.trim().to_lowercase();
    on!(connection, c => Ok(accounts::table.filter(accounts::email.eq(email)).get_result(c).optional()?))
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<Account>> {
    on!(connection, c => Ok(accounts::table.find(id).get_result(c).optional()?))
}

/// Accounts after an address that hold a text, with how many licenses each has.
pub fn list_page(connection: &mut Connection, search: &str, after: &str, limit: i64) -> Result<Vec<(Account, i64)>> {
    let pattern = contains(&search.trim().to_lowercase());
    let rows: Vec<Account> = on!(connection, c => accounts::table
        .filter(accounts::email.gt(after))
        .filter(accounts::email.like(&pattern).escape('\\'))
        .order(accounts::email)
        .limit(limit)
        .load(c)?);
    let ids: Vec<&String> = rows.iter().map(|account| &account.id).collect();
    let counts: Vec<(String, i64)> = on!(connection, c => licenses::table
        .filter(licenses::account_id.eq_any(ids))
        .group_by(licenses::account_id)
        .select((licenses::account_id, count_star()))
        .load(c)?);
    let owned = |id: &str| counts.iter().find(|(account, _)| account == id).map_or(0, |(_, count)| *count);
    Ok(rows
        .into_iter()
        .map(|account| {
            let count = owned(&account.id);
            (account, count)
        })
        .collect())
}

pub fn list(connection: &mut Connection) -> Result<Vec<Account>> {
    on!(connection, c => Ok(accounts::table.order(accounts::email).load(c)?))
}

/// Accounts of shop owners; while there is only one, a shop need not name it.
pub fn list_merchants(connection: &mut Connection) -> Result<Vec<Account>> {
    on!(connection, c => Ok(accounts::table.filter(accounts::role.eq("merchant")).order(accounts::email).load(c)?))
}

pub fn count_merchants(connection: &mut Connection) -> Result<i64> {
    on!(connection, c => Ok(accounts::table.filter(accounts::role.eq("merchant")).count().get_result(c)?))
}

pub fn insert(connection: &mut Connection, account: &Account) -> Result<()> {
    on!(connection, c => diesel::insert_into(accounts::table).values(account).execute(c)?);
    Ok(())
}

pub fn update_password(connection: &mut Connection, id: &str, hash: &str) -> Result<()> {
    on!(connection, c => diesel::update(accounts::table.find(id)).set(accounts::password_hash.eq(hash)).execute(c)?);
    Ok(())
}

pub fn update_language(connection: &mut Connection, id: &str, language: &str) -> Result<()> {
    on!(connection, c => diesel::update(accounts::table.find(id)).set(accounts::language.eq(language)).execute(c)?);
    Ok(())
}

/// Sets or takes away the second factor. A new secret begins with no code used.
pub fn update_totp(connection: &mut Connection, id: &str, secret: Option<&[u8]>) -> Result<()> {
    on!(connection, c => diesel::update(accounts::table.find(id))
        .set((accounts::totp_secret.eq(secret), accounts::totp_step.eq(None::<i64>)))
        .execute(c)?);
    Ok(())
}

/// Takes a code of that time step. True if it is later than every code taken before: each is good once.
pub fn take_totp_step(connection: &mut Connection, id: &str, step: i64) -> Result<bool> {
    let changed = on!(connection, c => diesel::update(accounts::table
            .find(id)
            .filter(accounts::totp_step.is_null().or(accounts::totp_step.lt(step))))
        .set(accounts::totp_step.eq(step))
        .execute(c)?);
    Ok(changed == 1)
}

pub fn update_role(connection: &mut Connection, id: &str, role: &str) -> Result<()> {
    on!(connection, c => diesel::update(accounts::table.find(id)).set(accounts::role.eq(role)).execute(c)?);
    Ok(())
}
