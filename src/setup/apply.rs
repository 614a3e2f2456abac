//! Making shops, systems, customers and assignments as a file says: all of it or nothing.
//!
//! What the file does not name is left alone. A dry run does everything and takes it back at the
//! end, so that its diff is what a real run would do. Passwords are hashed before the transaction,
//! because nobody else can write while it lasts.

use std::collections::{HashMap, HashSet};
use std::fmt;

use secrecy::SecretString;
use serde_json::Value;

use crate::credential::password::{self, Parameters};
use crate::credential::secret;
use crate::license::{self, Kind, Website};
use crate::setup::customers::{self, Rejected, check_email, check_number, check_password};
use crate::setup::file::{AssignmentEntry, CustomerEntry, SetupFile, ShopEntry, SystemEntry};
use crate::setup::licenses::{self, LicenseError, Place};
use crate::store::assignments::Assignment;
use crate::store::customers::{Customer, fold_email};
use crate::store::licenses::License;
use crate::store::shops::{ApiKey, Shop};
use crate::store::systems::System;
use crate::store::{self, Connection, StoreError};
use crate::system::Profile;

/// Characters an API key should have at least, to be beyond guessing.
const API_KEY_ADVICE: usize = 20;

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
}

/// One line of the diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    pub object: String,
    pub details: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Made,
    Changed,
    Removed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Made => '+',
            ChangeKind::Changed => '~',
            ChangeKind::Removed => '-',
        };
        write!(f, "{sign} {}", self.object)?;
        for detail in &self.details {
            write!(f, "\n    {detail}")?;
        }
        Ok(())
    }
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
    if !applied.changes.is_empty() {
        store::revision::bump(c)?;
    }
    if options.dry_run { Err(ApplyError::DryRun(Box::new(applied))) } else { Ok(applied) }
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
    fn shop(&mut self, entry: &ShopEntry) -> Done {
        let place = format!("shop {}", entry.slug);
        let refuse = refusing(&place);
        check_slug(&entry.slug).map_err(&refuse)?;
        Website::read(&entry.website).map_err(|error| refuse(format!("website \"{}\": {error}", entry.website)))?;
        entry.connector.check().map_err(|error| refuse(format!("connector: {error}")))?;
        let present = store::shops::find_by_slug(self.c, &entry.slug)?;
        let account_id = self.owner(entry, present.as_ref(), &refuse)?;
        let wanted = Shop {
            id: present.as_ref().map_or_else(new_id, |shop| shop.id.clone()),
            slug: entry.slug.clone(),
            name: entry.name.clone().unwrap_or_else(|| entry.slug.clone()),
            website: entry.website.trim().to_owned(),
            account_id,
            connector: json(&entry.connector),
            created_at: present.as_ref().map_or(self.now, |shop| shop.created_at),
        };
        let mut details = Vec::new();
        match &present {
            None => store::shops::insert(self.c, &wanted)?,
            Some(present) => {
                differ(&mut details, "name", &present.name, &wanted.name);
                differ(&mut details, "website", &present.website, &wanted.website);
                differ(&mut details, "connector", &present.connector, &wanted.connector);
                if present.account_id != wanted.account_id {
                    let email = |c: &mut Connection, id: &Option<String>| match id {
                        Some(id) => Ok::<_, StoreError>(
                            store::accounts::find(c, id)?.map_or_else(String::new, |account| account.email),
                        ),
                        None => Ok("none".to_owned()),
                    };
                    let (was, will) = (email(self.c, &present.account_id)?, email(self.c, &wanted.account_id)?);
                    differ(&mut details, "account", &was, &will);
                }
                if !details.is_empty() {
                    store::shops::update(self.c, &wanted)?;
                }
            }
        }
        self.api_key(entry, &wanted, &mut details, &refuse)?;
        self.note(place, present.is_none(), details);
        Ok(())
    }

    fn owner(
        &mut self,
        entry: &ShopEntry,
        present: Option<&Shop>,
        refuse: &impl Fn(String) -> ApplyError,
    ) -> Result<Option<String>, ApplyError> {
        if let Some(email) = &entry.account {
            check_email(email).map_err(refuse)?;
            if store::accounts::find_by_email(self.c, email)?.is_none() {
                self.note(
                    format!(
                        "account {} (no password yet; set one with: punchgate user add)",
                        email.trim().to_lowercase()
                    ),
                    true,
                    Vec::new(),
                );
            }
            let account = licenses::account(self.c, email, self.now).map_err(|error| refuse(error.to_string()))?;
            return Ok(Some(account.id));
        }
        if let Some(account) = present.and_then(|shop| shop.account_id.clone()) {
            return Ok(Some(account));
        }
        let merchants = store::accounts::list_merchants(self.c)?;
        match merchants.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.id.clone())),
            several => {
                let emails: Vec<&str> = several.iter().map(|account| account.email.as_str()).collect();
                Err(refuse(format!("say whose shop it is with account = \"…\"; there are {}", emails.join(", "))))
            }
        }
    }

    fn api_key(
        &mut self,
        entry: &ShopEntry,
        shop: &Shop,
        details: &mut Vec<String>,
        refuse: &impl Fn(String) -> ApplyError,
    ) -> Done {
        let present = store::shops::list_api_keys_of(self.c, &shop.id)?;
        let key = match &entry.api_key {
            Some(key) if key.trim().is_empty() => return Err(refuse("api_key is empty".into())),
            Some(key) => key.trim().to_owned(),
            None if present.is_empty() => {
                let key = secret::api_key_generate().expose().to_owned();
                self.applied.new_api_keys.push((shop.slug.clone(), key.clone()));
                key
            }
            None => return Ok(()),
        };
        let digest = secret::digest(&key).to_vec();
        if present.iter().any(|known| known.digest == digest) {
            return Ok(());
        }
        if key.chars().count() < API_KEY_ADVICE {
            self.applied.warnings.push(format!("shop {}: the API key is short enough to be guessed; use {API_KEY_ADVICE} random characters or more, or leave it out and one is made", shop.slug));
        }
        store::shops::delete_api_keys_of(self.c, &shop.id)?;
        let row = ApiKey { id: new_id(), shop_id: shop.id.clone(), digest, created_at: self.now };
        store::shops::insert_api_key(self.c, &row).map_err(|error| match error {
            StoreError::Conflict(_) => refuse("another shop has the same API key".into()),
            other => other.into(),
        })?;
        if !present.is_empty() {
            details.push("api_key: replaced".into());
        }
        Ok(())
    }

    fn system(&mut self, entry: &SystemEntry) -> Done {
        let place = format!("system {}", entry.slug);
        let refuse = refusing(&place);
        check_slug(&entry.slug).map_err(&refuse)?;
        let shop = store::shops::find_by_slug(self.c, &entry.shop)?
            .ok_or_else(|| refuse(format!("there is no shop \"{}\"", entry.shop)))?;
        let settings = entry.settings().map_err(|error| refuse(error.to_string()))?;
        let written = settings.to_string();
        let profile = Profile::read(&written).map_err(|error| refuse(error.to_string()))?;
        if profile.hooks.is_empty() {
            self.applied.warnings.push(format!(
                "{place}: hooks is empty, so every call will be refused; name the allowed return targets"
            ));
        }
        let present = store::systems::find_by_slug(self.c, &entry.slug)?;
        if let Some(present) = present.as_ref().filter(|present| present.shop_id != shop.id) {
            return Err(refuse(format!("it belongs to another shop ({})", present.shop_id)));
        }
        let license = match &entry.license {
            Some(key) => Some(self.license(key, Kind::System, &shop, &Place::System(entry.slug.clone()), &refuse)?),
            None => None,
        };
        let wanted = System {
            id: present.as_ref().map_or_else(new_id, |system| system.id.clone()),
            shop_id: shop.id.clone(),
            slug: entry.slug.clone(),
            name: entry.name.clone().unwrap_or_else(|| entry.slug.clone()),
            active: entry.active.or(present.as_ref().map(|system| system.active)).unwrap_or(true),
            license_id: license
                .map(|license| license.id)
                .or(present.as_ref().and_then(|system| system.license_id.clone())),
            settings: written,
            created_at: present.as_ref().map_or(self.now, |system| system.created_at),
        };
        let mut details = Vec::new();
        match &present {
            None => store::systems::insert(self.c, &wanted)?,
            Some(present) => {
                differ(&mut details, "name", &present.name, &wanted.name);
                differ(&mut details, "active", &present.active, &wanted.active);
                differ_license(&mut details, &self.had(&present.id, &present.license_id), &wanted.license_id);
                let was: Value = serde_json::from_str(&present.settings).unwrap_or_default();
                differ_settings(&mut details, "", &was, &settings);
                if *present != wanted {
                    store::systems::update(self.c, &wanted)?;
                }
            }
        }
        if wanted.license_id.is_none() {
            self.applied.warnings.push(format!("{place}: it has no license yet, so nobody can punch out"));
        }
        self.note(place, present.is_none(), details);
        Ok(())
    }

    fn customer(&mut self, entry: &CustomerEntry, hash: Option<&String>) -> Done {
        let place = format!("customer {}/{}", entry.shop, entry.number.trim());
        let refuse = refusing(&place);
        check_number(&entry.number)
            .and_then(|()| check_email(&entry.email))
            .and_then(|()| entry.password.as_deref().map_or(Ok(()), check_password))
            .map_err(&refuse)?;
        if entry.password.is_some() && entry.password_hash.is_some() {
            return Err(refuse("give password or password_hash, not both".into()));
        }
        if entry.password_hash.as_deref().is_some_and(|hash| !password::readable(hash.trim())) {
            return Err(refuse("password_hash must be argon2id ($argon2id$…) or bcrypt ($2a$, $2b$, $2y$)".into()));
        }
        let shop = store::shops::find_by_slug(self.c, &entry.shop)?
            .ok_or_else(|| refuse(format!("there is no shop \"{}\"", entry.shop)))?;
        let present = store::customers::find_by_number(self.c, &shop.id, entry.number.trim())?;
        let hash = hash.cloned().or_else(|| present.as_ref().map(|customer| customer.password_hash.clone()));
        let wanted = Customer {
            id: present.as_ref().map_or_else(new_id, |customer| customer.id.clone()),
            shop_id: shop.id,
            number: entry.number.trim().to_owned(),
            email: entry.email.trim().to_owned(),
            email_folded: fold_email(&entry.email),
            password_hash: hash.ok_or_else(|| refuse("a new customer needs password or password_hash".into()))?,
            active: entry.active.or(present.as_ref().map(|customer| customer.active)).unwrap_or(true),
            created_at: present.as_ref().map_or(self.now, |customer| customer.created_at),
        };
        let mut details = Vec::new();
        if let Some(present) = &present {
            differ(&mut details, "email", &present.email, &wanted.email);
            differ(&mut details, "active", &present.active, &wanted.active);
            if present.password_hash != wanted.password_hash {
                details.push("password: changed".into());
            }
        }
        if present.as_ref() != Some(&wanted) {
            customers::save(self.c, &wanted, present.is_none()).map_err(|rejected| match rejected {
                Rejected::Faulty(reason) => refuse(reason),
                Rejected::Store(error) => error.into(),
            })?;
        }
        self.note(place, present.is_none(), details);
        Ok(())
    }

    fn assignment(&mut self, entry: &AssignmentEntry) -> Done {
        let place = format!("assignment {}/{}", entry.system, entry.customer.trim());
        let refuse = refusing(&place);
        let system = store::systems::find_by_slug(self.c, &entry.system)?
            .ok_or_else(|| refuse(format!("there is no system \"{}\"", entry.system)))?;
        let customer = store::customers::find_by_number(self.c, &system.shop_id, entry.customer.trim())?;
        let customer = customer
            .ok_or_else(|| refuse(format!("there is no customer {} in the system's shop", entry.customer.trim())))?;
        let shop = store::shops::list(self.c)?
            .into_iter()
            .find(|shop| shop.id == system.shop_id)
            .ok_or_else(|| refuse("its shop is gone".into()))?;
        let license = match &entry.license {
            Some(key) => {
                let here = Place::Assignment { system: entry.system.clone(), customer: customer.number.clone() };
                Some(self.license(key, Kind::Customer, &shop, &here, &refuse)?)
            }
            None => None,
        };
        let present = store::assignments::find(self.c, &system.id, &customer.id)?;
        let wanted = Assignment {
            id: present.as_ref().map_or_else(new_id, |assignment| assignment.id.clone()),
            system_id: system.id,
            customer_id: customer.id,
            license_id: license
                .map(|license| license.id)
                .or(present.as_ref().and_then(|assignment| assignment.license_id.clone())),
            created_at: present.as_ref().map_or(self.now, |assignment| assignment.created_at),
        };
        let mut details = Vec::new();
        match &present {
            None => store::assignments::insert(self.c, &wanted)?,
            Some(present) => {
                differ_license(&mut details, &self.had(&present.id, &present.license_id), &wanted.license_id);
                if *present != wanted {
                    store::assignments::update(self.c, &wanted)?;
                }
            }
        }
        if wanted.license_id.is_none() {
            self.applied.warnings.push(format!("{place}: it has no license yet, so this customer cannot punch out"));
        }
        self.note(place, present.is_none(), details);
        Ok(())
    }

    /// The license of that key, if it can ever serve here. What may still become right (not yet
    /// connected, suspended, expired) is stored with a warning.
    fn license(
        &mut self,
        key: &str,
        kind: Kind,
        shop: &Shop,
        here: &Place,
        refuse: &impl Fn(String) -> ApplyError,
    ) -> Result<License, ApplyError> {
        let license = licenses::find(self.c, key).map_err(|error| match error {
            LicenseError::Store(error) => ApplyError::Store(error),
            other => refuse(format!("license: {other}")),
        })?;
        if license.kind != kind.as_str() {
            let belongs = match kind {
                Kind::System => "a customer license; it belongs into an [[assignment]]",
                Kind::Customer => "a system license; it belongs into a [[system]]",
            };
            return Err(refuse(format!("license: this is {belongs}")));
        }
        if let Some(place) = licenses::place(self.c, &license)?.filter(|place| place != here) {
            return Err(refuse(format!(
                "license: it is in use by {place}; every system and every customer in a system needs a license of its own"
            )));
        }
        if let Ok(website) = Website::read(&shop.website)
            && let Err(invalid) = license.verdict(kind, &website, self.now)
        {
            let why = explain(invalid, &license, &website);
            self.applied.warnings.push(format!("{here}: the license cannot be used yet: {why}"));
        }
        Ok(license)
    }

    /// Lets go of the licenses that the file puts elsewhere, so that two objects may swap theirs.
    fn release_licenses(&mut self, file: &SetupFile) -> Done {
        for entry in file.system.iter().filter(|entry| entry.license.is_some()) {
            if let Some(mut system) = store::systems::find_by_slug(self.c, &entry.slug)?
                && self.moves(entry.license.as_deref(), system.license_id.as_deref())?
                && file.system.iter().any(|other| other.slug != entry.slug && other.license.is_some())
            {
                self.released.extend(system.license_id.take().map(|license| (system.id.clone(), license)));
                store::systems::update(self.c, &system)?;
            }
        }
        for entry in file.assignment.iter().filter(|entry| entry.license.is_some()) {
            let Some(system) = store::systems::find_by_slug(self.c, &entry.system)? else { continue };
            let Some(customer) = store::customers::find_by_number(self.c, &system.shop_id, entry.customer.trim())?
            else {
                continue;
            };
            if let Some(mut assignment) = store::assignments::find(self.c, &system.id, &customer.id)?
                && self.moves(entry.license.as_deref(), assignment.license_id.as_deref())?
            {
                self.released.extend(assignment.license_id.take().map(|license| (assignment.id.clone(), license)));
                store::assignments::update(self.c, &assignment)?;
            }
        }
        Ok(())
    }

    /// The license that a system or assignment had before this run.
    fn had(&self, id: &str, present: &Option<String>) -> Option<String> {
        present.clone().or_else(|| self.released.get(id).cloned())
    }

    fn moves(&mut self, wanted_key: Option<&str>, present_id: Option<&str>) -> Result<bool, ApplyError> {
        let (Some(key), Some(present)) = (wanted_key, present_id) else { return Ok(false) };
        // A key that does not exist is told later, with its place.
        Ok(licenses::find(self.c, key).is_ok_and(|license| license.id != present))
    }

    fn prune(&mut self, file: &SetupFile) -> Done {
        let shops = store::shops::list(self.c)?;
        let systems = store::systems::list(self.c)?;
        let slug = |id: &str| shops.iter().find(|shop| shop.id == id).map_or("", |shop| shop.slug.as_str());
        for system in &systems {
            let named = file.system.iter().any(|entry| entry.slug == system.slug);
            for assignment in store::assignments::list_of_system(self.c, &system.id)? {
                let customers = store::customers::list_of_shop(self.c, &system.shop_id)?;
                let number = customers
                    .iter()
                    .find(|customer| customer.id == assignment.customer_id)
                    .map_or("", |customer| customer.number.as_str());
                if !named
                    || !file
                        .assignment
                        .iter()
                        .any(|entry| entry.system == system.slug && entry.customer.trim() == number)
                {
                    store::assignments::delete(self.c, &assignment.id)?;
                    self.removed(format!("assignment {}/{number}", system.slug));
                }
            }
            if !named {
                store::systems::delete(self.c, &system.id)?;
                self.removed(format!("system {}", system.slug));
            }
        }
        for shop in &shops {
            for customer in store::customers::list_of_shop(self.c, &shop.id)? {
                if !file
                    .customer
                    .iter()
                    .any(|entry| entry.shop == slug(&shop.id) && entry.number.trim() == customer.number)
                {
                    store::customers::delete(self.c, &customer.id)?;
                    self.removed(format!("customer {}/{}", shop.slug, customer.number));
                }
            }
            if !file.shop.iter().any(|entry| entry.slug == shop.slug) {
                store::shops::delete(self.c, &shop.id)?;
                self.removed(format!("shop {}", shop.slug));
            }
        }
        Ok(())
    }

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

