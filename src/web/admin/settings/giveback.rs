//! The tab Return: where carts may go, and how.

use askama::Template;

use super::{Bar, Form, Shell};
use crate::oci::hook::PolicyReason;
use crate::oci::page::{Echo, HookQuery, Method};
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
    method: Field,
    methods: Choices,
    hook_query: Field,
    hook_queries: Choices,
    target: Field,
    charset: Field,
    first_index: Field,
    empty_fields: Field,
    echo: Field,
    echoes: Choices,
    auto_submit: Field,
    longtext: Field,
}

fn choices(t: Texts, pairs: &[(&str, &str)]) -> Choices {
    pairs.iter().map(|(value, key)| ((*value).to_owned(), t.of(key))).collect()
}

impl ReturnPage {
    fn new(shell: Shell, value: impl Fn(&str) -> String, ticked: impl Fn(&str) -> bool) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        let read_only = !s.edit;
        let field = |name: &str| Field::new(name, value(name)).hinted().read_only(read_only);
        let tick = |name: &str| Field::ticked(name, ticked(name)).hinted().read_only(read_only);
        Self {
            hooks: field("hooks").placeholder("https://srm.example.com"),
            method: field("method"),
            methods: choices(t, &[("POST", "settings-method-post"), ("GET", "settings-method-get")]),
            hook_query: field("hook_query"),
            hook_queries: choices(t, &[("keep", "settings-query-keep"), ("split", "settings-query-split")]),
            target: field("target"),
            charset: field("charset"),
            first_index: field("first_index"),
            empty_fields: tick("empty_fields"),
            echo: field("echo"),
            echoes: choices(
                t,
                &[
                    ("received", "settings-echo-received"),
                    ("always", "settings-echo-always"),
                    ("never", "settings-echo-never"),
                ],
            ),
            auto_submit: tick("auto_submit"),
            longtext: field("longtext"),
            t,
            frame,
            head,
            s,
        }
    }
}

impl Form for ReturnPage {
    const TAB: Tab = Tab::Return;
    const NAME: &'static str = "return";

    fn stored(shell: Shell, settings: &Settings) -> Self {
        let form = &settings.form;
        let value = |field: &str| match field {
            "hooks" => settings.hooks.join("\n"),
            "method" => if form.method == Method::Get { "GET" } else { "POST" }.to_owned(),
            "hook_query" => if form.hook_query == HookQuery::Split { "split" } else { "keep" }.to_owned(),
            "target" => form.target.clone(),
            "charset" => form.charset.clone(),
            "first_index" => form.first_index.to_string(),
            "echo" => match form.echo {
                Echo::Received => "received",
                Echo::Always => "always",
                Echo::Never => "never",
            }
            .to_owned(),
            _ => form.longtext.clone(),
        };
        Self::new(shell, value, |field| if field == "auto_submit" { form.auto_submit } else { form.empty_fields })
    }

    fn typed(shell: Shell, _: &Settings, fields: &Fields) -> Self {
        Self::new(shell, |field| fields.get(field).to_owned(), |field| fields.has(field))
    }

    fn read(&mut self, settings: &mut Settings, fields: &Fields) -> bool {
        settings.hooks =
            fields.get("hooks").lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let form = &mut settings.form;
        form.method = if fields.get("method") == "GET" { Method::Get } else { Method::Post };
        form.hook_query = if fields.get("hook_query") == "split" { HookQuery::Split } else { HookQuery::Keep };
        form.target = fields.get("target").to_owned();
        form.charset = fields.get("charset").to_owned();
        form.echo = match fields.get("echo") {
            "always" => Echo::Always,
            "never" => Echo::Never,
            _ => Echo::Received,
        };
        form.empty_fields = fields.has("empty_fields");
        form.auto_submit = fields.has("auto_submit");
        form.longtext = fields.get("longtext").to_owned();
        match fields.get("first_index").parse::<u32>() {
            Ok(index) if index <= 1_000 => form.first_index = index,
            _ => self.first_index.error = Some(self.t.of("settings-fault-index")),
        }
        if form.target.is_empty() {
            self.target.error = Some(self.t.of("settings-fault-target"));
        }
        self.first_index.error.is_none() && self.target.error.is_none()
    }

    fn blame(&mut self, error: &SettingsError) -> bool {
        let t = self.t;
        match error {
            SettingsError::Hooks(error) => {
                let reason = t.of(match error.reason {
                    PolicyReason::Empty => "settings-hook-empty",
                    PolicyReason::NoScheme => "settings-hook-no-scheme",
                    PolicyReason::Scheme => "settings-hook-scheme",
                    PolicyReason::NotAUrl => "settings-hook-not-a-url",
                    PolicyReason::UserInfo => "settings-hook-user-info",
                    PolicyReason::Query => "settings-hook-query",
                });
                self.hooks.error = Some(format!("{}: {reason}", error.entry));
            }
            SettingsError::Value { key: "form.charset", .. } => {
                self.charset.error = Some(t.of("settings-fault-charset"));
            }
            SettingsError::Value { key: "form.longtext", .. } => {
                self.longtext.error = Some(t.of("settings-fault-longtext"));
            }
            _ => return false,
        }
        true
    }

    fn bar(&mut self) -> &mut Bar {
        &mut self.s
    }
}
