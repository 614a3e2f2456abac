//! Bringing the schema up to date. Several processes may try at once; one does it, the others wait.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Bool;
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
            c.batch_execute("SET LOCAL statement_timeout = 0")?;
            c.batch_execute(ADVISORY_LOCK)?;
            let done = c.run_pending_migrations(POSTGRES).map_err(refused)?;
            Ok(done.iter().map(ToString::to_string).collect())
        }
    }
}

/// The names of the migrations that [`run`] would apply. Changes nothing: diesel would make its own
/// table just to look into it.
pub fn list_pending(connection: &mut Connection) -> Result<Vec<String>> {
    match connection {
        Connection::Sqlite(c) => {
            let begun = "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations')";
            let pending = match select(sql::<Bool>(begun)).get_result(c)? {
                true => c.pending_migrations(SQLITE),
                false => SQLITE.migrations(),
            };
            Ok(names(&pending.map_err(refused)?))
        }
        Connection::Postgres(c) => {
            let begun = "to_regclass('__diesel_schema_migrations') IS NOT NULL";
            let pending = match select(sql::<Bool>(begun)).get_result(&mut **c)? {
                true => c.pending_migrations(POSTGRES),
                false => POSTGRES.migrations(),
            };
            Ok(names(&pending.map_err(refused)?))
        }
    }
}

fn names<B: Backend>(migrations: &[Box<dyn Migration<B>>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

fn refused(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Query(format!("a migration failed: {error}"))
}
