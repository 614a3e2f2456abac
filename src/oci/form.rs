//! The return form: everything the page carries, before it is a page (OCI 4.0, digest section 3.4).
//!
//! Owns the settings of `[system.form]` and decides action, target, control fields and their order.
//! It makes no items and judges no hook: items come finished, the hook comes allowed.
//! The surprising fact: a GET form replaces the query of its action, so there the hook is always split.

use serde::{Deserialize, Serialize};

use super::call::Facts;
use super::charset::Charset;
use super::form_fields::FormFields;
use super::hook::AllowedHook;
use super::transport::{Transport, default_type_names, one_or_many};

/// A finished return form. It can be stored and shown again.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Form {
    /// Where the browser sends the fields.
    pub action: String,
    /// The action's origin as a source expression.
    pub csp_source: String,
    pub method: Method,
    /// `_top` or the frame the buyer asked for.
    pub target: String,
    /// The label of a [`Charset`].
    pub charset: String,
    /// Names and values in order; they fit the charset.
    pub fields: FormFields,
    pub auto_submit: bool,
}

/// How the browser sends the form.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    #[default]
    #[serde(rename = "POST", alias = "post")]
    Post,
    #[serde(rename = "GET", alias = "get")]
    Get,
}

/// What becomes of the hook's own query.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HookQuery {
    /// It stays in the action, as most catalogues do and some buyers need.
    #[default]
    Keep,
    /// It becomes hidden fields, as OCI 4.0 says.
    Split,
}

/// When `~OkCode`, `~TARGET` and `~CALLER` go back.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// Those that came, under the name they came with.
    #[default]
    Received,
    Always,
    Never,
}

/// A system's settings for its return form, with defaults for each.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct FormOptions {
    pub method: Method,
    /// Always [`HookQuery::Split`] with GET: a GET form replaces the query of its action.
    pub hook_query: HookQuery,
    /// `auto` or a fixed frame name.
    pub target: String,
    /// `auto` or a fixed label.
    pub charset: String,
    /// The index of the first item; OCI says 1.
    pub first_index: u32,
    /// Whether optional item fields are sent although they are empty.
    pub empty_fields: bool,
    pub echo: Echo,
    pub auto_submit: bool,
    /// The name of the LONGTEXT field; `{n}` is the item's index.
    pub longtext: String,
    pub transport: Transport,
    /// Under which names the type of the XML variant is sent, unless the call names it itself; all of them at once.
    #[serde(deserialize_with = "one_or_many")]
    pub xml_type_name: Vec<String>,
    /// And its value, for calls that name none.
    pub xml_type: String,
    /// Origins whose pages may show ours in a frame; none for all.
    pub frame_ancestors: Vec<String>,
}

impl Default for FormOptions {
    fn default() -> Self {
        Self {
            method: Method::Post,
            hook_query: HookQuery::Keep,
            target: "auto".to_owned(),
            charset: "auto".to_owned(),
            first_index: 1,
            empty_fields: false,
            echo: Echo::Received,
            auto_submit: true,
            longtext: "NEW_ITEM-LONGTEXT_{n}:132[]".to_owned(),
            transport: Transport::Form,
            xml_type_name: default_type_names(),
            xml_type: "ESAPO".to_owned(),
            frame_ancestors: Vec::new(),
        }
    }
}

impl Method {
    /// The value of the form's `method` attribute.
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Get => "get",
        }
    }
}

impl Form {
    /// A form that leads nowhere: for callers without a hook, who read the answer themselves. It never sends itself.
    pub fn without_hook(facts: &Facts, options: &FormOptions, items: impl Into<FormFields>) -> Self {
        let charset = Charset::choose(&options.charset, facts);
        let target = target(facts, options);
        let mut fields: FormFields = echo(facts, options.echo, &target).into_iter().collect();
        fields.append(items.into());
        fields.fit(charset);
        Self {
            action: String::new(),
            csp_source: "'none'".to_owned(),
            method: Method::Post,
            charset: charset.label().to_owned(),
            fields,
            auto_submit: false,
            target,
        }
    }

