//! Shops that answer for their products themselves: `GET {catalog_url}/products…`, described in `docs/shop-contract.md`.
//!
//! A procurement system waits for the answer, and so does everybody whom a slow shop would hold up: every request has a
//! time limit and a size limit, is tried again once where that can help, and is not sent at all while the shop is down.
//! What an answer holds is read by [`answer`](super::answer).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use url::Url;

use super::answer::{self, Offer, Page};
use super::breaker::Breaker;
use super::tls;
use crate::clock::SECOND;
use crate::oci::amount::Decimal;

/// The largest answer that is read.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// A connection takes no longer, whatever the time limit is.
const CONNECT: Duration = Duration::from_secs(3);
/// Before the second try.
const PAUSE: Duration = Duration::from_millis(200);
/// Seconds after which another try makes sense if the shop failed but is not left alone yet.
const COME_BACK: u32 = 5;

/// The way to the shops that answer themselves.
pub struct Catalogs {
    client: Client,
    limit: Duration,
    /// By `catalog_url`.
    breakers: Mutex<HashMap<String, Breaker>>,
}

/// Whom to ask, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub catalog_url: &'a str,
    /// The number of the customer; prices may be his own.
    pub customer: &'a str,
    /// `de`; in which texts are wanted.
    pub language: Option<&'a str>,
    /// Microseconds.
    pub now: i64,
}

/// Why a shop did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// Down, slow or out of order: another try makes sense.
    #[error("the shop cannot be asked for its products: {reason}")]
    Unavailable { reason: String, retry_after_seconds: u32 },
    /// It answers, but not as agreed.
    #[error("the shop's answer cannot be read: {reason}")]
    Wrong { reason: String },
}

impl Catalogs {
    /// `limit` is how long one request may take. A machine without CA certificates can ask shops that speak plain http.
    pub fn new(limit: Duration) -> Result<Self, reqwest::Error> {
        tls::install();
        let builder = || {
            Client::builder()
                .connect_timeout(CONNECT.min(limit))
                .timeout(limit)
                .redirect(Policy::none())
                .user_agent(concat!("Punchgate/", env!("CARGO_PKG_VERSION")))
        };
        let client = builder().build().or_else(|error| {
            tracing::warn!(%error, "no https to shops that answer for their products: are the system's CA certificates installed?");
            builder().tls_certs_only([]).build()
        })?;
        Ok(Self { client, limit, breakers: Mutex::default() })
    }

    /// One product at the price for that quantity; none if the shop has it no more.
    pub async fn product(
        &self,
        question: &Question<'_>,
        id: &str,
        quantity: Option<Decimal>,
    ) -> Result<Option<Offer>, CatalogError> {
        // No URL can have a path segment of these names.
        if matches!(id, "." | "..") {
            return Ok(None);
        }
        let mut url = below(question.catalog_url, &["products", id])?;
        if let Some(quantity) = quantity {
            url.query_pairs_mut().append_pair("quantity", &quantity.normalize().to_string());
        }
        let Some(answer) = self.ask(question, url).await? else { return Ok(None) };
        answer::product(answer, id, quantity).map(Some).map_err(|reason| CatalogError::Wrong { reason })
    }

    /// One page of a search, from 1.
    pub async fn search(&self, question: &Question<'_>, text: &str, page: u32) -> Result<Page, CatalogError> {
        let mut url = below(question.catalog_url, &["products"])?;
        url.query_pairs_mut().append_pair("search", text).append_pair("page", &page.to_string());
        match self.ask(question, url).await? {
            Some(answer) => answer::page(answer).map_err(|reason| CatalogError::Wrong { reason }),
            None => Ok(Page::default()),
        }
    }

