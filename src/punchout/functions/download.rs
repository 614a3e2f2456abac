//! DOWNLOADJSON: a page of the catalog as JSON (OCI 5.0, digest section 5).
//!
//! A page may have 100,000 items and needs no memory: it is made piece by piece as the caller takes it, and between two pieces
//! no connection to the database is held. All pages of a download show one version of the catalog, which its TRANSACTIONID
//! names; an import that ends meanwhile changes nothing for them.

use bytes::Bytes;
use serde::Serialize;

use super::{Answer, Asker, no_catalog};
use crate::catalog::download::new_item;
use crate::oci::call::Function;
use crate::oci::download::{Paging, Wish};
use crate::oci::new_item::{Content, Entry, Gone};
use crate::punchout::Gateway;
use crate::refusal::{Code, Refusal};
use crate::store::catalog::{self, Change, Start};
use crate::store::{Store, StoreError};

/// Articles of one piece.
const PIECE: u64 = 200;
/// Room for two versions in one TRANSACTIONID, which must fit into 64 bits and be digits only.
const VERSIONS: i64 = 1_000_000_000;

/// A page that is under way.
pub struct Download {
    store: Store,
    asker: Asker,
    span: Span,
    /// Written before the first item.
    head: Option<Vec<u8>>,
    offset: u64,
    left: u64,
    last: Option<String>,
    first: bool,
    done: bool,
    left_out: u64,
}

/// Why a page breaks off. The caller sees a body that ends too early.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be finished: {0}")]
pub struct DownloadError(String);

impl DownloadError {
    /// From whatever keeps a piece from getting on its way.
    pub fn of(error: impl std::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// Which version is shown, and since which what changed is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    version: i64,
    /// None for the whole version.
    base: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Head<'a> {
    cti: &'a str,
    currentpage: u64,
    totalpages: u64,
    totalitems: u64,
    transactionid: String,
}

pub(super) async fn answer(
    gateway: &Gateway,
    asker: Asker,
    wish: &Wish,
    function: &Function,
) -> Result<Answer, Refusal> {
    let (shop, asked) = (asker.system.shop.id.clone(), wish.clone());
    let found = gateway.store.read(move |c| {
        let Some(current) = catalog::version(c, &shop)? else { return Ok::<_, StoreError>(Known::Nothing) };
        let span = match asked.transaction.map(Span::read) {
            None => {
                let base = asked.since.map(|since| catalog::version_at(c, &shop, since)).transpose()?.flatten();
                Span { version: current.version, base: base.map(|base| base.version) }
            }
            Some(Some(span)) => span,
            Some(None) => return Ok(Known::Over),
        };
        let Some(version) = catalog::find_version(c, &shop, span.version)? else { return Ok(Known::Over) };
        let total = match span.base {
            None => version.articles,
            Some(base) if base == span.version => 0,
            Some(base) if catalog::find_version(c, &shop, base)?.is_none() => return Ok(Known::Over),
            Some(base) => catalog::count_changed(c, &shop, base, span.version)?,
        };
        Ok(Known::Span(span, u64::try_from(total).unwrap_or(0)))
    });
    let (span, total) = match found.await? {
        Known::Nothing => return Err(no_catalog(function)),
        Known::Over => {
            let transaction = wish.transaction.map(|transaction| transaction.to_string()).unwrap_or_default();
            return Err(Refusal::new(Code::DownloadOver).with("transaction", transaction));
        }
        Known::Span(span, total) => (span, total),
    };
    let paging = Paging::of(wish, total);
    tracing::info!(
        system = asker.system.slug,
        page = paging.page,
        items = paging.len(),
        total,
        "a catalog is downloaded"
    );
    let head = head(wish, &paging, span);
    Ok(Answer::Catalog(Box::new(Download {
        store: gateway.store.clone(),
        asker,
        span,
        head: Some(head),
        offset: paging.offset(),
        left: paging.len(),
        last: None,
        first: true,
        done: false,
        left_out: 0,
    })))
}

enum Known {
    /// The shop has no catalog here.
    Nothing,
    /// The snapshot is unknown or no longer kept.
    Over,
    /// With how many entries.
    Span(Span, u64),
}

impl Span {
    fn written(self) -> i64 {
        self.version * VERSIONS + self.base.map_or(0, |base| base + 1)
    }