    /// Puts a form together: fields split off the hook, then the control fields, then `items` (finished names and values).
    ///
    /// The hook's own fields never stand for control fields or items. Values are made to fit the charset.
    pub fn new(hook: &AllowedHook, facts: &Facts, options: &FormOptions, items: impl Into<FormFields>) -> Self {
        let charset = Charset::choose(&options.charset, facts);
        let mut target = target(facts, options);
        // Of what opens a window SAP GUI does not see the submit, and the cart would go nowhere.
        if hook.is_sapevent() && !["_top", "_self", "_parent"].contains(&target.as_str()) {
            "_top".clone_into(&mut target);
        }
        // SAP GUI waits for exactly this pseudo address, by POST.
        let method = if hook.is_sapevent() { Method::Post } else { options.method };
        let whole = || (hook.as_received().to_owned(), Vec::new());
        let (action, split) = match (method, options.hook_query) {
            (Method::Post, HookQuery::Keep) => whole(),
            (Method::Get, _) => hook.split(),
            (Method::Post, HookQuery::Split) => {
                let (bare, split) = hook.split();
                // What the charset lacks would come back as something else; in the address it stays what it is.
                let sayable = split.iter().all(|(name, value)| charset.can_say(name) && charset.can_say(value));
                if sayable { (bare, split) } else { whole() }
            }
        };
        let own = split.into_iter().filter(|(name, _)| !is_reserved(name)).chain(echo(facts, options.echo, &target));
        let mut fields: FormFields = own.collect();
        fields.append(items.into());
        fields.fit(charset);
        Self {
            action,
            csp_source: hook.csp_source(),
            method,
            target,
            charset: charset.label().to_owned(),
            fields,
            auto_submit: options.auto_submit,
        }
    }
}

impl FormOptions {
    /// Whether the target can be one: `auto`, or what [`target`] would take.
    pub fn is_target_good(&self) -> bool {
        self.target.eq_ignore_ascii_case("auto") || is_frame_name(self.target.trim())
    }
}

/// The frame that the form goes to: the system's fixed one, else the first that the call names well.
pub(super) fn target(facts: &Facts, options: &FormOptions) -> String {
    let fixed = Some(&options.target).filter(|target| !target.eq_ignore_ascii_case("auto"));
    [fixed, facts.returntarget.as_ref(), facts.target.as_ref()]
        .into_iter()
        .flatten()
        .map(|target| target.trim())
        .find(|target| is_frame_name(target))
        .unwrap_or("_top")
        .to_owned()
}

