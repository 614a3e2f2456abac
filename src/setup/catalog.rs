//! Importing a catalog: a file is read, checked and written in batches, and comes into force all at once at its end.
//!
//! Reading and writing go on side by side, a batch in one short transaction, so that punchouts are opened meanwhile.
//! Whatever goes wrong before the end, the catalog in force stays; what was written for nothing is taken back, at the
//! latest by the next import.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::json;

use super::catalog_batch::{apply, duplicate, read_ahead};
use crate::account::audit::{self, Action, Actor, Object};
use crate::catalog::file::CatalogFile;
use crate::catalog::record::Fault;
use crate::clock::{Clock, DAY};
use crate::store::catalog::Version;
use crate::store::catalog_import::{self as rows, Begun, Import, KEPT_DAYS};
use crate::store::shops::Shop;
use crate::store::{Store, StoreError};

/// Of the time that a transaction took, the part that is then left to others who wait: SQLite has one write lock, and a gateway
/// that waits for it tries again and again.
const PAUSE: u32 = 8;
/// Rows closed or removed in one transaction.
const ROWS: i64 = 2_000;
/// A catalog of fewer articles may lose any number of them unasked.
const GUARDED: i64 = 20;

/// What shall be done with a file.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What the file does not name stays.
    pub incremental: bool,
    /// Records with a fault are left out; else one fault leaves the catalog as it was.
    pub skip_faults: bool,
    /// More than half of the articles may go.
    pub allow_shrink: bool,
    /// The file's name, for people.
    pub source: String,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    pub version: i64,
    pub articles: i64,
    pub created: i64,
    pub changed: i64,
    pub unchanged: i64,
    pub removed: i64,
    /// Records left out for their faults.
    pub skipped: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error(
        "another import into this catalog is running; its last sign of life was {seconds} s ago. If it was stopped, try again in two minutes"
    )]
    Busy { seconds: i64 },
    #[error("another import has taken over; this one changed nothing")]
    TakenOver,
    #[error("the file holds no article; nothing was changed. If the catalog shall be empty, say --allow-shrink")]
    Empty,
    #[error(
        "the file would remove {removed} of {of} articles; nothing was changed. If that is right, say --allow-shrink; if the file holds only changes, say --incremental"
    )]
    Shrinks { removed: i64, of: i64 },
    #[error("{0} faults; nothing was changed. With --on-fault skip the other articles are imported")]
    Faulty(i64),
    #[error("the file could not be read to its end; nothing was changed")]
    Unreadable,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports a file into a shop's catalog; every fault is told as it is found. Needs a runtime with timers.
pub async fn import(
    store: &Store,
    clock: &Clock,
    shop: &Shop,
    file: CatalogFile<'static>,
    plan: &Plan,
    mut tell: impl FnMut(&Fault),
) -> Result<Outcome, CatalogError> {
    let incremental = plan.incremental || file.is_update;
    let import = begin(store, clock, shop).await?;
    let written = write(store, clock, &import, file, incremental, plan, &mut tell).await;
    let ended = match written {
        Ok(outcome) => finish(store, clock, shop, &import, outcome, plan).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(outcome) => {
            forget(store, clock, &import).await?;
            store.write(rows::tidy).await?;
            Ok(outcome)
        }
        Err(error) => {
            // The first error is the one to tell; what stays behind is the next import's to clear.
            let _ = take_back(store, clock, &import).await;
            Err(error)
        }
    }
}

async fn begin(store: &Store, clock: &Clock, shop: &Shop) -> Result<Import, CatalogError> {
    let (shop_id, id, now) = (shop.id.clone(), ulid::Ulid::new().to_string(), clock.now());
    let import = match store.write(move |c| rows::begin(c, &shop_id, &id, now)).await? {
        Begun::Begun(import) => import,
        Begun::Busy(touched) => return Err(CatalogError::Busy { seconds: (now - touched) / crate::clock::SECOND }),
    };
    clear(store, clock, &import).await?;
    Ok(import)
}

/// Takes back whatever an import left that did not come to its end.
async fn clear(store: &Store, clock: &Clock, import: &Import) -> Result<(), CatalogError> {
    loop {
        let (own, now) = (import.clone(), clock.now());
        let done = store.write(move |c| {
            if !rows::touch(c, &own, now)? {
                return Err(CatalogError::TakenOver);
            }
            Ok(rows::clear(c, &own, ROWS)?)
        });
        if done.await? {
            return Ok(());
        }
    }
}

async fn take_back(store: &Store, clock: &Clock, import: &Import) -> Result<(), CatalogError> {
    clear(store, clock, import).await?;
    let own = import.clone();
    Ok(store.write(move |c| rows::release(c, &own)).await?)
}

