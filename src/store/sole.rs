//! Whether a gateway is alone with its file of SQLite. A second one loses nothing, for SQLite lets them write in turns; but they
//! wait for each other, and count failed logins each for itself. So the later one says so. The command line may use the file
//! beside them.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{DatabaseUrl, Result, StoreError};

/// Holds a lock beside the file for as long as it lives; the system lets go of it however the process ends. Nothing to hold on
/// PostgreSQL, which is for any number of gateways.
pub fn hold(url: &DatabaseUrl) -> Result<Option<File>> {
    let DatabaseUrl::Sqlite(database) = url else { return Ok(None) };
    let path = beside(database, "-serve");
    let unavailable = |error: std::io::Error| {
        StoreError::Unavailable(match database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
                format!("{}: there is no folder {}", database.display(), folder.display())
            }
            _ => format!("{}, which marks its gateway, cannot be written: {error}", path.display()),
        })
    };
    let file = open(&path).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            tracing::warn!(
                "another gateway serves {} too: nothing is lost, but they wait for each other and count failed logins each for \
                 itself; take PostgreSQL for several",
                database.display()
            );
            Ok(None)
        }
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// Opens a file that is there for its lock alone, and makes it if need be.
pub(super) fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// A file that belongs to a database of SQLite, as its log does.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(database);
    path.push(ending);
    PathBuf::from(path)
}
