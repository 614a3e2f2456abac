//! A return page: what a browser would make of it and send, and what is wrong with its form.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use url::Url;

use super::{Buyer, Kind, Report, fill};
use crate::oci::finding::{Finding, short};
use crate::oci::hook::{self, HookError};
use crate::oci::item_name::{Parsed, item_name};
use crate::oci::read::{MAX_FIELDS, largest};
use crate::oci::rules::demands;
use crate::oci::submission::{self, FormRead, Page};

/// What is to be known about the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFacts {
    /// `None` if the form has none.
    pub action: Option<String>,
    /// `GET` or `POST`.
    pub method: String,
    pub target: Option<String>,
    /// In which the browser sends it.
    pub charset: String,
    pub fields: usize,
}

pub(super) fn read(bytes: &[u8], header: Option<&str>, is_text: bool, buyer: &Buyer<'_>) -> Report {
    let mut findings = Vec::new();
    let (page, encoding) = decode(bytes, header, is_text, &mut findings);
    let Page { forms, has_script, broken, cut, .. } = page;
    let Some((form, with_items)) = largest(forms) else {
        return Report::unreadable(Kind::Page, Finding::new(&demands::NO_FORM, ""));
    };
    let mut report = Report { findings, ..Report::of(Kind::Page) };
    let charset = charset(&form, encoding, buyer, &mut report.findings);
    for value in broken {
        let finding = Finding::new(&demands::BROKEN_QUOTES, &value.name).with("value", short(&value.value));
        let index = if let Parsed::Item(item) = item_name(&value.name) { item.index } else { None };
        report.findings.push(finding.with("rest", short(&value.rest)).with("line", value.line).at(index));
    }
    if cut {
        report.findings.push(Finding::new(&demands::TOO_MANY_FIELDS, "").with("max", MAX_FIELDS));
    }
    if with_items > 1 {
        report.findings.push(Finding::new(&demands::SEVERAL_FORMS, "").with("count", with_items));
    }
    judge_form(&form, has_script, &mut report.findings);
    if charset != UTF_8 {
        outside(&form, charset, &mut report.findings);
    }
    report.form = Some(FormFacts {
        action: form.action.clone(),
        method: if form.method == "post" { "POST".to_owned() } else { "GET".to_owned() },
        target: form.target.clone(),
        charset: charset.name().to_ascii_lowercase(),
        fields: form.fields.len(),
    });
    fill(&mut report, form.fields, buyer);
    if report.kind == Kind::Body {
        report.kind = Kind::Page;
    }
    report
}

/// The page and the charset it is taken to be in.
fn decode(bytes: &[u8], header: Option<&str>, is_text: bool, findings: &mut Vec<Finding>) -> (Page, &'static Encoding) {
    // Names and labels are ASCII in every charset that pages are written in.
    let declared = |page: &Page| header.map(str::to_owned).or_else(|| page.charset.clone());
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    let guess = if is_utf8 { UTF_8 } else { WINDOWS_1252 };
    let page = submission::read(&guess.decode(bytes).0);
    let Some(label) = declared(&page) else {
        findings.push(Finding::new(&demands::CHARSET_NONE, ""));
        return (page, guess);
    };
    let Some(encoding) = Encoding::for_label(label.as_bytes()) else {
        findings.push(Finding::new(&demands::CHARSET_UNKNOWN, "").with("value", short(&label)));
        return (page, guess);
    };
    if is_text || encoding == guess {
        return (page, encoding);
    }
    let (text, _, malformed) = encoding.decode(bytes);
    if malformed {
        findings.push(Finding::new(&demands::CHARSET_BYTES, "").with("charset", short(&label)));
    }
    (submission::read(&text), encoding)
}

/// The charset that the browser sends the form in.
fn charset(
    form: &FormRead,
    page: &'static Encoding,
    buyer: &Buyer<'_>,
    findings: &mut Vec<Finding>,
) -> &'static Encoding {
    let lower = |encoding: &'static Encoding| match encoding.name() {
        // What browsers mean by it.
        "windows-1252" => "iso-8859-1 (windows-1252)".to_owned(),
        name => name.to_ascii_lowercase(),
    };
    let mut sent = page;
    if let Some(accepted) = form.accept_charset.as_deref() {
        let labels = accepted.split([',', ' ']).filter(|label| !label.is_empty());
        match labels.clone().find_map(|label| Encoding::for_label(label.as_bytes())) {
            Some(encoding) => {
                if encoding != page {
                    let finding = Finding::new(&demands::CHARSET_DIFFERS, "").with("declared", lower(page));
                    findings.push(finding.with("accepted", lower(encoding)));
                }
                sent = encoding;
            }
            None => findings.push(Finding::new(&demands::CHARSET_UNKNOWN, "").with("value", short(accepted))),
        }
    }
    if let Some(wanted) = Encoding::for_label(buyer.form.charset.as_bytes()).filter(|wanted| *wanted != sent) {
        let finding = Finding::new(&demands::CHARSET_WANTED, "").with("declared", lower(sent));
        findings.push(finding.with("wanted", lower(wanted)));
    }
    sent.output_encoding()
}

