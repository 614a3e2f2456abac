//! The change counter: how a running gateway notices, without asking for everything on every
//! login, that another process or node changed shops, systems or licenses. On PostgreSQL every
//! change is told as well, so that the counter need not be looked at so often.

use diesel::prelude::*;

use super::schema::revision::dsl::{id, number, revision};
use super::{Connection, Result, news, on};

/// Reads the counter.
pub fn find(connection: &mut Connection) -> Result<i64> {
    on!(connection, c => Ok(revision.select(number).get_result(c)?))
}

/// Moves the counter. To be called in the transaction of every change of configuration.
pub fn bump(connection: &mut Connection) -> Result<()> {
    on!(connection, c => diesel::update(revision.filter(id.eq(1))).set(number.eq(number + 1)).execute(c)?);
    news::tell_revision(connection)
}
