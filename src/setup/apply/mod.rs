//! Making shops, systems, customers and assignments as a file says: all of it or nothing.
//!
//! What the file does not name is left alone. A dry run does everything and takes it back at the
//! end, so that its diff is what a real run would do. Passwords are hashed before the transaction,
//! because nobody else can write while it lasts.

mod customer;
mod diff;
mod license;
mod prune;
mod shop;
mod system;

use std::collections::{HashMap, HashSet};

use secrecy::SecretString;

pub use self::diff::{Change, ChangeKind};
use crate::account::audit::{self, Action, Actor, Object};
use crate::credential::password::{self, Parameters};
use crate::setup::file::SetupFile;
use crate::store::{self, Connection, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// An object of the file cannot be made; names the object and the reason.
    #[error("{place}: {reason}")]
    Refused { place: String, reason: String },
    /// A dry run came to its end; everything was taken back.
    #[error("dry run")]
    DryRun(Box<Applied>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was done.
#[derive(Debug, Default)]
pub struct Applied {
    pub changes: Vec<Change>,
    /// Things that were stored but will not work yet.
    pub warnings: Vec<String>,
    /// API keys that were made: shop and key, shown once.
    pub new_api_keys: Vec<(String, String)>,
    /// Systems that were there and got other settings.
    pub drafts: Vec<Draft>,
}

/// Settings that a system is to have, to be tried before they are in force.
#[derive(Debug)]
pub struct Draft {
    pub system_id: String,
    pub slug: String,
    pub settings: String,
}

/// How to go about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Take everything back at the end.
    pub dry_run: bool,
    /// Remove what the file does not name.
    pub prune: bool,
}

/// A file whose passwords are hashed.
pub struct Prepared {
    file: SetupFile,
    /// By shop slug and number: the hash to have from now on.
    hashes: HashMap<(String, String), String>,
}

/// Hashes the passwords of a file; what still verifies against a known hash keeps it.
pub fn prepare(
    file: SetupFile,
    known: &HashMap<(String, String), String>,
    parameters: Parameters,
    progress: impl Fn(),
) -> Prepared {
    let mut hashes = HashMap::new();
    for customer in &file.customer {
        let key = (customer.shop.clone(), customer.number.trim().to_owned());
        if let Some(password) = &customer.password {
            let password = SecretString::from(password.clone());
            let same = known.get(&key).filter(|hash| password::verify_now(&password, hash));
            hashes.insert(key, same.cloned().unwrap_or_else(|| password::hash_now(&password, parameters)));
        } else if let Some(hash) = &customer.password_hash {
            hashes.insert(key, hash.trim().to_owned());
        }
        progress();
    }
    Prepared { file, hashes }
}

/// The password hashes that are stored now, by shop slug and customer number.
pub fn known_hashes(c: &mut Connection) -> Result<HashMap<(String, String), String>, StoreError> {
    let mut known = HashMap::new();
    for shop in store::shops::list(c)? {
        for customer in store::customers::list_of_shop(c, &shop.id)? {
            known.insert((shop.slug.clone(), customer.number), customer.password_hash);
        }
    }
    Ok(known)
}

/// Does it; to be called inside a write job, whose transaction makes it all or nothing.
pub fn apply(c: &mut Connection, prepared: &Prepared, options: Options, now: i64) -> Result<Applied, ApplyError> {
    let mut applied = Applied::default();
    let file = &prepared.file;
    refuse_twins(file)?;
    let mut work = Work { c, applied: &mut applied, now, released: HashMap::new() };
    // First, so that what goes gives its licenses and e-mail addresses to what comes.
    if options.prune {
        work.prune(file)?;
    }
    for entry in &file.shop {
        work.shop(entry)?;
    }
    work.release_licenses(file)?;
    for entry in &file.system {
        work.system(entry)?;
    }
    for entry in &file.customer {
        work.customer(entry, prepared.hashes.get(&(entry.shop.clone(), entry.number.trim().to_owned())))?;
    }
    for entry in &file.assignment {
        work.assignment(entry)?;
    }
    work.warn_of_strangers(file)?;
    if !applied.changes.is_empty() {
        note_changes(c, &applied.changes, now)?;
        store::revision::bump(c)?;
    }
    if options.dry_run { Err(ApplyError::DryRun(Box::new(applied))) } else { Ok(applied) }
}

/// Writes every change into the audit log.
fn note_changes(c: &mut Connection, changes: &[Change], now: i64) -> Result<(), StoreError> {
    let mut owners: HashMap<String, Option<String>> = HashMap::new();
    for change in changes {
        let (kind, name) = change.object.split_once(' ').unwrap_or(("shop", change.object.as_str()));
        let kind = match kind {
            "system" => "system",
            "customer" => "customer",
            "assignment" => "assignment",
            "account" => "account",
            _ => "shop",
        };
        // Customers are named by their shop, assignments by their system.
        let first = name.split(['/', ' ']).next().unwrap_or_default();
        let place = format!("{}{first}", if matches!(kind, "system" | "assignment") { "system " } else { "shop " });
        let owner = match owners.get(&place) {
            Some(owner) => owner.clone(),
            None => {
                let shop = match kind {
                    "system" | "assignment" => match store::systems::find_by_slug(c, first)? {
                        Some(system) => store::shops::find(c, &system.shop_id)?,
                        None => None,
                    },
                    _ => store::shops::find_by_slug(c, first)?,
                };
                let owner = shop.and_then(|shop| shop.account_id);
                owners.insert(place, owner.clone());
                owner
            }
        };
        let action = match change.kind {
            ChangeKind::Made => Action::Created,
            ChangeKind::Changed => Action::Changed,
            ChangeKind::Removed => Action::Removed,
        };
        let object = Object { kind, id: name, name, owner: owner.as_deref() };
        let after = (!change.details.is_empty()).then(|| serde_json::json!({ "changes": change.details }));
        audit::record(c, &Actor::command_line(), action, object, None, after, now)?;
    }
    Ok(())
}

struct Work<'a> {
    c: &'a mut Connection,
    applied: &'a mut Applied,
    now: i64,
    /// Licenses that were let go of, by the id of the system or assignment that had them.
    released: HashMap<String, String>,
}

