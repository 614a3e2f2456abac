//! Bringing the schema up to date. Several processes may try at once; one does it, the others wait.

use diesel::connection::SimpleConnection;
use diesel::migration::Migration;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Result, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number will do, as long as every version of Punchgate takes the same one.
const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(7862452)";

/// Applies what is missing and gives the names of the migrations that were applied.
///
/// To be called inside a write job: its transaction makes the change all or nothing, on SQLite by
/// the write lock and on PostgreSQL by an advisory lock.
pub fn run(connection: &mut Connection) -> Result<Vec<String>> {
    match connection {
        Connection::Sqlite(c) => {
            let done = c.run_pending_migrations(SQLITE).map_err(refused)?;
            Ok(done.iter().map(ToString::to_string).collect())
        }
        Connection::Postgres(c) => {
            c.batch_execute(ADVISORY_LOCK)?;
            let done = c.run_pending_migrations(POSTGRES).map_err(refused)?;
            Ok(done.iter().map(ToString::to_string).collect())
        }
    }
}

/// The names of the migrations that [`run`] would apply.
pub fn list_pending(connection: &mut Connection) -> Result<Vec<String>> {
    match connection {
        Connection::Sqlite(c) => {
            let pending = c.pending_migrations(SQLITE).map_err(refused)?;
            Ok(pending.iter().map(|m| m.name().to_string()).collect())
        }
        Connection::Postgres(c) => {
            let pending = c.pending_migrations(POSTGRES).map_err(refused)?;
            Ok(pending.iter().map(|m| m.name().to_string()).collect())
        }
    }
}

fn refused(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Query(format!("a migration failed: {error}"))
}