/// `_top`, `_parent`, `_self`, `_blank` or the name of a frame.
fn is_frame_name(target: &str) -> bool {
    (1..=64).contains(&target.len())
        && target.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

fn is_reserved(name: &str) -> bool {
    let name = name.trim_start();
    name.starts_with('~') || name.get(.."NEW_ITEM".len()).is_some_and(|start| start.eq_ignore_ascii_case("NEW_ITEM"))
}

/// The control fields of OCI 2.0. Received ones go back only with the values the standard knows.
pub(super) fn echo(facts: &Facts, echo: Echo, target: &str) -> Vec<(String, String)> {
    let received = |pair: &Option<(String, String)>, name: &str, good: fn(&str) -> bool| {
        pair.clone().filter(|(sent, value)| sent.eq_ignore_ascii_case(name) && good(value))
    };
    match echo {
        Echo::Never => Vec::new(),
        Echo::Always => [("~OkCode", "ADDI"), ("~TARGET", target), ("~CALLER", "CTLG")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        Echo::Received => [
            received(&facts.ok_code, "~OkCode", |value| value.eq_ignore_ascii_case("ADDI")),
            received(&facts.echo_target, "~TARGET", is_frame_name),
            received(&facts.caller, "~CALLER", |value| value.eq_ignore_ascii_case("CTLG")),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::hook::HookPolicy;

    fn hook(hook: &str) -> AllowedHook {
        HookPolicy::read(&["any".to_owned(), "SAPEVENT:POST".to_owned()]).unwrap().allow(hook).unwrap()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn form(address: &str, facts: &Facts, options: &FormOptions) -> Form {
        let items = pairs(&[("NEW_ITEM-DESCRIPTION[1]", "19\" Rack")]);
        Form::new(&hook(address), facts, options, items)
    }

    #[test]
    fn the_hook_keeps_its_query_in_a_post() {
        let form = form("https://b.example/r?uniqueid=4711", &Facts::default(), &FormOptions::default());
        assert_eq!(form.action, "https://b.example/r?uniqueid=4711");
        assert_eq!(form.fields, pairs(&[("NEW_ITEM-DESCRIPTION[1]", "19\" Rack")]));
    }

    #[test]
    fn a_split_hook_and_any_get_move_the_query_into_fields_but_never_over_ours() {
        let address = "https://b.example/r?b=1&~OkCode=EVIL&a=2&new_item-PRICE[1]=0&b=3#x";
        let split = FormOptions { hook_query: HookQuery::Split, ..FormOptions::default() };
        let get = FormOptions { method: Method::Get, ..FormOptions::default() };
        for options in [split, get] {
            let form = form(address, &received(), &options);
            assert_eq!(form.action, "https://b.example/r");
            assert_eq!(form.method, options.method);
            assert_eq!(
                form.fields,
                pairs(&[
                    ("b", "1"),
                    ("a", "2"),
                    ("b", "3"),
                    ("~okcode", "ADDI"),
                    ("~target", "_parent"),
                    ("~CALLER", "CTLG"),
                    ("NEW_ITEM-DESCRIPTION[1]", "19\" Rack"),
                ])
            );
        }
    }

    #[test]
    fn a_split_hook_whose_parameters_the_charset_lacks_keeps_them_in_its_address() {
        let split = |charset: &str| FormOptions {
            hook_query: HookQuery::Split,
            charset: charset.to_owned(),
            ..FormOptions::default()
        };
        let address = "https://b.example/r?sid=%E4%B8%AD&u=%C3%BC";
        let kept = form(address, &Facts::default(), &split("iso-8859-1"));
        assert_eq!((kept.action.as_str(), kept.fields.to_pairs().len()), (address, 1));
        let moved = form(address, &Facts::default(), &split("utf-8"));
        assert_eq!(moved.action, "https://b.example/r");
        assert_eq!(moved.fields.to_pairs()[0], ("sid".to_owned(), "中".to_owned()));
    }

    #[test]
    fn control_fields_come_back_only_with_values_the_standard_knows() {
        let mut facts = received();
        facts.ok_code = Some(("~OkCode".into(), "ADDI\"><img>".into()));
        facts.echo_target = Some(("~TARGET".into(), "_top\" onmouseover=\"".into()));
        let echoed = |facts: &Facts, echo| {
            let form = form("https://b.example/", facts, &FormOptions { echo, ..FormOptions::default() });
            let fields = form.fields.to_pairs();
            fields[..fields.len() - 1].to_vec()
        };
        assert_eq!(echoed(&facts, Echo::Received), pairs(&[("~CALLER", "CTLG")]));
        assert_eq!(echoed(&facts, Echo::Never), []);
        assert_eq!(
            echoed(&Facts::default(), Echo::Always),
            pairs(&[("~OkCode", "ADDI"), ("~TARGET", "_top"), ("~CALLER", "CTLG")])
        );
    }

    #[test]
    fn the_target_is_the_first_good_one() {
        let target = |fixed: &str, returntarget: Option<&str>, target: Option<&str>| {
            let facts = Facts {
                returntarget: returntarget.map(str::to_owned),
                target: target.map(str::to_owned),
                ..Facts::default()
            };
            let options = FormOptions { target: fixed.to_owned(), ..FormOptions::default() };
            form("https://b.example/", &facts, &options).target
        };
        assert_eq!(target("auto", Some("_parent"), Some("_top")), "_parent");
        assert_eq!(target("auto", Some("_top\" onload=\"x"), Some("frame.1")), "frame.1");
        assert_eq!(target("auto", None, None), "_top");
        assert_eq!(target("_self", Some("_parent"), None), "_self");
        assert_eq!(target("not a frame", None, Some("_blank")), "_blank");
    }

    #[test]
    fn options_are_written_as_in_the_file() {
        let options: FormOptions = toml::from_str(
            "method = \"GET\"\nhook_query = \"split\"\necho = \"never\"\ntransport = \"xml\"\nfirst_index = 0",
        )
        .unwrap();
        assert_eq!(
            (options.method, options.hook_query, options.echo, options.transport, options.first_index),
            (Method::Get, HookQuery::Split, Echo::Never, Transport::Xml, 0)
        );
        assert!(options.auto_submit && options.longtext == "NEW_ITEM-LONGTEXT_{n}:132[]");
        assert!(toml::from_str::<FormOptions>("metod = \"GET\"").is_err());
    }

    fn received() -> Facts {
        Facts {
            ok_code: Some(("~okcode".into(), "ADDI".into())),
            echo_target: Some(("~target".into(), "_parent".into())),
            caller: Some(("~CALLER".into(), "CTLG".into())),
            target: Some("_parent".into()),
            ..Facts::default()
        }
    }
}
