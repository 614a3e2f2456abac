//! Who waits for SQLite's write lock. SQLite has one such lock and no line for it: who waits asks again now and then, and a process
//! that takes it anew right after it let go of it would starve all others. So whoever waits holds a shared lock on a file beside
//! the database, and who has much to write looks there between its transactions, and makes room when somebody stands there.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::sole;

/// One process's way to the line. Nobody ever waits for a lock on it; the system lets go of locks however a process ends.
pub(super) struct Line(File);

impl Line {
    /// None where no file can be made beside the database.
    pub(super) fn open(database: &Path) -> Option<Self> {
        sole::open(&sole::beside(database, "-line")).ok().map(Self)
    }

    /// Does what may take its time for want of the write lock, and is seen to wait meanwhile.
    pub(super) fn stand<T>(&self, wait: impl FnOnce() -> T) -> T {
        // Refused only while somebody looks, which takes no time; he may see us the next time.
        let stands = self.0.try_lock_shared().is_ok();
        let done = wait();
        if stands {
            // Were it not let go of, others would make room for nobody, and no more than that.
            let _ = self.0.unlock();
        }
        done
    }

    /// Whether somebody waits. Who cannot tell says so too, and rather makes room.
    pub(super) fn is_waited_in(&self) -> bool {
        match self.0.try_lock() {
            Ok(()) => self.0.unlock().is_err(),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_seen_until_he_has_what_he_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("punchgate.db");
        let [first, second, looks] = [(); 3].map(|()| Line::open(&database).expect("a line"));
        assert!(!looks.is_waited_in());
        let seen = first.stand(|| second.stand(|| looks.is_waited_in()) && looks.is_waited_in());
        assert!(seen && !looks.is_waited_in());
        assert!(!looks.is_waited_in(), "a look leaves nothing behind");
    }

    #[test]
    fn a_store_whose_write_must_wait_stands_in_it() {
        use crate::store::{DatabaseUrl, Store, StoreError};
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("punchgate.db").display());
        let open = || Store::open(&DatabaseUrl::read(&url).expect("a URL")).expect("a store");
        let (one, other) = (open(), open());
        fn write(store: &Store, job: impl FnOnce() + Send + 'static) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let done: Result<(), StoreError> = runtime.block_on(store.write(move |_| {
                job();
                Ok(())
            }));
            done.expect("a transaction");
        }
        let (took, taken) = flume::bounded(1);
        let (ends, end) = flume::bounded::<()>(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                write(&one, move || {
                    took.send(()).expect("somebody who waits");
                    end.recv().expect("the word to end");
                });
            });
            taken.recv().expect("the write lock");
            assert!(!one.is_waited_for(), "who has it does not wait for it");
            scope.spawn(|| write(&other, || ()));
            let since = std::time::Instant::now();
            // Now and then, as an import does: who looks all the time is in the way of those who come.
            while !one.is_waited_for() && since.elapsed().as_secs() < 4 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            let is_seen = one.is_waited_for();
            ends.send(()).expect("who holds the lock");
            assert!(is_seen);
        });
        assert!(!one.is_waited_for());
    }

    #[test]
    fn where_no_file_can_be_made_there_is_no_line() {
        assert!(Line::open(Path::new("/nowhere/punchgate.db")).is_none());
    }
}
