//! How SQL gets run: database threads, each with its own connection, fed by a queue.
//!
//! Async code never holds a connection; it sends a closure and awaits the answer. SQLite has one
//! writer thread that takes all waiting jobs into one transaction, each in its own savepoint, and
//! answers after the commit (one `fsync` for the whole group), with read-only connections beside
//! it. PostgreSQL has equal threads that commit every job by itself, because the server groups
//! commits. A job must therefore never do slow work other than SQL.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection as _, QueryResult};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use tokio::sync::oneshot;

/// Jobs taken into one SQLite transaction at most.
const GROUP: usize = 64;
/// Jobs that may wait for a thread; one more is told that the database is too busy.
const QUEUE: usize = 8_192;
/// PostgreSQL connections of one gateway.
const POSTGRES_CONNECTIONS: usize = 8;
/// A connection that lay idle for longer is tried before a job is trusted to it: a server restarts
/// and a firewall forgets in quiet hours, and a job cannot be run twice.
const IDLE: Duration = Duration::from_secs(1);

pub type PgConnection = AsyncConnectionWrapper<AsyncPgConnection>;
type Manager<C> = <C as diesel::Connection>::TransactionManager;

/// A connection to either database. Query functions take it and run one body for both with
/// [`on!`](super::on).
pub enum Connection {
    Sqlite(SqliteConnection),
    Postgres(Box<PgConnection>),
}

/// Runs one diesel expression on whichever connection it is: `on!(conn, c => table.load(c))`.
macro_rules! on {
    ($connection:expr, $c:ident => $body:expr) => {
        match $connection {
            $crate::store::Connection::Sqlite($c) => $body,
            $crate::store::Connection::Postgres($c) => {
                let $c = &mut **$c;
                $body
            }
        }
    };
}
pub(crate) use on;

/// Where the data lies: `sqlite://FILE` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads a database URL; the error says what is allowed and never repeats a password.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err("a file name must follow sqlite://".into());
            }
            if path == ":memory:" {
                return Err("a database in memory would forget what it acknowledged; name a file".into());
            }
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else {
            Err("it must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE".into())
        }
    }
}

/// Without the password of a PostgreSQL URL.
impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => match url::Url::parse(url) {
                Ok(mut url) => {
                    if url.password().is_some() {
                        let _ = url.set_password(Some("***"));
                    }
                    url.set_query(None);
                    write!(f, "{url}")
                }
                Err(_) => f.write_str("postgres://***"),
            },
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Why the database did not do as asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Gone, full, locked for too long or too busy: worth another try. Nothing was stored.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A unique key exists already; the name is the constraint's.
    #[error("already there: {0}")]
    Conflict(String),
    /// A fault of ours: a query that does not fit the schema.
    #[error("the database refused a query: {0}")]
    Query(String),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Conflict(info.message().to_owned())
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::NotNullViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::RestrictViolation
                | DatabaseErrorKind::ExclusionViolation,
                _,
            )
            | DieselError::NotFound
            | DieselError::InvalidCString(_)
            | DieselError::QueryBuilderError(_)
            | DieselError::DeserializationError(_)
            | DieselError::SerializationError(_) => Self::Query(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

/// The database of one process. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    url: DatabaseUrl,
    reads: flume::Sender<Box<dyn Job>>,
    writes: flume::Sender<Box<dyn Job>>,
}

impl Store {
    /// Opens the connections on threads of their own and returns when all are usable.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let (reads, read_jobs) = flume::bounded(QUEUE);
        let (writes, write_jobs) = match url {
            DatabaseUrl::Sqlite(_) => flume::bounded(QUEUE),
            DatabaseUrl::Postgres(_) => (reads.clone(), read_jobs.clone()),
        };
        match url {
            DatabaseUrl::Sqlite(_) => {
                start("database writer", url, Access::Write, write_jobs)?;
                let readers = thread::available_parallelism().map_or(2, |n| n.get()).clamp(1, 4);
                for _ in 0..readers {
                    start("database reader", url, Access::ReadOnly, read_jobs.clone())?;
                }
            }
            DatabaseUrl::Postgres(_) => {
                for _ in 0..POSTGRES_CONNECTIONS {
                    start("database", url, Access::Write, read_jobs.clone())?;
                }
            }
        }
        Ok(Self { url: url.clone(), reads, writes })
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Runs queries that change nothing.
    pub async fn read<T, E>(&self, job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        submit(&self.reads, Mode::Read, job).await
    }