/// Characters that the charset lacks, field by field.
fn outside(form: &FormRead, charset: &'static Encoding, findings: &mut Vec<Finding>) {
    const TOLD: usize = 200;
    let mut told = 0;
    for (name, value) in &form.fields {
        if value.is_ascii() || told == TOLD || !charset.encode(value).2 {
            continue;
        }
        let lacks = |character: &char| {
            let mut buffer = [0; 4];
            !character.is_ascii() && charset.encode(character.encode_utf8(&mut buffer)).2
        };
        let mut missing: Vec<char> = Vec::new();
        for character in value.chars().filter(lacks) {
            if !missing.contains(&character) {
                missing.push(character);
            }
            if missing.len() == 5 {
                break;
            }
        }
        let Some(first) = missing.first() else { continue };
        let (field, index) = match item_name(name) {
            Parsed::Item(item) => (item.field, item.index),
            _ => (name.clone(), None),
        };
        let finding = Finding::new(&demands::OUTSIDE_CHARSET, &field).at(index);
        let finding = finding.with("reference", format!("&#{};", u32::from(*first)));
        let label = if charset == WINDOWS_1252 { "iso-8859-1".to_owned() } else { charset.name().to_ascii_lowercase() };
        findings.push(finding.with("characters", missing.iter().collect::<String>()).with("charset", label));
        told += 1;
    }
}

fn judge_form(form: &FormRead, has_script: bool, findings: &mut Vec<Finding>) {
    let mut find = |finding: Finding| findings.push(finding);
    let action = form.action.as_deref().unwrap_or_default().trim();
    let is_sapevent = action.eq_ignore_ascii_case("SAPEVENT:POST");
    let valued = |demand| Finding::new(demand, "").with("value", short(action));
    match hook::plausible(action) {
        _ if action.is_empty() => find(Finding::new(&demands::ACTION_NONE, "")),
        Ok(()) if !is_sapevent && Url::parse(action).is_ok_and(|url| url.scheme() == "http") => {
            find(valued(&demands::ACTION_HTTP));
        }
        Ok(()) => {}
        Err(HookError::Scheme { .. }) => find(valued(&demands::ACTION_SCHEME)),
        Err(_) => find(valued(&demands::ACTION_RELATIVE)),
    }
    match form.method.as_str() {
        "post" => {}
        "get" | "" if is_sapevent => find(Finding::new(&demands::METHOD_SAPEVENT, "")),
        "get" | "" => {
            find(Finding::new(&demands::METHOD_GET, ""));
            let length: usize =
                action.len() + form.fields.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>();
            if length > 2_000 {
                find(Finding::new(&demands::LONG_GET, "").with("length", length));
            }
        }
        other => find(Finding::new(&demands::METHOD_OTHER, "").with("value", short(other))),
    }
    if !matches!(form.enctype.as_str(), "" | "application/x-www-form-urlencoded") {
        find(Finding::new(&demands::ENCTYPE, "").with("value", short(&form.enctype)));
    }
    let is_frame = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    match form.target.as_deref().map(str::trim) {
        // What the buyer's system reads itself goes into no frame.
        None | Some("") if action.is_empty() => {}
        None | Some("") => find(Finding::new(&demands::TARGET_NONE, "")),
        Some(target) if target.eq_ignore_ascii_case("_self") => {
            find(Finding::new(&demands::TARGET_SELF, "").with("value", target));
        }
        Some(target) if !is_frame(target) => find(Finding::new(&demands::TARGET_NAME, "").with("value", short(target))),
        Some(_) => {}
    }
    if !form.has_button && !has_script && !action.is_empty() {
        find(Finding::new(&demands::NO_BUTTON, ""));
    }
    if !form.is_closed {
        find(Finding::new(&demands::NO_FORM_END, ""));
    }
}
