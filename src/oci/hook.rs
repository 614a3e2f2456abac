//! HOOK_URL, the address a cart goes back to: what may be one at all (digest sections 3.4 and 9).
//!
//! Owns the checks that hold for every system; what one system allows is its [`HookPolicy`]. It never fetches a hook and never rewrites one:
//! the buyer's string goes into the form as it came, only the comparison is done on the parsed URL.
//! The surprising fact: URL parsers silently drop tabs and newlines and read `\` as `/`, so those are refused before parsing.

use url::{Host, Url};

pub use super::policy::{HookPolicy, PolicyError, PolicyReason};

use super::parameters::query_pairs;

/// The longest hook accepted, in bytes. SAP's own field holds 1,024 characters.
pub const MAX_HOOK_LENGTH: usize = 2048;

pub(super) const SAPEVENT: &str = "SAPEVENT:POST";

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
    pub(super) received: String,
    /// `None` for SAPEVENT:POST.
    pub(super) url: Option<Url>,
}

/// What is compared: scheme, host without trailing dot, port (the scheme's own if none was given).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    pub(super) scheme: String,
    pub(super) host: Host<String>,
    pub(super) port: u16,
}

pub(super) enum Target {
    SapEvent,
    Web { url: Url, origin: Origin },
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

/// All checks that hold for every system.
pub(super) fn parse(hook: &str) -> Result<Target, HookError> {
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

#[cfg(test)]
mod tests {
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
        let source = |hook: &str| policy.allow(hook).unwrap().csp_source();
        assert_eq!(source("https://srm.example.com:443/a/../b"), "https://srm.example.com");
        // A browser lets a form go to a host with a dot behind it only if the source has the dot (CSP 3).
        assert_eq!(source("https://srm.example.com./x"), "https://srm.example.com.");
    }

    #[test]
    fn international_hosts_are_compared_normalised() {
        let policy = policy(&["https://Bücher.example:8443"]);
        let allowed = policy.allow("https://xn--bcher-kva.example:8443/r").unwrap();
        assert_eq!(allowed.csp_source(), "https://xn--bcher-kva.example:8443");
        assert!(policy.allow("https://BÜCHER.example:8443/").is_ok());
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
    fn addresses_are_compared_as_addresses() {
        assert!(policy(&["http://127.0.0.1:8080"]).allow("http://0x7f.1:8080/").is_ok());
        assert!(policy(&["http://[::1]:8080"]).allow("http://[0:0::1]:8080/r").is_ok());
    }

    #[test]
    fn a_split_hook_gives_its_decoded_pairs_in_order() {
        let allowed = policy(&["any"]).allow("http://srm.example.com/r?b=1&a=x+y%26&b=2&flag#end?").unwrap();
        let (bare, pairs) = allowed.split();
        assert_eq!(bare, "http://srm.example.com/r");
        let expected = [("b", "1"), ("a", "x y&"), ("b", "2"), ("flag", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
