//! The settings of one OCI system: what a preset says, and on top of it what the operator says;
//! and the [`Profile`] that is compiled from them.
//!
//! Only the operator's part is stored, so that a better preset of a later version reaches every
//! system that did not say otherwise. Presets are TOML files inside the binary.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::mapping::{Charges, FieldRule, Mapping, MappingError};
use crate::oci::call::Names;
use crate::oci::charset::Charset;
use crate::oci::forecast::Buyer;
use crate::oci::hook::{HookPolicy, PolicyError};
use crate::oci::item::Layout;
use crate::oci::page::{FormOptions, FrameAncestors, FrameError};
use crate::oci::rules::{self, Release};
use crate::oci::units::{Units, same_unit};

/// Presets by name. `generic` is what all others and every system start from.
const PRESETS: &[(&str, &str)] = &[
    ("generic", include_str!("../presets/generic.toml")),
    ("sap-srm", include_str!("../presets/sap-srm.toml")),
    ("sap-me", include_str!("../presets/sap-me.toml")),
    ("s4hana", include_str!("../presets/s4hana.toml")),
    ("basware", include_str!("../presets/basware.toml")),
    ("ifs", include_str!("../presets/ifs.toml")),
    ("unite", include_str!("../presets/unite.toml")),
    ("onventis", include_str!("../presets/onventis.toml")),
    ("odoo", include_str!("../presets/odoo.toml")),
];

/// The effective settings of a system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Allowed return targets: origins with optional path prefix, `SAPEVENT:POST`, `any-https`, `any`.
    #[serde(default)]
    pub hooks: Vec<String>,
    #[serde(default = "generic")]
    pub preset: String,
    /// What the buyer's system keeps to: `2.0`, `4.0`, `4.01` or `5.0`. Later fields are left out.
    #[serde(default)]
    pub oci_version: Release,
    #[serde(default)]
    pub call: CallSettings,
    #[serde(default)]
    pub form: FormOptions,
    #[serde(default)]
    pub units: Units,
    /// What is known of the buyer's system, for forecasts.
    #[serde(default)]
    pub buyer: Buyer,
    #[serde(default)]
    pub charges: Charges,
    /// Whether parents and children of a cart are told as ITEM_TYPE and PARENT_ID.
    #[serde(default = "yes")]
    pub hierarchy: bool,
    #[serde(default)]
    pub field: Vec<FieldRule>,
    /// What is different for single customers, by their numbers: settings of the same shape, without a preset.
    #[serde(default, rename = "override", skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, Value>,
}

/// Customers of a system who may have settings of their own; each costs the memory of a mapping.
const MAX_OVERRIDES: usize = 200;

/// The keys of a system that may stand in an override.
const OVERRIDABLE: [&str; 9] =
    ["hooks", "oci_version", "call", "form", "units", "buyer", "charges", "hierarchy", "field"];

/// The functions of OCI that a system may offer.
pub const FUNCTIONS: &[&str] = &["DETAIL", "VALIDATE", "SOURCING", "BACKGROUND_SEARCH", "DOWNLOADJSON"];

/// What `max_hits` may be at most.
pub const MOST_HITS: u32 = 2_000;

/// How this buyer calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallSettings {
    /// `GET` and `POST`.
    pub methods: Vec<String>,
    pub names: Names,
    /// The hook comes raw at the end of the query: take the rest.
    pub hook_is_last: bool,
    /// The functions of OCI that are answered at all.
    pub functions: Vec<String>,
    /// The most hits that BACKGROUND_SEARCH gives: 1 to 2000.
    pub max_hits: u32,
}

impl Default for CallSettings {
    fn default() -> Self {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            methods: all(&["GET", "POST"]),
            names: Names::default(),
            hook_is_last: false,
            functions: all(FUNCTIONS),
            max_hits: 200,
        }
    }
}

/// Settings as calls and carts use them, with all that can be wrong about them found before.
pub struct Profile {
    pub call: CallSettings,
    pub form: FormOptions,
    pub hooks: HookPolicy,
    pub mapping: Mapping,
    pub layout: Layout,
    pub buyer: Buyer,
    pub frame_ancestors: FrameAncestors,
    /// Customer numbers and what is in force for them instead; these have no overrides themselves.
    pub overrides: Vec<(String, Profile)>,
}

