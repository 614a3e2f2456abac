//! OCI systems as the administration shows and changes them, within somebody's reach.

use serde_json::{Value, json};

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor, Object};
use crate::license::Kind;
use crate::setup::license_check::{self, Finding};
use crate::setup::licenses::{self, Place};
use crate::setup::slug;
use crate::store::licenses::License;
use crate::store::shops::Shop;
use crate::store::systems::System;
use crate::store::{self, Connection, StoreError};
use crate::system::{Profile, SettingsError};

/// A system with what stands around it.
#[derive(Debug, Clone)]
pub struct Found {
    pub system: System,
    pub shop: Shop,
    pub license: Option<License>,
}

/// One line of the overview.
#[derive(Debug, Clone)]
pub struct Overview {
    pub system: System,
    pub shop: Shop,
    pub license: Option<License>,
    pub customers: i64,
    pub last_punchout: Option<i64>,
}

/// The shops within reach.
pub fn shops(c: &mut Connection, reach: &Reach) -> Result<Vec<Shop>, StoreError> {
    let mut shops = store::shops::list(c)?;
    shops.retain(|shop| reach.covers(shop.account_id.as_deref()));
    Ok(shops)
}

/// A page of the overview, by technical name.
pub fn list(c: &mut Connection, reach: &Reach, after: &str, limit: i64) -> Result<Vec<Overview>, StoreError> {
    let shops = shops(c, reach)?;
    let ids: Vec<String> = shops.iter().map(|shop| shop.id.clone()).collect();
    let systems = store::systems::list_of_shops(c, &ids, after, limit)?;
    let mut overview = Vec::with_capacity(systems.len());
    for (system, license, customers) in systems {
        let Some(shop) = shops.iter().find(|shop| shop.id == system.shop_id).cloned() else { continue };
        let last_punchout = store::punchouts::find_last_of_system(c, &system.id)?;
        overview.push(Overview { system, shop, license, customers, last_punchout });
    }
    Ok(overview)
}

/// A system by its technical name.
pub fn find(c: &mut Connection, reach: &Reach, slug: &str) -> Result<Option<Found>, StoreError> {
    let Some(system) = store::systems::find_by_slug(c, slug)? else { return Ok(None) };
    let Some(shop) = store::shops::find(c, &system.shop_id)? else { return Ok(None) };
    if !reach.covers(shop.account_id.as_deref()) {
        return Ok(None);
    }
    let license = match &system.license_id {
        Some(id) => store::licenses::find(c, id)?,
        None => None,
    };
    Ok(Some(Found { system, shop, license }))
}

/// What the tab General holds.
#[derive(Debug, Clone, Default)]
pub struct General {
    /// Of the shop; only taken for a new system.
    pub shop: String,
    /// Only taken for a new system: it stands in addresses that buyers have.
    pub slug: String,
    pub name: String,
    pub active: bool,
    pub oci_version: String,
    pub license: String,
    /// Only taken for a new system.
    pub preset: String,
}

/// What is wrong with a field of the tab General.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    ShopMissing,
    Slug,
    SlugTaken,
    NameMissing,
    NameLong,
    /// The key cannot be stored at all.
    License(Finding),
    /// It cannot work yet, so the system can only be inactive.
    NotWorkingYet(Finding),
    OciVersion,
}

/// Why a system was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("there is no such system")]
    NotFound,
    /// Somebody else saved it meanwhile.
    #[error("the system changed meanwhile")]
    ChangedMeanwhile,
    #[error("{} fields have faults", .0.len())]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Longest name of anything.
pub const NAME_MAX: usize = 100;

/// Makes a system; gives its technical name.
pub fn create(
    c: &mut Connection,
    reach: &Reach,
    general: &General,
    actor: &Actor,
    now: i64,
) -> Result<String, SaveError> {
    let mut faults = check_names(general);
    let shop = store::shops::find_by_slug(c, &general.shop)?.filter(|shop| reach.covers(shop.account_id.as_deref()));
    if slug::check(&general.slug).is_err() {
        faults.push(Fault::Slug);
    } else if store::systems::find_by_slug(c, &general.slug)?.is_some() {
        faults.push(Fault::SlugTaken);
    }
    let Some(shop) = shop else {
        faults.push(Fault::ShopMissing);
        return Err(SaveError::Faults(faults));
    };
    let (license, fault) = judge(c, general, &shop, &general.slug, None, reach, now)?;
    faults.extend(fault);
    if !faults.is_empty() {
        return Err(SaveError::Faults(faults));
    }
    let settings = set_version(json!({ "preset": general.preset }), &general.oci_version);
    Profile::read(&settings.to_string())?;
    let system = System {
        id: ulid::Ulid::new().to_string(),
        shop_id: shop.id.clone(),
        slug: general.slug.clone(),
        name: general.name.trim().to_owned(),
        active: general.active,
        license_id: license.map(|license| license.id),
        settings: settings.to_string(),
        created_at: now,
        version: 1,
    };
    store::systems::insert(c, &system)?;
    store::revision::bump(c)?;
    let after = told(c, &system)?;
    audit::record(c, actor, Action::Created, object(&system, &shop), None, Some(after), now)?;
    Ok(system.slug)
}

