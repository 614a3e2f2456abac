//! Importing a catalog: a file is read, checked and written in batches, and comes into force all at once at its end.
//!
//! Reading and writing go on side by side, a batch in one short transaction, so that punchouts are opened meanwhile.
//! Whatever goes wrong before the end, the catalog in force stays; what was written for nothing is taken back, at the
//! latest by the next import.

use std::collections::{HashMap, HashSet};
use std::thread;

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::account::audit::{self, Action, Actor, Object};
use crate::catalog::article::Article;
use crate::catalog::file::CatalogFile;
use crate::catalog::record::{Fault, Found, Record, Repricing};
use crate::catalog::search::{Columns, FORM};
use crate::clock::{Clock, DAY};
use crate::store::catalog::Version;
use crate::store::catalog_import::{self as rows, Begun, Import, KEPT_DAYS, NewArticle};
use crate::store::shops::Shop;
use crate::store::{Connection, Store, StoreError};

/// Records in one transaction.
const BATCH: usize = 1_000;
/// Bytes of articles in one transaction.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Batches that are read ahead.
const AHEAD: usize = 2;
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

/// What the reading thread hands over.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    faults: Vec<Fault>,
}

struct Item {
    line: u64,
    what: What,
}

enum What {
    Put(NewArticle),
    Remove(String),
    Reprice(Repricing),
}

/// What became of a batch.
#[derive(Default)]
struct Applied {
    created: i64,
    changed: i64,
    removed: i64,
    /// Rows that stay as they are, with their lines.
    kept: Vec<(i64, u64, String)>,
    faults: Vec<Fault>,
}

/// Imports a file into a shop's catalog; every fault is told as it is found.
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
        let (own, now) = (import.clone(), clock.now());
        let mut applied = store.write(move |c| apply(c, &own, batch.items, now)).await?;
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

/// Reads, checks and writes articles as JSON on a thread of its own.
fn read_ahead(file: CatalogFile<'static>) -> mpsc::Receiver<Batch> {
    let (sender, batches) = mpsc::channel(AHEAD);
    // Without a thread there is no batch, and the channel is closed at once.
    let _ = thread::Builder::new().name("catalog reader".into()).spawn(move || {
        let mut batch = Batch::default();
        let mut bytes = 0;
        for read in file.records {
            match read.map(prepared) {
                Ok(Ok(item)) => {
                    bytes += item.size();
                    batch.items.push(item);
                }
                Ok(Err(fault)) | Err(fault) => batch.faults.push(fault),
            }
            if batch.items.len() + batch.faults.len() >= BATCH || bytes >= BATCH_BYTES {
                bytes = 0;
                if sender.blocking_send(std::mem::take(&mut batch)).is_err() {
                    return;
                }
            }
        }
        let _ = sender.blocking_send(batch);
    });
    batches
}

impl Item {
    fn size(&self) -> usize {
        match &self.what {
            What::Put(article) => article.body.len(),
            What::Remove(_) | What::Reprice(_) => 200,
        }
    }

    fn product_id(&self) -> &str {
        match &self.what {
            What::Put(article) => &article.product_id,
            What::Remove(product_id) => product_id,
            What::Reprice(prices) => &prices.product_id,
        }
    }
}

fn prepared(found: Found) -> Result<Item, Fault> {
    let Found { line, record } = found;
    let what = match record {
        Record::Article(article) => What::Put(new_article(&article).map_err(|message| Fault {
            line,
            product_id: Some(article.product_id.clone()),
            field: String::new(),
            message,
            fatal: false,
        })?),
        Record::Removal(product_id) => What::Remove(product_id),
        Record::Prices(prices) => What::Reprice(prices),
    };
    Ok(Item { line, what })
}

fn new_article(article: &Article) -> Result<NewArticle, String> {
    let body = serde_json::to_string(article).map_err(|error| format!("The article cannot be kept: {error}."))?;
    // How articles are found is part of what was written: a better folding writes them anew.
    let hash = Sha256::new().chain_update([FORM]).chain_update(&body).finalize();
    let mut digest = [0; 8];
    digest.copy_from_slice(&hash[..8]);
    Ok(NewArticle {
        product_id: article.product_id.clone(),
        digest: i64::from_le_bytes(digest),
        columns: Columns::of(article),
        body,
    })
}

