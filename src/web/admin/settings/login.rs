//! The tab Login: what the buyer's system calls its parameters, and what it may ask for.

use askama::Template;

use super::{Bar, Form, Shell};
use crate::system::{FUNCTIONS, MOST_HITS, Settings, SettingsError};
use crate::texts::Texts;
use crate::web::admin::systems::{Head, Tab};
use crate::web::fields::Fields;
use crate::web::form::Field;
use crate::web::frame::Frame;

#[derive(Template)]
#[template(path = "admin/settings/login.html")]
pub struct LoginPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    user: Field,
    password: Field,
    hook: Field,
    token: Field,
    cancel: Field,
    get: Field,
    post: Field,
    hook_is_last: Field,
    functions: Vec<(Field, &'static str)>,
    max_hits: Field,
}

impl LoginPage {
    fn new(shell: Shell, value: impl Fn(&str) -> String, ticked: impl Fn(&str) -> bool) -> Self {
        let Shell { t, frame, head, bar: s } = shell;
        let read_only = !s.edit;
        let name =
            |field: &str, usual: &str| Field::new(field, value(field)).placeholder(usual).hinted().read_only(read_only);
        let tick = |field: &str| Field::ticked(field, ticked(field)).read_only(read_only);
        Self {
            user: name("user", "USERNAME"),
            password: name("password", "PASSWORD"),
            hook: name("hook", "HOOK_URL"),
            token: name("token", "TOKEN"),
            cancel: name("cancel", "OCICANCEL"),
            get: tick("GET"),
            post: tick("POST"),
            hook_is_last: tick("hook_is_last").hinted(),
            max_hits: Field::new("max_hits", value("max_hits")).hinted().read_only(read_only),
            functions: FUNCTIONS.iter().map(|function| (tick(function), *function)).collect(),
            t,
            frame,
            head,
            s,
        }
    }
}

impl Form for LoginPage {
    const TAB: Tab = Tab::Login;
    const NAME: &'static str = "login";

    fn stored(shell: Shell, settings: &Settings) -> Self {
        let call = &settings.call;
        let names = &call.names;
        let value = |field: &str| match field {
            "user" => names.user.clone(),
            "password" => names.password.clone(),
            "hook" => names.hook.clone(),
            "token" => names.token.clone(),
            "max_hits" => call.max_hits.to_string(),
            _ => names.cancel.clone(),
        };
        let listed = |list: &[String], name: &str| list.iter().any(|known| known.eq_ignore_ascii_case(name));
        Self::new(shell, value, |field| match field {
            "hook_is_last" => call.hook_is_last,
            "GET" | "POST" => listed(&call.methods, field),
            function => listed(&call.functions, function),
        })
    }

    fn typed(shell: Shell, _: &Settings, fields: &Fields) -> Self {
        Self::new(shell, |field| fields.get(field).to_owned(), |field| fields.has(field))
    }

    fn read(&mut self, settings: &mut Settings, fields: &Fields) -> bool {
        let text = |name: &str| fields.get(name).to_owned();
        let ticked =
            |names: &[&str]| names.iter().filter(|name| fields.has(name)).map(|name| (*name).to_owned()).collect();
        let call = &mut settings.call;
        call.names.user = text("user");
        call.names.password = text("password");
        call.names.hook = text("hook");
        call.names.token = text("token");
        call.names.cancel = text("cancel");
        call.methods = ticked(&["GET", "POST"]);
        call.functions = ticked(FUNCTIONS);
        call.hook_is_last = fields.has("hook_is_last");
        match fields.get("max_hits").parse::<u32>() {
            Ok(hits) if (1..=MOST_HITS).contains(&hits) => call.max_hits = hits,
            _ => self.max_hits.error = Some(self.t.of("settings-fault-max-hits")),
        }
        if call.methods.is_empty() {
            self.post.error = Some(self.t.of("settings-fault-methods"));
        }
        let needed = [(&mut self.user, "user"), (&mut self.password, "password"), (&mut self.hook, "hook")];
        let mut unnamed = false;
        for (field, _) in needed.into_iter().filter(|(_, name)| fields.get(name).is_empty()) {
            field.error = Some(self.t.of("settings-fault-name"));
            unnamed = true;
        }
        !unnamed && self.post.error.is_none() && self.max_hits.error.is_none()
    }

    fn blame(&mut self, error: &SettingsError) -> bool {
        let SettingsError::Value { key, .. } = error else { return false };
        let field = match *key {
            "call.names.user" => &mut self.user,
            "call.names.password" => &mut self.password,
            "call.names.hook" => &mut self.hook,
            _ => return false,
        };
        field.error = Some(self.t.of("settings-fault-name"));
        true
    }

    fn bar(&mut self) -> &mut Bar {
        &mut self.s
    }
}