/// Saves the tab General, if nobody else saved the system since `version`.
pub fn save(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    version: i64,
    general: &General,
    actor: &Actor,
    now: i64,
) -> Result<(), SaveError> {
    let found = find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    if found.system.version != version {
        return Err(SaveError::ChangedMeanwhile);
    }
    let mut faults = check_names(general);
    let (license, fault) = judge(c, general, &found.shop, slug, found.license.as_ref(), reach, now)?;
    // What was so before and is left alone does not stand in the way of a better name.
    let untouched = found.system.active == general.active
        && license.as_ref().map(|license| &license.id) == found.system.license_id.as_ref();
    faults.extend(fault.filter(|fault| !(untouched && matches!(fault, Fault::NotWorkingYet(_)))));
    if !faults.is_empty() {
        return Err(SaveError::Faults(faults));
    }
    let own: Value = serde_json::from_str(&found.system.settings).unwrap_or_else(|_| json!({}));
    let settings = set_version(own, &general.oci_version);
    Profile::read(&settings.to_string())?;
    let system = System {
        name: general.name.trim().to_owned(),
        active: general.active,
        license_id: license.map(|license| license.id),
        settings: settings.to_string(),
        ..found.system.clone()
    };
    if system == found.system {
        return Ok(());
    }
    let (before, after) = (told(c, &found.system)?, told(c, &system)?);
    store::systems::update(c, &system)?;
    store::revision::bump(c)?;
    audit::record(c, actor, Action::Changed, object(&system, &found.shop), Some(before), Some(after), now)?;
    Ok(())
}

/// Removes a system that is not active, with its customers' places. Punchouts keep its name.
pub fn remove(c: &mut Connection, reach: &Reach, slug: &str, actor: &Actor, now: i64) -> Result<(), SaveError> {
    let found = find(c, reach, slug)?.filter(|found| !found.system.active).ok_or(SaveError::NotFound)?;
    let before = told(c, &found.system)?;
    store::systems::delete(c, &found.system.id)?;
    store::revision::bump(c)?;
    audit::record(c, actor, Action::Removed, object(&found.system, &found.shop), Some(before), None, now)?;
    Ok(())
}

fn check_names(general: &General) -> Vec<Fault> {
    let mut faults = Vec::new();
    match general.name.trim().chars().count() {
        0 => faults.push(Fault::NameMissing),
        1..=NAME_MAX => {}
        _ => faults.push(Fault::NameLong),
    }
    if !crate::oci::rules::Release::ALL.iter().any(|release| release.as_str() == general.oci_version) {
        faults.push(Fault::OciVersion);
    }
    faults
}

/// The license of the key, and what speaks against it.
fn judge(
    c: &mut Connection,
    general: &General,
    shop: &Shop,
    slug: &str,
    present: Option<&License>,
    reach: &Reach,
    now: i64,
) -> Result<(Option<License>, Option<Fault>), StoreError> {
    let here = Place::System(slug.to_owned());
    let checked = license_check::check(c, &general.license, Kind::System, shop, Some(&here), reach, now)?;
    let finding = checked.finding;
    let fault = match &finding {
        Finding::Empty if general.active => Some(Fault::NotWorkingYet(finding)),
        Finding::Empty => None,
        storable if storable.storable() && !storable.works() && general.active => Some(Fault::NotWorkingYet(finding)),
        storable if storable.storable() => None,
        _ => Some(Fault::License(finding)),
    };
    let license = checked.license.or_else(|| {
        // The field shows a masked key of somebody else's license; left alone, it stays.
        present.filter(|present| licenses::masked(&present.key) == general.license.trim()).cloned()
    });
    Ok((license, fault))
}

fn set_version(mut own: Value, oci_version: &str) -> Value {
    if let Value::Object(members) = &mut own {
        members.remove("oci_version");
        let effective = crate::system::Settings::effective(&Value::Object(members.clone()));
        if effective.is_ok_and(|effective| effective.oci_version.as_str() != oci_version) {
            members.insert("oci_version".into(), Value::String(oci_version.to_owned()));
        }
    }
    own
}

pub(super) fn object<'a>(system: &'a System, shop: &'a Shop) -> Object<'a> {
    Object { kind: "system", id: &system.id, name: &system.slug, owner: shop.account_id.as_deref() }
}

/// A system as the audit log tells it.
fn told(c: &mut Connection, system: &System) -> Result<Value, StoreError> {
    let license = match &system.license_id {
        Some(id) => store::licenses::find(c, id)?.map(|license| licenses::masked(&license.key)),
        None => None,
    };
    let settings: Value = serde_json::from_str(&system.settings).unwrap_or_default();
    Ok(json!({ "name": system.name, "active": system.active, "license": license, "settings": settings }))
}
