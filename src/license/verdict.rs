//! Whether a license is good for this shop at this moment.
//!
//! Facts in, verdict out: who looked them up and when is no matter here. Each way to fail is a reason of its own,
//! because each has its own remedy for the operator.

use super::{Kind, Website};

/// What is known of one license. Times are microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub kind: Kind,
    /// The website its owner connected it to; `None` while it is not connected.
    pub website: Option<&'a Website>,
    /// The first moment it is good.
    pub valid_from: i64,
    /// The first moment it is no longer good; `None` for a license without end.
    pub valid_until: Option<i64>,
    pub suspended: bool,
    /// Another OCI system, or for a customer license another assignment, already uses it.
    pub used_elsewhere: bool,
}

/// Proof that a license was found good. Only [`verdict`] makes one.
#[derive(Debug)]
pub struct Valid(());

/// Why a license is no good here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Invalid {
    #[error("the license is of the other kind")]
    WrongKind,
    #[error("the license is not connected to a website")]
    NotConnected,
    #[error("the license is connected to another website")]
    OtherWebsite,
    #[error("the license is not valid yet")]
    NotYetValid,
    #[error("the license has expired")]
    Expired,
    #[error("the license is suspended")]
    Suspended,
    #[error("the license is in use elsewhere")]
    InUse,
}

impl Invalid {
    pub const ALL: [Invalid; 7] = [
        Invalid::WrongKind,
        Invalid::NotConnected,
        Invalid::OtherWebsite,
        Invalid::NotYetValid,
        Invalid::Expired,
        Invalid::Suspended,
        Invalid::InUse,
    ];

    /// The stable name, as refusals and tables carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Invalid::WrongKind => "wrong-kind",
            Invalid::NotConnected => "not-connected",
            Invalid::OtherWebsite => "other-website",
            Invalid::NotYetValid => "not-yet-valid",
            Invalid::Expired => "expired",
            Invalid::Suspended => "suspended",
            Invalid::InUse => "in-use",
        }
    }
}

/// Judges a license for a use of kind `wanted` at the website of `shop`, at the moment `now` (microseconds, UTC).
///
/// # Errors
/// The first reason that applies, in the order of [`Invalid`]: what the owner mends himself comes before what
/// the vendor has to mend.
pub fn verdict(facts: &Facts<'_>, wanted: Kind, shop: &Website, now: i64) -> Result<Valid, Invalid> {
    if facts.kind != wanted {
        return Err(Invalid::WrongKind);
    }
    let website = facts.website.ok_or(Invalid::NotConnected)?;
    if !website.matches(shop) {
        return Err(Invalid::OtherWebsite);
    }
    if now < facts.valid_from {
        return Err(Invalid::NotYetValid);
    }
    if facts.valid_until.is_some_and(|end| now >= end) {
        return Err(Invalid::Expired);
    }
    if facts.suspended {
        return Err(Invalid::Suspended);
    }
    if facts.used_elsewhere {
        return Err(Invalid::InUse);
    }
    Ok(Valid(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn website(text: &str) -> Website {
        Website::read(text).unwrap()
    }

    fn good(website: &Website) -> Facts<'_> {
        Facts {
            kind: Kind::System,
            website: Some(website),
            valid_from: 100,
            valid_until: Some(200),
            suspended: false,
            used_elsewhere: false,
        }
    }

    fn judged(facts: &Facts<'_>, shop: &str, now: i64) -> Result<(), Invalid> {
        verdict(facts, Kind::System, &website(shop), now).map(|Valid(())| ())
    }

    #[test]
    fn a_connected_license_is_good_for_its_shop() {
        let site = website("shop.example.com");
        for shop in ["shop.example.com", "https://www.shop.example.com/de", "http://SHOP.example.com:80"] {
            assert_eq!(judged(&good(&site), shop, 150), Ok(()), "{shop}");
        }
    }

    #[test]
    fn a_license_is_good_from_its_first_moment_until_just_before_its_end() {
        let site = website("shop.example.com");
        let facts = good(&site);
        assert_eq!(judged(&facts, "shop.example.com", 99), Err(Invalid::NotYetValid));
        assert_eq!(judged(&facts, "shop.example.com", 100), Ok(()));
        assert_eq!(judged(&facts, "shop.example.com", 199), Ok(()));
        assert_eq!(judged(&facts, "shop.example.com", 200), Err(Invalid::Expired));
        assert_eq!(judged(&Facts { valid_until: None, ..facts }, "shop.example.com", i64::MAX), Ok(()));
    }

    #[test]
    fn each_failing_condition_is_a_reason_of_its_own() {
        let site = website("shop.example.com");
        let facts = good(&site);
        let reason = |facts: Facts<'_>| judged(&facts, "shop.example.com", 150).unwrap_err();
        assert_eq!(reason(Facts { kind: Kind::Customer, ..facts }), Invalid::WrongKind);
        assert_eq!(reason(Facts { website: None, ..facts }), Invalid::NotConnected);
        assert_eq!(reason(Facts { suspended: true, ..facts }), Invalid::Suspended);
        assert_eq!(reason(Facts { used_elsewhere: true, ..facts }), Invalid::InUse);
        for other in ["shop.example.com:8443", "example.com", "other.example"] {
            assert_eq!(judged(&facts, other, 150), Err(Invalid::OtherWebsite), "{other}");
        }
    }

    #[test]
    fn of_several_reasons_the_first_is_told() {
        let facts = Facts {
            kind: Kind::Customer,
            website: None,
            valid_from: 0,
            valid_until: Some(0),
            suspended: true,
            used_elsewhere: true,
        };
        assert_eq!(judged(&facts, "shop.example.com", 150), Err(Invalid::WrongKind));
        assert_eq!(judged(&Facts { kind: Kind::System, ..facts }, "shop.example.com", 150), Err(Invalid::NotConnected));
    }

    #[test]
    fn reasons_have_names_of_their_own() {
        let mut names: Vec<_> = Invalid::ALL.map(Invalid::as_str).to_vec();
        names.dedup();
        assert_eq!(names.len(), 7);
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
