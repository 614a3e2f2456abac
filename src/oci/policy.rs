//! Which return targets a system allows: the operator's list, and the answer for one hook (digest section 9, rule 1).
//!
//! Owns the spelling of entries and the only way to an [`AllowedHook`]. It compares parsed, normalised origins, never strings.
//! The surprising fact: `any` does not include SAPEVENT:POST, since that hands the cart to a program on the buyer's desk.

use url::Url;

use super::hook::{AllowedHook, HookError, Origin, SAPEVENT, Target, parse};

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
    #[error("has a * in its host: each host is named by itself")]
    Wildcard,
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

impl HookPolicy {
    /// Whether no return target is allowed at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

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
                // SAP GUI waits for exactly this spelling.
                Ok(AllowedHook { received: SAPEVENT.to_owned(), url: None })
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
            Ok(Target::Web { url, .. }) if url.host_str().is_some_and(|host| host.contains('*')) => {
                Err(PolicyReason::Wildcard)
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

    use super::super::hook::plausible;
    use super::*;

    fn policy(entries: &[&str]) -> HookPolicy {
        let entries: Vec<String> = entries.iter().map(|entry| entry.to_string()).collect();
        HookPolicy::read(&entries).unwrap()
    }

    fn refused(entries: &[&str], hook: &str) -> HookError {
        policy(entries).allow(hook).unwrap_err()
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
    fn an_unreadable_entry_says_what_is_wrong() {
        for (entry, reason) in [
            ("", PolicyReason::Empty),
            ("srm.example.com", PolicyReason::NoScheme),
            ("ftp://srm.example.com", PolicyReason::Scheme),
            ("https://u:p@srm.example.com", PolicyReason::UserInfo),
            ("https://srm.example.com/?x", PolicyReason::Query),
            ("https://", PolicyReason::NotAUrl),
            ("https://*.example.com", PolicyReason::Wildcard),
        ] {
            let error = HookPolicy::read(&[entry.to_owned()]).unwrap_err();
            assert_eq!(error, PolicyError { entry: entry.to_owned(), reason });
        }
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
    fn sap_gui_is_allowed_only_by_name() {
        let allowed = policy(&["SAPEVENT:POST"]).allow("sapevent:Post").unwrap();
        assert!(allowed.is_sapevent());
        assert_eq!(allowed.as_received(), "SAPEVENT:POST", "SAP GUI knows this spelling alone");
        assert_eq!(allowed.csp_source(), "sapevent:");
        assert_eq!(allowed.split(), ("SAPEVENT:POST".to_owned(), vec![]));
        assert_eq!(refused(&["any", "any-https"], "SAPEVENT:POST"), HookError::SapEventNotAllowed);
        assert_eq!(plausible("SAPEVENT:POST"), Ok(()));
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
