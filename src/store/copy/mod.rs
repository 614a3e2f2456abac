//! Moving an installation from one database to another, of either kind.
//!
//! The source is read in one snapshot, table by table, those first that others refer to, in pages by the key; every page is
//! one transaction of the target, together with a note how far it got, so that a copy that was interrupted is continued by
//! the same command. At the end both sides are summed up and compared. Texts and numbers pass as they are: no row is
//! understood, so no table needs code of its own but the index of catalogs on SQLite.

mod marker;
mod rows;
mod tables;

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use tokio::sync::mpsc;

use self::marker::Marks;
use self::rows::{Row, Sum};
use self::tables::Table;
use super::migrate::{self, MigrateError};
use super::{Connection, Store, StoreError, catalog_import, on};

pub use self::marker::find_source;

/// Pages that wait for the target.
const AHEAD: usize = 2;

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error("the schema of the source is not up to date; run punchgate migrate on it first")]
    SourceOld,
    #[error("the source is itself an unfinished copy of {0}")]
    SourceUnfinished(String),
    #[error("the target is not empty: its table {0} has rows; a copy needs a database of its own")]
    NotEmpty(&'static str),
    #[error("the target is not empty: its table {0} is not one of Punchgate's; a copy needs a database of its own")]
    Foreign(String),
    #[error("the target holds an unfinished copy of {0}; continue that one, or take an empty database")]
    AnotherCopy(String),
    #[error("the table {0} is not one of Punchgate's, so a copy would leave it behind; move it elsewhere first")]
    UnknownTable(String),
    #[error("the column {0} has the type {1}, which the two databases do not share")]
    UnknownType(String, String),
    #[error("the columns of the table {0} are not the same in source and target")]
    OtherColumns(&'static str),
    #[error("the row {key} of the table {table} is not where its key belongs; its database sorts in another order")]
    Disordered { table: &'static str, key: String },
    #[error(
        "the row {key} of the table {table} has a NUL character in its column {column}, which PostgreSQL cannot keep; \
         remove it in the source and start the copy again"
    )]
    Nul { table: &'static str, column: String, key: String },
    #[error("the copy was stopped after {0} rows; the same command continues it")]
    Stopped(u64),
    #[error(
        "source and target differ in {0}; the source was changed while an interrupted copy waited. Stop its gateways \
         and copy into an empty database"
    )]
    Differs(String),
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Rows of the source.
    Total(u64),
    /// So many more of them are in the target, now or since an earlier run.
    Copied(u64),
    /// Now both are compared.
    Comparing,
}

/// One table in source and target: rows, and their SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub table: &'static str,
    pub source: (u64, String),
    pub target: (u64, String),
}

impl Compared {
    pub fn is_same(&self) -> bool {
        self.source == self.target
    }
}

enum Message {
    Total(u64),
    /// Rows that the target has from an earlier run.
    Known(u64),
    Rows(usize, Vec<Row>),
    Links(usize, Vec<Row>),
}

/// Copies everything. `stop_after` rows it ends, as if it had been interrupted. `compared` gets the sums, also when they
/// differ.
pub async fn run(
    source: &Store,
    target: &Store,
    stop_after: Option<u64>,
    mut tell: impl FnMut(Progress),
    mut compared: impl FnMut(&[Compared]),
) -> Result<(), CopyError> {
    let tables = Arc::new(source.read(look_at_source).await?);
    let (from, theirs) = (source.url().to_string(), tables.clone());
    // Before anything is made there.
    target.read(look_at_target).await?;
    target.write(migrate::run).await?;
    let marks = target.write(move |c| begin(c, &from, &theirs)).await?;

    let (sender, mut pages) = mpsc::channel(AHEAD);
    let ours = tables.clone();
    let reading = source.read(move |c| in_snapshot(c, |c| send(c, &ours, &marks, &sender)));
    let writing = async {
        let mut copied = 0;
        while let Some(message) = pages.recv().await {
            let progress = take(target, &tables, message).await?;
            tell(progress);
            if let Progress::Copied(count) = progress {
                copied += count;
            }
            if stop_after.is_some_and(|most| copied >= most) {
                return Err(CopyError::Stopped(copied));
            }
        }
        // The reader finds nobody to send to any more, should it not have come to its end.
        drop(pages);
        Ok(())
    };
    let (read, written) = tokio::join!(reading, writing);
    written?;
    let in_source = read?;

    tell(Progress::Comparing);
    let ours = tables.clone();
    let in_target = target.read(move |c| in_snapshot(c, |c| sums(c, &ours))).await?;
    let sides = in_source.into_iter().zip(in_target);
    let all: Vec<Compared> = tables
        .iter()
        .zip(sides)
        .map(|(table, (source, target))| Compared { table: table.name, source, target })
        .collect();
    compared(&all);
    let differing: Vec<&str> = all.iter().filter(|one| !one.is_same()).map(|one| one.table).collect();
    if !differing.is_empty() {
        return Err(CopyError::Differs(differing.join(", ")));
    }
    target.write(finish).await
}

fn look_at_target(connection: &mut Connection) -> Result<(), CopyError> {
    migrate::inspect(connection)?.known()?;
    match tables::list(connection) {
        Err(CopyError::UnknownTable(name)) => Err(CopyError::Foreign(name)),
        listed => listed.map(|_| ()),
    }
}

