//! Writing down who changed what, in the transaction of the change itself.

use serde_json::Value;

use crate::store::audit::Entry;
use crate::store::{self, Connection, StoreError};

/// Who makes a change, and from where.
#[derive(Debug, Clone)]
pub struct Actor {
    /// An e-mail address, `command line` or `shop`.
    pub name: String,
    pub address: Option<String>,
}

impl Actor {
    pub fn command_line() -> Self {
        Self { name: "command line".into(), address: None }
    }

    /// A shop that uses its API.
    pub fn shop(address: impl Into<String>) -> Self {
        Self { name: "shop".into(), address: Some(address.into()) }
    }
}

/// What was done to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Created,
    Changed,
    Removed,
    /// Of a license: `Connected` … `Issued`.
    Connected,
    Disconnected,
    Issued,
    Extended,
    Suspended,
    Resumed,
    /// Of a punchout.
    Cancelled,
    /// Of an account: signing in and its second factor.
    SignedIn,
    SignInRefused,
    SignedOut,
    PasswordChanged,
    SecondFactorOn,
    SecondFactorOff,
    Invited,
    /// Of a shop's API key.
    KeyRotated,
    Imported,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Issued => "issued",
            Self::Extended => "extended",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Cancelled => "cancelled",
            Self::SignedIn => "signed-in",
            Self::SignInRefused => "sign-in-refused",
            Self::SignedOut => "signed-out",
            Self::PasswordChanged => "password-changed",
            Self::SecondFactorOn => "second-factor-on",
            Self::SecondFactorOff => "second-factor-off",
            Self::Invited => "invited",
            Self::KeyRotated => "key-rotated",
            Self::Imported => "imported",
        }
    }
}

/// The thing that was changed.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    /// `shop`, `system`, `customer`, `assignment`, `license`, `account` or `punchout`.
    pub kind: &'static str,
    pub id: &'a str,
    /// As people call it: a slug, a number, an e-mail address, a masked license key.
    pub name: &'a str,
    /// The account whose it is.
    pub owner: Option<&'a str>,
}

/// Writes a change down. `before` and `after` hold what differs, never a secret.
pub fn record(
    c: &mut Connection,
    actor: &Actor,
    action: Action,
    object: Object<'_>,
    before: Option<Value>,
    after: Option<Value>,
    now: i64,
) -> Result<(), StoreError> {
    let entry = Entry {
        id: ulid::Ulid::new().to_string(),
        happened_at: now,
        account_id: object.owner.map(str::to_owned),
        actor: actor.name.clone(),
        address: actor.address.clone(),
        action: action.as_str().to_owned(),
        object_kind: object.kind.to_owned(),
        object_id: object.id.to_owned(),
        object_name: object.name.to_owned(),
        before: before.map(|value| value.to_string()),
        after: after.map(|value| value.to_string()),
    };
    store::audit::insert(c, &entry)
}