impl Profile {
    /// Compiles what an operator said about a system, as JSON.
    pub fn read(own: &str) -> Result<Self, SettingsError> {
        let own = serde_json::from_str(own).map_err(|error| SettingsError::Shape(error.to_string()))?;
        let settings = Settings::effective(&own)?;
        if settings.overrides.len() > MAX_OVERRIDES {
            let count = settings.overrides.len().to_string();
            return Err(SettingsError::Value { key: "override", value: count, allowed: "at most 200 customers" });
        }
        let mut overrides = Vec::with_capacity(settings.overrides.len());
        for customer in settings.overrides.keys() {
            let of_his = |error| SettingsError::Override { customer: customer.clone(), error: Box::new(error) };
            let profile = settings.of(customer).and_then(|settings| Self::compile(&settings)).map_err(of_his)?;
            overrides.push((customer.trim().to_owned(), profile));
        }
        Ok(Self { overrides, ..Self::compile(&settings)? })
    }

    fn compile(settings: &Settings) -> Result<Self, SettingsError> {
        let Settings { hooks, oci_version, call, form, units, buyer, charges, hierarchy, field, .. } = settings;
        check(call, form)?;
        Ok(Self {
            hooks: HookPolicy::read(hooks)?,
            mapping: Mapping::new(field, units)?
                .for_release(*oci_version)
                .with_charges(*charges)
                .with_hierarchy(*hierarchy, form.first_index),
            layout: Layout {
                first_index: form.first_index,
                empty_fields: form.empty_fields,
                longtext: form.longtext.clone(),
            },
            frame_ancestors: FrameAncestors::read(&form.frame_ancestors)?,
            buyer: buyer.clone(),
            call: call.clone(),
            form: form.clone(),
            overrides: Vec::new(),
        })
    }

    /// What is in force for a customer of that number.
    pub fn of(&self, customer_number: &str) -> &Self {
        let number = customer_number.trim();
        self.overrides.iter().find(|(customer, _)| customer == number).map_or(self, |(_, profile)| profile)
    }

    /// What is in force for anybody: the system's own settings, then those of single customers.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.overrides.iter().map(|(_, profile)| profile))
    }
}