    /// The JSON of an answer; nothing for 404 and 410.
    async fn ask(&self, question: &Question<'_>, url: Url) -> Result<Option<Value>, CatalogError> {
        let began = Instant::now();
        let now = || question.now + i64::try_from(began.elapsed().as_micros()).unwrap_or(0);
        self.breaker(question, |breaker| breaker.admit(now())).map_err(|rest| {
            let seconds = u32::try_from(rest / SECOND).unwrap_or(u32::MAX).saturating_add(1);
            let reason = "it failed several times in a row and is left alone for a moment".to_owned();
            count("rested");
            CatalogError::Unavailable { reason, retry_after_seconds: seconds }
        })?;
        let mut tried = self.fetch(question, &url).await;
        if matches!(tried, Err(Trouble::Passing(_))) {
            tokio::time::sleep(PAUSE).await;
            tried = self.fetch(question, &url).await;
        }
        let reason = match tried {
            Ok(answer) => {
                self.breaker(question, Breaker::succeeded);
                count(if answer.is_some() { "answered" } else { "gone" });
                return Ok(answer);
            }
            Err(Trouble::Wrong(reason)) => {
                self.breaker(question, Breaker::succeeded);
                count("wrong");
                return Err(CatalogError::Wrong { reason });
            }
            Err(Trouble::Passing(reason) | Trouble::Lasting(reason)) => reason,
        };
        count("failed");
        if self.breaker(question, |breaker| breaker.failed(now())) {
            tracing::warn!(url = told(&url), reason, "a shop that answers for its products is left alone for a moment");
        }
        Err(CatalogError::Unavailable { reason, retry_after_seconds: COME_BACK })
    }

    async fn fetch(&self, question: &Question<'_>, url: &Url) -> Result<Option<Value>, Trouble> {
        let mut request = self.client.get(url.clone()).header(ACCEPT, "application/json");
        if let Some(language) = question.language.and_then(|language| HeaderValue::from_str(language).ok()) {
            request = request.header(ACCEPT_LANGUAGE, language);
        }
        if let Ok(customer) = HeaderValue::from_str(question.customer) {
            request = request.header("punchgate-customer", customer);
        }
        let trouble = |error: reqwest::Error| self.trouble(error);
        let mut response = request.send().await.map_err(trouble)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            StatusCode::TOO_MANY_REQUESTS => {
                return Err(Trouble::Lasting("it answers 429: it is asked too often".to_owned()));
            }
            status if status.is_server_error() => return Err(Trouble::Passing(format!("it answers {status}"))),
            status if status.is_redirection() => {
                let reason = format!(
                    "it answers {status}; redirects are not followed, so catalog_url must be the final address"
                );
                return Err(Trouble::Wrong(reason));
            }
            status => return Err(Trouble::Wrong(format!("it answers {status}; 200 or 404 is expected"))),
        }
        let too_large = || Trouble::Wrong(format!("it is larger than {} MiB", MAX_ANSWER / 1024 / 1024));
        if response.content_length().is_some_and(|length| length > MAX_ANSWER as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(trouble)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map(Some).map_err(|error| Trouble::Wrong(format!("it is not JSON: {error}")))
    }

    fn trouble(&self, error: reqwest::Error) -> Trouble {
        // The address may hold a key of the shop's in its query.
        let error = error.without_url();
        if error.is_timeout() {
            // A second try would keep the caller waiting as long again.
            return Trouble::Lasting(format!("it did not answer within {} s", self.limit.as_secs_f32()));
        }
        let cause = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source()).last();
        Trouble::Passing(format!("no connection: {}", cause.map_or_else(|| error.to_string(), ToString::to_string)))
    }

    fn breaker<T>(&self, question: &Question<'_>, look: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        look(breakers.entry(question.catalog_url.to_owned()).or_default())
    }
}

/// Why one try came to nothing.
enum Trouble {
    /// Another try may help.
    Passing(String),
    Lasting(String),
    Wrong(String),
}

/// `catalog_url` with more path segments; its query stays.
fn below(catalog_url: &str, segments: &[&str]) -> Result<Url, CatalogError> {
    let wrong = || CatalogError::Wrong { reason: "catalog_url is not the address of a web page".to_owned() };
    let mut url = Url::parse(catalog_url).map_err(|_| wrong())?;
    url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend(segments);
    Ok(url)
}

/// An address as it may stand in a log.
fn told(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn count(outcome: &'static str) {
    metrics::counter!("punchgate_shop_requests_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_stand_below_the_address_whatever_they_are_called() {
        let url = |catalog_url: &str, id: &str| below(catalog_url, &["products", id]).unwrap().to_string();
        assert_eq!(url("https://shop.example/api", "SW-1"), "https://shop.example/api/products/SW-1");
        assert_eq!(url("https://shop.example/api/", "SW-1"), "https://shop.example/api/products/SW-1");
        assert_eq!(
            url("https://shop.example/?key=k", "a b/c?d#e%f"),
            "https://shop.example/products/a%20b%2Fc%3Fd%23e%25f?key=k"
        );
        assert!(below("mailto:shop@example.com", &["products"]).is_err());
    }
}