/// One batch, in one transaction.
fn apply(c: &mut Connection, import: &Import, items: Vec<Item>, now: i64) -> Result<Applied, CatalogError> {
    if !rows::touch(c, import, now)? {
        return Err(CatalogError::TakenOver);
    }
    let ids: Vec<&str> = items.iter().map(Item::product_id).collect::<HashSet<_>>().into_iter().collect();
    let current = rows::list_current(c, import, &ids)?;
    let bodies = bodies_to_reprice(c, &items, &current)?;
    let current: HashMap<String, rows::Current> =
        current.into_iter().map(|row| (row.product_id.clone(), row)).collect();
    let mut applied = Applied::default();
    let mut seen: HashSet<String> = HashSet::with_capacity(items.len());
    let (mut closed, mut inserted) = (Vec::new(), Vec::new());
    for item in items {
        let line = item.line;
        let row = current.get(item.product_id());
        if !seen.insert(item.product_id().to_owned()) || row.is_some_and(|row| row.since == import.version()) {
            applied.faults.push(duplicate(line, item.product_id().to_owned()));
            continue;
        }
        let article = match item.what {
            What::Put(article) => article,
            What::Remove(_) => {
                if let Some(row) = row {
                    closed.push(row.id);
                    applied.removed += 1;
                }
                continue;
            }
            What::Reprice(prices) => match bodies.get(&prices.product_id) {
                Some(article) => match new_article(&repriced(article.clone(), prices)) {
                    Ok(article) => article,
                    Err(message) => {
                        applied.faults.push(fault(line, article.product_id.clone(), &message));
                        continue;
                    }
                },
                None => {
                    let message = "It is not in the catalog; only its prices are in the file.";
                    applied.faults.push(fault(line, prices.product_id, message));
                    continue;
                }
            },
        };
        match row {
            Some(row) if row.digest == article.digest => applied.kept.push((row.id, line, article.product_id)),
            Some(row) => {
                closed.push(row.id);
                applied.changed += 1;
                inserted.push(article);
            }
            None => {
                applied.created += 1;
                inserted.push(article);
            }
        }
    }
    rows::close(c, import, &closed)?;
    rows::insert_all(c, import, &inserted)?;
    Ok(applied)
}

fn bodies_to_reprice(
    c: &mut Connection,
    items: &[Item],
    current: &[rows::Current],
) -> Result<HashMap<String, Article>, StoreError> {
    let wanted: HashSet<&str> =
        items.iter().filter(|item| matches!(item.what, What::Reprice(_))).map(Item::product_id).collect();
    let ids: Vec<i64> =
        current.iter().filter(|row| wanted.contains(row.product_id.as_str())).map(|row| row.id).collect();
    let articles = if ids.is_empty() { Vec::new() } else { rows::list_bodies(c, &ids)? };
    Ok(articles.into_iter().map(|article| (article.product_id.clone(), article)).collect())
}

/// The article with other prices; for how many units they are is the article's own where the update does not say.
fn repriced(mut article: Article, update: Repricing) -> Article {
    let per = article.prices.first().map(|price| price.per);
    article.currency = update.currency;
    article.prices = update.prices;
    if let Some(per) = per.filter(|_| !update.says_per) {
        article.prices.iter_mut().for_each(|price| price.per = per);
    }
    article.tax_rate = update.tax_rate.or(article.tax_rate);
    article
}

fn fault(line: u64, product_id: String, message: &str) -> Fault {
    Fault { line, product_id: Some(product_id), field: String::new(), message: message.to_owned(), fatal: false }
}

fn duplicate(line: u64, product_id: String) -> Fault {
    fault(line, product_id, "It stands in the file twice; the first one is taken.")
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
        for gone in gone.chunks(usize::try_from(ROWS).unwrap_or(BATCH)) {
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
