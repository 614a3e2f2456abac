//! Shops and their API keys as the administration changes them, within somebody's reach.

use serde_json::{Value, json};

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor, Object};
use crate::credential::secret::{self, Token};
use crate::license::{Website, WebsiteError};
use crate::setup::slug;
use crate::setup::systems::NAME_MAX;
use crate::shop::Connector;
use crate::store::shops::{ApiKey, Shop};
use crate::store::{self, Connection, StoreError};

/// What the form of a shop holds.
#[derive(Debug, Clone, Default)]
pub struct ShopForm {
    pub name: String,
    /// Only taken for a new shop.
    pub slug: String,
    pub website: String,
    pub entry_url: String,
    /// Where the shop answers for its products itself; empty for nowhere.
    pub catalog_url: String,
    /// E-mail of whose shop it is; only a vendor chooses.
    pub account: String,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    NameMissing,
    NameLong,
    Slug,
    SlugTaken,
    Website(WebsiteError),
    EntryUrl,
    CatalogUrl,
    AccountUnknown,
}

/// Why a shop was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("there is no such shop")]
    NotFound,
    #[error("the shop changed meanwhile")]
    ChangedMeanwhile,
    #[error("{} fields have faults", .0.len())]
    Faults(Vec<Fault>),
    /// A shop with systems or customers stays.
    #[error("the shop is in use")]
    InUse,
    /// A form was sent once more.
    #[error("this API key was made already")]
    MadeAlready,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A shop by its technical name.
pub fn find(c: &mut Connection, reach: &Reach, slug: &str) -> Result<Option<Shop>, StoreError> {
    let shop = store::shops::find_by_slug(c, slug)?;
    Ok(shop.filter(|shop| reach.covers(shop.account_id.as_deref())))
}

/// Makes a shop with its first API key, which is told only now.
pub fn create(
    c: &mut Connection,
    reach: &Reach,
    form: &ShopForm,
    actor: &Actor,
    now: i64,
) -> Result<(Shop, Token), SaveError> {
    let mut faults = check(form);
    if slug::check(&form.slug).is_err() {
        faults.push(Fault::Slug);
    } else if store::shops::find_by_slug(c, &form.slug)?.is_some() {
        faults.push(Fault::SlugTaken);
    }
    let account_id = owner(c, reach, form, None, &mut faults)?;
    if !faults.is_empty() {
        return Err(SaveError::Faults(faults));
    }
    let shop = Shop {
        id: ulid::Ulid::new().to_string(),
        slug: form.slug.clone(),
        name: form.name.trim().to_owned(),
        website: form.website.trim().to_owned(),
        account_id,
        connector: connector(form).to_string(),
        created_at: now,
        version: 1,
    };
    store::shops::insert(c, &shop)?;
    let key = add_key(c, &shop, ulid::Ulid::new().to_string(), now)?;
    store::revision::bump(c)?;
    audit::record(c, actor, Action::Created, object(&shop), None, Some(told(&shop)), now)?;
    Ok((shop, key))
}

/// Saves a shop, if nobody else did since `version`.
pub fn save(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    version: i64,
    form: &ShopForm,
    actor: &Actor,
    now: i64,
) -> Result<(), SaveError> {
    let present = find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    if present.version != version {
        return Err(SaveError::ChangedMeanwhile);
    }
    let mut faults = check(form);
    let account_id = owner(c, reach, form, Some(&present), &mut faults)?;
    if !faults.is_empty() {
        return Err(SaveError::Faults(faults));
    }
    let shop = Shop {
        name: form.name.trim().to_owned(),
        website: form.website.trim().to_owned(),
        account_id,
        connector: connector(form).to_string(),
        ..present.clone()
    };
    if shop == present {
        return Ok(());
    }
    store::shops::update(c, &shop)?;
    store::revision::bump(c)?;
    audit::record(c, actor, Action::Changed, object(&shop), Some(told(&present)), Some(told(&shop)), now)?;
    Ok(())
}

/// Removes a shop that has neither systems nor customers.
pub fn remove(c: &mut Connection, reach: &Reach, slug: &str, actor: &Actor, now: i64) -> Result<(), SaveError> {
    let shop = find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    if store::shops::count_systems(c, &shop.id)? > 0 || store::shops::count_customers(c, &shop.id)? > 0 {
        return Err(SaveError::InUse);
    }
    store::shops::delete(c, &shop.id)?;
    store::revision::bump(c)?;
    audit::record(c, actor, Action::Removed, object(&shop), Some(told(&shop)), None, now)?;
    Ok(())
}