type Done = Result<(), ApplyError>;

impl Work<'_> {
    fn note(&mut self, object: String, new: bool, details: Vec<String>) {
        if new || !details.is_empty() {
            let kind = if new { ChangeKind::Made } else { ChangeKind::Changed };
            self.applied.changes.push(Change { kind, object, details });
        }
    }

    fn removed(&mut self, object: String) {
        self.applied.changes.push(Change { kind: ChangeKind::Removed, object, details: Vec::new() });
    }
}

/// One object must not stand in a file twice: which of the two would be true?
fn refuse_twins(file: &SetupFile) -> Done {
    let mut seen = HashSet::new();
    let names = (file.shop.iter().map(|entry| format!("shop {}", entry.slug)))
        .chain(file.system.iter().map(|entry| format!("system {}", entry.slug)))
        .chain(file.customer.iter().map(|entry| format!("customer {}/{}", entry.shop, entry.number.trim())))
        .chain(file.assignment.iter().map(|entry| format!("assignment {}/{}", entry.system, entry.customer.trim())));
    for name in names {
        if !seen.insert(name.clone()) {
            return Err(ApplyError::Refused { place: name, reason: "it stands in the file twice".into() });
        }
    }
    Ok(())
}

fn refusing(place: &str) -> impl Fn(String) -> ApplyError + use<> {
    let place = place.to_owned();
    move |reason| ApplyError::Refused { place: place.clone(), reason }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("entries are plain data")
}

fn new_id() -> String {
    ulid::Ulid::new().to_string()
}
