//! Whose pages may show ours in a frame: the source list of `frame-ancestors` (Content Security Policy 3, section 6.4.2).
//!
//! Owns what an operator may write there. The surprising fact: every frame up to the window itself must be in the list, so a portal
//! that shows the procurement system in a frame of its own belongs in it, too.

use url::Url;

/// The directive of one system, ready to be appended to a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameAncestors(Option<String>);

/// An entry that cannot be an origin.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
#[error("\"{0}\" is not an origin such as \"https://srm.example.com\"")]
pub struct FrameError(pub String);

impl FrameAncestors {
    /// Reads a list of origins, `https://*.example.com` for all hosts below. An empty list lets everybody; `none` alone lets nobody.
    ///
    /// # Errors
    /// The first entry that is not an origin.
    pub fn read(entries: &[String]) -> Result<Self, FrameError> {
        match entries {
            [] => Ok(Self(None)),
            [word] if word.trim().eq_ignore_ascii_case("none") => Ok(Self(Some("'none'".to_owned()))),
            entries => {
                let origins = entries.iter().map(|entry| origin(entry).ok_or_else(|| FrameError(entry.clone())));
                Ok(Self(Some(origins.collect::<Result<Vec<_>, _>>()?.join(" "))))
            }
        }
    }

    /// A policy with the directive at its end, if there is one.
    pub fn added_to(&self, policy: &str) -> String {
        match &self.0 {
            Some(sources) => format!("{policy}; frame-ancestors {sources}"),
            None => policy.to_owned(),
        }
    }
}

/// The origin as browsers write it; `None` if anything but an origin stands there.
fn origin(entry: &str) -> Option<String> {
    let entry = entry.trim();
    let (scheme, host) = entry.split_once("://")?;
    let (below, host) = match host.strip_prefix("*.") {
        Some(host) => ("*.", host),
        None => ("", host),
    };
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || "*;,'\"\\@?#%".contains(c)) {
        return None;
    }
    let url = Url::parse(&format!("{scheme}://{host}")).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "https" | "http") || !is_bare || !url.origin().is_tuple() {
        return None;
    }
    // Of an address no host is below.
    if !below.is_empty() && url.domain().is_none_or(|domain| !domain.contains('.')) {
        return None;
    }
    let origin = url.origin().ascii_serialization();
    let (scheme, host) = origin.split_once("://")?;
    Some(format!("{scheme}://{below}{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[&str]) -> Result<FrameAncestors, FrameError> {
        FrameAncestors::read(&entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_list_becomes_a_directive_and_without_one_everybody_may() {
        let policy = |entries: &[&str]| read(entries).unwrap().added_to("default-src 'none'");
        assert_eq!(policy(&[]), "default-src 'none'");
        assert_eq!(
            policy(&[
                "https://SRM.example.com/",
                " https://*.portal.example:8443 ",
                "http://localhost:8080",
                "https://Bücher.example"
            ]),
            "default-src 'none'; frame-ancestors https://srm.example.com https://*.portal.example:8443 http://localhost:8080 https://xn--bcher-kva.example"
        );
        assert_eq!(policy(&["none"]), "default-src 'none'; frame-ancestors 'none'");
    }

    #[test]
    fn what_is_no_origin_is_told() {
        for entry in [
            "",
            "srm.example.com",
            "*",
            "'self'",
            "none ",
            "https://srm.example.com/sap",
            "https://srm.example.com?x",
            "https://u@srm.example.com",
            "https://a.example; script-src *",
            "https://a.example https://b.example",
            "https://*",
            "https://*.example",
            "https://*.10.0.0.1",
            "https://a.*.example",
            "javascript://x",
            "ftp://srm.example.com",
        ] {
            let entries = ["https://good.example", entry];
            assert_eq!(read(&entries), Err(FrameError(entry.to_owned())), "{entry}");
        }
    }
}
