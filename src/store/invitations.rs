//! Invitations: links by which an owner chooses his password, by the digest of what stands in them.

use diesel::prelude::*;

use super::schema::invitations;
use super::{Connection, Result, on};

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub digest: Vec<u8>,
    pub account_id: String,
    pub created_at: i64,
    pub expires_at: i64,
}

/// A new one takes the place of those that the account had.
pub fn replace(connection: &mut Connection, invitation: &Invitation) -> Result<()> {
    delete_of(connection, &invitation.account_id)?;
    on!(connection, c => diesel::insert_into(invitations::table).values(invitation).execute(c)?);
    Ok(())
}

pub fn find(connection: &mut Connection, digest: &[u8]) -> Result<Option<Invitation>> {
    on!(connection, c => Ok(invitations::table.find(digest).get_result(c).optional()?))
}

/// Takes an invitation. True for the one caller who did.
pub fn take(connection: &mut Connection, digest: &[u8], now: i64) -> Result<bool> {
    let gone = on!(connection, c => diesel::delete(invitations::table
        .find(digest)
        .filter(invitations::expires_at.gt(now)))
        .execute(c)?);
    Ok(gone == 1)
}

pub fn delete_of(connection: &mut Connection, account_id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(invitations::table.filter(invitations::account_id.eq(account_id))).execute(c)?);
    Ok(())
}

pub fn delete_ended(connection: &mut Connection, now: i64) -> Result<usize> {
    on!(connection, c => Ok(diesel::delete(invitations::table.filter(invitations::expires_at.le(now))).execute(c)?))
}
