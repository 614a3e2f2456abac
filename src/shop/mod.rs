//! What is behind the gateway: how a buyer gets into a shop.
//!
//! A connector knows one kind of shop. There is one kind now, `redirect`: any shop that takes a
//! one-time token in a URL and redeems it over the API. Such a shop may also answer for its products
//! itself: see [`catalog`].

pub mod answer;
mod breaker;
pub mod catalog;
pub mod tls;

use serde::{Deserialize, Serialize};
use url::Url;

/// How the buyer's browser is sent into the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Connector {
    /// To `entry_url`, with the entry token in place of `{token}` or as `?token=…`. Below `catalog_url`, if there is one,
    /// the shop answers for its products.
    Redirect {
        entry_url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        catalog_url: Option<String>,
    },
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    #[error(
        "entry_url is \"{0}\": it must be an http or https URL; the entry token takes the place of {{token}} or is appended as ?token=…"
    )]
    EntryUrl(String),
    #[error(
        "catalog_url is \"{0}\": it must be an http or https URL without user name and fragment; the gateway asks for products below it"
    )]
    CatalogUrl(String),
}

const PLACE: &str = "{token}";

impl Connector {
    /// Whether buyers can be sent there at all.
    pub fn check(&self) -> Result<(), ConnectorError> {
        let Self::Redirect { entry_url, catalog_url } = self;
        let usable = |url: &str| {
            Url::parse(url).ok().filter(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.has_host()
                    && url.username().is_empty()
                    && url.password().is_none()
            })
        };
        usable(&entry_url.replace(PLACE, "token")).ok_or_else(|| ConnectorError::EntryUrl(entry_url.clone()))?;
        if let Some(catalog_url) = catalog_url {
            let url = usable(catalog_url).filter(|url| url.fragment().is_none());
            url.ok_or_else(|| ConnectorError::CatalogUrl(catalog_url.clone()))?;
        }
        Ok(())
    }

    /// Where the shop answers for its products, if it does.
    pub fn catalog_url(&self) -> Option<&str> {
        let Self::Redirect { catalog_url, .. } = self;
        catalog_url.as_deref()
    }

    /// The address to redirect to, in ASCII as headers have it. Tokens are URL-safe and need no encoding.
    pub fn entry(&self, token: &str) -> String {
        let address = self.with_token(token);
        if address.is_ascii() { address } else { Url::parse(&address).map_or(address, String::from) }
    }

    fn with_token(&self, token: &str) -> String {
        let Self::Redirect { entry_url, .. } = self;
        if entry_url.contains(PLACE) {
            return entry_url.replace(PLACE, token);
        }
        let (page, fragment) =
            entry_url.split_once('#').map_or((entry_url.as_str(), None), |(page, fragment)| (page, Some(fragment)));
        let separator = match page.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let mut address = format!("{page}{separator}token={token}");
        if let Some(fragment) = fragment {
            address.push('#');
            address.push_str(fragment);
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirect(entry_url: &str, catalog_url: Option<&str>) -> Connector {
        Connector::Redirect { entry_url: entry_url.into(), catalog_url: catalog_url.map(str::to_owned) }
    }

    fn entry(url: &str) -> String {
        redirect(url, None).entry("T0k-n_")
    }

    #[test]
    fn the_token_goes_where_the_shop_wants_it() {
        assert_eq!(entry("https://shop.example/enter"), "https://shop.example/enter?token=T0k-n_");
        assert_eq!(entry("https://shop.example/enter?lang=de"), "https://shop.example/enter?lang=de&token=T0k-n_");
        assert_eq!(entry("https://shop.example/enter?"), "https://shop.example/enter?token=T0k-n_");
        assert_eq!(entry("https://shop.example/in/{token}/now"), "https://shop.example/in/T0k-n_/now");
        assert_eq!(entry("https://shop.example/#/spa"), "https://shop.example/?token=T0k-n_#/spa");
        assert_eq!(
            entry("https://bücher.example/ö?x=ä#a"),
            "https://xn--bcher-kva.example/%C3%B6?x=%C3%A4&token=T0k-n_#a"
        );
    }

    #[test]
    fn nobody_is_sent_to_what_is_not_a_web_page() {
        for url in ["javascript:alert(1)", "ftp://shop.example/", "shop.example/enter", "https://user@shop.example/"] {
            assert!(redirect(url, None).check().is_err(), "{url}");
            assert!(redirect("https://shop.example/", Some(url)).check().is_err(), "{url}");
        }
        let products = "https://shop.example/api?key=1";
        assert_eq!(redirect("https://shop.example/in/{token}", Some(products)).check(), Ok(()));
        assert!(redirect("https://shop.example/", Some("https://shop.example/#products")).check().is_err());
    }
}
