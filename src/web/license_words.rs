//! Licenses in words: kinds, states, and what was found out about a key that somebody typed.

use crate::license::{Kind, WebsiteError};
use crate::setup::license_check::Finding;
use crate::setup::licenses::Place;
use crate::setup::portal::State;
use crate::texts::Texts;

/// A word with the color of its label.
#[derive(Debug, Clone)]
pub struct Toned {
    pub word: String,
    /// `good`, `warn`, `bad` or `plain`.
    pub tone: &'static str,
}

pub fn kind(t: Texts, kind: &str) -> String {
    t.of(if kind == Kind::System.as_str() { "license-kind-system" } else { "license-kind-customer" })
}

pub fn state(t: Texts, state: State) -> Toned {
    let (key, tone) = match state {
        State::Suspended => ("license-state-suspended", "bad"),
        State::Expired => ("license-state-expired", "bad"),
        State::NotYetValid => ("license-state-not-yet-valid", "warn"),
        State::NotConnected => ("license-state-not-connected", "plain"),
        State::Expiring => ("license-state-expiring", "warn"),
        State::Valid => ("license-state-valid", "good"),
    };
    Toned { word: t.of(key), tone }
}

pub fn valid_until(t: Texts, valid_until: Option<i64>) -> String {
    valid_until.map_or_else(|| t.of("license-without-end"), |end| t.last_day(end))
}

pub fn place(t: Texts, place: &Place) -> String {
    match place {
        Place::System(slug) => t.fill("license-place-system", "system", slug),
        Place::Assignment { system, customer } => {
            t.fill2("license-place-customer", "system", system, "customer", customer)
        }
    }
}

/// The sentence about a key, and how good the news is.
pub fn finding(t: Texts, finding: &Finding) -> Toned {
    let (word, tone) = match finding {
        Finding::Empty => (t.of("license-finding-empty"), "plain"),
        Finding::Malformed => (t.of("license-finding-malformed"), "bad"),
        Finding::Mistyped => (t.of("license-finding-mistyped"), "bad"),
        Finding::Unknown => (t.of("license-finding-unknown"), "bad"),
        Finding::WrongKind { is: Kind::Customer } => (t.of("license-finding-is-customer"), "bad"),
        Finding::WrongKind { is: Kind::System } => (t.of("license-finding-is-system"), "bad"),
        Finding::NotConnected { own: true, .. } => (t.of("license-finding-not-connected"), "warn"),
        Finding::NotConnected { own: false, .. } => (t.of("license-finding-not-connected-foreign"), "warn"),
        Finding::OtherWebsite { website, shop } => {
            (t.fill2("license-finding-other-website", "website", website, "shop", shop), "bad")
        }
        Finding::NotYetValid { from } => (t.fill("license-finding-not-yet-valid", "from", t.day(*from)), "warn"),
        Finding::Expired { until } => (t.fill("license-finding-expired", "until", t.last_day(*until)), "bad"),
        Finding::Suspended => (t.of("license-finding-suspended"), "bad"),
        Finding::InUse { place: Some(place) } => {
            (t.fill("license-finding-in-use", "place", self::place(t, place)), "bad")
        }
        Finding::InUse { place: None } => (t.of("license-finding-in-use-elsewhere"), "bad"),
        Finding::Good { kind, website, valid_until, expiring } => {
            let kind = self::kind(t, kind.as_str());
            let good = match valid_until {
                Some(end) => {
                    let connected = t.fill2("license-finding-good", "kind", kind, "website", website);
                    format!("{connected}{}", t.fill("license-finding-until", "until", t.last_day(*end)))
                }
                None => t.fill2("license-finding-good", "kind", kind, "website", website),
            };
            (good, if *expiring { "warn" } else { "good" })
        }
    };
    Toned { word, tone }
}

/// Why a website cannot be connected with.
pub fn website_fault(t: Texts, error: WebsiteError) -> String {
    t.of(match error {
        WebsiteError::Empty => "website-empty",
        WebsiteError::NotAWebsite => "website-not-a-website",
        WebsiteError::Email => "website-email",
        WebsiteError::UserInfo => "website-user-info",
        WebsiteError::Scheme => "website-scheme",
        WebsiteError::IpAddress => "website-ip-address",
        WebsiteError::SingleLabel => "website-single-label",
    })
}
