//! Rows of any table: read page by page in the order of the key, written, and summed up.
//!
//! A query names its columns by their kind (`t0`, `i1`, …), so that a row can read itself without a type of its own. Pages
//! grow and shrink with the rows, so that memory stays the same whether rows are short or hold large carts.

use std::fmt::Write;

use data_encoding::HEXLOWER;
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::row::{Field, NamedRow};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::CopyError;
use super::tables::{Column, Kind, Table};
use crate::store::{Connection, Result};

/// Bytes of a page, about.
const PAGE_BYTES: usize = 4 << 20;
/// Rows of the first page, of whose size nothing is known, and of the largest.
const FIRST_PAGE: usize = 50;
const LARGEST_PAGE: usize = 2_000;
/// Values in one statement: SQLite takes 32,766, PostgreSQL 65,535.
const VALUES_AT_ONCE: usize = 30_000;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    Null,
    Integer(i64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

pub type Row = Vec<Value>;

impl Value {
    fn len(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Bool(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// As a person would name it.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Bool(is) => write!(f, "{is}"),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => f.write_str(&HEXLOWER.encode(bytes)),
        }
    }
}

/// The key of a row, also as it is named in sentences.
pub fn key(table: &Table, row: &Row) -> Vec<Value> {
    table.key.iter().map(|place| row[*place].clone()).collect()
}

pub fn named(key: &[Value]) -> String {
    key.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

struct Read(Row);

impl<B> QueryableByName<B> for Read
where
    B: Backend,
    i64: FromSql<BigInt, B>,
    bool: FromSql<Bool, B>,
    String: FromSql<Text, B>,
    Vec<u8>: FromSql<Binary, B>,
{
    fn build<'a>(row: &impl NamedRow<'a, B>) -> diesel::deserialize::Result<Self> {
        let value = |place: usize| {
            let field = diesel::row::Row::get(row, place).ok_or("a column is missing")?;
            let letter = field.field_name().and_then(|name| name.chars().next());
            let Some(raw) = field.value() else { return Ok(Value::Null) };
            Ok(match letter {
                Some('i') => Value::Integer(FromSql::<BigInt, B>::from_sql(raw)?),
                Some('b') => Value::Bool(FromSql::<Bool, B>::from_sql(raw)?),
                Some('t') => Value::Text(FromSql::<Text, B>::from_sql(raw)?),
                Some('x') => Value::Bytes(FromSql::<Binary, B>::from_sql(raw)?),
                _ => return Err("a column without a kind".into()),
            })
        };
        (0..row.field_count()).map(value).collect::<diesel::deserialize::Result<Row>>().map(Self)
    }
}

/// Binds values to the placeholders of a query, each with the type of its column.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for (kind, value) in $values {
            query = match (kind, value) {
                (_, Value::Integer(number)) => query.bind::<BigInt, _>(*number),
                (_, Value::Bool(is)) => query.bind::<Bool, _>(*is),
                (_, Value::Text(text)) => query.bind::<Text, _>(text.as_str()),
                (_, Value::Bytes(bytes)) => query.bind::<Binary, _>(bytes.as_slice()),
                (Kind::Integer, Value::Null) => query.bind::<Nullable<BigInt>, _>(None::<i64>),
                (Kind::Bool, Value::Null) => query.bind::<Nullable<Bool>, _>(None::<bool>),
                (Kind::Text, Value::Null) => query.bind::<Nullable<Text>, _>(None::<&str>),
                (Kind::Bytes, Value::Null) => query.bind::<Nullable<Binary>, _>(None::<&[u8]>),
            };
        }
        query
    }};
}

fn load<'a>(
    connection: &mut Connection,
    query: &str,
    values: impl Iterator<Item = (Kind, &'a Value)>,
) -> Result<Vec<Row>> {
    let rows: Vec<Read> = match connection {
        Connection::Sqlite(c) => bound!(sql_query(query).into_boxed::<Sqlite>(), values).load(c)?,
        Connection::Postgres(c) => bound!(sql_query(query).into_boxed::<Pg>(), values).load(&mut **c)?,
    };
    Ok(rows.into_iter().map(|Read(row)| row).collect())
}

