//! The tab Units: what the buyer calls the shop's units.

use std::collections::BTreeMap;

use askama::Template;
use serde_json::json;

use super::{Bar, Form, Shell};
use crate::oci::units::same_unit;
use crate::system::{Settings, SettingsError};
use crate::texts::Texts;
use crate::web::admin::systems::{Head, Tab};
use crate::web::fields::Fields;
use crate::web::form::Field;
use crate::web::frame::Frame;

/// Empty rows below the filled ones.
const SPARE: usize = 3;
/// Rows at most.
const MOST: usize = 500;

struct Row {
    unit: Field,
    code: Field,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/settings/units.html")]
pub struct UnitsPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    default: Field,
    rows: Vec<Row>,
    /// What the preset knows already, as code and its units.
    preset: Vec<(String, String)>,
}

fn preset_units(settings: &Settings) -> BTreeMap<String, String> {
    Settings::effective(&json!({ "preset": settings.preset }))
        .map_or_else(|_| BTreeMap::new(), |preset| preset.units.map)
}

impl Row {
    fn new(index: usize, read_only: bool, unit: &str, code: &str) -> Self {
        let field = |of: &str, value: &str| Field::new(format!("{of}-{index}"), value).read_only(read_only);
        Self { unit: field("unit", unit), code: field("code", code), fault: None }
    }
}

impl UnitsPage {
    fn new(shell: Shell, settings: &Settings, default: &str, pairs: Vec<(String, String)>, spare: bool) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        let read_only = !s.edit;
        let mut by_code: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (unit, code) in preset_units(settings) {
            by_code.entry(code).or_default().push(unit);
        }
        let mut rows: Vec<Row> =
            pairs.iter().enumerate().map(|(index, (unit, code))| Row::new(index, read_only, unit, code)).collect();
        if spare {
            rows.extend((rows.len()..(rows.len() + SPARE).min(MOST)).map(|index| Row::new(index, false, "", "")));
        }
        Self {
            default: Field::new("default", default).hinted().read_only(read_only),
            rows,
            preset: by_code.into_iter().map(|(code, units)| (code, units.join(", "))).collect(),
            t,
            frame,
            head,
            s,
        }
    }
}

impl Form for UnitsPage {
    const TAB: Tab = Tab::Units;
    const NAME: &'static str = "units";

    fn stored(shell: Shell, settings: &Settings) -> Self {
        let preset = preset_units(settings);
        let own = settings.units.map.iter().filter(|(unit, code)| preset.get(*unit) != Some(*code));
        let pairs = own.map(|(unit, code)| (unit.clone(), code.clone())).collect();
        let spare = shell.bar.edit;
        Self::new(shell, settings, &settings.units.default, pairs, spare)
    }

    fn typed(shell: Shell, settings: &Settings, fields: &Fields) -> Self {
        let get = |of: &str, index: usize| fields.get(&format!("{of}-{index}")).to_owned();
        let count = (0..MOST).take_while(|index| fields.has(&format!("unit-{index}"))).count();
        let pairs = (0..count).map(|index| (get("unit", index), get("code", index))).collect();
        Self::new(shell, settings, fields.get("default"), pairs, fields.has("more"))
    }

    fn read(&mut self, settings: &mut Settings, fields: &Fields) -> bool {
        let t = self.t;
        let mut map = preset_units(settings);
        let mut seen: Vec<String> = Vec::new();
        for row in &mut self.rows {
            let (unit, code) = (row.unit.value.trim().to_owned(), row.code.value.trim().to_uppercase());
            match (unit.is_empty(), code.is_empty()) {
                (true, true) => continue,
                (false, false) => {}
                _ => {
                    row.fault = Some(t.of("settings-fault-unit"));
                    continue;
                }
            }
            if seen.iter().any(|known| same_unit(known, &unit)) {
                row.fault = Some(t.of("settings-fault-unit-twice"));
                continue;
            }
            map.retain(|known, _| !same_unit(known, &unit));
            seen.push(unit.clone());
            map.insert(unit, code);
        }
        settings.units.map = map;
        settings.units.default = fields.get("default").to_uppercase();
        self.rows.iter().all(|row| row.fault.is_none())
    }

    fn blame(&mut self, error: &SettingsError) -> bool {
        let SettingsError::Mapping(error) = error else { return false };
        let Some(unit) = error.field.strip_prefix("units.map.") else { return false };
        match self.rows.iter_mut().find(|row| same_unit(&row.unit.value, unit)) {
            Some(row) => {
                row.fault = Some(self.t.of("settings-fault-unit-twice"));
                true
            }
            None => false,
        }
    }

    fn bar(&mut self) -> &mut Bar {
        &mut self.s
    }
}
