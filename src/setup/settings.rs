//! The settings of an OCI system, tab by tab: read as they take effect, stored as far as they differ from the
//! preset.

use serde_json::{Value, json};

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor};
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
    let own = system::own(settings)?;
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
