//! The tab Return: where carts may go, and how; what becomes of shipping, discounts and tax.

use askama::Template;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Bar, Form, Shell};
use crate::oci::charset::Charset;
use crate::oci::hook::{HookPolicy, PolicyError, PolicyReason};
use crate::oci::page::{FormOptions, FrameAncestors};
use crate::system::{Settings, SettingsError};
use crate::texts::Texts;
use crate::web::admin::systems::{Head, Tab};
use crate::web::fields::Fields;
use crate::web::form::Field;
use crate::web::frame::Frame;

type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "admin/settings/return.html")]
pub struct ReturnPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    hooks: Field,
    /// A return target was put into the field for whoever looks at it.
    offered: bool,
    frame_ancestors: Field,
    method: Field,
    methods: Choices,
    hook_query: Field,
    hook_queries: Choices,
    target: Field,
    charset: Field,
    transport: Field,
    transports: Choices,
    xml_type_name: Field,
    xml_type: Field,
    first_index: Field,
    empty_fields: Field,
    echo: Field,
    echoes: Choices,
    auto_submit: Field,
    longtext: Field,
    shipping: Field,
    discount: Field,
    charges: Choices,
    tax: Field,
    taxes: Choices,
    hierarchy: Field,
}

fn choices(t: Texts, pairs: &[(&str, &str)]) -> Choices {
    pairs.iter().map(|(value, key)| ((*value).to_owned(), t.of(key))).collect()
}

const METHODS: &[(&str, &str)] = &[("POST", "settings-method-post"), ("GET", "settings-method-get")];
const QUERIES: &[(&str, &str)] = &[("keep", "settings-query-keep"), ("split", "settings-query-split")];
const TRANSPORTS: &[(&str, &str)] =
    &[("form", "settings-transport-form"), ("xml", "settings-transport-xml"), ("auto", "settings-transport-auto")];
const ECHOES: &[(&str, &str)] =
    &[("received", "settings-echo-received"), ("always", "settings-echo-always"), ("never", "settings-echo-never")];
const CHARGES: &[(&str, &str)] =
    &[("line", "settings-charge-line"), ("spread", "settings-charge-spread"), ("refuse", "settings-charge-refuse")];
const TAXES: &[(&str, &str)] = &[
    ("leave_out", "settings-tax-leave-out"),
    ("line", "settings-tax-line"),
    ("spread", "settings-tax-spread"),
    ("refuse", "settings-tax-refuse"),
];

impl ReturnPage {
    fn new(shell: Shell, value: impl Fn(&str) -> String, ticked: impl Fn(&str) -> bool) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        let read_only = !s.edit;
        let field = |name: &str| Field::new(name, value(name)).hinted().read_only(read_only);
        let tick = |name: &str| Field::ticked(name, ticked(name)).hinted().read_only(read_only);
        Self {
            offered: false,
            hooks: field("hooks").placeholder("https://srm.example.com"),
            frame_ancestors: field("frame_ancestors").placeholder("https://srm.example.com"),
            method: field("method"),
            methods: choices(t, METHODS),
            hook_query: field("hook_query"),
            hook_queries: choices(t, QUERIES),
            target: field("target"),
            charset: field("charset"),
            transport: field("transport"),
            transports: choices(t, TRANSPORTS),
            xml_type_name: field("xml_type_name"),
            xml_type: field("xml_type"),
            first_index: field("first_index"),
            empty_fields: tick("empty_fields"),
            echo: field("echo"),
            echoes: choices(t, ECHOES),
            auto_submit: tick("auto_submit"),
            longtext: field("longtext"),
            shipping: field("shipping"),
            discount: field("discount"),
            charges: choices(t, CHARGES),
            tax: field("tax"),
            taxes: choices(t, TAXES),
            hierarchy: tick("hierarchy"),
            t,
            frame,
            head,
            s,
        }
    }

    fn has_faults(&self) -> bool {
        [
            &self.hooks,
            &self.frame_ancestors,
            &self.target,
            &self.charset,
            &self.xml_type_name,
            &self.xml_type,
            &self.first_index,
            &self.longtext,
        ]
        .iter()
        .any(|field| field.error.is_some())
    }

    fn blame_xml(&mut self, key: &str) {
        let t = self.t;
        match key {
            "form.xml_type" => self.xml_type.error = Some(t.of("settings-fault-xml-type")),
            _ => self.xml_type_name.error = Some(t.of("settings-fault-xml-type-name")),
        }
    }

    /// All that is wrong, each at its own field, so that nothing has to be sent twice.
    fn judge(&mut self, hooks: &[String], form: &FormOptions) {
        let t = self.t;
        let wrong = hooks.iter().filter_map(|hook| HookPolicy::read(std::slice::from_ref(hook)).err());
        self.hooks.error = sentences(wrong.map(|error| hook_fault(t, &error)));
        let wrong = form.frame_ancestors.iter().filter(|entry| {
            let alone = form.frame_ancestors.len() == 1 || !entry.trim().eq_ignore_ascii_case("none");
            FrameAncestors::read(std::slice::from_ref(*entry)).is_err() || !alone
        });
        self.frame_ancestors.error = sentences(wrong.map(|entry| t.fill("settings-fault-frame", "entry", entry)));
        if form.target.is_empty() {
            self.target.error = Some(t.of("settings-fault-target"));
        }
        if !Charset::is_setting(&form.charset) {
            self.charset.error = Some(t.of("settings-fault-charset"));
        }
        if !form.longtext.contains("{n}") {
            self.longtext.error = Some(t.of("settings-fault-longtext"));
        }
        if let Some((key, ..)) = form.xml_fault() {
            self.blame_xml(key);
        }
    }
}