    /// None for numbers that we never gave.
    fn read(transaction: i64) -> Option<Self> {
        let (version, base) = (transaction / VERSIONS, transaction % VERSIONS);
        let is_one = version > 0 && base <= version + 1;
        is_one.then(|| Self { version, base: base.checked_sub(1).filter(|base| *base >= 0) })
    }
}

/// Everything up to the first item.
fn head(wish: &Wish, paging: &Paging, span: Span) -> Vec<u8> {
    let head = Head {
        cti: &wish.cti,
        currentpage: paging.page,
        totalpages: paging.pages,
        totalitems: paging.total,
        transactionid: span.written().to_string(),
    };
    let mut head = serde_json::to_vec(&head).unwrap_or_default();
    head.pop();
    head.extend_from_slice(b",\"Items\":[");
    head
}

impl Download {
    /// The next piece of the body, until there is none.
    pub async fn next(&mut self) -> Result<Option<Bytes>, DownloadError> {
        if self.done {
            return Ok(None);
        }
        let mut piece = self.head.take().unwrap_or_default();
        let changes = if self.left == 0 { Vec::new() } else { self.read().await? };
        for change in &changes {
            self.write(change, &mut piece)?;
        }
        self.left -= (changes.len() as u64).min(self.left);
        self.last = changes.last().map(|change| change.product_id().to_owned()).or(self.last.take());
        if changes.is_empty() || self.left == 0 {
            piece.extend_from_slice(b"]}");
            self.done = true;
            if self.left_out > 0 {
                let (system, left_out) = (&self.asker.system.slug, self.left_out);
                tracing::warn!(system, left_out, "articles were left out of a catalog download");
            }
        }
        Ok(Some(piece.into()))
    }

    async fn read(&self) -> Result<Vec<Change>, DownloadError> {
        let (shop, span, last) = (self.asker.system.shop.id.clone(), self.span, self.last.clone());
        let offset = i64::try_from(self.offset).unwrap_or(i64::MAX);
        let limit = self.left.min(PIECE) as i64;
        let read = self.store.read(move |c| {
            let start = last.as_deref().map_or(Start::Offset(offset), Start::After);
            match span.base {
                Some(base) => catalog::changed(c, &shop, base, span.version, start, limit),
                None => {
                    let articles = catalog::page(c, &shop, span.version, start, limit)?;
                    Ok(articles.into_iter().map(|article| Change::Present(Box::new(article))).collect())
                }
            }
        });
        read.await.map_err(|error: StoreError| {
            tracing::error!(%error, system = self.asker.system.slug, "a catalog download broke off");
            DownloadError(error.to_string())
        })
    }

    fn write(&mut self, change: &Change, piece: &mut Vec<u8>) -> Result<(), DownloadError> {
        let item = match change {
            Change::Gone(product_id) => {
                Content::Gone(Gone { ext_product_id: product_id.clone(), vendor_mat: product_id.clone(), deleted: "X" })
            }
            Change::Present(article) => {
                match new_item(article, &self.asker.profile().mapping, &self.asker.context()) {
                    Ok(item) => Content::Item(Box::new(item)),
                    Err(faults) => {
                        // A mapping that fits no article would fill the log.
                        if self.left_out < 10 {
                            self.asker.leave_out(&article.product_id, &faults);
                        }
                        self.left_out += 1;
                        return Ok(());
                    }
                }
            }
        };
        if !self.first {
            piece.push(b',');
        }
        self.first = false;
        serde_json::to_writer(piece, &Entry { item }).map_err(|error| DownloadError(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_head_is_that_of_the_answer() {
        let wish = Wish { cti: "a\"b".into(), page: 9, ..Wish::default() };
        let mut head = head(&wish, &Paging::of(&wish, 120), Span { version: 7, base: Some(3) });
        head.extend_from_slice(b"]}");
        let told =
            r#"{"CTI":"a\"b","CURRENTPAGE":3,"TOTALPAGES":3,"TOTALITEMS":120,"TRANSACTIONID":"7000000004","Items":[]}"#;
        assert_eq!(String::from_utf8(head).unwrap(), told);
    }

    #[test]
    fn a_number_that_was_never_given_names_no_snapshot() {
        for number in [0, 1, 42, VERSIONS - 1, VERSIONS + 3, 3 * VERSIONS + 5] {
            assert_eq!(Span::read(number), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn a_transaction_id_names_its_snapshot(version in 1_i64..VERSIONS - 1, base in prop::option::of(0_i64..VERSIONS)) {
            let span = Span { version, base: base.map(|base| base % (version + 1)) };
            prop_assert_eq!(Span::read(span.written()), Some(span));
        }
    }
}
