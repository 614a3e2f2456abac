//! The tab Fields: where each OCI field gets its value from.

use askama::Template;

use super::{Bar, Form, Shell};
use crate::mapping::FieldRule;
use crate::system::{Settings, SettingsError};
use crate::texts::Texts;
use crate::web::admin::systems::{Head, Tab};
use crate::web::fields::Fields;
use crate::web::form::Field;
use crate::web::frame::Frame;

/// Empty rows below the filled ones.
const SPARE: usize = 3;
/// Rows at most; OCI itself has about forty fields.
const MOST: usize = 200;

struct Row {
    name: Field,
    from: Field,
    fixed: Field,
    max: Field,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/settings/fields.html")]
pub struct FieldsPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    rows: Vec<Row>,
}

impl Row {
    fn new(index: usize, read_only: bool, name: &str, from: &str, fixed: &str, max: &str) -> Self {
        let field = |of: &str, value: &str| Field::new(format!("{of}-{index}"), value).read_only(read_only);
        Self {
            name: field("name", name),
            from: field("from", from),
            fixed: field("fixed", fixed),
            max: field("max", max),
            fault: None,
        }
    }

    fn of(index: usize, read_only: bool, rule: &FieldRule) -> Self {
        let max = rule.max.map(|max| max.to_string()).unwrap_or_default();
        Self::new(index, read_only, &rule.name, &rule.from.join(", "), &rule.fixed, &max)
    }
}

/// Rows of the form as they were typed, the empty ones too.
fn typed_rows(fields: &Fields) -> usize {
    (0..MOST).take_while(|index| fields.has(&format!("name-{index}"))).count()
}

impl Form for FieldsPage {
    const TAB: Tab = Tab::Fields;
    const NAME: &'static str = "fields";

    fn stored(shell: Shell, settings: &Settings) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        let read_only = !s.edit;
        let mut rows: Vec<Row> =
            settings.field.iter().enumerate().map(|(index, rule)| Row::of(index, read_only, rule)).collect();
        if s.edit {
            rows.extend((rows.len()..rows.len() + SPARE).map(|index| Row::new(index, false, "", "", "", "")));
        }
        Self { t, frame, head, s, rows }
    }

    fn typed(shell: Shell, _: &Settings, fields: &Fields) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        let get = |of: &str, index: usize| fields.get(&format!("{of}-{index}")).to_owned();
        let row = |index: usize| {
            Row::new(index, false, &get("name", index), &get("from", index), &get("fixed", index), &get("max", index))
        };
        let mut rows: Vec<Row> = (0..typed_rows(fields)).map(row).collect();
        if fields.has("more") {
            rows.extend(
                (rows.len()..(rows.len() + SPARE).min(MOST)).map(|index| Row::new(index, false, "", "", "", "")),
            );
        }
        Self { t, frame, head, s, rows }
    }

    fn read(&mut self, settings: &mut Settings, _: &Fields) -> bool {
        let t = self.t;
        let preset: Vec<String> = settings.field.iter().map(|rule| rule.name.clone()).collect();
        let mut rules: Vec<FieldRule> = Vec::new();
        for row in &mut self.rows {
            let name = row.name.value.trim().to_uppercase();
            if name.is_empty() {
                continue;
            }
            let max = match row.max.value.trim() {
                "" => None,
                text => match text.parse::<usize>() {
                    Ok(max) if max > 0 => Some(max),
                    _ => {
                        row.fault = Some(t.of("settings-fault-max"));
                        continue;
                    }
                },
            };
            if rules.iter().any(|rule| rule.name == name) {
                row.fault = Some(t.of("settings-fault-twice"));
                continue;
            }
            let from = row.from.value.split(',').map(str::trim).filter(|source| !source.is_empty());
            rules.push(FieldRule {
                name,
                from: from.map(str::to_owned).collect(),
                fixed: row.fixed.value.trim().to_owned(),
                max,
                template: None,
            });
        }
        // A field whose row was emptied is sent no more: what the preset has of it is replaced by a rule without a value.
        for name in preset {
            if !rules.iter().any(|rule| rule.name == name) {
                rules.push(FieldRule { name, ..FieldRule::default() });
            }
        }
        settings.field = rules;
        self.rows.iter().all(|row| row.fault.is_none())
    }

    fn blame(&mut self, error: &SettingsError) -> bool {
        let SettingsError::Mapping(error) = error else { return false };
        let t = self.t;
        match self.rows.iter_mut().find(|row| row.name.value.trim().eq_ignore_ascii_case(&error.field)) {
            Some(row) => {
                row.fault = Some(t.of("settings-fault-rule"));
                true
            }
            None => false,
        }
    }

    fn bar(&mut self) -> &mut Bar {
        &mut self.s
    }
}
