//! Bringing the schema up to date. Several processes may try at once; one does it, the others wait.
//!
//! The schema is looked at when a process starts and never later, so gateways that run already go on beside a newer one as
//! long as its migrations only add. Which of them do stands in the first line of each; see migrations/README.md.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Result, StoreError, on, unhurried};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

macro_rules! texts {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../migrations/sqlite/", $name, "/up.sql")))),+]
    };
}

/// Diesel does not show what it has embedded, and the first line of each is what tells its kind.
const TEXTS: &[(&str, &str)] = texts![
    "2026-11-24-000000_first",
    "2026-11-24-000001_administration",
    "2026-11-27-000000_catalog",
    "2026-11-27-020000_punchout_counts",
    "2026-11-28-000000_password_origin",
    "2026-11-30-000000_plain_states",
];

/// Any number will do, as long as every version of Punchgate takes the same one.
const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(7862452)";

/// What a migration means to gateways of an older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only adds: they go on.
    Expand,
    /// It takes something away that they may use: they must be stopped before.
    Contract,
}

impl Kind {
    /// By the first line of `up.sql`. None if it says neither.
    fn of(up: &str) -> Option<Self> {
        match up.lines().next()?.strip_prefix("-- ")?.split_once(": ")?.0 {
            "expand" => Some(Self::Expand),
            "contract" => Some(Self::Contract),
            _ => None,
        }
    }
}

/// A migration that [`run`] would apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub name: String,
    pub kind: Kind,
}

/// A database's schema, compared with what this program knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// In the order in which they would be applied.
    pub pending: Vec<Pending>,
    /// Versions of migrations that this program does not know, because a newer one applied them.
    pub unknown: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "the database schema is newer than this program: Punchgate {} does not know its migration {}; start the \
         version that made it, or a newer one",
        env!("CARGO_PKG_VERSION"),
        .0.join(", ")
    )]
    Newer(Vec<String>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Schema {
    /// Of a database that is not there yet.
    pub fn missing() -> Result<Self> {
        compare::<Sqlite>(&SQLITE, &[])
    }

    /// Refuses a database that a newer program has migrated.
    pub fn known(self) -> std::result::Result<Self, MigrateError> {
        if self.unknown.is_empty() { Ok(self) } else { Err(MigrateError::Newer(self.unknown)) }
    }
}

/// Applies what is missing and gives the names of the migrations that were applied.
///
/// To be called inside a write job: its transaction makes the change all or nothing, on SQLite by
/// the write lock and on PostgreSQL by an advisory lock.
pub fn run(connection: &mut Connection) -> std::result::Result<Vec<String>, MigrateError> {
    unhurried(connection)?;
    if let Connection::Postgres(c) = connection {
        c.batch_execute(ADVISORY_LOCK).map_err(StoreError::from)?;
    }
    // Only now: another process may have been waited for, and that one may be newer.
    let schema = inspect(connection)?.known()?;
    match connection {
        Connection::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|_| ()).map_err(refused)?,
        Connection::Postgres(c) => c.run_pending_migrations(POSTGRES).map(|_| ()).map_err(refused)?,
    }
    Ok(schema.pending.into_iter().map(|pending| pending.name).collect())
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether there is a table or an index of that name.
pub(super) fn exists(connection: &mut Connection, name: &'static str) -> Result<bool> {
    let found = match connection {
        Connection::Sqlite(_) => format!("EXISTS (SELECT 1 FROM sqlite_master WHERE name = '{name}')"),
        Connection::Postgres(_) => format!("to_regclass('{name}') IS NOT NULL"),
    };
    Ok(on!(connection, c => select(sql::<Bool>(&found)).get_result(c)?))
}

/// Compares the schema with what this program knows. Changes nothing: diesel would make its own
/// table just to look into it.
pub fn inspect(connection: &mut Connection) -> Result<Schema> {
    let mut applied: Vec<Applied> = Vec::new();
    if exists(connection, "__diesel_schema_migrations")? {
        let versions = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
        applied = on!(connection, c => diesel::sql_query(versions).load(c)?);
    }
    let applied: Vec<String> = applied.into_iter().map(|applied| applied.version).collect();
    match connection {
        Connection::Sqlite(_) => compare::<Sqlite>(&SQLITE, &applied),
        Connection::Postgres(_) => compare::<Pg>(&POSTGRES, &applied),
    }
}

fn compare<B: Backend>(source: &EmbeddedMigrations, applied: &[String]) -> Result<Schema> {
    let mut migrations: Vec<Box<dyn Migration<B>>> = source.migrations().map_err(refused)?;
    migrations.sort_by_key(|migration| migration.name().version().as_owned());
    let mut schema = Schema::default();
    let mut known = Vec::new();
    for migration in migrations {
        let (name, version) = (migration.name().to_string(), migration.name().version().to_string());
        if !applied.contains(&version) {
            let text = TEXTS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
            // What says nothing is trusted with nothing; a test holds that each says something.
            schema.pending.push(Pending { kind: Kind::of(text).unwrap_or(Kind::Contract), name });
        }
        known.push(version);
    }
    schema.unknown = applied.iter().filter(|version| !known.contains(version)).cloned().collect();
    Ok(schema)
}

fn refused(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Query(format!("a migration failed: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// Name → text, as the folders have them.
    fn on_disk(engine: &str) -> BTreeMap<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let entries = std::fs::read_dir(folder).expect("the folder of migrations");
        let read = |entry: std::fs::DirEntry| {
            let up = std::fs::read_to_string(entry.path().join("up.sql")).expect("up.sql");
            (entry.file_name().into_string().expect("a name"), up)
        };
        entries.map(|entry| read(entry.expect("an entry"))).collect()
    }

    #[test]
    fn every_migration_says_in_its_first_line_whether_it_only_adds_on_both_databases_alike() {
        let (sqlite, postgres) = (on_disk("sqlite"), on_disk("postgres"));
        assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
        let listed: Vec<_> = TEXTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(sqlite.keys().cloned().collect::<Vec<_>>(), listed, "TEXTS has all of them");
        for (name, up) in &sqlite {
            let kind = Kind::of(up).unwrap_or_else(|| panic!("{name}: its first line is neither expand nor contract"));
            assert_eq!(Kind::of(&postgres[name]), Some(kind), "{name}");
        }
    }

    #[test]
    fn a_migration_that_calls_itself_expanding_removes_renames_and_demands_nothing() {
        for (name, up) in on_disk("sqlite").into_iter().chain(on_disk("postgres")) {
            if Kind::of(&up) != Some(Kind::Expand) {
                continue;
            }
            let code: Vec<&str> = up.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
            for statement in code.join("\n").to_uppercase().split(';') {
                for narrowing in ["DROP TABLE", "DROP COLUMN", "RENAME", "SET NOT NULL", "ALTER COLUMN"] {
                    assert!(!statement.contains(narrowing), "{name}: {statement}");
                }
                if statement.contains("ADD COLUMN") && statement.contains("NOT NULL") {
                    assert!(statement.contains("DEFAULT"), "{name}: older versions do not fill it: {statement}");
                }
            }
        }
    }

    #[test]
    fn only_a_first_line_that_says_so_makes_a_kind() {
        assert_eq!(Kind::of("-- expand: more\nCREATE"), Some(Kind::Expand));
        assert_eq!(Kind::of("-- contract: less"), Some(Kind::Contract));
        assert_eq!(Kind::of("CREATE TABLE x (y TEXT);\n-- expand: more"), None);
        assert_eq!(Kind::of("-- What shops sell: articles"), None);
    }
}