    /// Runs a job in a transaction: all of it is durable when this returns `Ok`, none of it after
    /// an `Err`.
    pub async fn write<T, E>(&self, job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        submit(&self.writes, Mode::Write, job).await
    }
}

async fn submit<T, E>(
    queue: &flume::Sender<Box<dyn Job>>,
    mode: Mode,
    job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (sender, answer) = oneshot::channel();
    let task = Task { mode, job: Some(job), outcome: None, sender };
    if queue.try_send(Box::new(task)).is_err() {
        return Err(StoreError::Unavailable("too many jobs are waiting for it".into()).into());
    }
    match answer.await {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::Unavailable("its thread ended".into()).into()),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Read,
    Write,
}

#[derive(Clone, Copy, PartialEq)]
enum Access {
    ReadOnly,
    Write,
}

/// One unit of work, with the way back to its caller.
trait Job: Send {
    fn mode(&self) -> Mode;
    fn run(&mut self, connection: &mut Connection) -> Ran;
    /// Tells the caller; with an error, whatever the job itself had found is void.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

enum Ran {
    Done,
    /// The job itself said no; its neighbours are not concerned.
    Refused,
    /// The job panicked: a fault of ours, its neighbours are not concerned.
    Panicked,
}

struct Task<F, T, E> {
    mode: Mode,
    job: Option<F>,
    outcome: Option<Result<T, E>>,
    sender: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: FnOnce(&mut Connection) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn mode(&self) -> Mode {
        self.mode
    }

    fn run(&mut self, connection: &mut Connection) -> Ran {
        let Some(job) = self.job.take() else { return Ran::Panicked };
        match catch_unwind(AssertUnwindSafe(|| job(connection))) {
            Ok(outcome) => {
                let ran = if outcome.is_ok() { Ran::Done } else { Ran::Refused };
                self.outcome = Some(outcome);
                ran
            }
            Err(_) => Ran::Panicked,
        }
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::Query("the job panicked".into()).into()),
            // What a job refused for reasons of its own stands, whatever became of its group.
            (Err(_), Some(Err(refused))) => Err(refused),
            (Err(error), _) => Err(error.into()),
        };
        // A caller that has gone away does not want its answer.
        let _ = self.sender.send(outcome);
    }
}

fn start(name: &str, url: &DatabaseUrl, access: Access, jobs: flume::Receiver<Box<dyn Job>>) -> Result<(), StoreError> {
    let url = url.clone();
    let (ready, opened) = flume::bounded(1);
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let connection = match connect(&url, access) {
                Ok(connection) => {
                    let _ = ready.send(Ok(()));
                    connection
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            work(&url, access, Some(connection), &jobs);
        })
        .map_err(|error| StoreError::Unavailable(format!("no thread for it: {error}")))?;
    opened.recv().unwrap_or_else(|_| Err(StoreError::Unavailable("its thread ended".into())))
}

/// The life of a database thread: take jobs, run them, replace the connection when it broke.
fn work(url: &DatabaseUrl, access: Access, mut connection: Option<Connection>, jobs: &flume::Receiver<Box<dyn Job>>) {
    let mut used = Instant::now();
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        if matches!(url, DatabaseUrl::Sqlite(_)) && access == Access::Write {
            group.extend(jobs.try_iter().take(GROUP - 1));
        }
        if connection.as_mut().is_some_and(|open| used.elapsed() > IDLE && !alive(open)) {
            connection = None;
        }
        if connection.is_none() {
            match connect(url, access) {
                Ok(fresh) => connection = Some(fresh),
                Err(error) => {
                    tracing::error!(database = %url, %error, "cannot reach the database");
                    group.into_iter().for_each(|job| job.answer(Err(error.clone())));
                    continue;
                }
            }
        }
        let Some(open) = connection.as_mut() else { continue };
        let sound = match group.first().map(|job| job.mode()) {
            Some(Mode::Read) => run_read(open, group),
            _ => run_group(open, group),
        };
        if !sound {
            connection = None;
        }
        used = Instant::now();
    }
}

/// Runs one read; false when the connection should be replaced.
fn run_read(connection: &mut Connection, group: Vec<Box<dyn Job>>) -> bool {
    for mut job in group {
        let ran = job.run(connection);
        job.answer(Ok(()));
        if !matches!(ran, Ran::Done) && !alive(connection) {
            return false;
        }
    }
    true
}

