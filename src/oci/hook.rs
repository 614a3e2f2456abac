//! HOOK_URL, the address a cart goes back to: what may be one at all, and what a system allows (digest sections 3.4 and 9).
//!
//! Owns the reading of the operator's list and the only way to an [`AllowedHook`]. It never fetches a hook and never rewrites one:
//! the buyer's string goes into the form as it came, only the comparison is done on the parsed URL.
//! The surprising fact: URL parsers silently drop tabs and newlines and read `\` as `/`, so those are refused before parsing.

use url::{Host, Url};

use super::parameters::query_pairs;

/// The longest hook accepted, in bytes. SAP's own field holds 1,024 characters.
pub const MAX_HOOK_LENGTH: usize = 2048;

const SAPEVENT: &str = "SAPEVENT:POST";

/// What a system allows as return target.
#[derive(Clone, Debug, PartialEq)]
pub struct HookPolicy(Vec<Entry>);

/// An entry of the list that cannot be read.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
#[error("the allowed return target {entry:?} {reason}")]
pub struct PolicyError {
    pub entry: String,
    pub reason: PolicyReason,
}

/// What is wrong with an entry, as the end of a sentence.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyReason {
    #[error("is empty")]
    Empty,
    #[error("has no scheme: write https:// in front of it")]
    NoScheme,
    #[error("has a scheme other than https or http")]
    Scheme,
    #[error("is not a URL")]
    NotAUrl,
    #[error("holds a user name or password")]
    UserInfo,
    #[error("has a query or fragment: only an origin and a path prefix are compared")]
    Query,
}

/// Why a hook is refused.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum HookError {
    #[error("the return address is longer than {MAX_HOOK_LENGTH} bytes")]
    TooLong,
    #[error("the return address holds control characters, line breaks or backslashes")]
    ControlCharacters,
    #[error("the return address is not a URL")]
    NotAUrl,
    #[error("the return address has no scheme such as https://")]
    NoScheme,
    #[error("the return address has the scheme {scheme}, which is neither https nor http")]
    Scheme { scheme: String },
    #[error("the return address holds a user name or password")]
    UserInfo,
    #[error("the return address has no host")]
    NoHost,
    #[error("{origin} is not an allowed return target")]
    HostNotAllowed { origin: String },
    #[error("the path of the return address lies outside of what is allowed at {origin}")]
    PathNotAllowed { origin: String },
    #[error("the return into SAP GUI (SAPEVENT:POST) is not allowed")]
    SapEventNotAllowed,
    #[error("{origin} is allowed with https only")]
    HttpNotAllowed { origin: String },
    #[error("the host of {origin} is allowed, but with another scheme or port")]
    PortNotAllowed { origin: String },
}

/// A hook that the system's policy has allowed; there is no other way to make one.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowedHook {
    received: String,
    /// `None` for SAPEVENT:POST.
    url: Option<Url>,
}

#[derive(Clone, Debug, PartialEq)]
enum Entry {
    AnyHttps,
    Any,
    SapEvent,
    Origin {
        origin: Origin,
        /// Without its last slash; `None` for the whole origin.
        prefix: Option<String>,
    },
}

/// What is compared: scheme, host without trailing dot, port (the scheme's own if none was given).
#[derive(Clone, Debug, PartialEq)]
struct Origin {
    scheme: String,
    host: Host<String>,
    port: u16,
}

enum Target {
    SapEvent,
    Web { url: Url, origin: Origin },
}