/// Writes what the file says; nobody sees it yet.
async fn write(
    store: &Store,
    clock: &Clock,
    import: &Import,
    file: CatalogFile<'static>,
    incremental: bool,
    plan: &Plan,
    tell: &mut impl FnMut(&Fault),
) -> Result<Outcome, CatalogError> {
    let mut batches = read_ahead(file);
    let mut outcome = Outcome { version: import.version(), ..Outcome::default() };
    let mut kept = Kept::default();
    let mut faults = 0;
    let mut is_fatal = false;
    while let Some(batch) = batches.recv().await {
        is_fatal |= batch.faults.iter().any(|fault| fault.fatal);
        faults += count(&batch.faults);
        batch.faults.iter().for_each(&mut *tell);
        // The rest of a file that is refused is only read for its faults.
        if is_fatal || faults > 0 && !plan.skip_faults || batch.items.is_empty() {
            continue;
        }
        let (own, now, began) = (import.clone(), clock.now(), Instant::now());
        let mut applied = store.write(move |c| apply(c, &own, batch.items, now)).await?;
        if store.is_waited_for() {
            tokio::time::sleep(began.elapsed() / PAUSE).await;
        }
        for (id, line, product_id) in std::mem::take(&mut applied.kept) {
            match kept.insert(id) {
                true => outcome.unchanged += 1,
                false => applied.faults.push(duplicate(line, product_id)),
            }
        }
        outcome.created += applied.created;
        outcome.changed += applied.changed;
        outcome.removed += applied.removed;
        faults += count(&applied.faults);
        applied.faults.iter().for_each(&mut *tell);
    }
    if is_fatal {
        return Err(CatalogError::Unreadable);
    }
    if faults > 0 && !plan.skip_faults {
        return Err(CatalogError::Faulty(faults));
    }
    outcome.skipped = faults;
    if !incremental {
        let present = outcome.created + outcome.changed + outcome.unchanged;
        let removed = import.articles - outcome.changed - outcome.unchanged;
        if present == 0 && !plan.allow_shrink {
            return Err(CatalogError::Empty);
        }
        if removed * 2 > import.articles && import.articles >= GUARDED && !plan.allow_shrink {
            return Err(CatalogError::Shrinks { removed, of: import.articles });
        }
        outcome.removed += remove_others(store, clock, import, kept).await?;
    }
    Ok(outcome)
}

fn count(faults: &[Fault]) -> i64 {
    i64::try_from(faults.len()).unwrap_or(i64::MAX)
}

/// Closes the articles that a full file does not have any more.
async fn remove_others(store: &Store, clock: &Clock, import: &Import, kept: Kept) -> Result<i64, CatalogError> {
    let mut removed = 0;
    let mut after = 0;
    loop {
        let own = import.clone();
        let ids = store.read(move |c| rows::list_untouched(c, &own, after, 10 * ROWS)).await?;
        let Some(last) = ids.last() else { return Ok(removed) };
        after = *last;
        let gone: Vec<i64> = ids.into_iter().filter(|id| !kept.contains(*id)).collect();
        removed += i64::try_from(gone.len()).unwrap_or(i64::MAX);
        for gone in gone.chunks(usize::try_from(ROWS).unwrap_or(1)) {
            let (own, now, gone) = (import.clone(), clock.now(), gone.to_vec());
            let closed = store.write(move |c| {
                if !rows::touch(c, &own, now)? {
                    return Err(CatalogError::TakenOver);
                }
                Ok(rows::close(c, &own, &gone)?)
            });
            closed.await?;
        }
    }
}

/// The one transaction that everybody sees.
async fn finish(
    store: &Store,
    clock: &Clock,
    shop: &Shop,
    import: &Import,
    mut outcome: Outcome,
    plan: &Plan,
) -> Result<Outcome, CatalogError> {
    let own = import.clone();
    outcome.articles = store.read(move |c| rows::count_next(c, &own)).await?;
    let told = json!({
        "articles": outcome.articles, "created": outcome.created, "changed": outcome.changed,
        "unchanged": outcome.unchanged, "removed": outcome.removed, "skipped": outcome.skipped,
    });
    let now = clock.now();
    let version = Version {
        catalog: import.catalog,
        version: import.version(),
        since: now,
        articles: outcome.articles,
        source: plan.source.chars().filter(|c| !c.is_control()).take(200).collect(),
        outcome: told.to_string(),
    };
    let (own, shop) = (import.clone(), shop.clone());
    let finished = store.write(move |c| {
        if !rows::finish(c, &own, &version)? {
            return Err(CatalogError::TakenOver);
        }
        let object = Object { kind: "shop", id: &shop.id, name: &shop.slug, owner: shop.account_id.as_deref() };
        let told = json!({ "catalog": version.source, "version": version.version, "did": told });
        audit::record(c, &Actor::command_line(), Action::Imported, object, None, Some(told), now)?;
        Ok(())
    });
    finished.await?;
    Ok(outcome)
}

/// Removes what only versions had that ended long ago.
async fn forget(store: &Store, clock: &Clock, import: &Import) -> Result<(), CatalogError> {
    let (own, before) = (import.clone(), clock.now() - KEPT_DAYS * DAY);
    let oldest = store.write(move |c| rows::forget_versions(c, &own, before)).await?;
    loop {
        let own = import.clone();
        if store.write(move |c| rows::delete_ended(c, &own, oldest, ROWS)).await? == 0 {
            return Ok(());
        }
    }
}

/// Ids of rows, 4,096 to a block: a million that follow each other take 130 KB.
#[derive(Default)]
struct Kept(HashMap<i64, Box<[u64; 64]>>);

impl Kept {
    /// False when it was there.
    fn insert(&mut self, id: i64) -> bool {
        let block = self.0.entry(id >> 12).or_insert_with(|| Box::new([0; 64]));
        let (word, bit) = Self::place(id);
        let is_new = block[word] & bit == 0;
        block[word] |= bit;
        is_new
    }

    fn contains(&self, id: i64) -> bool {
        let (word, bit) = Self::place(id);
        self.0.get(&(id >> 12)).is_some_and(|block| block[word] & bit != 0)
    }

    fn place(id: i64) -> (usize, u64) {
        (usize::try_from((id >> 6) & 63).unwrap_or(0), 1 << (id & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_apart() {
        let mut kept = Kept::default();
        for id in [0, 1, 63, 64, 4_095, 4_096, (7 << 40) + 5] {
            assert!(!kept.contains(id) && kept.insert(id) && kept.contains(id) && !kept.insert(id), "{id}");
        }
        assert!(!kept.contains(2) && !kept.contains((7 << 40) + 6));
    }
}
