//! How SQL gets run: database threads, each with its own connection, fed by a queue.
//!
//! Async code never holds a connection; it sends a closure and awaits the answer. SQLite has one
//! writer thread that takes all waiting jobs into one transaction, each in its own savepoint, and
//! answers after the commit (one `fsync` for the whole group), with read-only connections beside
//! it. PostgreSQL has equal threads that commit every job by itself, because the server groups
//! commits. A job must therefore never do slow work other than SQL.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use super::line::Line;
use super::postgres::{PgConnection, Server};
use super::reach::Shared;
use super::together;
use super::url::DatabaseUrl;

/// Jobs taken into one SQLite transaction at most.
const GROUP: usize = 256;
/// Jobs that may wait for a thread; one more is told that the database is too busy.
const QUEUE: usize = 8_192;
/// A connection that lay idle for longer is tried before a job is trusted to it: a server restarts
/// and a firewall forgets in quiet hours, and a job cannot be run twice.
const IDLE: Duration = Duration::from_secs(1);
/// How long a request's job may wait for a PostgreSQL connection to be free.
const TURN: Duration = Duration::from_secs(3);

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

/// How PostgreSQL is used; SQLite has one writer and waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Connections of this process.
    pub connections: usize,
    /// How long one statement may take. None is for commands, whose work may take its time.
    pub statement_timeout: Option<Duration>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { connections: 8, statement_timeout: None }
    }
}

/// The database of one process. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    reads: flume::Sender<Box<dyn Job>>,
    writes: flume::Sender<Box<dyn Job>>,
    /// How long a job waits for its turn.
    patience: Option<Duration>,
    /// Logins that go in together; of PostgreSQL alone.
    pub(super) together: Arc<together::Gathering>,
}

impl Store {
    /// The same with the usual terms, for commands.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Self::open_on(url, Terms::default())
    }

    /// Opens the connections on threads of their own and returns when all are usable.
    pub fn open_on(url: &DatabaseUrl, terms: Terms) -> Result<Self, StoreError> {
        let (reads, read_jobs) = flume::bounded(QUEUE);
        let (writes, write_jobs) = match url {
            DatabaseUrl::Sqlite(_) => flume::bounded(QUEUE),
            DatabaseUrl::Postgres(_) => (reads.clone(), read_jobs.clone()),
        };
        let server = match url {
            DatabaseUrl::Sqlite(_) => None,
            DatabaseUrl::Postgres(url) => Some(Server::new(url)?),
        };
        let patience = server.as_ref().and(terms.statement_timeout).map(|_| TURN);
        let shared = Arc::new(Shared::new(url.clone(), server, terms));
        match url {
            DatabaseUrl::Sqlite(_) => {
                opened(start("database writer", &shared, Access::Write, write_jobs)?)?;
                let readers = thread::available_parallelism().map_or(2, |n| n.get()).clamp(1, 4);
                for _ in 0..readers {
                    opened(start("database reader", &shared, Access::ReadOnly, read_jobs.clone())?)?;
                }
            }
            DatabaseUrl::Postgres(_) => {
                let threads = (0..terms.connections.max(1))
                    .map(|_| start("database", &shared, Access::Write, read_jobs.clone()))
                    .collect::<Result<Vec<_>, _>>()?;
                threads.into_iter().try_for_each(opened)?;
            }
        }
        Ok(Self { shared, reads, writes, patience, together: Arc::default() })
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.shared.url
    }

    /// None for SQLite.
    pub(super) fn server(&self) -> Option<&Server> {
        self.shared.server.as_ref()
    }

    /// Whether others wait for the write lock, of which SQLite has one; false on PostgreSQL.
    pub fn is_waited_for(&self) -> bool {
        match &self.shared.url {
            DatabaseUrl::Sqlite(path) => Line::open(path).is_none_or(|line| line.is_waited_in()),
            DatabaseUrl::Postgres(_) => false,
        }
    }

    /// Runs queries that change nothing.
    pub async fn read<T, E>(&self, job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        submit(&self.reads, Mode::Read, self.patience, job).await
    }

    /// Runs a job in a transaction: all of it is durable when this returns `Ok`, none of it after
    /// an `Err`.
    pub async fn write<T, E>(&self, job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        submit(&self.writes, Mode::Write, self.patience, job).await
    }

    /// The same for a job with at most one statement that writes, which is all or nothing by itself: on SQLite it needs no
    /// savepoint, for which each page that it changes would be copied, and on PostgreSQL it is one way to the server and back
    /// instead of three. If reading fails after the writing, what was written may stay.
    pub async fn write_one<T, E>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        submit(&self.writes, Mode::WriteOne, self.patience, job).await
    }
}

