//! The settings of an OCI system, tab by tab: read as they take effect, stored as far as they differ from the
//! preset.

use serde_json::{Map, Value, json};

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor};
use crate::setup::file;
use crate::setup::systems::{self, Found};
use crate::store::systems::System;
use crate::store::{self, Connection, StoreError};
use crate::system::{self, Profile, Settings, SettingsError};

/// Why settings were not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("there is no such system")]
    NotFound,
    #[error("the system changed meanwhile")]
    ChangedMeanwhile,
    /// The text is no TOML.
    #[error("{0}")]
    Toml(String),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The settings of a system as they take effect.
pub fn effective(found: &Found) -> Result<Settings, SettingsError> {
    let own: Value = serde_json::from_str(&found.system.settings).unwrap_or_else(|_| json!({}));
    Settings::effective(&own)
}

/// The settings of a system if it had another preset: what the operator said himself stays.
pub fn with_preset(found: &Found, preset: &str) -> Result<Settings, SettingsError> {
    let mut own: Value = serde_json::from_str(&found.system.settings).unwrap_or_else(|_| json!({}));
    if let Value::Object(members) = &mut own {
        members.insert("preset".into(), Value::String(preset.to_owned()));
    }
    Settings::effective(&own)
}

/// Changes settings, if nobody else saved the system since `version`.
pub fn save(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    version: i64,
    settings: &Settings,
    actor: &Actor,
    now: i64,
) -> Result<(), SaveError> {
    let found = systems::find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    if found.system.version != version {
        return Err(SaveError::ChangedMeanwhile);
    }
    store_own(c, &found, system::own(settings)?, actor, now)
}

/// The settings that one customer has for himself in a system, as they stand in a setup file: TOML.
pub fn of_customer(found: &Found, number: &str) -> String {
    let own: Value = serde_json::from_str(&found.system.settings).unwrap_or_default();
    let his = own.get(OVERRIDE).and_then(|overrides| overrides.get(number.trim())).cloned();
    let written = his.and_then(file::toml).map(|his| toml::to_string_pretty(&his));
    written.and_then(Result::ok).unwrap_or_default()
}

/// The numbers of the customers who have settings for themselves.
pub fn customers_with_own(found: &Found) -> Vec<String> {
    let own: Value = serde_json::from_str(&found.system.settings).unwrap_or_default();
    let overrides = own.get(OVERRIDE).and_then(Value::as_object);
    overrides.map(|overrides| overrides.keys().cloned().collect()).unwrap_or_default()
}

/// Gives the customer of that number settings for himself, or none if the text is empty. What is so already is no
/// change, whoever else saved the system meanwhile.
pub fn save_customer(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    version: i64,
    (number, text): (&str, &str),
    actor: &Actor,
    now: i64,
) -> Result<(), SaveError> {
    let found = systems::find(c, reach, slug)?.ok_or(SaveError::NotFound)?;
    if text.trim() == of_customer(&found, number).trim() {
        return Ok(());
    }
    if found.system.version != version {
        return Err(SaveError::ChangedMeanwhile);
    }
    if text.len() > LONGEST {
        return Err(SaveError::Toml(format!("more than {LONGEST} characters are too long")));
    }
    let his: toml::Table = toml::from_str(text).map_err(|error| SaveError::Toml(error.to_string()))?;
    let mut own: Value = serde_json::from_str(&found.system.settings).unwrap_or_else(|_| json!({}));
    let Value::Object(members) = &mut own else { return Err(SaveError::NotFound) };
    let mut overrides = match members.remove(OVERRIDE) {
        Some(Value::Object(overrides)) => overrides,
        _ => Map::new(),
    };
    overrides.remove(number.trim());
    if !his.is_empty() {
        let his = serde_json::to_value(&his).map_err(|error| SaveError::Toml(error.to_string()))?;
        overrides.insert(number.trim().to_owned(), his);
    }
    if !overrides.is_empty() {
        members.insert(OVERRIDE.to_owned(), Value::Object(overrides));
    }
    store_own(c, &found, own, actor, now)
}

/// Characters of the settings of one customer.
const LONGEST: usize = 20_000;
/// The member of settings that holds those of single customers.
const OVERRIDE: &str = "override";

fn store_own(c: &mut Connection, found: &Found, own: Value, actor: &Actor, now: i64) -> Result<(), SaveError> {
    let written = own.to_string();
    Profile::read(&written)?;
    let system = System { settings: written, ..found.system.clone() };
    if system == found.system {
        return Ok(());
    }
    store::systems::update(c, &system)?;
    store::revision::bump(c)?;
    let before: Value = serde_json::from_str(&found.system.settings).unwrap_or_default();
    let object = systems::object(&system, &found.shop);
    audit::record(c, actor, Action::Changed, object, Some(before), Some(own), now)?;
    Ok(())
}