impl HookPolicy {
    /// Reads a list of origins with optional path prefix (`https://srm.example.com/sap/`), `SAPEVENT:POST`,
    /// `any-https` and `any` (https and http, never SAPEVENT). An empty list allows nothing.
    ///
    /// # Errors
    /// The first entry that cannot be read, and why.
    pub fn read(entries: &[String]) -> Result<Self, PolicyError> {
        let read =
            |entry: &String| Entry::read(entry.trim()).map_err(|reason| PolicyError { entry: entry.clone(), reason });
        Ok(Self(entries.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Allows a hook or says why not. Blanks around it are ignored.
    ///
    /// # Errors
    /// What no system may allow comes first, then the nearest entry's reason.
    pub fn allow(&self, hook: &str) -> Result<AllowedHook, HookError> {
        let received = hook.trim_matches(' ');
        match parse(received)? {
            Target::SapEvent if self.0.contains(&Entry::SapEvent) => {
                Ok(AllowedHook { received: received.to_owned(), url: None })
            }
            Target::SapEvent => Err(HookError::SapEventNotAllowed),
            Target::Web { url, origin } => {
                let allowed = self.0.iter().any(|entry| match entry {
                    Entry::Any => true,
                    Entry::AnyHttps => origin.scheme == "https",
                    Entry::SapEvent => false,
                    Entry::Origin { origin: listed, prefix } => {
                        *listed == origin && prefix.as_deref().is_none_or(|prefix| lies_under(prefix, &url, received))
                    }
                });
                if allowed {
                    Ok(AllowedHook { received: received.to_owned(), url: Some(url) })
                } else {
                    Err(self.nearest_reason(&origin, url.origin().ascii_serialization()))
                }
            }
        }
    }

    fn nearest_reason(&self, hook: &Origin, origin: String) -> HookError {
        let same_host = || {
            self.0.iter().filter_map(|entry| match entry {
                Entry::Origin { origin, .. } if origin.host == hook.host => Some(origin),
                _ => None,
            })
        };
        let only_https = |listed: &Origin| {
            listed.scheme == "https" && (listed.port == hook.port || (listed.port, hook.port) == (443, 80))
        };
        if same_host().any(|listed| listed == hook) {
            HookError::PathNotAllowed { origin }
        } else if hook.scheme == "http" && (self.0.contains(&Entry::AnyHttps) || same_host().any(only_https)) {
            HookError::HttpNotAllowed { origin }
        } else if same_host().next().is_some() {
            HookError::PortNotAllowed { origin }
        } else {
            HookError::HostNotAllowed { origin }
        }
    }
}

/// For calls whose system is not known yet: refuses only what no system may allow.
///
/// # Errors
/// Never one of the `…NotAllowed` reasons.
pub fn plausible(hook: &str) -> Result<(), HookError> {
    parse(hook.trim_matches(' ')).map(|_| ())
}

impl AllowedHook {
    /// The hook as the buyer sent it, for the form's `action`.
    pub fn as_received(&self) -> &str {
        &self.received
    }

    /// The source expression for `form-action`: `https://host:port` or `sapevent:`.
    pub fn csp_source(&self) -> String {
        match &self.url {
            Some(url) => url.origin().ascii_serialization(),
            None => "sapevent:".to_owned(),
        }
    }

    /// Whether SAP GUI's embedded browser takes the form instead of a server.
    pub fn is_sapevent(&self) -> bool {
        self.url.is_none()
    }

    /// The URL without query and fragment, and the decoded pairs of the query in order, duplicates included.
    pub fn split(&self) -> (String, Vec<(String, String)>) {
        if self.is_sapevent() {
            return (self.received.clone(), Vec::new());
        }
        let url = match self.received.split_once('#') {
            Some((url, _)) => url,
            None => &self.received,
        };
        match url.split_once('?') {
            Some((bare, query)) => (bare.to_owned(), query_pairs(query)),
            None => (url.to_owned(), Vec::new()),
        }
    }
}

impl Entry {
    fn read(entry: &str) -> Result<Self, PolicyReason> {
        if entry.is_empty() {
            return Err(PolicyReason::Empty);
        }
        for (word, meaning) in [(SAPEVENT, Self::SapEvent), ("any-https", Self::AnyHttps), ("any", Self::Any)] {
            if entry.eq_ignore_ascii_case(word) {
                return Ok(meaning);
            }
        }
        match parse(entry) {
            Ok(Target::SapEvent) => Ok(Self::SapEvent),
            Ok(Target::Web { url, .. }) if url.query().is_some() || url.fragment().is_some() => {
                Err(PolicyReason::Query)
            }
            Ok(Target::Web { url, origin }) => {
                let prefix = url.path().trim_end_matches('/');
                Ok(Self::Origin { origin, prefix: (!prefix.is_empty()).then(|| prefix.to_owned()) })
            }
            Err(HookError::NoScheme) => Err(PolicyReason::NoScheme),
            Err(HookError::Scheme { .. }) => Err(PolicyReason::Scheme),
            Err(HookError::UserInfo) => Err(PolicyReason::UserInfo),
            Err(_) => Err(PolicyReason::NotAUrl),
        }
    }
}

/// All checks that hold for every system.
fn parse(hook: &str) -> Result<Target, HookError> {
    if hook.len() > MAX_HOOK_LENGTH {
        return Err(HookError::TooLong);
    }
    let is_line_break = |c| matches!(c, '\u{2028}' | '\u{2029}');
    if hook.contains(|c: char| c.is_control() || c == '\\' || is_line_break(c)) {
        return Err(HookError::ControlCharacters);
    }
    if hook.eq_ignore_ascii_case(SAPEVENT) {
        return Ok(Target::SapEvent);
    }
    let (scheme, rest) = split_scheme(hook)?;
    if scheme != "https" && scheme != "http" {
        return Err(HookError::Scheme { scheme });
    }
    // Browsers also take `https:host` and `https:///host`; no procurement system writes so.
    let rest = rest.strip_prefix("//").ok_or(HookError::NotAUrl)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(HookError::UserInfo);
    }
    if authority.is_empty() || authority.starts_with(':') {
        return Err(HookError::NoHost);
    }
    // The URL standard decodes `%2e` in a host; older engines do not.
    if authority.contains('%') {
        return Err(HookError::NotAUrl);
    }
    let url = Url::parse(hook).map_err(|_| HookError::NotAUrl)?;
    let origin = Origin::of(&url).ok_or(HookError::NoHost)?;
    Ok(Target::Web { url, origin })
}

fn split_scheme(hook: &str) -> Result<(String, &str), HookError> {
    let Some((scheme, rest)) = hook.split_once(':') else {
        let looks_like_host = hook.contains(['.', '/']) && !hook.contains(' ');
        return Err(if looks_like_host { HookError::NoScheme } else { HookError::NotAUrl });
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    // `srm.example.com:8443/x` and `localhost:8080` are hosts with a port.
    let is_host = scheme.contains('.') || rest.starts_with(|first: char| first.is_ascii_digit());
    if !is_scheme || is_host {
        return Err(HookError::NoScheme);
    }
    Ok((scheme.to_ascii_lowercase(), rest))
}

impl Origin {
    fn of(url: &Url) -> Option<Self> {
        let host = match url.host()? {
            Host::Domain(domain) => {
                let domain = domain.strip_suffix('.').unwrap_or(domain);
                if domain.is_empty() {
                    return None;
                }
                Host::Domain(domain.to_owned())
            }
            Host::Ipv4(address) => Host::Ipv4(address),
            Host::Ipv6(address) => Host::Ipv6(address),
        };
        Some(Self { scheme: url.scheme().to_owned(), host, port: url.port_or_known_default()? })
    }
}

/// Whether the path is the prefix or lies beneath it, and no server could read it otherwise.
fn lies_under(prefix: &str, url: &Url, received: &str) -> bool {
    let beneath = url.path().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    beneath && !is_deceptive(received)
}

/// Escaped dots and slashes, also escaped twice, and `..;` (which some servers read as `..`).
fn is_deceptive(received: &str) -> bool {
    const ESCAPED: [&str; 6] = ["%2e", "%2f", "%5c", "%252e", "%252f", "%255c"];
    let path = received.split(['?', '#']).next().unwrap_or_default();
    let path = path.to_ascii_lowercase();
    ESCAPED.iter().any(|escaped| path.contains(escaped))
        || path.split('/').any(|segment| segment.starts_with("..;") || segment.starts_with(".;"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(entries: &[&str]) -> HookPolicy {
        let entries: Vec<String> = entries.iter().map(|entry| entry.to_string()).collect();
        HookPolicy::read(&entries).unwrap()
    }

    fn refused(entries: &[&str], hook: &str) -> HookError {
        policy(entries).allow(hook).unwrap_err()
    }

    #[test]
    fn a_listed_origin_is_allowed_with_any_path_and_kept_as_received() {
        let policy = policy(&["https://srm.example.com"]);
        for hook in [
            "https://srm.example.com",
            "HTTPS://SRM.Example.COM:443/sap?sap-client=100&x=\">",
            "https://srm.example.com./x",
            "https://srm.example.com#part",
            "https://ｓｒｍ.example.com/",
        ] {
            let allowed = policy.allow(&format!("  {hook} ")).unwrap();
            assert_eq!(allowed.as_received(), hook);
        }
        let allowed = policy.allow("https://srm.example.com:443/a/../b").unwrap();
        assert_eq!(allowed.csp_source(), "https://srm.example.com");
    }

    #[test]
    fn international_hosts_are_compared_normalised() {
        let policy = policy(&["https://Bücher.example:8443"]);
        let allowed = policy.allow("https://xn--bcher-kva.example:8443/r").unwrap();
        assert_eq!(allowed.csp_source(), "https://xn--bcher-kva.example:8443");
        assert!(policy.allow("https://BÜCHER.example:8443/").is_ok());
    }

    #[test]
    fn each_near_miss_has_its_reason() {
        let listed = &["https://srm.example.com/sap/"];
        let origin = |text: &str| text.to_owned();
        assert_eq!(
            refused(listed, "https://evil.example/sap/"),
            HookError::HostNotAllowed { origin: origin("https://evil.example") }
        );
        assert_eq!(
            refused(listed, "https://srm.example.com.evil.example/sap/"),
            HookError::HostNotAllowed { origin: origin("https://srm.example.com.evil.example") }
        );
        assert_eq!(
            refused(listed, "http://srm.example.com/sap/"),
            HookError::HttpNotAllowed { origin: origin("http://srm.example.com") }
        );
        assert_eq!(
            refused(&["any-https"], "http://srm.example.com/sap/"),
            HookError::HttpNotAllowed { origin: origin("http://srm.example.com") }
        );
        assert_eq!(
            refused(listed, "https://srm.example.com:8443/sap/"),
            HookError::PortNotAllowed { origin: origin("https://srm.example.com:8443") }
        );
        assert_eq!(
            refused(listed, "https://srm.example.com/other"),
            HookError::PathNotAllowed { origin: origin("https://srm.example.com") }
        );
        assert!(matches!(refused(&[], "https://srm.example.com/"), HookError::HostNotAllowed { .. }));
    }

    #[test]
    fn what_no_system_may_allow_is_refused_by_every_policy() {
        for (hook, reason) in [
            ("javascript:alert(document.cookie)", HookError::Scheme { scheme: "javascript".into() }),
            ("data:text/html,x", HookError::Scheme { scheme: "data".into() }),
            ("ftp://srm.example.com/", HookError::Scheme { scheme: "ftp".into() }),
            ("SAPEVENT:GET", HookError::Scheme { scheme: "sapevent".into() }),
            ("java\nscript:alert(1)", HookError::ControlCharacters),
            ("https://srm.example.com/\t", HookError::ControlCharacters),
            ("\thttps://srm.example.com/", HookError::ControlCharacters),
            ("https://srm.example.com/\0", HookError::ControlCharacters),
            ("https://srm.example.com/\u{85}", HookError::ControlCharacters),
            ("https://srm.example.com/\u{2028}", HookError::ControlCharacters),
            ("https://srm.example.com\\@evil.example/", HookError::ControlCharacters),
            ("https://srm.example.com@evil.example/", HookError::UserInfo),
            ("https://@srm.example.com/", HookError::UserInfo),
            ("https://", HookError::NoHost),
            ("https:///srm.example.com", HookError::NoHost),
            ("https://:443/", HookError::NoHost),
            ("https:srm.example.com", HookError::NotAUrl),
            ("https://srm%2eexample.com/", HookError::NotAUrl),
            ("https://srm example/", HookError::NotAUrl),
            ("https://srm.example.com:99999/", HookError::NotAUrl),
            ("www.url.example", HookError::NoScheme),
            ("//srm.example.com/x", HookError::NoScheme),
            ("srm.example.com:8443/x", HookError::NoScheme),
            ("localhost:8080", HookError::NoScheme),
            ("nonsense", HookError::NotAUrl),
            ("", HookError::NotAUrl),
        ] {
            assert_eq!(refused(&["any", "SAPEVENT:POST"], hook), reason, "{hook:?}");
            assert_eq!(plausible(hook), Err(reason), "{hook:?}");
        }
        let long = format!("https://srm.example.com/{}", "x".repeat(MAX_HOOK_LENGTH));
        assert_eq!(refused(&["any"], &long), HookError::TooLong);
    }

    #[test]
    fn sap_gui_is_allowed_only_by_name() {
        let allowed = policy(&["SAPEVENT:POST"]).allow("sapevent:Post").unwrap();
        assert!(allowed.is_sapevent());
        assert_eq!(allowed.as_received(), "sapevent:Post");
        assert_eq!(allowed.csp_source(), "sapevent:");
        assert_eq!(allowed.split(), ("sapevent:Post".to_owned(), vec![]));
        assert_eq!(refused(&["any", "any-https"], "SAPEVENT:POST"), HookError::SapEventNotAllowed);
        assert_eq!(plausible("SAPEVENT:POST"), Ok(()));
    }

    #[test]
    fn a_path_prefix_ends_at_a_segment_and_cannot_be_tricked() {
        let policy = policy(&["https://srm.example.com/sap/"]);
        for good in ["/sap", "/sap/", "/sap/x?r=%2F..", "/x/../sap/y", "/sap?x"] {
            assert!(policy.allow(&format!("https://srm.example.com{good}")).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/",
            "/sapx",
            "/sap/../evil",
            "/sap/%2e%2e/evil",
            "/sap/..%2fevil",
            "/sap/%252e%252e/evil",
            "/sap/..;/evil",
            "/sap/..%5cevil",
            "/SAP/",
        ] {
            assert!(
                matches!(policy.allow(&format!("https://srm.example.com{bad}")), Err(HookError::PathNotAllowed { .. })),
                "{bad}"
            );
        }
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        assert!(policy(&["http://127.0.0.1:8080"]).allow("http://0x7f.1:8080/").is_ok());
        assert!(policy(&["http://[::1]:8080"]).allow("http://[0:0::1]:8080/r").is_ok());
    }

    #[test]
    fn an_unreadable_entry_says_what_is_wrong() {
        for (entry, reason) in [
            ("", PolicyReason::Empty),
            ("srm.example.com", PolicyReason::NoScheme),
            ("ftp://srm.example.com", PolicyReason::Scheme),
            ("https://u:p@srm.example.com", PolicyReason::UserInfo),
            ("https://srm.example.com/?x", PolicyReason::Query),
            ("https://", PolicyReason::NotAUrl),
        ] {
            let error = HookPolicy::read(&[entry.to_owned()]).unwrap_err();
            assert_eq!(error, PolicyError { entry: entry.to_owned(), reason });
        }
    }

    #[test]
    fn a_split_hook_gives_its_decoded_pairs_in_order() {
        let allowed = policy(&["any"]).allow("http://srm.example.com/r?b=1&a=x+y%26&b=2&flag#end?").unwrap();
        let (bare, pairs) = allowed.split();
        assert_eq!(bare, "http://srm.example.com/r");
        let expected = [("b", "1"), ("a", "x y&"), ("b", "2"), ("flag", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    proptest! {
        #[test]
        fn no_hook_reaches_another_host_than_the_listed_one(parts in prop::collection::vec(prop::sample::select(vec![
            "https://", "http://", "https:", "//", "/", "\\", "@", ":", "443", "8443", ".", "..", "。", "%2e", "%40", "?", "#", ";",
            "srm.example.com", "SRM.example.com", "evil.example", "\t", "\n", "\0", " ", "[::1]", "127.0.0.1", "xn--", "ß", "\u{ad}", "\u{200d}",
        ]), 0..8), tail in "\\PC{0,8}") {
            let policy = policy(&["https://srm.example.com"]);
            for hook in [parts.concat() + &tail, format!("https://srm.example.com{}{tail}", parts.concat())] {
                if let Ok(allowed) = policy.allow(&hook) {
                    let url = Url::parse(allowed.as_received()).unwrap();
                    prop_assert_eq!(url.scheme(), "https");
                    prop_assert_eq!(url.host_str().unwrap().trim_end_matches('.'), "srm.example.com");
                    prop_assert_eq!(url.port(), None);
                    prop_assert!(plausible(&hook).is_ok());
                }
            }
        }
    }
}