/// What the types let pass and no call or cart could do anything with.
fn check(call: &CallSettings, form: &FormOptions) -> Result<(), SettingsError> {
    let wrong = |key: &'static str, value: &str, allowed: &'static str| {
        Err(SettingsError::Value { key, value: value.to_owned(), allowed })
    };
    let known = |known: &[&str], name: &String| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    if let Some(method) = call.methods.iter().find(|method| !known(&["GET", "POST"], method)) {
        return wrong("call.methods", method, "GET and POST");
    }
    if call.methods.is_empty() {
        return wrong("call.methods", "", "GET and POST");
    }
    if let Some(function) = call.functions.iter().find(|function| !known(FUNCTIONS, function)) {
        return wrong("call.functions", function, "DETAIL, VALIDATE, SOURCING, BACKGROUND_SEARCH and DOWNLOADJSON");
    }
    if !(1..=MOST_HITS).contains(&call.max_hits) {
        return wrong("call.max_hits", &call.max_hits.to_string(), "a number from 1 to 2000");
    }
    let Names { user, password, hook, .. } = &call.names;
    for (key, name) in [("call.names.user", user), ("call.names.password", password), ("call.names.hook", hook)] {
        if name.trim().is_empty() {
            return wrong(key, name, "the name of a parameter");
        }
    }
    for (key, one, other) in
        [("call.names.password", password, user), ("call.names.hook", hook, user), ("call.names.hook", hook, password)]
    {
        if one.trim().eq_ignore_ascii_case(other.trim()) {
            return wrong(key, one, "the name of a parameter that no other one has");
        }
    }
    if !Charset::is_setting(&form.charset) {
        let allowed = "\"auto\", \"auto-strict\" or the label of a charset such as \"utf-8\"";
        return wrong("form.charset", &form.charset, allowed);
    }
    if !form.is_target_good() {
        return wrong("form.target", &form.target, "\"auto\", _top, _parent, _self, _blank or the name of a frame");
    }
    if !form.longtext.contains("{n}") {
        return wrong("form.longtext", &form.longtext, "a name with {n} for the item's index");
    }
    let place = form.longtext.strip_prefix("NEW_ITEM-").and_then(|name| name.strip_suffix("[{n}]"));
    if place.is_some_and(|field| field != "LONGTEXT" && rules::of(field).is_some()) {
        return wrong("form.longtext", &form.longtext, "a name that no other field has");
    }
    if let Some((key, value, allowed)) = form.xml_fault() {
        return wrong(key, &value, allowed);
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("there is no preset \"{name}\"; there are: {known}")]
    UnknownPreset { name: String, known: String },
    #[error("{0}")]
    Shape(String),
    #[error("hooks: {0}")]
    Hooks(#[from] PolicyError),
    #[error("form.frame_ancestors: {0}")]
    Frames(#[from] FrameError),
    #[error("field: {0}")]
    Mapping(#[from] MappingError),
    #[error("{key} has \"{value}\"; allowed: {allowed}")]
    Value { key: &'static str, value: String, allowed: &'static str },
    #[error("override.\"{customer}\": {error}")]
    Override { customer: String, error: Box<SettingsError> },
}

fn generic() -> String {
    "generic".into()
}

fn yes() -> bool {
    true
}

impl Settings {
    /// Puts the operator's part (an object with the members of [`Settings`]) on top of its preset.
    pub fn effective(own: &Value) -> Result<Self, SettingsError> {
        fields_once(own)?;
        let name = own.get("preset").and_then(Value::as_str).unwrap_or("generic");
        let mut settings = preset("generic")?;
        if name != "generic" {
            merge(&mut settings, &preset(name)?);
        }
        merge(&mut settings, own);
        read(settings)
    }

    /// What takes effect for a customer: his override on top.
    pub fn of(&self, customer: &str) -> Result<Self, SettingsError> {
        let Some(over) = self.overrides.get(customer) else { return Ok(self.clone()) };
        let shape = |reason: String| SettingsError::Shape(reason);
        let members = over.as_object().ok_or_else(|| shape("a table of settings is needed".into()))?;
        if customer.trim().is_empty() {
            return Err(shape("the customer's number is missing".into()));
        }
        if let Some(other) = members.keys().find(|key| !OVERRIDABLE.contains(&key.as_str())) {
            return Err(shape(format!("{other} cannot be overridden; allowed are {}", OVERRIDABLE.join(", "))));
        }
        fields_once(over)?;
        let base = Self { overrides: BTreeMap::new(), ..self.clone() };
        let mut settings = serde_json::to_value(base).map_err(|error| shape(error.to_string()))?;
        merge(&mut settings, over);
        read(settings)
    }
}

/// Of two entries of one field the last would win in silence.
fn fields_once(own: &Value) -> Result<(), SettingsError> {
    let mut seen = HashSet::new();
    let fields = own.get("field").and_then(Value::as_array).into_iter().flatten();
    for name in fields.filter_map(|field| field.get("name")?.as_str()) {
        if !seen.insert(name.trim().to_ascii_uppercase()) {
            return Err(SettingsError::Shape(format!("field: {name} stands twice; each OCI field has one entry")));
        }
    }
    Ok(())
}

/// Settings from their tables; the error names the key.
fn read(settings: Value) -> Result<Settings, SettingsError> {
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let (path, reason) = (error.path().to_string(), error.into_inner());
        SettingsError::Shape(if path == "." { reason.to_string() } else { format!("{path}: {reason}") })
    })
}

/// What of settings is the operator's own: all that differs from the preset that they name. The counterpart of
/// [`Settings::effective`], so that a form may show everything and only what was changed is stored.
pub fn own(effective: &Settings) -> Result<Value, SettingsError> {
    let shape = |error: serde_json::Error| SettingsError::Shape(error.to_string());
    let name = effective.preset.clone();
    let base = Settings::effective(&serde_json::json!({ "preset": name }))?;
    let base = serde_json::to_value(base).map_err(shape)?;
    let whole = serde_json::to_value(effective).map_err(shape)?;
    let mut own = differing(&base, &whole).unwrap_or_else(|| Value::Object(Map::new()));
    if name != "generic"
        && let Value::Object(members) = &mut own
    {
        members.insert("preset".into(), Value::String(name));
    }
    Ok(own)
}

/// The members of `whole` that are not those of `base`; of fields, the entries.
fn differing(base: &Value, whole: &Value) -> Option<Value> {
    match (base, whole) {
        (base, whole) if base == whole => None,
        (Value::Object(base), Value::Object(whole)) => {
            let mut different = Map::new();
            for (key, value) in whole {
                let Some(present) = base.get(key) else {
                    different.insert(key.clone(), value.clone());
                    continue;
                };
                let other = match (present, value) {
                    (Value::Array(present), Value::Array(fields)) if key == "field" => {
                        let new: Vec<Value> = fields.iter().filter(|field| !present.contains(field)).cloned().collect();
                        (!new.is_empty()).then_some(Value::Array(new))
                    }
                    (present, value) => differing(present, value),
                };
                if let Some(other) = other {
                    different.insert(key.clone(), other);
                }
            }
            Some(Value::Object(different))
        }
        (_, whole) => Some(whole.clone()),
    }
}

/// One setting that differs between two sets of them: its path, and both values in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub key: String,
    pub was: String,
    pub will: String,
}