async fn submit<T, E>(
    queue: &flume::Sender<Box<dyn Job>>,
    mode: Mode,
    patience: Option<Duration>,
    job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (sender, mut answer) = oneshot::channel();
    let taken = Arc::new(AtomicBool::new(false));
    let task = Task { mode, job: Some(job), outcome: None, taken: taken.clone(), sender };
    if queue.try_send(Box::new(task)).is_err() {
        return Err(StoreError::Unavailable("too many jobs are waiting for it".into()).into());
    }
    let answered = match patience {
        None => answer.await,
        Some(patience) => match tokio::time::timeout(patience, &mut answer).await {
            Ok(answered) => answered,
            // Taken back before a thread had it; what has begun is waited for, because it may be stored.
            Err(_) if !taken.swap(true, Ordering::AcqRel) => {
                return Err(StoreError::Unavailable("no connection was free in time".into()).into());
            }
            Err(_) => answer.await,
        },
    };
    answered.unwrap_or_else(|_| Err(StoreError::Unavailable("its thread ended".into()).into()))
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    Read,
    Write,
    /// One statement that writes.
    WriteOne,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Access {
    ReadOnly,
    Write,
}

/// One unit of work, with the way back to its caller.
pub(super) trait Job: Send {
    fn mode(&self) -> Mode;
    /// False if its caller took it back; it must not be run then.
    fn take(&self) -> bool;
    fn run(&mut self, connection: &mut Connection) -> Ran;
    /// Tells the caller; with an error, whatever the job itself had found is void.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

pub(super) enum Ran {
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
    /// By a thread, to be run, or by its caller, to be forgotten: whoever is first.
    taken: Arc<AtomicBool>,
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

    fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::AcqRel)
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

type Opened = flume::Receiver<Result<(), StoreError>>;

fn start(
    name: &str,
    shared: &Arc<Shared>,
    access: Access,
    jobs: flume::Receiver<Box<dyn Job>>,
) -> Result<Opened, StoreError> {
    let shared = shared.clone();
    let (ready, opened) = flume::bounded(1);
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let connection = match shared.connect_at_start(access) {
                Ok(connection) => {
                    let _ = ready.send(Ok(()));
                    connection
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            work(&shared, access, connection, &jobs);
        })
        .map_err(|error| StoreError::Unavailable(format!("no thread for it: {error}")))?;
    Ok(opened)
}

fn opened(thread: Opened) -> Result<(), StoreError> {
    thread.recv().unwrap_or_else(|_| Err(StoreError::Unavailable("its thread ended".into())))
}

/// The life of a database thread: take jobs, run them, replace the connection when it broke.
fn work(shared: &Shared, access: Access, mut open: Connection, jobs: &flume::Receiver<Box<dyn Job>>) {
    let (is_writer, line) = match &shared.url {
        DatabaseUrl::Sqlite(path) if access == Access::Write => (true, Line::open(path)),
        _ => (false, None),
    };
    let mut used = Instant::now();
    while let Ok(first) = jobs.recv() {
        if !first.take() {
            continue;
        }
        let mut group = vec![first];
        if is_writer {
            // Whoever is about to bring a job does so first, if the processors are busy: one commit then does for more of them.
            thread::yield_now();
            group.extend(jobs.try_iter().filter(|job| job.take()).take(GROUP - 1));
        }
        let began = Instant::now();
        let mut sound = used.elapsed() <= IDLE || alive(&mut open);
        if !sound && began.elapsed() < IDLE {
            // It broke in a quiet hour, and the job need not know. A server that does not even say so is away.
            if let Ok(fresh) = shared.connect(access) {
                (open, sound) = (fresh, true);
            }
        }
        if sound {
            sound = match group.first().map(|job| job.mode()) {
                Some(Mode::Read) => run_alone(&mut open, group),
                Some(Mode::WriteOne) if !is_writer => run_alone(&mut open, group),
                _ => run_group(&mut open, group, line.as_ref()),
            };
        } else {
            let gone = StoreError::Unavailable("the connection broke".into());
            group.into_iter().for_each(|job| job.answer(Err(gone.clone())));
        }
        if !sound {
            drop(open);
            shared.lost();
            match shared.connect_again(access, jobs) {
                Some(fresh) => open = fresh,
                None => return,
            }
        }
        used = Instant::now();
    }
    shared.lost();
}

/// Runs a job without a transaction around it; false when the connection should be replaced.
fn run_alone(connection: &mut Connection, group: Vec<Box<dyn Job>>) -> bool {
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
fn run_group(connection: &mut Connection, mut group: Vec<Box<dyn Job>>, line: Option<&Line>) -> bool {
    let begun = match line {
        Some(line) => line.stand(|| begin(connection)),
        None => begin(connection),
    };
    if let Err(error) = begun {
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
    if job.mode() == Mode::WriteOne {
        // If it failed there is nothing of it to take back, but only a savepoint could tell whether the transaction still is.
        return match job.run(connection) {
            Ran::Done => Ok(()),
            Ran::Refused | Ran::Panicked => Err(DieselError::RollbackTransaction),
        };
    }
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

/// Lets the statements of this job take their time, whatever requests may. To be called in a write job.
pub fn unhurried(connection: &mut Connection) -> Result<(), StoreError> {
    if let Connection::Postgres(c) = connection {
        c.batch_execute("SET LOCAL statement_timeout = 0")?;
    }
    Ok(())
}

fn alive(connection: &mut Connection) -> bool {
    on!(connection, c => c.batch_execute("SELECT 1").is_ok())
}