fn sentences(faults: impl Iterator<Item = String>) -> Option<String> {
    let faults: Vec<String> = faults.collect();
    (!faults.is_empty()).then(|| faults.join(" "))
}

fn hook_fault(t: Texts, error: &PolicyError) -> String {
    let reason = t.of(match error.reason {
        PolicyReason::Empty => "settings-hook-empty",
        PolicyReason::NoScheme => "settings-hook-no-scheme",
        PolicyReason::Scheme => "settings-hook-scheme",
        PolicyReason::NotAUrl => "settings-hook-not-a-url",
        PolicyReason::UserInfo => "settings-hook-user-info",
        PolicyReason::Query => "settings-hook-query",
        PolicyReason::Wildcard => "settings-hook-wildcard",
    });
    format!("{}: {reason}", error.entry)
}

/// A choice as it stands in a setup file.
fn word(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The choice of that name; a name that no form of ours has changes nothing.
fn choose<T: DeserializeOwned>(choice: &mut T, word: &str) {
    if let Ok(chosen) = serde_json::from_value(word.into()) {
        *choice = chosen;
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl Form for ReturnPage {
    const TAB: Tab = Tab::Return;
    const NAME: &'static str = "return";

    fn stored(shell: Shell, settings: &Settings) -> Self {
        let (form, charges) = (&settings.form, &settings.charges);
        let value = |field: &str| match field {
            "hooks" => settings.hooks.join("\n"),
            "frame_ancestors" => form.frame_ancestors.join("\n"),
            "method" => word(&form.method),
            "hook_query" => word(&form.hook_query),
            "target" => form.target.clone(),
            "charset" => form.charset.clone(),
            "transport" => word(&form.transport),
            "xml_type_name" => form.xml_type_name.join(", "),
            "xml_type" => form.xml_type.clone(),
            "first_index" => form.first_index.to_string(),
            "echo" => word(&form.echo),
            "shipping" => word(&charges.shipping),
            "discount" => word(&charges.discount),
            "tax" => word(&charges.tax),
            _ => form.longtext.clone(),
        };
        Self::new(shell, value, |field| match field {
            "auto_submit" => form.auto_submit,
            "hierarchy" => settings.hierarchy,
            _ => form.empty_fields,
        })
    }

    /// Only what is a return target and stands there not yet: anybody may make a link.
    fn offer(&mut self, hook: &str) {
        let mut hooks = lines(&self.hooks.value);
        let hook = hook.trim().to_owned();
        if HookPolicy::read(std::slice::from_ref(&hook)).is_ok() && !hooks.contains(&hook) {
            hooks.push(hook);
            self.hooks.value = hooks.join("\n");
            self.hooks = std::mem::take(&mut self.hooks).focused();
            self.offered = true;
        }
    }

    fn typed(shell: Shell, _: &Settings, fields: &Fields) -> Self {
        Self::new(shell, |field| fields.get(field).to_owned(), |field| fields.has(field))
    }

    fn read(&mut self, settings: &mut Settings, fields: &Fields) -> bool {
        settings.hooks = lines(fields.get("hooks"));
        let form = &mut settings.form;
        form.frame_ancestors = lines(fields.get("frame_ancestors"));
        choose(&mut form.method, fields.get("method"));
        choose(&mut form.hook_query, fields.get("hook_query"));
        choose(&mut form.transport, fields.get("transport"));
        choose(&mut form.echo, fields.get("echo"));
        form.target = fields.get("target").to_owned();
        form.charset = fields.get("charset").to_owned();
        let names = fields.get("xml_type_name").split(',').map(str::trim).filter(|name| !name.is_empty());
        form.xml_type_name = names.map(str::to_owned).collect();
        form.xml_type = fields.get("xml_type").to_owned();
        form.empty_fields = fields.has("empty_fields");
        form.auto_submit = fields.has("auto_submit");
        form.longtext = fields.get("longtext").to_owned();
        match fields.get("first_index").parse::<u32>() {
            Ok(index) if index <= 1_000 => form.first_index = index,
            _ => self.first_index.error = Some(self.t.of("settings-fault-index")),
        }
        choose(&mut settings.charges.shipping, fields.get("shipping"));
        choose(&mut settings.charges.discount, fields.get("discount"));
        choose(&mut settings.charges.tax, fields.get("tax"));
        settings.hierarchy = fields.has("hierarchy");
        self.judge(&settings.hooks, &settings.form);
        !self.has_faults()
    }

    fn blame(&mut self, error: &SettingsError) -> bool {
        let t = self.t;
        match error {
            SettingsError::Hooks(error) => self.hooks.error = Some(hook_fault(t, error)),
            SettingsError::Frames(error) => {
                self.frame_ancestors.error = Some(t.fill("settings-fault-frame", "entry", &error.0));
            }
            SettingsError::Value { key: "form.charset", .. } => {
                self.charset.error = Some(t.of("settings-fault-charset"));
            }
            SettingsError::Value { key: "form.longtext", .. } => {
                self.longtext.error = Some(t.of("settings-fault-longtext"));
            }
            SettingsError::Value { key, .. } if key.starts_with("form.xml") => self.blame_xml(key),
            _ => return false,
        }
        true
    }

    fn bar(&mut self) -> &mut Bar {
        &mut self.s
    }
}
