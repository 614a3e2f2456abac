//! Random keys of the installation, made once and shared by all nodes.

use diesel::prelude::*;

use super::schema::installation_keys::dsl::{installation_keys, name, secret};
use super::{Connection, Result, on};

/// The key of that name; `fresh` becomes the key if there is none yet.
pub fn find_or_insert(connection: &mut Connection, key: &str, fresh: &[u8]) -> Result<Vec<u8>> {
    on!(connection, c => diesel::insert_into(installation_keys)
        .values((name.eq(key), secret.eq(fresh)))
        .on_conflict_do_nothing()
        .execute(c)?);
    on!(connection, c => Ok(installation_keys.find(key).select(secret).get_result(c)?))
}
