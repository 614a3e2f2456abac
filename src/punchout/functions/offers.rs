//! Where articles come from: the shop itself, if it answers for its products, else its catalog in the gateway.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::{Asker, no_catalog};
use crate::catalog::article::Article;
use crate::oci::amount::Decimal;
use crate::oci::call::{Asked, Function};
use crate::punchout::Gateway;
use crate::refusal::Refusal;
use crate::shop::answer::Offer;
use crate::shop::catalog::{CatalogError, Question};
use crate::store;
use crate::store::StoreError;

/// Products of one call that a shop is asked for at the same time.
const AT_ONCE: usize = 4;
/// Pages of a search that a shop is asked for at most.
const PAGES: u32 = 20;

/// However many questions a call takes: the callers known wait for 10 to 40 seconds (digest section 7).
const PATIENCE: Duration = Duration::from_secs(30);

/// What a search found, best hits first.
pub(super) struct Hits {
    pub offers: Vec<Offer>,
    /// However many there are.
    pub total: u64,
}

/// The products asked for, in that order; `None` for each that is gone.
pub(super) async fn find(
    gateway: &Gateway,
    asker: &Asker,
    asked: &[Asked],
    function: &Function,
) -> Result<Vec<Option<Offer>>, Refusal> {
    let Some(question) = question(gateway, asker) else { return find_own(gateway, asker, asked, function).await };
    let answers = stream::iter(asked)
        .map(|asked| gateway.catalogs.product(&question, &asked.product_id, asked.quantity))
        .buffered(AT_ONCE);
    let answers: Vec<Result<Option<Offer>, CatalogError>> = patiently(answers.collect()).await?;
    let mut offers = Vec::with_capacity(asked.len());
    for (asked, answer) in asked.iter().zip(answers) {
        offers.push(match answer {
            Ok(offer) => offer,
            // One bad product among several must not take the others with it.
            Err(CatalogError::Wrong { reason }) if function_asks_for_several(function) => {
                tracing::warn!(
                    system = asker.system.slug,
                    product = asked.product_id,
                    reason,
                    "the shop's answer cannot be read"
                );
                None
            }
            Err(error) => return Err(error.into()),
        });
    }
    Ok(offers)
}

/// What fits a text, at most `limit` of it.
pub(super) async fn search(
    gateway: &Gateway,
    asker: &Asker,
    text: &str,
    limit: usize,
    function: &Function,
) -> Result<Hits, Refusal> {
    let Some(question) = question(gateway, asker) else {
        return search_own(gateway, asker, text, limit, function).await;
    };
    // A shop may take "nothing" for "anything".
    if text.trim().is_empty() {
        return Ok(Hits { offers: Vec::new(), total: 0 });
    }
    patiently(search_there(gateway, &question, asker, text, limit)).await?
}

async fn search_there(
    gateway: &Gateway,
    question: &Question<'_>,
    asker: &Asker,
    text: &str,
    limit: usize,
) -> Result<Hits, Refusal> {
    let mut hits = Hits { offers: Vec::new(), total: 0 };
    let (mut seen, mut total) = (0, None);
    for page in 1..=PAGES {
        let answer = gateway.catalogs.search(question, text, page).await?;
        for fault in &answer.faults {
            tracing::warn!(
                system = asker.system.slug,
                fault,
                "the shop's answer to a search has a line that cannot be read"
            );
        }
        seen += answer.lines;
        total = answer.total.or(total);
        hits.offers.extend(answer.offers);
        let has_more = total.is_none_or(|total| (seen as u64) < total);
        if answer.lines == 0 || !has_more || hits.offers.len() >= limit {
            break;
        }
    }
    hits.offers.truncate(limit);
    hits.total = total.unwrap_or(seen as u64).max(hits.offers.len() as u64);
    Ok(hits)
}

async fn find_own(
    gateway: &Gateway,
    asker: &Asker,
    asked: &[Asked],
    function: &Function,
) -> Result<Vec<Option<Offer>>, Refusal> {
    let shop = asker.system.shop.id.clone();
    let ids: Vec<String> = asked.iter().map(|asked| asked.product_id.clone()).collect();
    let found = gateway.store.read(move |c| {
        let Some(_) = store::catalog::version(c, &shop)? else { return Ok(None) };
        store::catalog::find_all(c, &shop, &ids).map(Some)
    });
    let articles = found.await?.ok_or_else(|| no_catalog(function))?;
    let offer =
        |asked: &Asked| articles.get(&asked.product_id).and_then(|article| offer(article, asked.quantity, asker));
    Ok(asked.iter().map(offer).collect())
}

async fn search_own(
    gateway: &Gateway,
    asker: &Asker,
    text: &str,
    limit: usize,
    function: &Function,
) -> Result<Hits, Refusal> {
    let (shop, text) = (asker.system.shop.id.clone(), text.to_owned());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = gateway.store.read(move |c| {
        let Some(_) = store::catalog::version(c, &shop)? else { return Ok::<_, StoreError>(None) };
        store::catalog::search(c, &shop, &text, limit).map(Some)
    });
    let found = found.await?.ok_or_else(|| no_catalog(function))?;
    let offers = found.articles.iter().filter_map(|article| offer(article, None, asker)).collect();
    Ok(Hits { offers, total: u64::try_from(found.total).unwrap_or(0) })
}

/// Without a quantity it is the least that can be ordered.
fn offer(article: &Article, quantity: Option<Decimal>, asker: &Asker) -> Option<Offer> {
    let cart = article.cart(quantity.unwrap_or_else(|| article.smallest_order()), asker.language())?;
    Some(Offer { cart, min_quantity: article.min_quantity, packing_quantity: article.packing_quantity })
}

fn question<'a>(gateway: &Gateway, asker: &'a Asker) -> Option<Question<'a>> {
    let catalog_url = asker.system.shop.connector.catalog_url()?;
    let now = gateway.clock.now();
    Some(Question { catalog_url, customer: &asker.customer_number, language: asker.language(), now })
}

/// Many short waits are a long one.
async fn patiently<T>(answers: impl Future<Output = T>) -> Result<T, Refusal> {
    tokio::time::timeout(PATIENCE, answers).await.map_err(|_| {
        let reason = format!("it took longer than {} s in all", PATIENCE.as_secs());
        CatalogError::Unavailable { reason, retry_after_seconds: 5 }.into()
    })
}

fn function_asks_for_several(function: &Function) -> bool {
    matches!(function, Function::Validate { asked } if asked.len() > 1)
}
