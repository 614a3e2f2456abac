//! One gateway to a file of SQLite: it has one writer, and what a gateway knows by heart of passwords and failed logins is
//! its own. The command line may use the file beside it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::{DatabaseUrl, Result, StoreError};

/// Holds the file for as long as it lives; the system lets go of it however the process ends. Nothing to hold on PostgreSQL,
/// which is for any number of gateways.
pub fn hold(url: &DatabaseUrl) -> Result<Option<File>> {
    let DatabaseUrl::Sqlite(database) = url else { return Ok(None) };
    let mut path = OsString::from(database);
    path.push("-serve");
    let path = PathBuf::from(path);
    let unavailable =
        |error: std::io::Error| StoreError::Unavailable(format!("{} cannot be written: {error}", path.display()));
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
            "another gateway serves {}; SQLite is for one, take PostgreSQL for several",
            database.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}