/// What would change for calls and carts if `will` took the place of `was`.
pub fn differences(was: &Settings, will: &Settings) -> Result<Vec<Difference>, SettingsError> {
    let flat = |settings: &Settings| -> Result<Map<String, Value>, SettingsError> {
        let value = serde_json::to_value(settings).map_err(|error| SettingsError::Shape(error.to_string()))?;
        let mut flat = Map::new();
        flatten("", &value, &mut flat);
        Ok(flat)
    };
    let (was, will) = (flat(was)?, flat(will)?);
    let written = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(value) => in_words(value),
    };
    let mut keys: Vec<&String> = was.keys().chain(will.keys()).collect();
    keys.sort();
    keys.dedup();
    Ok(keys
        .into_iter()
        .filter(|key| was.get(*key) != will.get(*key))
        .map(|key| Difference { key: key.clone(), was: written(was.get(key)), will: written(will.get(key)) })
        .collect())
}

/// A value as people read it: of a table what it says, of a list its entries.
fn in_words(value: &Value) -> String {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    };
    match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let said = members.iter().filter(|(_, value)| !empty(value));
            said.map(|(name, value)| format!("{name}: {}", in_words(value))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

fn flatten(path: &str, value: &Value, flat: &mut Map<String, Value>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flatten(&below(name), value, flat)),
        Value::Array(fields) if path == "field" || path.ends_with(".field") => {
            for field in fields {
                let name = field.get("name").and_then(Value::as_str).unwrap_or_default();
                let mut rule = field.clone();
                if let Value::Object(members) = &mut rule {
                    members.remove("name");
                }
                flat.insert(below(name), rule);
            }
        }
        Value::Array(entries) if entries.iter().all(Value::is_string) => {
            let entries: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            flat.insert(path.to_owned(), Value::String(entries.join(", ")));
        }
        other => {
            flat.insert(path.to_owned(), other.clone());
        }
    }
}

/// The names of all presets, `generic` first.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

fn preset(name: &str) -> Result<Value, SettingsError> {
    let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == name) else {
        let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        return Err(SettingsError::UnknownPreset { name: name.to_owned(), known: known.join(", ") });
    };
    toml::from_str(text).map_err(|error| SettingsError::Shape(format!("preset {name}: {error}")))
}

/// Tables are merged key by key, `field` entry by entry by name, everything else is replaced.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => merge_tables(base, over),
        (base, over) => *base = over.clone(),
    }
}

fn merge_tables(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Array(fields)), Value::Array(over)) if key == "field" => merge_fields(fields, over),
            (Some(Value::Object(units)), Value::Object(over)) if key == "map" => merge_units(units, over),
            (Some(present), value) => merge(present, value),
            (None, value) => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Units are the same in any case.
fn merge_units(units: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (unit, code) in over {
        units.retain(|known, _| !same_unit(known, unit));
        units.insert(unit.clone(), code.clone());
    }
}

