//! Which tables a copy takes, and what the database says of their columns.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::CopyError;
use crate::store::{Connection, on};

/// All tables, those before that others refer to.
const TABLES: &[&str] = &[
    "revision",
    "installation_keys",
    "accounts",
    "recovery_codes",
    "sessions",
    "invitations",
    "licenses",
    "license_events",
    "shops",
    "api_keys",
    "systems",
    "customers",
    "assignments",
    "punchouts",
    "punchout_counts",
    "refusals",
    "audit_log",
    "customer_imports",
    "catalogs",
    "catalog_versions",
    "catalog_articles",
    "catalog_bodies",
];

/// The one column that refers to rows of its own table: it is filled when all of them are there.
const TO_ITSELF: (&str, &str) = ("licenses", "bundled_with");

/// Small tables whose keys are words. All other keys of text are ULIDs, whose order is the same in every language, so that
/// an index of PostgreSQL serves it whatever its collation is; these must be told to go by bytes.
const KEYED_BY_WORDS: &[&str] = &["installation_keys", "punchout_counts"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Bool,
    Text,
    Bytes,
}

impl Kind {
    /// Stands before a column's number in the names of a query's columns, so that a row knows how to read itself.
    pub fn letter(self) -> char {
        match self {
            Self::Integer => 'i',
            Self::Bool => 'b',
            Self::Text => 't',
            Self::Bytes => 'x',
        }
    }

    /// By the name of a column's type; None if the two databases do not share it.
    fn of(name: &str) -> Option<Self> {
        match name.to_lowercase().as_str() {
            "bigint" | "integer" => Some(Self::Integer),
            "boolean" => Some(Self::Bool),
            "text" => Some(Self::Text),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    /// In the order of their names, which is the same in every database.
    pub columns: Vec<Column>,
    /// Places of the key's columns in `columns`.
    pub key: Vec<usize>,
    /// The place of a column that refers to this table itself.
    pub to_itself: Option<usize>,
}

impl Table {
    /// The key's columns as SQL sorts by them.
    pub fn order(&self, connection: &Connection) -> Vec<String> {
        let by_words = KEYED_BY_WORDS.contains(&self.name) && matches!(connection, Connection::Postgres(_));
        let collation = if by_words { " COLLATE \"C\"" } else { "" };
        self.key.iter().map(|place| format!("\"{}\"{collation}", self.columns[*place].name)).collect()
    }

    /// The key and the column that refers to the table itself, as a table of its own.
    pub fn links(&self, to_itself: usize) -> Self {
        let places = self.key.iter().chain([&to_itself]);
        Self {
            name: self.name,
            columns: places.map(|place| self.columns[*place].clone()).collect(),
            key: (0..self.key.len()).collect(),
            to_itself: None,
        }
    }
}

#[derive(QueryableByName)]
struct Described {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    /// From one on; 0 is no part of the key.
    #[diesel(sql_type = BigInt)]
    key_place: i64,
}

const SQLITE: &str = "SELECT t.name AS table_name, c.name, c.type AS kind, c.pk AS key_place \
    FROM pragma_table_list t JOIN pragma_table_info(t.name) c \
    WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const POSTGRES: &str = "SELECT t.relname::text AS table_name, a.attname::text AS name, \
        format_type(a.atttypid, NULL) AS kind, \
        coalesce(array_position(k.indkey::int2[], a.attnum), -1)::bigint + 1 AS key_place \
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary \
    WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = current_schema()::regnamespace";

/// What diesel and a copy itself keep in a database.
const NOT_COPIED: &[&str] = &["__diesel_schema_migrations", super::marker::TABLE];

/// The tables of a database, in the order in which they are copied.
pub fn list(connection: &mut Connection) -> Result<Vec<Table>, CopyError> {
    let query = match connection {
        Connection::Sqlite(_) => SQLITE,
        Connection::Postgres(_) => POSTGRES,
    };
    let mut described: Vec<Described> = on!(connection, c => sql_query(query).load(c)?);
    described.retain(|column| !NOT_COPIED.contains(&column.table_name.as_str()));
    described.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(unknown) = described.iter().find(|column| !TABLES.contains(&column.table_name.as_str())) {
        return Err(CopyError::UnknownTable(unknown.table_name.clone()));
    }
    let table = |name: &'static str| {
        let of_table: Vec<&Described> = described.iter().filter(|column| column.table_name == name).collect();
        let mut columns = Vec::with_capacity(of_table.len());
        for column in &of_table {
            let kind = Kind::of(&column.kind)
                .ok_or_else(|| CopyError::UnknownType(format!("{name}.{}", column.name), column.kind.clone()))?;
            columns.push(Column { name: column.name.clone(), kind });
        }
        let mut key: Vec<usize> = (0..columns.len()).filter(|place| of_table[*place].key_place > 0).collect();
        key.sort_by_key(|place| of_table[*place].key_place);
        let to_itself = columns.iter().position(|column| (name, column.name.as_str()) == TO_ITSELF);
        Ok(Table { name, columns, key, to_itself })
    };
    TABLES.iter().map(|name| table(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DatabaseUrl, Store, StoreError, migrate};

    #[test]
    fn no_table_is_forgotten() {
        let source = include_str!("../schema.rs");
        let mut by_hand: Vec<&str> = source
            .split("table! {")
            .skip(1)
            .map(|table| table.split_once('(').expect("a table and its key").0.trim())
            .collect();
        let mut copied = TABLES.to_vec();
        by_hand.sort_unstable();
        copied.sort_unstable();
        assert_eq!(copied, by_hand);
    }

    #[derive(QueryableByName)]
    struct Reference {
        #[diesel(sql_type = Text)]
        from_table: String,
        #[diesel(sql_type = Text)]
        from_column: String,
        #[diesel(sql_type = Text)]
        to_table: String,
    }

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("order.db"))).expect("a database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(store.write(migrate::run)).expect("a schema");
        let references = "SELECT t.name AS from_table, f.\"from\" AS from_column, f.\"table\" AS to_table \
            FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";
        let references: Vec<Reference> = runtime
            .block_on(store.read(move |c| Ok::<_, StoreError>(on!(c, c => sql_query(references).load(c)?))))
            .expect("references");
        assert!(references.len() > 10);
        let place = |name: &str| TABLES.iter().position(|table| *table == name).expect("a table");
        for Reference { from_table, from_column, to_table } in references {
            let follows = place(&from_table) > place(&to_table);
            let is_filled_later = from_table == to_table && (from_table.as_str(), from_column.as_str()) == TO_ITSELF;
            assert!(follows || is_filled_later, "{from_table}.{from_column} refers to {to_table}");
        }
    }
}
