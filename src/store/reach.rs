//! How a database thread gets its connection, and what becomes of jobs while the database is away.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;

use super::engine::{Access, Job, Terms};
use super::postgres::{self, Server};
use super::url::DatabaseUrl;
use super::{Connection, StoreError};

/// The longest pause between two tries to reach a server that is away.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a file that another process has locked is waited for. SQLite is told the same in its own way.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What the threads of one store know together.
pub(super) struct Shared {
    pub(super) url: DatabaseUrl,
    /// None for SQLite.
    pub(super) server: Option<Server>,
    terms: Terms,
    /// Threads that have a connection, as far as they know.
    connected: AtomicUsize,
    /// One of those without tries to reach the server.
    is_tried: AtomicBool,
}

impl Shared {
    pub(super) fn new(url: DatabaseUrl, server: Option<Server>, terms: Terms) -> Self {
        Self { url, server, terms, connected: AtomicUsize::new(0), is_tried: AtomicBool::new(false) }
    }

    /// A thread has no connection any more.
    pub(super) fn lost(&self) {
        self.connected.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn connect(&self, access: Access) -> Result<Connection, StoreError> {
        match (&self.url, &self.server) {
            (DatabaseUrl::Sqlite(path), _) => connect_sqlite(path, access),
            (DatabaseUrl::Postgres(_), Some(server)) => {
                let connection = postgres::connect(server, self.terms.statement_timeout)?;
                Ok(Connection::Postgres(Box::new(connection)))
            }
            (DatabaseUrl::Postgres(_), None) => Err(StoreError::Unavailable("no server is known".into())),
        }
    }

    /// Patiently: what starts together with its server may be a little early.
    pub(super) fn connect_at_start(&self, access: Access) -> Result<Connection, StoreError> {
        let mut connected = self.connect(access);
        for wait in [200, 1_000] {
            if connected.is_ok() || self.server.is_none() {
                break;
            }
            thread::sleep(Duration::from_millis(wait));
            connected = self.connect(access);
        }
        if connected.is_ok() {
            self.connected.fetch_add(1, Ordering::AcqRel);
        }
        connected
    }

    /// A connection in place of one that broke, however long it takes; None when the store is closed.
    ///
    /// While no thread has one, jobs are answered at once, and one thread at a time tries. While others have one,
    /// jobs are theirs.
    pub(super) fn connect_again(&self, access: Access, jobs: &flume::Receiver<Box<dyn Job>>) -> Option<Connection> {
        let mut tried = self.connect(access);
        let mut pause = Duration::from_millis(100);
        let mut is_told = false;
        loop {
            let error = match tried {
                Ok(fresh) => {
                    if self.connected.fetch_add(1, Ordering::AcqRel) == 0 {
                        tracing::info!(database = %self.url, "the database is there again");
                    }
                    return Some(fresh);
                }
                Err(error) => error,
            };
            if !std::mem::replace(&mut is_told, true) {
                tracing::error!(database = %self.url, %error, "cannot reach the database");
            }
            self.pass_time(pause, &error, jobs)?;
            pause = (pause * 2).min(PAUSE);
            while self.server.is_some() && self.is_away() && self.is_tried.swap(true, Ordering::AcqRel) {
                self.pass_time(Duration::from_millis(50), &error, jobs)?;
            }
            tried = self.connect(access);
            self.is_tried.store(false, Ordering::Release);
        }
    }

    /// Whether no thread can do this one's jobs. Those of SQLite have a task each.
    fn is_away(&self) -> bool {
        self.server.is_none() || self.connected.load(Ordering::Acquire) == 0
    }

    /// Waits, and answers jobs meanwhile if nobody else can; sooner when another thread has reached the server.
    fn pass_time(&self, time: Duration, error: &StoreError, jobs: &flume::Receiver<Box<dyn Job>>) -> Option<()> {
        let until = Instant::now() + time;
        let were_away = self.is_away();
        loop {
            let left = until.saturating_duration_since(Instant::now()).min(Duration::from_millis(50));
            let are_away = self.is_away();
            if left.is_zero() || were_away && !are_away {
                return Some(());
            }
            if !are_away {
                if jobs.is_disconnected() {
                    return None;
                }
                thread::sleep(left);
                continue;
            }
            match jobs.recv_timeout(left) {
                Ok(job) if job.take() => job.answer(Err(error.clone())),
                Ok(_) | Err(flume::RecvTimeoutError::Timeout) => {}
                Err(flume::RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

fn connect_sqlite(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
    if access == Access::Write {
        create_private(path).map_err(|e| unavailable(&e))?;
    }
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).map_err(|e| unavailable(&e))?;
    // Pragmas belong to the connection, not to the file, except for the journal's mode.
    connection
        .batch_execute(&format!(
            "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;",
            LOCK_PATIENCE.as_millis()
        ))
        .map_err(|e| unavailable(&e))?;
    match access {
        Access::Write => {
            write_ahead(&mut connection).map_err(|e| unavailable(&e))?;
            // The log is worked off after 32 MiB, not after SQLite's 4: pages that every login touches are then written once
            // for many.
            connection.batch_execute(
                "PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192;",
            )
        }
        Access::ReadOnly => connection.batch_execute("PRAGMA query_only = ON;"),
    }
    .map_err(|e| unavailable(&e))?;
    Ok(Connection::Sqlite(connection))
}

/// Gives the file a write-ahead log. Of several processes that do so to a new file at once, SQLite does not let all wait
/// in its own way, since two that hold a lock each would wait for each other: it refuses one of them, which may try again.
fn write_ahead(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    let patience = Instant::now() + LOCK_PATIENCE;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL;") {
            Err(diesel::result::Error::DatabaseError(_, info))
                if info.message() == "database is locked" && Instant::now() < patience =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            done => return done,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_may_be_opened_by_many_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        for round in 0..40 {
            let file = folder.path().join(format!("{round}.db"));
            thread::scope(|scope| {
                for _ in 0..6 {
                    scope.spawn(|| connect_sqlite(&file, Access::Write).map(|_| ()).expect("it opens"));
                }
            });
        }
    }
}