fn look_at_source(connection: &mut Connection) -> Result<Vec<Table>, CopyError> {
    let schema = migrate::inspect(connection)?.known()?;
    if !schema.pending.is_empty() {
        return Err(CopyError::SourceOld);
    }
    if let Some(origin) = find_source(connection)? {
        return Err(CopyError::SourceUnfinished(origin));
    }
    tables::list(connection)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn count(connection: &mut Connection, table: &Table) -> Result<u64, StoreError> {
    let query = format!("SELECT count(*) AS number FROM \"{}\"", table.name);
    let count: Count = on!(connection, c => sql_query(query).get_result(c)?);
    Ok(count.number.unsigned_abs())
}

/// Makes the target one, or finds how far an interrupted copy got.
fn begin(connection: &mut Connection, source: &str, theirs: &[Table]) -> Result<Marks, CopyError> {
    for (ours, theirs) in tables::list(connection)?.iter().zip(theirs) {
        if ours != theirs {
            return Err(CopyError::OtherColumns(ours.name));
        }
    }
    match find_source(connection)? {
        Some(origin) if origin == source => return Ok(marker::list(connection)?),
        Some(origin) => return Err(CopyError::AnotherCopy(origin)),
        None => {}
    }
    // A fresh schema has one row, the counter of changes.
    for table in theirs.iter().filter(|table| table.name != "revision") {
        if count(connection, table)? > 0 {
            return Err(CopyError::NotEmpty(table.name));
        }
    }
    marker::begin(connection, source)?;
    catalog_import::prepare(connection)?;
    Ok(Marks::new())
}

/// Runs queries that all see the database as it is at the first of them, whatever others write.
fn in_snapshot<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    match connection {
        Connection::Sqlite(c) => c.batch_execute("BEGIN")?,
        // Nobody waits for this one, however long it takes and however long it waits for the other database.
        Connection::Postgres(c) => c.batch_execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = 0; \
             SET LOCAL idle_in_transaction_session_timeout = 0",
        )?,
    }
    let done = work(connection);
    on!(connection, c => c.batch_execute("ROLLBACK")?);
    done
}

/// Reads the source and sends what the target does not have yet; gives what each table sums up to.
fn send(
    connection: &mut Connection,
    tables: &[Table],
    marks: &Marks,
    sender: &mpsc::Sender<Message>,
) -> Result<Vec<(u64, String)>, CopyError> {
    // Without a receiver the target has failed, and that is what is told.
    let send = |message| sender.blocking_send(message).map_err(|_| CopyError::Stopped(0));
    let mut total = 0;
    for table in tables {
        total += count(connection, table)?;
    }
    send(Message::Total(total))?;
    let mut sums = Vec::with_capacity(tables.len());
    for (number, table) in tables.iter().enumerate() {
        let (mark, mut sum) = (marks.get(table.name), Sum::default());
        rows::read(connection, table, None, |mut page| {
            sum.add(&page);
            let all = page.len();
            page.retain(|row| mark.is_none_or(|mark| rows::key(table, row) > *mark));
            let known = all - page.len();
            if known > 0 {
                send(Message::Known(known as u64))?;
            }
            if page.is_empty() { Ok(()) } else { send(Message::Rows(number, page)) }
        })?;
        sums.push(sum.finish());
        if let Some(place) = table.to_itself {
            let filter = format!("\"{}\" IS NOT NULL", table.columns[place].name);
            rows::read(connection, &table.links(place), Some(&filter), |page| send(Message::Links(number, page)))?;
        }
    }
    Ok(sums)
}

/// Writes what came, in one transaction.
async fn take(target: &Store, tables: &Arc<Vec<Table>>, message: Message) -> Result<Progress, CopyError> {
    match message {
        Message::Total(total) => return Ok(Progress::Total(total)),
        Message::Known(count) => return Ok(Progress::Copied(count)),
        Message::Rows(number, mut page) => {
            let (tables, count) = (tables.clone(), page.len() as u64);
            target
                .write(move |c| {
                    let table = &tables[number];
                    rows::insert(c, table, &mut page)?;
                    index(c, table, &page)?;
                    match page.last() {
                        Some(last) => marker::note(c, table, &rows::key(table, last)),
                        None => Ok(()),
                    }
                })
                .await?;
            return Ok(Progress::Copied(count));
        }
        Message::Links(number, page) => {
            let tables = tables.clone();
            let link = move |c: &mut Connection| match tables[number].to_itself {
                Some(place) => Ok::<_, CopyError>(rows::link(c, &tables[number].links(place), &page)?),
                None => Ok(()),
            };
            target.write(link).await?;
        }
    }
    Ok(Progress::Copied(0))
}

/// SQLite's index of catalogs holds no texts of its own and so is no table that could be copied.
fn index(connection: &mut Connection, table: &Table, page: &[Row]) -> Result<(), StoreError> {
    let id = |row: Option<&Row>| row.and_then(|row| rows::key(table, row).into_iter().next());
    match (table.name, id(page.first()), id(page.last())) {
        ("catalog_articles", Some(rows::Value::Integer(first)), Some(rows::Value::Integer(last))) => {
            catalog_import::index_rows(connection, first, last)
        }
        _ => Ok(()),
    }
}

fn sums(connection: &mut Connection, tables: &[Table]) -> Result<Vec<(u64, String)>, CopyError> {
    let mut sums = Vec::with_capacity(tables.len());
    for table in tables {
        let mut sum = Sum::default();
        rows::read(connection, table, None, |page| {
            sum.add(&page);
            Ok(())
        })?;
        sums.push(sum.finish());
    }
    Ok(sums)
}

fn finish(connection: &mut Connection) -> Result<(), CopyError> {
    marker::finish(connection)?;
    // PostgreSQL plans by statistics that it would make only after a while.
    if let Connection::Postgres(c) = connection {
        c.batch_execute("ANALYZE")?;
    }
    Ok(catalog_import::tidy(connection)?)
}
