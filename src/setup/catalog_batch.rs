//! The batches of an import: read and checked on one thread, written in one short transaction each.

use std::collections::{HashMap, HashSet};
use std::thread;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::catalog::CatalogError;
use crate::catalog::article::Article;
use crate::catalog::file::CatalogFile;
use crate::catalog::record::{Fault, Found, Record, Repricing};
use crate::catalog::search::{Columns, FORM};
use crate::store::catalog_import::{self as rows, Import, NewArticle};
use crate::store::{Connection, StoreError};

/// Records in one transaction: the search index is written a batch at a time, and five batches of a thousand take it
/// twice as long. SQLite is kept from others for about a quarter of a second by it.
const BATCH: usize = 5_000;
/// Bytes of articles in one transaction.
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Batches that are read ahead.
const AHEAD: usize = 2;

/// What the reading thread hands over.
#[derive(Default)]
pub(super) struct Batch {
    pub items: Vec<Item>,
    pub faults: Vec<Fault>,
}

pub(super) struct Item {
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
pub(super) struct Applied {
    pub created: i64,
    pub changed: i64,
    pub removed: i64,
    /// Rows that stay as they are, with their lines.
    pub kept: Vec<(i64, u64, String)>,
    pub faults: Vec<Fault>,
}

/// Reads, checks and writes articles as JSON on a thread of its own.
pub(super) fn read_ahead(file: CatalogFile<'static>) -> mpsc::Receiver<Batch> {
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
pub(super) fn apply(c: &mut Connection, import: &Import, items: Vec<Item>, now: i64) -> Result<Applied, CatalogError> {
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

pub(super) fn duplicate(line: u64, product_id: String) -> Fault {
    fault(line, product_id, "It stands in the file twice; the first one is taken.")
}