/// Runs jobs in one transaction, each in a savepoint of its own when there are several, and
/// answers them after the commit; false when the connection should be replaced.
fn run_group(connection: &mut Connection, mut group: Vec<Box<dyn Job>>) -> bool {
    if let Err(error) = begin(connection) {
        return abandon(connection, group, error);
    }
    let alone = group.len() == 1;
    for index in 0..group.len() {
        let outcome = if alone {
            match group[index].run(connection) {
                Ran::Done => Ok(()),
                Ran::Refused | Ran::Panicked => {
                    let sound = rollback(connection).is_ok() && alive(connection);
                    group.into_iter().for_each(|job| job.answer(Ok(())));
                    return sound;
                }
            }
        } else {
            run_in_savepoint(connection, group[index].as_mut())
        };
        if let Err(error) = outcome {
            return abandon(connection, group, error);
        }
    }
    match commit(connection) {
        Ok(()) => {
            group.into_iter().for_each(|job| job.answer(Ok(())));
            true
        }
        Err(error) => abandon(connection, group, error),
    }
}

/// An error here means that the transaction itself is in doubt: a full disk makes SQLite roll all
/// of it back, and the savepoint is gone.
fn run_in_savepoint(connection: &mut Connection, job: &mut dyn Job) -> QueryResult<()> {
    savepoint(connection)?;
    match job.run(connection) {
        Ran::Done => commit(connection),
        Ran::Refused | Ran::Panicked => rollback(connection),
    }
}

/// Gives a whole group up: nothing of it is stored and every caller hears so.
fn abandon(connection: &mut Connection, group: Vec<Box<dyn Job>>, error: DieselError) -> bool {
    let reason = StoreError::Unavailable(error.to_string());
    tracing::error!(error = %error, jobs = group.len(), "the database could not commit");
    let _ = rollback(connection);
    group.into_iter().for_each(|job| job.answer(Err(reason.clone())));
    false
}

// Diesel keeps count of how deep it is, so that a transaction inside a job becomes a savepoint.

fn begin(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        // The command line is a second process: take the write lock first, wait for it if need be.
        Connection::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        Connection::Postgres(c) => Manager::<PgConnection>::begin_transaction(&mut **c),
    }
}

fn savepoint(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(c) => Manager::<SqliteConnection>::begin_transaction(c),
        Connection::Postgres(c) => Manager::<PgConnection>::begin_transaction(&mut **c),
    }
}

fn commit(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(c) => Manager::<SqliteConnection>::commit_transaction(c),
        Connection::Postgres(c) => Manager::<PgConnection>::commit_transaction(&mut **c),
    }
}

fn rollback(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(c) => Manager::<SqliteConnection>::rollback_transaction(c),
        Connection::Postgres(c) => Manager::<PgConnection>::rollback_transaction(&mut **c),
    }
}

fn alive(connection: &mut Connection) -> bool {
    on!(connection, c => c.batch_execute("SELECT 1").is_ok())
}

fn connect(url: &DatabaseUrl, access: Access) -> Result<Connection, StoreError> {
    let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
    match url {
        DatabaseUrl::Sqlite(path) => {
            if access == Access::Write {
                create_private(path).map_err(|e| unavailable(&e))?;
            }
            let mut connection = SqliteConnection::establish(&path.to_string_lossy()).map_err(|e| unavailable(&e))?;
            // Pragmas belong to the connection, not to the file, except for the journal's mode.
            connection
                .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;")
                .map_err(|e| unavailable(&e))?;
            connection
                .batch_execute(match access {
                    Access::Write => "PRAGMA journal_mode = WAL;",
                    Access::ReadOnly => "PRAGMA query_only = ON;",
                })
                .map_err(|e| unavailable(&e))?;
            Ok(Connection::Sqlite(connection))
        }
        DatabaseUrl::Postgres(url) => {
            let mut last = None;
            for wait in [0, 200, 1_000] {
                thread::sleep(Duration::from_millis(wait));
                match PgConnection::establish(url) {
                    Ok(connection) => return Ok(Connection::Postgres(Box::new(connection))),
                    Err(error) => last = Some(unavailable(&error)),
                }
            }
            Err(last.unwrap_or_else(|| StoreError::Unavailable("no connection".into())))
        }
    }
}

/// Makes a new database file that its owner alone can read: it will hold e-mails, carts and license
/// keys. SQLite gives the files beside it the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(|_| ()),
    }
}
