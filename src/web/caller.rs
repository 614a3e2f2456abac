//! Who calls: the address behind trusted proxies, the language, and whether a page or JSON is wanted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderName};

use crate::texts::Language;

/// The address that failed logins are counted for. `X-Forwarded-For` is believed as far as it was
/// written by proxies that the operator trusts: the last address that is none of them.
pub fn address(request: &HttpRequest, trusted: &[IpAddr]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if !trusted.contains(&peer) {
        return peer;
    }
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let parsed = forwarded.iter().rev().map_while(|entry| forwarded_address(entry.trim()));
    let mut last = peer;
    for address in parsed {
        last = address;
        if !trusted.contains(&address) {
            break;
        }
    }
    last
}

/// An entry of `X-Forwarded-For`: an address, by some proxies with its port, and then with brackets around IPv6.
fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The language for a page: what the call named, else what the browser likes, else English.
pub fn language(request: &HttpRequest, named: Option<&str>) -> Language {
    let accepted = || header(request, ACCEPT_LANGUAGE).and_then(Language::accepted);
    named.and_then(Language::read).or_else(accepted).unwrap_or_default()
}

/// Whether the caller would rather have JSON than a page (RFC 9110 12.5.1).
pub fn prefers_json(request: &HttpRequest) -> bool {
    let accept = header(request, ACCEPT).unwrap_or("*/*");
    let json = quality(accept, &["application/problem+json", "application/json", "application/*"]);
    let html = quality(accept, &["text/html", "application/xhtml+xml"]);
    json > html
}

/// Whether the caller asks for a page in so many words.
pub fn asks_for_html(request: &HttpRequest) -> bool {
    let accept = header(request, ACCEPT).unwrap_or("*/*");
    quality(accept, &["text/html"]) > quality(accept, &["application/json"])
}

/// Whether an answer may come compressed (RFC 9110 12.5.3). Who does not say so may not be able to unpack it.
pub fn accepts_gzip(request: &HttpRequest) -> bool {
    header(request, ACCEPT_ENCODING).is_some_and(|accept| quality(accept, &["gzip", "x-gzip"]) > 0)
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// The best quality that a header gives one of the types by name, in thousandths.
fn quality(accept: &str, types: &[&str]) -> u32 {
    let wish = |entry: &str| {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let named = types.iter().any(|wanted| name.trim().eq_ignore_ascii_case(wanted));
        let quality = parameters
            .split(';')
            .find_map(|parameter| parameter.trim().strip_prefix("q="))
            .and_then(|q| q.trim().parse::<f32>().ok());
        named.then(|| (quality.unwrap_or(1.0).clamp(0.0, 1.0) * 1000.0) as u32)
    };
    accept.split(',').filter_map(wish).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn accepting(value: &str) -> HttpRequest {
        TestRequest::default().insert_header(("accept", value)).to_http_request()
    }

    #[test]
    fn a_forwarded_address_may_have_a_port() {
        for (entry, address) in [
            ("203.0.113.9", Some("203.0.113.9")),
            ("203.0.113.9:1111", Some("203.0.113.9")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(forwarded_address(entry), address.map(|address| address.parse().unwrap()), "{entry}");
        }
    }

    #[test]
    fn browsers_get_pages_and_programs_that_ask_get_json() {
        assert!(!prefers_json(&accepting("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")));
        assert!(!prefers_json(&accepting("*/*")));
        assert!(prefers_json(&accepting("application/json")));
        assert!(prefers_json(&accepting("application/problem+json, text/html;q=0.5")));
        assert!(!prefers_json(&accepting("application/json;q=0.5, text/html")));
    }

    #[test]
    fn an_answer_is_compressed_for_those_who_can_unpack_it() {
        let accepts = |value: &str| {
            accepts_gzip(&TestRequest::default().insert_header(("accept-encoding", value)).to_http_request())
        };
        assert!(accepts("gzip, deflate, br") && accepts("br;q=1.0, GZIP;q=0.5"));
        assert!(!accepts("gzip;q=0") && !accepts("deflate") && !accepts(""));
        assert!(!accepts_gzip(&TestRequest::default().to_http_request()));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_the_address() {
        let from = |peer: &str, forwarded: &str| {
            TestRequest::default()
                .peer_addr(format!("{peer}:1").parse().expect("an address"))
                .insert_header(("x-forwarded-for", forwarded))
                .to_http_request()
        };
        let proxy: IpAddr = "10.0.0.1".parse().expect("an address");
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(address(&from("10.0.0.1", "203.0.113.9"), &[proxy]), ip("203.0.113.9"));
        assert_eq!(address(&from("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.1"), &[proxy]), ip("203.0.113.9"));
        assert_eq!(address(&from("203.0.113.7", "6.6.6.6"), &[proxy]), ip("203.0.113.7"));
        assert_eq!(address(&from("10.0.0.1", "nonsense"), &[proxy]), proxy);
    }
}
