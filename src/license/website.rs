//! The website a license is connected to and a shop is found at, as one comparable name.
//!
//! A website is a host and, if it is not a usual one, a port; scheme, path and a leading `www.` say nothing about who
//! runs it.
//!
//! The surprising fact: ports 80 and 443 are both dropped whatever the scheme, because the name carries no scheme and
//! must read back as itself.

use std::fmt;

use url::{Host, Url};

/// A normalized website: `shop.example.com`, `shop.example.com:8443`, `127.0.0.1:8081`.
///
/// Host in IDNA (punycode), lower case, without leading `www.` and trailing dot. Two websites are the same if and
/// only if their texts are equal, and [`Website::read`] of the text gives the same website.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Website {
    name: String,
    test: bool,
}

/// Why a text is not a website a license can be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebsiteError {
    #[error("the website is missing")]
    Empty,
    #[error("this is not a website; write it like shop.example.com")]
    NotAWebsite,
    #[error("this is an e-mail address; a website is written like shop.example.com")]
    Email,
    #[error("a website has no user name or password in front; write it like shop.example.com")]
    UserInfo,
    #[error("a website begins with https:// or http://, or has nothing in front")]
    Scheme,
    #[error(
        "a website is a name; of the IP addresses only those of this computer (127.0.0.1, [::1]) may be used, for tests"
    )]
    IpAddress,
    #[error("this name has no dot, so that nobody could reach it; write it like shop.example.com")]
    SingleLabel,
}

impl Website {
    /// Reads what people paste: with or without scheme, path, query, capitals and blanks around.
    ///
    /// # Errors
    /// Anything that names no host one can reach, with the reason. IP addresses other than loopback are refused: they
    /// are rented out again, names stay with their owners.
    pub fn read(text: &str) -> Result<Website, WebsiteError> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}'));
        if text.is_empty() {
            return Err(WebsiteError::Empty);
        }
        // The URL standard drops line breaks and tabs inside a URL; two pasted lines are no website.
        if text.contains(char::is_control) {
            return Err(WebsiteError::NotAWebsite);
        }
        let url = Url::parse(&format!("http://{}", without_scheme(text)?)).map_err(|_| WebsiteError::NotAWebsite)?;
        let address = text
            .split_once('@')
            .is_some_and(|(name, host)| !name.contains([':', '/']) && !host.contains(['/', ':', '@']));
        if address {
            return Err(WebsiteError::Email);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebsiteError::UserInfo);
        }
        let (host, test) = match url.host() {
            Some(Host::Domain(name)) => read_name(name)?,
            Some(Host::Ipv4(address)) => {
                let written = address.to_string();
                // "1234" and "0x7f.1" are addresses to a browser; nobody who types them means one.
                if !text.contains(&written) {
                    return Err(WebsiteError::NotAWebsite);
                }
                if !address.is_loopback() {
                    return Err(WebsiteError::IpAddress);
                }
                (written, true)
            }
            Some(Host::Ipv6(address)) if address.is_loopback() => (format!("[{address}]"), true),
            Some(Host::Ipv6(_)) => return Err(WebsiteError::IpAddress),
            None => return Err(WebsiteError::NotAWebsite),
        };
        let name = match url.port() {
            None | Some(80 | 443) => host,
            Some(0) => return Err(WebsiteError::NotAWebsite),
            Some(port) => format!("{host}:{port}"),
        };
        Ok(Website { name, test })
    }

    /// Whether it only exists on this computer: `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`.
    pub fn is_test(&self) -> bool {
        self.test
    }

    /// Whether both are the same website.
    pub fn matches(&self, other: &Website) -> bool {
        self == other
    }

    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Website {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn without_scheme(text: &str) -> Result<&str, WebsiteError> {
    if let Some(rest) = text.strip_prefix("//") {
        return Ok(rest);
    }
    // No host and port: what is copied of a link to write to somebody.
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
        return Err(WebsiteError::Scheme);
    }
    // "://" may also stand in a query; a scheme has no other punctuation before it.
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#', '.']))
    else {
        return Ok(text);
    };
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
        Ok(rest)
    } else {
        Err(WebsiteError::Scheme)
    }
}

/// The normalized name and whether it is a test website. The URL parser has already applied IDNA and lower case, but
/// it lets labels pass that no name server knows.
fn read_name(name: &str) -> Result<(String, bool), WebsiteError> {
    let mut name = name.strip_suffix('.').unwrap_or(name);
    // Again and again, so that reading the result gives the result; and never down to a bare top-level domain: www.de
    // is a name.
    while let Some(rest) = name.strip_prefix("www.").filter(|rest| rest.contains('.')) {
        name = rest;
    }
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(WebsiteError::NotAWebsite);
    }
    let test = name == "localhost" || name.ends_with(".localhost");
    if !test && !name.contains('.') {
        return Err(WebsiteError::SingleLabel);
    }
    Ok((name.to_owned(), test))
}