/// A slug stands in URLs: small letters, digits, dashes.
fn check_slug(slug: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if slug.is_empty() || slug.len() > 64 || !slug.chars().all(allowed) || slug.starts_with('-') {
        return Err(format!("the slug \"{slug}\" must be 1 to 64 small letters, digits, - or _"));
    }
    Ok(())
}

fn explain(invalid: license::Invalid, license: &License, shop: &Website) -> String {
    use license::Invalid;
    match invalid {
        Invalid::NotConnected => {
            format!("it is not connected with a website; its owner connects it with {shop}")
        }
        Invalid::OtherWebsite => format!(
            "it is connected with {}, and the shop's website is {}",
            license.website.as_deref().unwrap_or_default(),
            shop
        ),
        Invalid::NotYetValid => "it is not valid yet".into(),
        Invalid::Expired => "it has expired".into(),
        Invalid::Suspended => "it is suspended".into(),
        Invalid::WrongKind => "it is of the wrong kind".into(),
        Invalid::InUse => "it is in use elsewhere".into(),
    }
}

fn differ<T: PartialEq + fmt::Debug>(details: &mut Vec<String>, name: &str, was: &T, will: &T) {
    if was != will {
        details.push(format!("{name}: {was:?} → {will:?}"));
    }
}

fn differ_license(details: &mut Vec<String>, was: &Option<String>, will: &Option<String>) {
    if was != will {
        // Keys are not shown: a diff ends up in logs of deployments.
        details.push(if was.is_none() { "license: set".into() } else { "license: replaced".into() });
    }
}

/// Names every setting that differs by its path.
fn differ_settings(details: &mut Vec<String>, path: &str, was: &Value, will: &Value) {
    match (was, will) {
        (Value::Object(was), Value::Object(will)) => {
            let mut names: Vec<&String> = was.keys().chain(will.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                differ_settings(
                    details,
                    &path,
                    was.get(name).unwrap_or(&Value::Null),
                    will.get(name).unwrap_or(&Value::Null),
                );
            }
        }
        (was, will) if was != will => {
            let written = |value: &Value| if value.is_null() { "(preset)".to_owned() } else { value.to_string() };
            details.push(format!("{path}: {} → {}", written(was), written(will)));
        }
        _ => {}
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("entries are plain data")
}

fn new_id() -> String {
    ulid::Ulid::new().to_string()
}
