//! What vendors and owners do to licenses: issue, connect, disconnect, suspend, resume, extend.
//! Each is recorded in the license's history.

use serde::Serialize;
use serde_json::json;

use crate::account::audit::{self, Action, Actor, Object};
use crate::clock::{date, end_of_day, last_day, rfc3339};
use crate::license::{Key, Kind, Website};
use crate::store::accounts::Account;
use crate::store::licenses::{License, LicenseEvent};
use crate::store::{self, Connection, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum LicenseError {
    #[error("this is not a license key: it looks like PGS-XXXXX-XXXXX-XXXXX-XXXXX (system) or PGC-… (customer)")]
    Malformed,
    #[error("the license key is mistyped: its check characters do not fit")]
    Mistyped,
    #[error("there is no license with this key")]
    Unknown,
    #[error("the website cannot be used: {0}")]
    Website(String),
    #[error("the license is connected with {0}; disconnect it first")]
    Connected(String),
    #[error("the license is not connected")]
    NotConnected,
    #[error("\"{0}\" is not a day; write it as 2027-12-31")]
    Day(String),
    #[error("these licenses were issued already")]
    IssuedAlready,
    #[error("no randomness from the system: {0}")]
    Randomness(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, LicenseError>;

/// A license that was just issued.
#[derive(Debug, Clone, Serialize)]
pub struct Issued {
    pub key: String,
    pub kind: String,
    /// The system license that this customer license came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundled_with: Option<String>,
}

/// Where a license is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    System(String),
    Assignment { system: String, customer: String },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System(slug) => write!(f, "system {slug}"),
            Self::Assignment { system, customer } => write!(f, "customer {customer} in system {system}"),
        }
    }
}

/// Which licenses are to be issued, and to whom.
pub struct Order<'a> {
    /// Of the first license: an order that comes once more meets it there.
    pub id: String,
    pub email: &'a str,
    pub kind: Kind,
    pub count: u32,
    /// The last good day; without end if there is none.
    pub valid_until: Option<&'a str>,
}

impl<'a> Order<'a> {
    pub fn new(email: &'a str, kind: Kind, count: u32, valid_until: Option<&'a str>) -> Self {
        Self { id: new_id(), email, kind, count, valid_until }
    }
}

/// Issues licenses to an account, which is made if it does not exist. A system license brings its
/// customer license.
pub fn issue(c: &mut Connection, order: Order<'_>, actor: &Actor, now: i64) -> Result<Vec<Issued>> {
    let valid_until = order.valid_until.map(read_last_day).transpose()?.flatten();
    let account = account(c, order.email, now)?;
    let mut issued = Vec::new();
    for place in 0..order.count {
        let mut license = draw(order.kind, &account.id, valid_until, now)?;
        if place == 0 {
            license.id.clone_from(&order.id);
        }
        insert(c, &license, actor, now)?;
        issued.push(Issued { key: license.key.clone(), kind: license.kind.clone(), bundled_with: None });
        if order.kind == Kind::System {
            let bundled = draw(Kind::Customer, &account.id, valid_until, now)?;
            let bundled = License { bundled_with: Some(license.id), ..bundled };
            insert(c, &bundled, actor, now)?;
            issued.push(Issued { key: bundled.key, kind: bundled.kind, bundled_with: Some(license.key) });
        }
    }
    Ok(issued)
}

/// The account of that address; made without a password if there is none.
pub fn account(c: &mut Connection, email: &str, now: i64) -> Result<Account> {
    if let Some(account) = store::accounts::find_by_email(c, email)? {
        return Ok(account);
    }
    let account = Account {
        id: new_id(),
        email: email.trim().to_lowercase(),
        role: "merchant".into(),
        password_hash: None,
        created_at: now,
        totp_secret: None,
        totp_step: None,
        language: None,
    };
    store::accounts::insert(c, &account)?;
    Ok(account)
}

/// Binds a license to a website.
pub fn connect(c: &mut Connection, key: &str, website: &str, actor: &Actor, now: i64) -> Result<License> {
    let mut license = find(c, key)?;
    let website = Website::read(website).map_err(|error| LicenseError::Website(error.to_string()))?;
    match license.website.as_deref() {
        Some(present) if present == website.as_str() => return Ok(license),
        Some(present) => return Err(LicenseError::Connected(present.to_owned())),
        None => license.website = Some(website.as_str().to_owned()),
    }
    change(c, &license, Action::Connected, license.website.clone(), actor, now)?;
    Ok(license)
}

pub fn disconnect(c: &mut Connection, key: &str, actor: &Actor, now: i64) -> Result<License> {
    let mut license = find(c, key)?;
    let website = license.website.take().ok_or(LicenseError::NotConnected)?;
    change(c, &license, Action::Disconnected, Some(website), actor, now)?;
    Ok(license)
}

pub fn suspend(c: &mut Connection, key: &str, actor: &Actor, now: i64) -> Result<License> {
    set_suspended(c, key, true, actor, now)
}

pub fn resume(c: &mut Connection, key: &str, actor: &Actor, now: i64) -> Result<License> {
    set_suspended(c, key, false, actor, now)
}

fn set_suspended(c: &mut Connection, key: &str, suspended: bool, actor: &Actor, now: i64) -> Result<License> {
    let mut license = find(c, key)?;
    if license.suspended != suspended {
        license.suspended = suspended;
        let action = if suspended { Action::Suspended } else { Action::Resumed };
        change(c, &license, action, None, actor, now)?;
    }
    Ok(license)
}