/// Makes a new API key of that id, once. The others stay good for the overlap, so that a shop can change over in peace.
pub fn rotate_key(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    (id, overlap): (String, i64),
    actor: &Actor,
    now: i64,
) -> Result<Token, SaveError> {
    let shop = find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    store::shops::expire_api_keys_of(c, &shop.id, now + overlap)?;
    let key = add_key(c, &shop, id, now).map_err(|error| match error {
        StoreError::Conflict(_) => SaveError::MadeAlready,
        error => error.into(),
    })?;
    store::shops::delete_ended_api_keys(c, now)?;
    store::revision::bump(c)?;
    let after = json!({ "new key": secret::hint(key.expose()), "old keys good for": overlap / crate::clock::SECOND });
    audit::record(c, actor, Action::KeyRotated, object(&shop), None, Some(after), now)?;
    Ok(key)
}

/// Takes one key out of use at once.
pub fn revoke_key(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    key_id: &str,
    actor: &Actor,
    now: i64,
) -> Result<(), SaveError> {
    let shop = find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    let keys = store::shops::list_api_keys_of(c, &shop.id)?;
    let key = keys.iter().find(|key| key.id == key_id).ok_or(SaveError::NotFound)?;
    store::shops::delete_api_key(c, &key.id)?;
    store::revision::bump(c)?;
    let before = json!({ "key": key.hint });
    audit::record(c, actor, Action::KeyRotated, object(&shop), Some(before), None, now)?;
    Ok(())
}

fn add_key(c: &mut Connection, shop: &Shop, id: String, now: i64) -> Result<Token, StoreError> {
    let key = secret::api_key_generate();
    let row = ApiKey {
        id,
        shop_id: shop.id.clone(),
        digest: secret::digest(key.expose()).to_vec(),
        created_at: now,
        expires_at: None,
        hint: secret::hint(key.expose()),
    };
    store::shops::insert_api_key(c, &row)?;
    Ok(key)
}

fn check(form: &ShopForm) -> Vec<Fault> {
    let mut faults = Vec::new();
    match form.name.trim().chars().count() {
        0 => faults.push(Fault::NameMissing),
        1..=NAME_MAX => {}
        _ => faults.push(Fault::NameLong),
    }
    if let Err(error) = Website::read(&form.website) {
        faults.push(Fault::Website(error));
    }
    let judged =
        |form: &ShopForm| serde_json::from_value::<Connector>(connector(form)).map(|connector| connector.check());
    let without_catalog = ShopForm { catalog_url: String::new(), ..form.clone() };
    if !matches!(judged(&without_catalog), Ok(Ok(()))) {
        faults.push(Fault::EntryUrl);
    } else if !matches!(judged(form), Ok(Ok(()))) {
        faults.push(Fault::CatalogUrl);
    }
    faults
}

fn connector(form: &ShopForm) -> Value {
    let mut connector = json!({ "kind": "redirect", "entry_url": form.entry_url.trim() });
    if !form.catalog_url.trim().is_empty() {
        connector["catalog_url"] = form.catalog_url.trim().into();
    }
    connector
}

/// A merchant's shop is his; a vendor says whose it is.
fn owner(
    c: &mut Connection,
    reach: &Reach,
    form: &ShopForm,
    present: Option<&Shop>,
    faults: &mut Vec<Fault>,
) -> Result<Option<String>, StoreError> {
    match reach {
        Reach::Account { id, .. } => Ok(Some(id.clone())),
        Reach::Everything if form.account.trim().is_empty() => Ok(present.and_then(|shop| shop.account_id.clone())),
        Reach::Everything => {
            let account = store::accounts::find_by_email(c, &form.account)?;
            if account.is_none() {
                faults.push(Fault::AccountUnknown);
            }
            Ok(account.map(|account| account.id))
        }
    }
}

fn object(shop: &Shop) -> Object<'_> {
    Object { kind: "shop", id: &shop.id, name: &shop.slug, owner: shop.account_id.as_deref() }
}

fn told(shop: &Shop) -> Value {
    let connector: Value = serde_json::from_str(&shop.connector).unwrap_or_default();
    json!({ "name": shop.name, "website": shop.website, "connector": connector })
}
