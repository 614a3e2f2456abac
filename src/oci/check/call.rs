//! A call: what the gateway would read of it, with its secrets hidden, and whether it would take it.

use super::{Buyer, Kind, Report};
use crate::oci::call::{Call, CallError, Names};
use crate::oci::charset::Charset;
use crate::oci::finding::{Finding, short};
use crate::oci::form;
use crate::oci::function::{Asked, Function};
use crate::oci::hook::{self, HookError};
use crate::oci::masked::{HIDDEN, Mask};
use crate::oci::parameters::{Parameters, is_alike, segments, split_pair};
use crate::oci::rules::demands;

/// A call as it was read.
#[derive(Debug)]
pub struct CallRead {
    /// Of a request; of an address it is GET.
    pub method: Option<String>,
    /// In their order, secrets hidden.
    pub parameters: Vec<(String, String)>,
    /// What the gateway would do with it: the name of a fact, and the fact. Empty if it refuses to read it.
    pub facts: Vec<(&'static str, String)>,
    /// Why it cannot be read.
    pub refused: Option<CallError>,
    /// Why no system would take its hook.
    pub hook: Option<HookError>,
}

impl CallRead {
    pub fn is_refused(&self) -> bool {
        self.refused.is_some() || self.hook.is_some()
    }
}

/// Names under which logins travel, beside the system's own.
const LOGINS: [&str; 13] = [
    "USER",
    "~USERNAME",
    "LOGIN",
    "LOGINNAME",
    "PW",
    "~PASSWORD",
    "TOKEN",
    "SENDERID",
    "CID",
    "CLIENT_ID",
    "BUYER_USERNAME",
    "NAME",
    "EMAIL",
];

pub(super) fn read(query: &[u8], body: &[u8], method: Option<&str>, buyer: &Buyer<'_>) -> Report {
    let mut report = Report::of(Kind::Call);
    let tail = buyer.hook_is_last.then_some(buyer.names.hook.as_str());
    let standard = Names::default();
    let (parameters, refused) = match Parameters::read(query, body, tail) {
        Ok(parameters) => (parameters, None),
        Err(error) => (Parameters::default(), Some(error)),
    };
    let mask = Mask::new(&parameters, [buyer.names, &standard]);
    let hidden = |value: &str| mask.text(value);
    let read = match refused {
        Some(error) => Err(error),
        None => Call::read(&parameters, buyer.names),
    };
    let mut call = CallRead {
        method: method.map(str::to_owned),
        parameters: mask.pairs(&parameters),
        facts: Vec::new(),
        refused: None,
        hook: None,
    };
    match read {
        Ok(read) => {
            call.hook = read.hook.as_deref().and_then(|hook| hook::plausible(hook).err());
            let mut fact = |name, value: &str| {
                if !value.trim().is_empty() {
                    call.facts.push((name, hidden(value)));
                }
            };
            fact("user", &read.user);
            fact("password", HIDDEN);
            fact("hook", read.hook.as_deref().unwrap_or_default());
            fact("cancel", read.cancel.as_deref().unwrap_or_default());
            fact("function", read.function.name());
            fact("asked", &asked(&read.function));
            let facts = &read.facts;
            fact("version", facts.version.as_deref().unwrap_or_default());
            fact("charset", Charset::choose(&buyer.form.charset, facts).label());
            let target = form::target(facts, buyer.form);
            fact("target", &target);
            fact("language", facts.language.as_deref().unwrap_or_default());
            let joined = |pairs: &[(String, String)]| {
                pairs
                    .iter()
                    .take(20)
                    .map(|(name, value)| format!("{name}={}", short(value)))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            fact("echo", &joined(&form::echo(facts, buyer.form.echo, &target)));
            fact("items", &joined(&facts.items));
            fact("extra", &joined(&facts.extra));
            judge(&read, buyer, &mut report.findings);
        }
        Err(error) => {
            if matches!(error, CallError::LoginMissing { .. }) {
                let known = |name: &&str| {
                    LOGINS.iter().any(|login| login.eq_ignore_ascii_case(name))
                        && ![&buyer.names.user, &buyer.names.password].iter().any(|own| own.eq_ignore_ascii_case(name))
                };
                let others: Vec<&str> =
                    parameters.iter().map(|parameter| parameter.name.as_str()).filter(known).collect();
                if !others.is_empty() {
                    let finding = Finding::new(&demands::CALL_OTHER_LOGIN, "").with("names", others.join(", "));
                    report.findings.push(finding);
                }
            }
            call.refused = Some(error);
        }
    }
    spelling(query, body, &parameters, buyer, &mut report.findings);
    if let Some(method) = method
        && !buyer.methods.iter().any(|allowed| allowed.eq_ignore_ascii_case(method))
    {
        report.findings.push(Finding::new(&demands::CALL_METHOD, "").with("value", method));
    }
    report.call = Some(call);
    report
}

/// What a function is asked for: articles with their quantities, a text, a page and its size.
fn asked(function: &Function) -> String {
    match function {
        Function::None => String::new(),
        Function::Detail { product_id } => product_id.clone(),
        Function::Validate { asked } => {
            let one = |asked: &Asked| match asked.quantity {
                Some(quantity) => format!("{} × {quantity}", asked.product_id),
                None => asked.product_id.clone(),
            };
            asked.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        Function::Sourcing { text } | Function::BackgroundSearch { text } => text.clone(),
        Function::DownloadJson(wish) => format!("{} / {}", wish.page, wish.page_size),
    }
}

fn judge(call: &Call, buyer: &Buyer<'_>, findings: &mut Vec<Finding>) {
    let function = call.function.name();
    if !function.is_empty() && !buyer.functions.iter().any(|offered| offered.eq_ignore_ascii_case(function)) {
        findings.push(Finding::new(&demands::CALL_NO_FUNCTION, "FUNCTION").with("value", function));
    }
    if let Some(charset) = call.facts.charset.as_deref().filter(|label| Charset::read(label).is_none()) {
        findings.push(Finding::new(&demands::CALL_CHARSET, "http_content_charset").with("value", short(charset)));
    }
}

/// How it is written.
fn spelling(query: &[u8], body: &[u8], parameters: &Parameters, buyer: &Buyer<'_>, findings: &mut Vec<Finding>) {
    let hook = &buyer.names.hook;
    let is_hook = |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| is_alike(name, hook));
    let raw =
        segments(query).chain(segments(body)).map(split_pair).find(|(name, _)| is_hook(name)).map(|(_, value)| value);
    if let Some(raw) = raw {
        let starts = |prefix: &[u8]| raw.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if (starts(b"http://") || starts(b"https://")) && raw.contains(&b'?') && !buyer.hook_is_last {
            findings.push(Finding::new(&demands::CALL_RAW_HOOK, hook));
        }
        if starts(b"http%253a") || starts(b"https%253a") {
            findings.push(Finding::new(&demands::CALL_TWICE_ENCODED, hook));
        }
    }
    let in_query =
        |name: &str| segments(query).map(split_pair).any(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
    if in_query(&buyer.names.password) {
        findings.push(Finding::new(&demands::CALL_PASSWORD_IN_ADDRESS, ""));
    }
    let mut seen: Vec<String> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    for parameter in parameters.iter() {
        let lower = parameter.name.to_ascii_lowercase();
        if seen.contains(&lower) && !told.contains(&lower) && told.len() < 20 {
            findings.push(Finding::new(&demands::CALL_TWICE, &short(&parameter.name)));
            told.push(lower.clone());
        }
        seen.push(lower);
    }
}
