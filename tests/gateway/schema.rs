//! The tables as `src/store/schema.rs` has them by hand, and as the migrations make them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use punchgate::store::{Connection, DatabaseUrl, Store, StoreError};

use crate::support::on_both_databases;

/// `table.column: Type`, with `Nullable<…>` where that is so.
type Columns = BTreeSet<String>;

/// What `table!` says, read from its source: diesel keeps no list of columns at run time.
fn by_hand() -> Columns {
    let source = include_str!("../../src/store/schema.rs");
    let mut columns = Columns::new();
    for table in source.split("table! {").skip(1) {
        let (name, rest) = table.split_once('(').expect("a table and its key");
        let body = rest.split_once('{').expect("columns").1.split_once('}').expect("their end").0;
        for column in body.split(',').filter(|column| !column.trim().is_empty()) {
            let (column, kind) = column.split_once("->").expect("a column and its type");
            columns.insert(format!("{}.{}: {}", name.trim(), column.trim(), kind.trim()));
        }
    }
    columns
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

fn in_database(connection: &mut Connection) -> Result<Columns, StoreError> {
    const SQLITE: &str = "SELECT t.name || '.' || c.name AS place, c.type AS kind,
            CASE c.\"notnull\" WHEN 0 THEN 'yes' ELSE 'no' END AS nullable
        FROM pragma_table_list t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '__diesel_schema_migrations'";
    const POSTGRES: &str = "SELECT table_name || '.' || column_name AS place, data_type::text AS kind,
            lower(is_nullable::text) AS nullable
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";
    let rows: Vec<Row> = match connection {
        Connection::Sqlite(c) => sql_query(SQLITE).load(c)?,
        Connection::Postgres(c) => sql_query(POSTGRES).load(&mut **c)?,
    };
    let written = |row: Row| {
        let kind = match row.kind.to_lowercase().as_str() {
            // A key that SQLite keeps its rows by must be called INTEGER; it has 64 bits too.
            "bigint" | "integer" if row.kind != "integer" => "BigInt".to_owned(),
            "text" => "Text".to_owned(),
            "blob" | "bytea" => "Binary".to_owned(),
            "boolean" => "Bool".to_owned(),
            other => format!("{other}, which the two databases do not share"),
        };
        let kind = if row.nullable == "yes" { format!("Nullable<{kind}>") } else { kind };
        format!("{}: {kind}", row.place)
    };
    Ok(rows.into_iter().map(written).collect())
}

#[test]
fn the_tables_by_hand_are_those_that_the_migrations_make() {
    on_both_databases(|installation| {
        installation.punchgate(&["migrate"]);
        let url = DatabaseUrl::read(&installation.database_url).expect("a database URL");
        let store = Store::open(&url).expect("an open database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let made = runtime.block_on(store.read(in_database)).expect("its columns");
        let by_hand = by_hand();
        assert!(by_hand.len() > 60, "the reading of schema.rs found {} columns", by_hand.len());
        let only = |one: &Columns, other: &Columns| one.difference(other).cloned().collect::<Vec<_>>();
        assert_eq!(
            (only(&by_hand, &made), only(&made, &by_hand)),
            (vec![], vec![]),
            "only by hand, only in the database"
        );
    });
}
