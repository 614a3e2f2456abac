//! Working SQLite's log off beside the writer, so that no request waits for it.
//!
//! SQLite would do it by itself after a commit, and whoever made that commit would wait: for 32 MiB some fifty to two hundred
//! milliseconds, again and again. A checkpoint from another connection stops nobody (`PASSIVE`); only when the log has
//! grown far although it was worked off, because somebody always writes, the writers are held for a moment so that
//! it can begin anew (`RESTART`).

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::sqlite::SqliteConnection;

use super::engine::Access;
use super::reach::Shared;
use super::url::DatabaseUrl;
use super::{Connection, StoreError};

/// How often the log is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Pages in the log beyond which it has to begin anew: 64 MiB.
const FAR: i32 = 16_384;

/// Ends when it is dropped with the last store that has it.
pub(super) type Running = flume::Sender<()>;

/// What SQLite says after a checkpoint.
#[derive(QueryableByName)]
struct Log {
    /// Pages in the log; -1 if there is none.
    #[diesel(sql_type = Integer)]
    log: i32,
    /// Those of them that are in the database file.
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

/// Starts the thread.
pub(super) fn start(shared: &Arc<Shared>) -> Result<Running, StoreError> {
    let (running, ended) = flume::bounded(0);
    let shared = shared.clone();
    thread::Builder::new()
        .name("database log".to_owned())
        .spawn(move || work(&shared, &ended))
        .map_err(|error| StoreError::Unavailable(format!("no thread for it: {error}")))?;
    Ok(running)
}

fn work(shared: &Shared, ended: &flume::Receiver<()>) {
    let DatabaseUrl::Sqlite(path) = &shared.url else { return };
    let (mut open, mut seen) = (None, None);
    while ended.recv_timeout(EVERY) == Err(flume::RecvTimeoutError::Timeout) {
        let changed = last_change(path);
        if changed == seen {
            continue;
        }
        if open.is_none() {
            open = shared.connect(Access::Write).ok();
        }
        let Some(Connection::Sqlite(connection)) = &mut open else { continue };
        match work_off(connection) {
            Ok(()) => seen = changed,
            // The writer meets the same trouble and tells it.
            Err(error) => {
                tracing::debug!(%error, "the database's log could not be worked off");
                open = None;
            }
        }
    }
}

/// When something was written into the log.
fn last_change(database: &Path) -> Option<SystemTime> {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).and_then(|log| log.modified()).ok()
}

fn work_off(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let log: Log = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(connection)?;
    if log.log > FAR && log.checkpointed > FAR / 2 {
        diesel::sql_query("PRAGMA wal_checkpoint(RESTART)").execute(connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{DatabaseUrl, Store, migrate};

    #[test]
    fn what_is_written_comes_into_the_database_file_although_nobody_closes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("punchgate.db");
        let url = DatabaseUrl::Sqlite(path.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = Store::open(&url).unwrap();
        let size = || std::fs::metadata(&path).unwrap().len();
        let before = size();
        runtime.block_on(store.write(migrate::run)).unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while size() == before {
            assert!(std::time::Instant::now() < until, "still {before} bytes");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}