/// Sets the last day on which a license is good (UTC).
pub fn extend(c: &mut Connection, key: &str, valid_until: &str, actor: &Actor, now: i64) -> Result<License> {
    let mut license = find(c, key)?;
    license.valid_until = read_last_day(valid_until)?;
    change(c, &license, Action::Extended, Some(valid_until.trim().to_owned()), actor, now)?;
    Ok(license)
}

/// Finds a license by its key as a person typed it.
pub fn find(c: &mut Connection, key: &str) -> Result<License> {
    use crate::license::KeyError;
    let key = Key::read(key).map_err(|error| match error {
        KeyError::Malformed => LicenseError::Malformed,
        KeyError::Mistyped => LicenseError::Mistyped,
    })?;
    store::licenses::find_by_key(c, key.as_str())?.ok_or(LicenseError::Unknown)
}

/// Where a license is used, if anywhere.
pub fn place(c: &mut Connection, license: &License) -> std::result::Result<Option<Place>, StoreError> {
    if let Some(system) = store::systems::find_by_license(c, &license.id)? {
        return Ok(Some(Place::System(system.slug)));
    }
    let assignment = store::assignments::find_place_of_license(c, &license.id)?;
    Ok(assignment.map(|(system, customer)| Place::Assignment { system, customer }))
}

/// A license as `license show` and `license list` tell it.
#[derive(Debug, Serialize)]
pub struct Description {
    pub key: String,
    pub kind: String,
    pub account: String,
    pub website: Option<String>,
    pub valid_from: String,
    /// The last good day (UTC).
    pub valid_until: Option<String>,
    pub suspended: bool,
    pub used_by: Option<String>,
    pub bundled_with: Option<String>,
}

pub fn describe(c: &mut Connection, license: License) -> Result<Description> {
    let account = store::accounts::find(c, &license.account_id)?.map_or_else(String::new, |account| account.email);
    let bundled_with = match &license.bundled_with {
        Some(id) => store::licenses::find(c, id)?.map(|license| license.key),
        None => None,
    };
    Ok(Description {
        used_by: place(c, &license)?.map(|place| place.to_string()),
        key: license.key,
        kind: license.kind,
        account,
        website: license.website,
        valid_from: date(license.valid_from),
        valid_until: license.valid_until.map(last_day),
        suspended: license.suspended,
        bundled_with,
    })
}

/// One entry of a license's history, as `license show` tells it.
#[derive(Debug, Serialize)]
pub struct Event {
    pub at: String,
    /// `issued`, `connected`, `disconnected`, `suspended`, `resumed` or `extended`.
    pub event: String,
    /// The website or the new end of validity.
    pub detail: Option<String>,
}

/// What was done to a license, the oldest first.
pub fn history(c: &mut Connection, license: &License) -> Result<Vec<Event>> {
    let events = store::licenses::list_events(c, &license.id)?;
    let told = |event: LicenseEvent| Event { at: rfc3339(event.happened_at), event: event.kind, detail: event.detail };
    Ok(events.into_iter().map(told).collect())
}

/// A license with a key that nobody has seen yet.
fn draw(kind: Kind, account_id: &str, valid_until: Option<i64>, now: i64) -> Result<License> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|error| LicenseError::Randomness(error.to_string()))?;
    Ok(License {
        id: new_id(),
        key: Key::generate(kind, &random).as_str().to_owned(),
        kind: kind.as_str().to_owned(),
        account_id: account_id.to_owned(),
        bundled_with: None,
        website: None,
        valid_from: now,
        valid_until,
        suspended: false,
        created_at: now,
    })
}

fn insert(c: &mut Connection, license: &License, actor: &Actor, now: i64) -> Result<()> {
    store::licenses::insert(c, license).map_err(|error| match error {
        StoreError::Conflict(_) => LicenseError::IssuedAlready,
        error => error.into(),
    })?;
    record(c, license, Action::Issued, license.valid_until.map(last_day), actor, now)
}

fn change(
    c: &mut Connection,
    license: &License,
    action: Action,
    detail: Option<String>,
    actor: &Actor,
    now: i64,
) -> Result<()> {
    store::licenses::update(c, license)?;
    record(c, license, action, detail, actor, now)?;
    store::revision::bump(c)?;
    Ok(())
}

/// Writes it into the license's own history and into the audit log.
fn record(
    c: &mut Connection,
    license: &License,
    action: Action,
    detail: Option<String>,
    actor: &Actor,
    now: i64,
) -> Result<()> {
    let event = LicenseEvent {
        id: new_id(),
        license_id: license.id.clone(),
        happened_at: now,
        kind: action.as_str().to_owned(),
        detail: detail.clone(),
        actor: actor.name.clone(),
    };
    store::licenses::insert_event(c, &event)?;
    let name = masked(&license.key);
    let object = Object { kind: "license", id: &license.id, name: &name, owner: Some(&license.account_id) };
    let after = detail.map(|detail| json!({ "detail": detail }));
    Ok(audit::record(c, actor, action, object, None, after, now)?)
}

/// A key as logs may show it.
pub fn masked(key: &str) -> String {
    Key::read(key).map_or_else(|_| "***".to_owned(), |key| key.masked())
}

/// A last day by which many say "without end".
pub const WITHOUT_END: &str = "9999-12-31";

/// The moment after the last day on which a license is good; none for [`WITHOUT_END`].
pub fn read_last_day(day: &str) -> Result<Option<i64>> {
    match day.trim() {
        WITHOUT_END => Ok(None),
        day => end_of_day(day).map(Some).ok_or_else(|| LicenseError::Day(day.to_owned())),
    }
}

fn new_id() -> String {
    ulid::Ulid::new().to_string()
}
