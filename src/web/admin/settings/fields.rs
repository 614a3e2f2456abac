//! The tab Fields: where each OCI field gets its value from.
//!
//! Each part of a row is judged by itself, and what is wrong stands at that part.

use askama::Template;

use super::{Bar, Form, Shell};
use crate::mapping::{FieldRule, source_names};
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
/// A name that every rule may have, to look at its other parts alone.
const ANY: &str = "X";

#[derive(Default)]
struct Row {
    name: Field,
    from: Field,
    template: Field,
    fixed: Field,
    max: Field,
    /// What is wrong with the row as a whole.
    fault: Option<String>,
}

/// A row as it was typed.
#[derive(Default)]
struct Typed<'a> {
    name: &'a str,
    from: &'a str,
    template: &'a str,
    fixed: &'a str,
    max: &'a str,
}

#[derive(Template)]
#[template(path = "admin/settings/fields.html")]
pub struct FieldsPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    rows: Vec<Row>,
    sources: Vec<&'static str>,
}

impl Row {
    fn new(index: usize, read_only: bool, typed: Typed) -> Self {
        let field = |of: &str, value: &str| Field::new(format!("{of}-{index}"), value).read_only(read_only);
        Self {
            name: field("name", typed.name),
            from: field("from", typed.from),
            template: field("template", typed.template),
            fixed: field("fixed", typed.fixed),
            max: field("max", typed.max),
            fault: None,
        }
    }

    fn of(index: usize, read_only: bool, rule: &FieldRule) -> Self {
        let max = rule.max.map(|max| max.to_string()).unwrap_or_default();
        let template = rule.template.as_deref().unwrap_or_default();
        let from = rule.from.join(", ");
        Self::new(index, read_only, Typed { name: &rule.name, from: &from, template, fixed: &rule.fixed, max: &max })
    }

    /// The rule of the row, as far as it can be one; what is wrong is noted at its part.
    fn rule(&mut self, t: Texts) -> FieldRule {
        let text = |field: &Field| field.value.trim().to_owned();
        let from = self.from.value.split(',').map(str::trim).filter(|source| !source.is_empty());
        let mut rule = FieldRule {
            name: text(&self.name).to_uppercase(),
            from: from.map(str::to_owned).collect(),
            fixed: text(&self.fixed),
            max: None,
            template: Some(text(&self.template).replace("\r\n", "\n")).filter(|template| !template.is_empty()),
        };
        match text(&self.max).as_str() {
            "" => {}
            typed => match typed.parse::<usize>() {
                Ok(max) if max > 0 => rule.max = Some(max),
                _ => self.max.error = Some(t.of("settings-fault-max")),
            },
        }
        if (FieldRule { name: rule.name.clone(), ..FieldRule::default() }).check().is_err() {
            self.name.error = Some(t.of("settings-fault-field-name"));
        }
        let is_unknown = |source: &&String| {
            FieldRule { name: ANY.into(), from: vec![(*source).clone()], ..FieldRule::default() }.check().is_err()
        };
        let unknown: Vec<&str> = rule.from.iter().filter(is_unknown).map(String::as_str).collect();
        if !unknown.is_empty() {
            self.from.error = Some(t.fill("settings-fault-source", "source", unknown.join(", ")));
        }
        if rule.template.is_some() {
            let alone = FieldRule { name: ANY.into(), template: rule.template.clone(), ..FieldRule::default() };
            if let Err(error) = alone.check() {
                let reason = error.reason.strip_prefix("template: ").unwrap_or(&error.reason);
                self.template.error = Some(t.fill("settings-fault-template", "reason", reason));
            } else if !rule.from.is_empty() {
                self.template.error = Some(t.of("settings-fault-both"));
            }
        }
        rule
    }

    fn is_faulty(&self) -> bool {
        let parts = [&self.name, &self.from, &self.template, &self.fixed, &self.max];
        self.fault.is_some() || parts.iter().any(|part| part.error.is_some())
    }
}

/// Rows of the form as they were typed, the empty ones too.
fn typed_rows(fields: &Fields) -> usize {
    (0..MOST).take_while(|index| fields.has(&format!("name-{index}"))).count()
}

impl FieldsPage {
    fn new(shell: Shell, rows: Vec<Row>) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        Self { t, frame, head, s, rows, sources: source_names() }
    }

    /// The list of sources unfolds where one is not known.
    fn is_source_unknown(&self) -> bool {
        self.rows.iter().any(|row| row.from.error.is_some() || row.template.error.is_some())
    }
}

fn spare(rows: &mut Vec<Row>) {
    rows.extend((rows.len()..(rows.len() + SPARE).min(MOST)).map(|index| Row::new(index, false, Typed::default())));
}

impl Form for FieldsPage {
    const TAB: Tab = Tab::Fields;
    const NAME: &'static str = "fields";

    fn stored(shell: Shell, settings: &Settings) -> Self {
        let edit = shell.bar.edit;
        let mut rows: Vec<Row> =
            settings.field.iter().enumerate().map(|(index, rule)| Row::of(index, !edit, rule)).collect();
        if edit {
            spare(&mut rows);
        }
        Self::new(shell, rows)
    }

    fn typed(shell: Shell, _: &Settings, fields: &Fields) -> Self {
        let row = |index: usize| {
            let get = |of: &str| fields.get(&format!("{of}-{index}"));
            let (name, from, template) = (get("name"), get("from"), get("template"));
            Row::new(index, false, Typed { name, from, template, fixed: get("fixed"), max: get("max") })
        };
        let mut rows: Vec<Row> = (0..typed_rows(fields)).map(row).collect();
        if fields.has("more") {
            spare(&mut rows);
        }
        Self::new(shell, rows)
    }

    fn read(&mut self, settings: &mut Settings, _: &Fields) -> bool {
        let t = self.t;
        let preset: Vec<String> = settings.field.iter().map(|rule| rule.name.clone()).collect();
        let mut rules: Vec<FieldRule> = Vec::new();
        for row in &mut self.rows {
            let says_something = |field: &Field| !field.value.trim().is_empty();
            if !says_something(&row.name) {
                continue;
            }
            let rule = row.rule(t);
            if rules.iter().any(|other| other.name == rule.name) {
                row.fault = Some(t.of("settings-fault-twice"));
            }
            rules.push(rule);
        }
        // A price of one's own beside a computed unit of it is the classic hundredfold price.
        let named = |name: &str| rules.iter().any(|rule| rule.name == name);
        if named("PRICE") != named("PRICEUNIT") {
            for row in &mut self.rows {
                if ["PRICE", "PRICEUNIT"].iter().any(|name| row.name.value.trim().eq_ignore_ascii_case(name)) {
                    row.fault = Some(t.of("settings-fault-price-pair"));
                }
            }
        }
        // A field whose row was emptied is sent no more: what the preset has of it is replaced by a rule without a value.
        for name in preset {
            if !rules.iter().any(|rule| rule.name == name) {
                rules.push(FieldRule { name, ..FieldRule::default() });
            }
        }
        settings.field = rules;
        !self.rows.iter().any(Row::is_faulty)
    }

    fn blame(&mut self, error: &SettingsError) -> bool {
        let SettingsError::Mapping(error) = error else { return false };
        let t = self.t;
        match self.rows.iter_mut().find(|row| row.name.value.trim().eq_ignore_ascii_case(&error.field)) {
            Some(row) => {
                row.fault = Some(t.fill("settings-fault-rule", "reason", &error.reason));
                true
            }
            None => false,
        }
    }

    fn bar(&mut self) -> &mut Bar {
        &mut self.s
    }
}