fn execute<'a>(
    connection: &mut Connection,
    query: &str,
    values: impl Iterator<Item = (Kind, &'a Value)>,
) -> Result<()> {
    match connection {
        Connection::Sqlite(c) => bound!(sql_query(query).into_boxed::<Sqlite>(), values).execute(c)?,
        Connection::Postgres(c) => bound!(sql_query(query).into_boxed::<Pg>(), values).execute(&mut **c)?,
    };
    Ok(())
}

/// Gives every row of a table to `each`, page by page, in the order of the key by bytes. `filter` is a condition in SQL.
pub fn read(
    connection: &mut Connection,
    table: &Table,
    filter: Option<&str>,
    mut each: impl FnMut(Vec<Row>) -> std::result::Result<(), CopyError>,
) -> std::result::Result<(), CopyError> {
    let columns = table.columns.iter().enumerate();
    let columns: Vec<_> = columns.map(|(n, c)| format!("\"{}\" AS {}{n}", c.name, c.kind.letter())).collect();
    let order = table.order(connection);
    let behind = format!("({}) > ({})", order.join(", "), placeholders(0, table.key.len()));
    let (mut limit, mut last): (usize, Option<Vec<Value>>) = (FIRST_PAGE, None);
    loop {
        let conditions: Vec<&str> = filter.into_iter().chain(last.as_ref().map(|_| behind.as_str())).collect();
        let mut query = format!("SELECT {} FROM \"{}\"", columns.join(", "), table.name);
        if !conditions.is_empty() {
            let _ = write!(query, " WHERE {}", conditions.join(" AND "));
        }
        let _ = write!(query, " ORDER BY {} LIMIT {limit}", order.join(", "));
        let bounds = table.key.iter().map(|place| table.columns[*place].kind).zip(last.iter().flatten());
        let rows = load(connection, &query, bounds)?;
        let Some(newest) = rows.last() else { return Ok(()) };
        let (newest, is_full) = (key(table, newest), rows.len() == limit);
        check_order(table, last.as_deref(), &rows)?;
        let bytes: usize = rows.iter().flatten().map(Value::len).sum();
        limit = (PAGE_BYTES / (bytes / rows.len()).max(1)).clamp(1, LARGEST_PAGE);
        last = Some(newest);
        each(rows)?;
        if !is_full {
            return Ok(());
        }
    }
}

/// Both databases must give one order, or sums would differ and a continued copy would leave rows out.
fn check_order(table: &Table, before: Option<&[Value]>, rows: &[Row]) -> std::result::Result<(), CopyError> {
    let mut before = before.map(<[Value]>::to_vec);
    for row in rows {
        let key = key(table, row);
        if before.is_some_and(|before| before >= key) {
            return Err(CopyError::Disordered { table: table.name, key: named(&key) });
        }
        before = Some(key);
    }
    Ok(())
}

