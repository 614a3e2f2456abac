//! What the owner of licenses does in the portal, by the license's id and within his reach.

use crate::account::Reach;
use crate::account::audit::Actor;
use crate::license::{Website, WebsiteError};
use crate::setup::license_check::SOON;
use crate::setup::licenses::{self, LicenseError};
use crate::store::licenses::License;
use crate::store::{self, Connection, StoreError};

/// How a license stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Suspended,
    Expired,
    NotYetValid,
    NotConnected,
    /// In force, and ending within a month.
    Expiring,
    Valid,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Valid, State::Expiring, State::NotConnected, State::NotYetValid, State::Expired, State::Suspended];

    pub fn of(license: &License, now: i64) -> Self {
        match license {
            License { suspended: true, .. } => Self::Suspended,
            License { valid_until: Some(end), .. } if *end <= now => Self::Expired,
            License { valid_from, .. } if *valid_from > now => Self::NotYetValid,
            License { website: None, .. } => Self::NotConnected,
            License { valid_until: Some(end), .. } if *end <= now + SOON => Self::Expiring,
            _ => Self::Valid,
        }
    }

    /// As lists are filtered by it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::NotConnected => "not-connected",
            Self::Expiring => "expiring",
            Self::Valid => "valid",
        }
    }
}

/// Why a license was not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("there is no such license")]
    NotFound,
    #[error(transparent)]
    Website(#[from] WebsiteError),
    /// It is connected with that website already.
    #[error("the license is connected with {0}")]
    Connected(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A license within reach.
pub fn find(c: &mut Connection, reach: &Reach, id: &str) -> Result<Option<License>, StoreError> {
    Ok(store::licenses::find(c, id)?.filter(|license| reach.covers(Some(&license.account_id))))
}

/// Binds a license to a website.
pub fn connect(
    c: &mut Connection,
    reach: &Reach,
    id: &str,
    website: &str,
    actor: &Actor,
    now: i64,
) -> Result<License, ConnectError> {
    let license = find(c, reach, id)?.ok_or(ConnectError::NotFound)?;
    Website::read(website)?;
    licenses::connect(c, &license.key, website, actor, now).map_err(|error| match error {
        LicenseError::Connected(website) => ConnectError::Connected(website),
        LicenseError::Store(error) => ConnectError::Store(error),
        other => ConnectError::Store(StoreError::Query(other.to_string())),
    })
}

/// Takes a license from its website again; nothing happens to one that has none.
pub fn disconnect(c: &mut Connection, reach: &Reach, id: &str, actor: &Actor, now: i64) -> Result<(), ConnectError> {
    let license = find(c, reach, id)?.ok_or(ConnectError::NotFound)?;
    match licenses::disconnect(c, &license.key, actor, now) {
        Ok(_) | Err(LicenseError::NotConnected) => Ok(()),
        Err(LicenseError::Store(error)) => Err(error.into()),
        Err(other) => Err(StoreError::Query(other.to_string()).into()),
    }
}

/// What stops working when a license does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequences {
    /// How many customers could not punch out any more.
    pub customers: i64,
}

/// Counts the active customers with a license of their own who depend on it, in an active system.
pub fn consequences(c: &mut Connection, license: &License) -> Result<Consequences, StoreError> {
    Ok(Consequences { customers: store::assignments::count_paid_by(c, &license.id)? })
}
