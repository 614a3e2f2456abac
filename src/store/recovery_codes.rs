//! Recovery codes: what opens an account whose second factor is lost. Their digests only; each is good once.

use diesel::prelude::*;

use super::schema::recovery_codes;
use super::{Connection, Result, on};

#[derive(Debug, Insertable)]
#[diesel(table_name = recovery_codes)]
struct RecoveryCode<'a> {
    id: String,
    account_id: &'a str,
    digest: &'a [u8],
}

/// Replaces all codes of an account.
pub fn replace(connection: &mut Connection, account_id: &str, digests: &[Vec<u8>]) -> Result<()> {
    on!(connection, c => diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account_id)))
        .execute(c)?);
    for digest in digests {
        let row = RecoveryCode { id: ulid::Ulid::new().to_string(), account_id, digest };
        on!(connection, c => diesel::insert_into(recovery_codes::table).values(&row).execute(c)?);
    }
    Ok(())
}

/// Takes a code. True for the one caller who gave it first.
pub fn take(connection: &mut Connection, account_id: &str, digest: &[u8], now: i64) -> Result<bool> {
    let changed = on!(connection, c => diesel::update(recovery_codes::table
            .filter(recovery_codes::account_id.eq(account_id))
            .filter(recovery_codes::digest.eq(digest))
            .filter(recovery_codes::used_at.is_null()))
        .set(recovery_codes::used_at.eq(now))
        .execute(c)?);
    Ok(changed == 1)
}

/// How many codes are left.
pub fn count_left(connection: &mut Connection, account_id: &str) -> Result<i64> {
    on!(connection, c => Ok(recovery_codes::table
        .filter(recovery_codes::account_id.eq(account_id))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(c)?))
}