/// Letters, digits and hyphens inside (RFC 1123), and the underscore that some test systems have.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, WebsiteError> {
        Website::read(text).map(|website| website.to_string())
    }

    #[test]
    fn what_people_paste_is_one_website() {
        for text in [
            "https://shop.example.com/",
            "shop.example.com",
            "HTTPS://WWW.Shop.example.com/de/?x=https://other.example",
            "//shop.example.com",
            "  shop.example.com.\t",
            "http://shop.example.com:80/a b",
            "https://shop.example.com:443#top",
            "shop.example.com:443",
            "shop.example.com:80",
            "shop.example.com/de?back=https://other.example/",
            "\u{feff}www.shop.example.com",
        ] {
            assert_eq!(read(text).as_deref(), Ok("shop.example.com"), "{text:?}");
        }
    }

    #[test]
    fn any_other_port_counts() {
        assert_eq!(read("https://shop.example.com:8443/").as_deref(), Ok("shop.example.com:8443"));
        assert!(!Website::read("shop.example.com:8443").unwrap().matches(&Website::read("shop.example.com").unwrap()));
    }

    #[test]
    fn umlauts_and_their_punycode_are_the_same_website() {
        let typed = Website::read("https://Werkzeug-Müller.de").unwrap();
        assert_eq!(typed.as_str(), "xn--werkzeug-mller-psb.de");
        assert!(typed.matches(&Website::read("www.xn--werkzeug-mller-psb.DE").unwrap()));
    }

    #[test]
    fn www_is_ignored_unless_it_is_the_name() {
        assert_eq!(read("www.example.com").as_deref(), Ok("example.com"));
        assert_eq!(read("www.de").as_deref(), Ok("www.de"));
        assert_eq!(read("wwwshop.example.com").as_deref(), Ok("wwwshop.example.com"));
    }

    #[test]
    fn local_websites_are_accepted_as_tests() {
        for (text, name) in [
            ("localhost", "localhost"),
            ("http://localhost:8081/", "localhost:8081"),
            ("shop.localhost", "shop.localhost"),
            ("127.0.0.1:8081", "127.0.0.1:8081"),
            ("http://127.1.2.3", "127.1.2.3"),
            ("http://[::1]:8000/x", "[::1]:8000"),
        ] {
            let website = Website::read(text).unwrap();
            assert_eq!((website.as_str(), website.is_test()), (name, true), "{text:?}");
        }
        assert!(!Website::read("localhost.example.com").unwrap().is_test());
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        use WebsiteError::*;
        for (text, error) in [
            ("", Empty),
            (" \n ", Empty),
            ("my shop", NotAWebsite),
            ("https://", NotAWebsite),
            ("?x", NotAWebsite),
            ("shop..example.com", NotAWebsite),
            (".example.com", NotAWebsite),
            ("-shop.example.com", NotAWebsite),
            ("shop.example.com:99999", NotAWebsite),
            ("shop.example.com:0", NotAWebsite),
            ("shop.example.com:port", NotAWebsite),
            ("shop.example.com\nother.example.com", NotAWebsite),
            ("javascript:alert(1)", NotAWebsite),
            ("10001", NotAWebsite),
            ("0x7f.1", NotAWebsite),
            ("shop.*", NotAWebsite),
            ("buyer@example.com", Email),
            ("https://user:secret@shop.example.com", UserInfo),
            ("ftp://shop.example.com", Scheme),
            ("mailto:owner@shop.example.com", Scheme),
            ("Mailto:owner@shop.example.com", Scheme),
            ("192.168.1.10", IpAddress),
            ("http://0.0.0.0:80", IpAddress),
            ("https://[2001:db8::1]/", IpAddress),
            ("[::ffff:127.0.0.1]", IpAddress),
            ("shop", SingleLabel),
            ("https//shop.example.com", SingleLabel),
        ] {
            assert_eq!(read(text), Err(error), "{text:?}");
        }
        assert_eq!(read(&format!("{}.com", "a".repeat(64))), Err(NotAWebsite));
    }

    proptest! {
        #[test]
        fn a_website_reads_back_as_itself(
            text in "(https?://|//)?(www\\.){0,3}([a-zäöü0-9-]{1,6}\\.){0,3}(com|de|localhost|127\\.0\\.0\\.1)\\.?\
                (:(80|443|8443|[0-9]{1,5}))?(/[a-z]*)?",
        ) {
            if let Ok(website) = Website::read(&text) {
                prop_assert_eq!(Website::read(website.as_str()), Ok(website.clone()));
                prop_assert_eq!(Website::read(&format!("https://{website}/")), Ok(website));
            }
        }

        #[test]
        fn whatever_is_accepted_is_stable_and_harmless(text in "\\PC{0,30}") {
            if let Ok(website) = Website::read(&text) {
                let harmless = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.:[]".contains(&b);
                prop_assert!(website.as_str().bytes().all(harmless));
                prop_assert_eq!(Website::read(website.as_str()), Ok(website));
            }
        }
    }
}