fn placeholders(from: usize, count: usize) -> String {
    (from + 1..=from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Rows of values as SQL writes them, `($1, $2), ($3, $4)`.
fn tuples(rows: usize, columns: usize) -> String {
    (0..rows).map(|row| format!("({})", placeholders(row * columns, columns))).collect::<Vec<_>>().join(", ")
}

fn values<'a>(table: &'a Table, rows: &'a [Row]) -> impl Iterator<Item = (Kind, &'a Value)> {
    rows.iter().flat_map(|row| table.columns.iter().map(|column| column.kind).zip(row))
}

/// Writes rows. A reference to the table itself is left out: [`link`] fills it in when all rows are there.
pub fn insert(connection: &mut Connection, table: &Table, rows: &mut [Row]) -> std::result::Result<(), CopyError> {
    for row in rows.iter_mut() {
        if let Connection::Postgres(_) = connection {
            check_text(table, row)?;
        }
        if let Some(place) = table.to_itself {
            row[place] = Value::Null;
        }
    }
    let names: Vec<_> = table.columns.iter().map(|Column { name, .. }| format!("\"{name}\"")).collect();
    for share in rows.chunks(VALUES_AT_ONCE / table.columns.len()) {
        let tuples = tuples(share.len(), names.len());
        let query = format!("INSERT INTO \"{}\" ({}) VALUES {tuples}", table.name, names.join(", "));
        execute(connection, &query, values(table, share))?;
    }
    Ok(())
}

/// PostgreSQL has no NUL in texts, and its own refusal would not say where it is.
fn check_text(table: &Table, row: &Row) -> std::result::Result<(), CopyError> {
    let holds_nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
    match row.iter().position(holds_nul) {
        Some(place) => Err(CopyError::Nul {
            table: table.name,
            column: table.columns[place].name.clone(),
            key: named(&key(table, row)),
        }),
        None => Ok(()),
    }
}

/// Fills in references to the table itself; rows are those of [`Table::links`].
pub fn link(connection: &mut Connection, links: &Table, rows: &[Row]) -> Result<()> {
    let [key, reference] = &links.columns[..] else { return Ok(()) };
    for share in rows.chunks(VALUES_AT_ONCE / 2) {
        let query = format!(
            "WITH links (id, target) AS (VALUES {tuples}) UPDATE \"{table}\" \
             SET \"{column}\" = (SELECT target FROM links WHERE links.id = \"{table}\".\"{key}\") \
             WHERE \"{key}\" IN (SELECT id FROM links)",
            tuples = tuples(share.len(), 2),
            table = links.name,
            column = reference.name,
            key = key.name,
        );
        execute(connection, &query, values(links, share))?;
    }
    Ok(())
}

/// Rows and their SHA-256 over one text each: every value with its kind, texts and bytes with their length before them,
/// so that no two rows have one text.
#[derive(Default)]
pub struct Sum {
    pub rows: u64,
    hash: Sha256,
}

impl Sum {
    pub fn add(&mut self, rows: &[Row]) {
        let mut text = String::new();
        for row in rows {
            text.clear();
            for value in row {
                let _ = match value {
                    Value::Null => text.write_str("- "),
                    Value::Integer(number) => write!(text, "i{number} "),
                    Value::Bool(is) => write!(text, "b{is} "),
                    Value::Text(content) => write!(text, "t{}:{content} ", content.len()),
                    Value::Bytes(_) => write!(text, "x{value} "),
                };
            }
            text.push('\n');
            self.hash.update(text.as_bytes());
        }
        self.rows += rows.len() as u64;
    }

    pub fn finish(self) -> (u64, String) {
        (self.rows, HEXLOWER.encode(&self.hash.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[Row]) -> (u64, String) {
        let mut sum = Sum::default();
        sum.add(rows);
        sum.finish()
    }

    #[test]
    fn rows_that_differ_in_anything_have_another_sum() {
        let text = |text: &str| Value::Text(text.into());
        let all = [
            vec![vec![text("a"), text("b")]],
            vec![vec![text("a b")]],
            vec![vec![text("a"), Value::Null]],
            vec![vec![text("a"), text("")]],
            vec![vec![text("a"), text("-")]],
            vec![vec![text("a")], vec![text("b")]],
            vec![vec![text("b")], vec![text("a")]],
            vec![vec![Value::Integer(1)]],
            vec![vec![Value::Bool(true)]],
            vec![vec![text("1")]],
            vec![vec![Value::Bytes(vec![0x31])]],
            vec![vec![text("a"), text("b 1:c")]],
            vec![vec![text("a"), text("b"), text("c")]],
            vec![],
        ];
        let sums: std::collections::BTreeSet<_> = all.iter().map(|rows| sum(rows)).collect();
        assert_eq!(sums.len(), all.len());
        assert_eq!(sum(&all[0]), (1, sum(&all[0]).1));
    }

    #[test]
    fn a_sum_does_not_know_in_which_pages_it_was_made() {
        let rows: Vec<Row> = (0..10).map(|n| vec![Value::Integer(n), Value::Null]).collect();
        let mut paged = Sum::default();
        rows.chunks(3).for_each(|page| paged.add(page));
        assert_eq!(paged.finish(), sum(&rows));
    }
}