fn merge_fields(fields: &mut Vec<Value>, over: &[Value]) {
    for field in over {
        match fields.iter_mut().find(|present| present.get("name") == field.get("name")) {
            Some(present) => *present = field.clone(),
            None => fields.push(field.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_work_together_is_refused_when_it_is_written() {
        let refused = |own: Value| Profile::read(&own.to_string()).map(drop).map_err(|error| error.to_string());
        for (own, told) in [
            (json!({"call": {"methods": []}}), "call.methods has \"\""),
            (json!({"call": {"names": {"user": "X", "password": "x"}}}), "call.names.password has \"x\""),
            (json!({"call": {"names": {"hook": "username"}}}), "call.names.hook has \"username\""),
            (json!({"form": {"longtext": "NEW_ITEM-DESCRIPTION[{n}]"}}), "form.longtext has"),
            (
                json!({"field": [{"name": "TAX", "fixed": "1"}, {"name": "tax", "fixed": "2"}]}),
                "field: tax stands twice",
            ),
            (
                json!({"override": {"7": {"field": [{"name": "TAX", "fixed": "1"}, {"name": "TAX", "fixed": "2"}]}}}),
                "override.\"7\": field: TAX stands twice",
            ),
        ] {
            let error = refused(own.clone()).unwrap_err();
            assert!(error.contains(told), "{own}: {error}");
        }
        assert_eq!(refused(json!({"form": {"longtext": "NEW_ITEM-LONGTEXT[{n}]"}})), Ok(()));
    }

    #[test]
    fn a_system_that_says_nothing_has_the_generic_preset() {
        let settings = Settings::effective(&json!({})).expect("settings");
        assert_eq!(settings.call.methods, ["GET", "POST"]);
        assert!(settings.field.iter().any(|rule| rule.name == "DESCRIPTION"));
        assert_eq!(settings.units.default, "PCE");
    }

    #[test]
    fn every_preset_is_sound() {
        for (name, _) in PRESETS {
            let own = json!({ "preset": name }).to_string();
            if let Err(error) = Profile::read(&own) {
                panic!("{name}: {error}");
            }
        }
    }

    #[test]
    fn single_keys_override_and_fields_are_replaced_by_name() {
        let own = json!({
            "call": { "names": { "user": "LOGIN" } },
            "units": { "map": { "Kiste": "CS" } },
            "field": [{ "name": "DESCRIPTION", "from": ["custom.short_text"] }, { "name": "CUST_FIELD1", "fixed": "X" }],
        });
        let settings = Settings::effective(&own).expect("settings");
        let generic = Settings::effective(&json!({})).expect("settings");
        assert_eq!(settings.call.names.user, "LOGIN");
        assert_eq!(settings.call.names.hook, "HOOK_URL");
        assert_eq!(settings.units.map.len(), generic.units.map.len() + 1);
        assert_eq!(settings.field.len(), generic.field.len() + 1);
        let description = settings.field.iter().find(|rule| rule.name == "DESCRIPTION").expect("a rule");
        assert_eq!(description.from, ["custom.short_text"]);
    }

    #[test]
    fn a_unit_of_the_preset_is_replaced_in_any_case() {
        let settings = Settings::effective(&json!({ "units": { "map": { "Rolle": "XRO" } } })).expect("settings");
        let rolls: Vec<_> = settings.units.map.iter().filter(|(unit, _)| same_unit(unit, "rolle")).collect();
        assert_eq!(rolls, [(&"Rolle".to_owned(), &"XRO".to_owned())]);
    }

    #[test]
    fn what_nothing_could_be_done_with_is_told_with_its_key() {
        for (own, told) in [
            (json!({ "form": { "charset": "utf8x" } }), "form.charset has \"utf8x\""),
            (json!({ "form": { "longtext": "NEW_ITEM-LONGTEXT" } }), "form.longtext has"),
            (
                json!({ "form": { "xml_type_name": ["~xml_type", "~XML_TYPE"] } }),
                "form.xml_type_name has \"~XML_TYPE\"",
            ),
            (
                json!({ "form": { "frame_ancestors": ["srm.example.com"] } }),
                "form.frame_ancestors: \"srm.example.com\"",
            ),
            (json!({ "call": { "functions": ["DETALE"] } }), "call.functions has \"DETALE\""),
            (json!({ "call": { "methods": ["PUT"] } }), "call.methods has \"PUT\""),
            (json!({ "call": { "names": { "user": "" } } }), "call.names.user has \"\""),
        ] {
            let error = Profile::read(&own.to_string()).err().expect("refused").to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn only_what_differs_from_the_preset_is_ones_own_and_nothing_is_lost() {
        for (name, _) in PRESETS {
            for own in [
                json!({ "preset": name }),
                json!({ "preset": name, "hooks": ["https://srm.example.com"], "oci_version": "4.0" }),
                json!({ "preset": name, "call": { "names": { "user": "LOGIN" }, "hook_is_last": true }, "units": { "map": { "Kiste": "CS" } } }),
                json!({ "preset": name, "field": [{ "name": "DESCRIPTION", "from": ["custom.short"] }, { "name": "CUST_FIELD1", "fixed": "X" }] }),
            ] {
                let effective = Settings::effective(&own).expect("settings");
                let again = super::own(&effective).expect("its own part");
                assert_eq!(Settings::effective(&again).expect("settings"), effective, "{name}: {again}");
            }
        }
        let effective = Settings::effective(&json!({ "form": { "method": "GET" } })).expect("settings");
        assert_eq!(super::own(&effective).expect("its own part"), json!({ "form": { "method": "GET" } }));
    }

    #[test]
    fn what_another_preset_would_change_is_told_key_by_key() {
        let was = Settings::effective(&json!({})).expect("settings");
        let will = Settings::effective(
            &json!({ "form": { "method": "GET" }, "field": [{ "name": "TAX", "from": ["tax_rate"] }] }),
        )
        .expect("settings");
        let told = differences(&was, &will).expect("differences");
        let keys: Vec<&str> = told.iter().map(|difference| difference.key.as_str()).collect();
        assert_eq!(keys, ["field.TAX", "form.method"]);
        assert_eq!((told[1].was.as_str(), told[1].will.as_str()), ("POST", "GET"));
    }

    #[test]
    fn single_settings_are_different_for_single_customers() {
        let own = json!({
            "form": { "first_index": 0 },
            "override": { "10001": { "call": { "names": { "user": "LOGIN" } }, "field": [{ "name": "CUST_FIELD1", "fixed": "X" }] } },
        });
        let profile = Profile::read(&own.to_string()).expect("a profile");
        assert_eq!(profile.of("10002").call.names.user, "USERNAME");
        let his = profile.of(" 10001");
        assert_eq!((his.call.names.user.as_str(), his.call.names.password.as_str()), ("LOGIN", "PASSWORD"));
        assert_eq!(his.layout.first_index, 0);
        assert_eq!(profile.all().count(), 2);
        let effective = Settings::effective(&own).expect("settings");
        assert_eq!(super::own(&effective).expect("its own part"), own);
        let told =
            differences(&Settings::effective(&json!({ "form": { "first_index": 0 } })).expect("settings"), &effective);
        let keys: Vec<String> = told.expect("differences").into_iter().map(|told| told.key).collect();
        assert_eq!(keys, ["override.10001.call.names.user", "override.10001.field.CUST_FIELD1"]);
    }

    #[test]
    fn a_wrong_override_is_told_with_its_customer() {
        for (over, told) in [
            (json!({ "preset": "ifs" }), "override.\"7\": preset cannot be overridden; allowed are hooks, oci_version"),
            (json!({ "form": { "charset": "utf8x" } }), "override.\"7\": form.charset has \"utf8x\""),
            (json!({ "call": { "name": {} } }), "override.\"7\": call.name: unknown field"),
            (json!("x"), "override.\"7\": a table of settings is needed"),
        ] {
            let error =
                Profile::read(&json!({ "override": { "7": over } }).to_string()).err().expect("refused").to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn an_unknown_key_or_preset_is_told() {
        let error = Settings::effective(&json!({ "form": { "methud": "POST" } })).expect_err("refused");
        assert!(error.to_string().starts_with("form.methud: unknown field"), "{error}");
        for (own, told) in [
            (json!({ "form": { "first_index": -1 } }), "form.first_index: invalid "),
            (json!({ "oci_version": "9" }), "oci_version: unknown variant"),
            (json!({ "buyer": { "lengths": { "DESCRIPTION": -1 } } }), "buyer.lengths.DESCRIPTION: invalid "),
            (json!({ "charges": { "tax": "perhaps" } }), "charges.tax: unknown variant"),
        ] {
            let error = Settings::effective(&own).expect_err("refused").to_string();
            assert!(error.starts_with(told), "{error}");
        }
        let error = Settings::effective(&json!({ "preset": "sap" })).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "there is no preset \"sap\"; there are: generic, sap-srm, sap-me, s4hana, basware, ifs, unite, onventis, odoo"
        );
    }
}
