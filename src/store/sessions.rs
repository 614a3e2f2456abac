//! Sessions of the portal and the administration, by the digest of their cookie.

use diesel::prelude::*;

use super::schema::sessions;
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub digest: Vec<u8>,
    pub account_id: String,
    pub awaits_code: bool,
    pub address: String,
    pub browser: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

pub fn insert(connection: &mut Connection, session: &Session) -> Result<()> {
    on!(connection, c => diesel::insert_into(sessions::table).values(session).execute(c)?);
    Ok(())
}

pub fn find(connection: &mut Connection, digest: &[u8]) -> Result<Option<Session>> {
    on!(connection, c => Ok(sessions::table.find(digest).get_result(c).optional()?))
}

pub fn list_of_account(connection: &mut Connection, account_id: &str) -> Result<Vec<Session>> {
    on!(connection, c => Ok(sessions::table
        .filter(sessions::account_id.eq(account_id))
        .order((sessions::seen_at.desc(), sessions::digest))
        .load(c)?))
}

pub fn update_seen(connection: &mut Connection, digest: &[u8], now: i64) -> Result<()> {
    on!(connection, c => diesel::update(sessions::table.find(digest)).set(sessions::seen_at.eq(now)).execute(c)?);
    Ok(())
}

pub fn delete(connection: &mut Connection, digest: &[u8]) -> Result<()> {
    on!(connection, c => diesel::delete(sessions::table.find(digest)).execute(c)?);
    Ok(())
}

/// Ends all sessions of an account but one.
pub fn delete_others(connection: &mut Connection, account_id: &str, kept: &[u8]) -> Result<()> {
    on!(connection, c => diesel::delete(sessions::table
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::digest.ne(kept)))
        .execute(c)?);
    Ok(())
}

/// Removes what has ended.
pub fn delete_ended(connection: &mut Connection, now: i64, idle_since: i64) -> Result<usize> {
    on!(connection, c => Ok(diesel::delete(sessions::table
        .filter(sessions::expires_at.le(now).or(sessions::seen_at.le(idle_since))))
        .execute(c)?))
}
