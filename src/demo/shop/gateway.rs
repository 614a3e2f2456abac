//! The gateway as the demo shop sees it: three calls of `/api/v1` with the shop's API key.
//!
//! Whatever the gateway answers is read tolerantly, as a shop should: unknown members are ignored,
//! a problem (RFC 9457) without the members we know is still a problem.

use std::time::Duration;

use reqwest::{Client, Method, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

/// The way to the gateway.
pub struct Gateway {
    base: String,
    api_key: SecretString,
    client: Client,
}

/// Who was let in, and what for.
#[derive(Debug, Deserialize)]
pub struct Entry {
    pub punchout: String,
    pub customer: Customer,
    #[serde(default)]
    pub intent: Intent,
    pub language: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Customer {
    pub number: String,
}

/// Where the buyer wants to go.
#[derive(Debug, Default, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Intent {
    Detail {
        product_id: String,
    },
    Search {
        text: String,
    },
    /// Also what a later gateway may say and we do not know.
    #[default]
    #[serde(other)]
    Shop,
}

#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("the gateway refused with {} {}", .0.status, .0.code)]
    Refused(Box<Problem>),
    #[error("the gateway cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the gateway's address or answer is no address: {0}")]
    Address(String),
}

/// A refusal as the API writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    #[serde(skip)]
    pub status: u16,
    pub code: String,
    pub title: String,
    pub detail: String,
    pub reference: String,
    #[serde(alias = "errors")]
    pub faults: Vec<Fault>,
}

impl Problem {
    /// What it says of itself: the title is for whoever sits before the browser, the detail for
    /// the shop's developers.
    pub fn sentence(&self) -> &str {
        if self.title.is_empty() { &self.detail } else { &self.title }
    }
}

/// What is wrong with one line of a cart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fault {
    /// The position in the cart, from 1; empty for the cart as a whole.
    pub line: String,
    pub field: String,
    pub message: String,
}

impl Gateway {
    /// `base` is the gateway's origin: `http://127.0.0.1:8080`.
    pub fn new(base: &str, api_key: SecretString) -> std::io::Result<Self> {
        let client = Client::builder()
            .timeout(Duration::from_secs(15))
            .redirect(reqwest::redirect::Policy::none())
            // It stands beside us; a proxy of the environment leads elsewhere.
            .no_proxy()
            // And it speaks plain http, so that no CA certificates are needed.
            .tls_certs_only([])
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), api_key, client })
    }

    /// Trades the one-time token of the entry address for the punchout.
    pub async fn redeem(&self, token: &str) -> Result<Entry, GatewayError> {
        let body = serde_json::json!({ "token": token });
        Ok(self.call(Method::POST, &["entries", "redeem"], Some(body)).await?.json().await?)
    }

    /// Hands the cart over and gives the address where the browser returns it.
    pub async fn transfer(&self, punchout: &str, cart: Value) -> Result<String, GatewayError> {
        #[derive(Deserialize)]
        struct Accepted {
            return_url: String,
        }
        let accepted: Accepted =
            self.call(Method::POST, &["punchouts", punchout, "cart"], Some(cart)).await?.json().await?;
        match Url::parse(&accepted.return_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.into()),
            _ => Err(GatewayError::Address(accepted.return_url)),
        }
    }

    /// Closes the punchout without a cart.
    pub async fn leave(&self, punchout: &str) -> Result<(), GatewayError> {
        self.call(Method::DELETE, &["punchouts", punchout], None).await.map(drop)
    }

    async fn call(&self, method: Method, path: &[&str], body: Option<Value>) -> Result<Response, GatewayError> {
        let mut url = Url::parse(&self.base).map_err(|_| GatewayError::Address(self.base.clone()))?;
        url.path_segments_mut()
            .map_err(|()| GatewayError::Address(self.base.clone()))?
            .pop_if_empty()
            .extend(["api", "v1"])
            .extend(path);
        let mut request = self
            .client
            .request(method, url)
            .bearer_auth(self.api_key.expose_secret())
            .header("accept", "application/json");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let problem: Problem = response.json().await.unwrap_or_default();
        Err(GatewayError::Refused(Box::new(Problem { status: status.as_u16(), ..problem })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_of_a_later_gateway_leads_to_the_shop_window() {
        let intent = |json| serde_json::from_str::<Intent>(json).expect("an intent");
        assert!(
            matches!(intent(r#"{"kind":"detail","product_id":"AC-1"}"#), Intent::Detail { product_id } if product_id == "AC-1")
        );
        assert!(matches!(intent(r#"{"kind":"search","text":"bolt"}"#), Intent::Search { text } if text == "bolt"));
        assert!(matches!(intent(r#"{"kind":"dream","of":1}"#), Intent::Shop));
    }

    #[test]
    fn a_problem_is_read_whatever_it_lacks() {
        let problem: Problem = serde_json::from_str(
            r#"{"title":"No","faults":[{"line":"2","field":"UNIT","code":"x","message":"Unknown unit"}]}"#,
        )
        .expect("a problem");
        assert_eq!(problem.sentence(), "No");
        assert_eq!(problem.faults[0].field, "UNIT");
    }

    #[test]
    fn the_api_key_is_not_in_an_error() {
        let error = GatewayError::Refused(Box::new(Problem {
            status: 401,
            code: "api-key-wrong".into(),
            ..Problem::default()
        }));
        assert_eq!(error.to_string(), "the gateway refused with 401 api-key-wrong");
    }
}
