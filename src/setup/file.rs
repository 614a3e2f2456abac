//! The file of `punchgate apply` and `punchgate export`: TOML, one table an object.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use toml::Value as Toml;

use crate::shop::Connector;
use crate::toml_fault::without_values;

/// What an apply file may hold. Objects it does not name are left alone.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetupFile {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shop: Vec<ShopEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<SystemEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customer: Vec<CustomerEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignment: Vec<AssignmentEntry>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ShopEntry {
    pub slug: String,
    /// Left out: the slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub website: String,
    /// E-mail of the owner's account; may be left out while there is at most one merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub connector: Connector,
    /// A literal or `env:NAME`. Left out: an existing one stays, else one is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SystemEntry {
    pub shop: String,
    pub slug: String,
    /// Left out: the slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Left out: as it is, and active when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Left out: as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    // The rest differs from the preset only where it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hooks: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oci_version: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charges: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hierarchy: Option<Toml>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Toml>,
    /// By customer number.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Toml>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerEntry {
    pub shop: String,
    pub number: String,
    pub email: String,
    /// A literal or `env:NAME`. A password that still verifies is no change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// argon2id or bcrypt, instead of a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Left out: as it is, and active when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentEntry {
    pub system: String,
    /// The customer number in the system's shop.
    pub customer: String,
    /// Left out: as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{0}")]
    Toml(String),
    #[error("{place}: the environment variable {variable} is not set")]
    Environment { place: String, variable: String },
}

impl SetupFile {
    /// Reads a file; `env:NAME` values are looked up with `environment`.
    pub fn read(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, FileError> {
        let mut file: Self = toml::from_str(text).map_err(|error| FileError::Toml(without_values(&error, text)))?;
        let resolve = |place: String, value: &mut Option<String>| {
            let Some(variable) = value.as_deref().and_then(|value| value.strip_prefix("env:")) else { return Ok(()) };
            let found =
                environment(variable).ok_or_else(|| FileError::Environment { place, variable: variable.to_owned() })?;
            *value = Some(found);
            Ok(())
        };
        for shop in &mut file.shop {
            resolve(format!("shop {}: api_key", shop.slug), &mut shop.api_key)?;
        }
        for system in &mut file.system {
            resolve(format!("system {}: license", system.slug), &mut system.license)?;
        }
        for customer in &mut file.customer {
            resolve(format!("customer {}: password", customer.number), &mut customer.password)?;
            resolve(format!("customer {}: password_hash", customer.number), &mut customer.password_hash)?;
        }
        for assignment in &mut file.assignment {
            resolve(
                format!("assignment {}/{}: license", assignment.system, assignment.customer),
                &mut assignment.license,
            )?;
        }
        Ok(file)
    }
}

impl SystemEntry {
    /// The operator's part of the settings, as it is stored: JSON.
    pub fn settings(&self) -> Result<Value, serde_json::Error> {
        let parts = [
            ("hooks", &self.hooks),
            ("preset", &self.preset),
            ("oci_version", &self.oci_version),
            ("call", &self.call),
            ("form", &self.form),
            ("units", &self.units),
            ("buyer", &self.buyer),
            ("charges", &self.charges),
            ("hierarchy", &self.hierarchy),
            ("field", &self.field),
            ("override", &self.overrides),
        ];
        let named = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part.as_ref()?)));
        named
            .map(|(name, part)| Ok((name, serde_json::to_value(part)?)))
            .collect::<Result<Map<_, _>, _>>()
            .map(Value::Object)
    }

    /// Puts stored settings back into their places.
    pub fn set_settings(&mut self, settings: Map<String, Value>) {
        for (name, part) in settings {
            let part = toml(part);
            match name.as_str() {
                "hooks" => self.hooks = part,
                "preset" => self.preset = part,
                "oci_version" => self.oci_version = part,
                "call" => self.call = part,
                "form" => self.form = part,
                "units" => self.units = part,
                "buyer" => self.buyer = part,
                "charges" => self.charges = part,
                "hierarchy" => self.hierarchy = part,
                "field" => self.field = part,
                "override" => self.overrides = part,
                _ => {}
            }
        }
    }
}

/// JSON as TOML; settings hold no null, which TOML does not have.
pub(super) fn toml(value: Value) -> Option<Toml> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Toml::Boolean(value),
        Value::Number(value) => value.as_i64().map_or_else(|| Toml::String(value.to_string()), Toml::Integer),
        Value::String(value) => Toml::String(value),
        Value::Array(values) => Toml::Array(values.into_iter().filter_map(toml).collect()),
        Value::Object(members) => {
            Toml::Table(members.into_iter().filter_map(|(name, value)| Some((name, toml(value)?))).collect())
        }
    })
}
