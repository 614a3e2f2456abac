//! What a license key is that somebody typed, and whether it will work in the place he typed it for.

use crate::account::Reach;
use crate::clock::DAY;
use crate::license::{Invalid, Kind, Website};
use crate::setup::licenses::{self, LicenseError, Place};
use crate::store::license_list::{self, Filter, Listed};
use crate::store::licenses::License;
use crate::store::shops::Shop;
use crate::store::{self, Connection, StoreError};

/// How long before its end a license says so.
pub const SOON: i64 = 30 * DAY;

/// A key that was looked at.
#[derive(Debug)]
pub struct Checked {
    /// The license, if there is one with that key.
    pub license: Option<License>,
    pub finding: Finding,
}

/// What was found, the first thing that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Empty,
    Malformed,
    Mistyped,
    Unknown,
    WrongKind {
        is: Kind,
    },
    /// `own`: within reach of who asks, so that he may connect it himself.
    NotConnected {
        id: String,
        own: bool,
    },
    OtherWebsite {
        website: String,
        shop: String,
    },
    NotYetValid {
        from: i64,
    },
    Expired {
        until: i64,
    },
    Suspended,
    /// The place is told to whom it belongs only.
    InUse {
        place: Option<Place>,
    },
    Good {
        kind: Kind,
        website: String,
        valid_until: Option<i64>,
        /// It ends within [`SOON`].
        expiring: bool,
    },
}

impl Finding {
    /// A punchout can be paid with it now.
    pub fn works(&self) -> bool {
        matches!(self, Self::Good { .. })
    }

    /// It may be put there: it works, or can still become right.
    pub fn storable(&self) -> bool {
        matches!(
            self,
            Self::Good { .. }
                | Self::NotConnected { .. }
                | Self::OtherWebsite { .. }
                | Self::NotYetValid { .. }
                | Self::Expired { .. }
                | Self::Suspended
        )
    }
}

/// Looks at a key for a place of kind `wanted` in a shop. `here` is the place itself, so that its own key is
/// not in use.
pub fn check(
    c: &mut Connection,
    typed: &str,
    wanted: Kind,
    shop: &Shop,
    here: Option<&Place>,
    reach: &Reach,
    now: i64,
) -> Result<Checked, StoreError> {
    if typed.trim().is_empty() {
        return Ok(Checked { license: None, finding: Finding::Empty });
    }
    let license = match licenses::find(c, typed) {
        Ok(license) => license,
        Err(LicenseError::Store(error)) => return Err(error),
        Err(error) => {
            let finding = match error {
                LicenseError::Mistyped => Finding::Mistyped,
                LicenseError::Unknown => Finding::Unknown,
                _ => Finding::Malformed,
            };
            return Ok(Checked { license: None, finding });
        }
    };
    let finding = judge(c, &license, wanted, shop, here, reach, now)?;
    Ok(Checked { license: Some(license), finding })
}

fn judge(
    c: &mut Connection,
    license: &License,
    wanted: Kind,
    shop: &Shop,
    here: Option<&Place>,
    reach: &Reach,
    now: i64,
) -> Result<Finding, StoreError> {
    let own = reach.covers(Some(&license.account_id));
    let is = if license.kind == Kind::System.as_str() { Kind::System } else { Kind::Customer };
    if is != wanted {
        return Ok(Finding::WrongKind { is });
    }
    if let Some(place) = licenses::place(c, license)?.filter(|place| Some(place) != here) {
        return Ok(Finding::InUse { place: covers_place(c, &place, reach)?.then_some(place) });
    }
    let Ok(website) = Website::read(&shop.website) else {
        return Ok(Finding::OtherWebsite {
            website: license.website.clone().unwrap_or_default(),
            shop: shop.website.clone(),
        });
    };
    Ok(match license.verdict(wanted, &website, now) {
        Ok(_) => Finding::Good {
            kind: is,
            website: license.website.clone().unwrap_or_default(),
            valid_until: license.valid_until,
            expiring: license.valid_until.is_some_and(|end| end <= now + SOON),
        },
        Err(invalid) => match invalid {
            Invalid::WrongKind => Finding::WrongKind { is },
            Invalid::NotConnected => Finding::NotConnected { id: license.id.clone(), own },
            Invalid::OtherWebsite => Finding::OtherWebsite {
                website: license.website.clone().unwrap_or_default(),
                shop: website.as_str().to_owned(),
            },
            Invalid::NotYetValid => Finding::NotYetValid { from: license.valid_from },
            Invalid::Expired => Finding::Expired { until: license.valid_until.unwrap_or(now) },
            Invalid::Suspended => Finding::Suspended,
            Invalid::InUse => Finding::InUse { place: None },
        },
    })
}

fn covers_place(c: &mut Connection, place: &Place, reach: &Reach) -> Result<bool, StoreError> {
    let (Place::System(slug) | Place::Assignment { system: slug, .. }) = place;
    let Some(system) = store::systems::find_by_slug(c, slug)? else { return Ok(false) };
    let shop = store::shops::find(c, &system.shop_id)?;
    Ok(shop.is_some_and(|shop| reach.covers(shop.account_id.as_deref())))
}

/// The licenses of an account that would work in a shop and are used nowhere, the newest first.
pub fn list_free(
    c: &mut Connection,
    account_id: &str,
    kind: Kind,
    shop: &Shop,
    now: i64,
) -> Result<Vec<Listed>, StoreError> {
    /// More than anybody would read; who has more knows his keys.
    const MOST: i64 = 200;
    let Ok(website) = Website::read(&shop.website) else { return Ok(Vec::new()) };
    let filter = Filter {
        account_id: Some(account_id.to_owned()),
        kind: Some(kind.as_str().to_owned()),
        state: Some("free".into()),
        limit: MOST,
        now,
        soon: now + SOON,
        ..Filter::default()
    };
    let mut free = license_list::list(c, &filter)?;
    free.retain(|listed| listed.license.verdict(kind, &website, now).is_ok());
    Ok(free)
}
