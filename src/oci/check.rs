//! The checker: reads whatever somebody pastes or keeps in a file, as the other side would, and says what is wrong.
//!
//! Owns the guess what it is: a return page, a posted body, JSON, XML, or a call. It judges only and mends nothing; it keeps
//! no text longer than it takes. The surprising fact: a call and a return look alike (pairs of names and values, both
//! with `~OkCode`); a hook makes it a call, an item with an index a return.

mod call;
mod flat;
mod json;
mod page;
mod whole;

pub use call::CallRead;
pub use page::FormFacts;

use super::call::Names;
use super::finding::{Finding, Severity};
use super::form::FormOptions;
use super::item_name::{Parsed, item_name};
use super::masked::{self, Mask};
use super::parameters::Parameters;
use super::read::{MAX_FIELDS, Returned, ReturnedItem, posted};
use super::rules::{Release, demands};
use super::{text, xml_read};

/// The most bytes that are read.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What is to be checked.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// As it lies on a disk: in the charset that it declares.
    Bytes(&'a [u8]),
    /// As it was pasted: in no charset any more, whatever it declares.
    Text(&'a str),
}

/// The buyer's system for which it is checked.
#[derive(Debug, Clone)]
pub struct Buyer<'a> {
    pub release: Release,
    /// How it wants its carts.
    pub form: &'a FormOptions,
    pub names: &'a Names,
    pub hook_is_last: bool,
    pub functions: &'a [String],
    pub methods: &'a [String],
}

/// What it was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Page,
    Body,
    Json,
    Xml,
    Download,
    Call,
    Unknown,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Body => "body",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Download => "download",
            Self::Call => "call",
            Self::Unknown => "unknown",
        }
    }
}

/// Everything that was read and found.
#[derive(Debug)]
pub struct Report {
    pub kind: Kind,
    pub items: Vec<ReturnedItem>,
    pub form: Option<FormFacts>,
    /// Fields that are not of an item; secrets masked.
    pub others: Vec<(String, String)>,
    pub call: Option<CallRead>,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Nothing could be made of it.
    pub is_unreadable: bool,
    /// Findings beyond what anybody reads, which were only counted.
    uncounted: usize,
}

impl Report {
    fn of(kind: Kind) -> Self {
        let (items, others, findings) = (Vec::new(), Vec::new(), Vec::new());
        Self { kind, items, form: None, others, call: None, findings, is_unreadable: false, uncounted: 0 }
    }

    fn unreadable(kind: Kind, finding: Finding) -> Self {
        Self { findings: vec![finding], is_unreadable: true, ..Self::of(kind) }
    }

    /// Whether anything of it does not arrive.
    pub fn has_errors(&self) -> bool {
        let refused = self.call.as_ref().is_some_and(CallRead::is_refused);
        refused || self.findings.iter().any(|finding| finding.severity() == Severity::Error)
    }
}

/// Checks an input for a buyer's system.
pub fn examine(input: Input<'_>, buyer: &Buyer<'_>) -> Report {
    let bytes = match input {
        Input::Bytes(bytes) => bytes,
        Input::Text(text) => text.as_bytes(),
    };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let trimmed = bytes.trim_ascii();
    if trimmed.is_empty() {
        return Report::unreadable(Kind::Unknown, Finding::new(&demands::EMPTY, ""));
    }
    if bytes.len() > MAX_BYTES {
        return Report::unreadable(Kind::Unknown, Finding::new(&demands::TOO_LARGE, "").with("max", "4 MiB"));
    }
    let is_text = matches!(input, Input::Text(_));
    let message = Message::read(trimmed, is_text);
    let mut report = message.examine(buyer);
    mask(&mut report, buyer);
    whole::bound(&mut report);
    report
}

/// An HTTP message as people copy it from logs, or only its content.
struct Message<'a> {
    /// Method and target, of a request.
    request: Option<(&'a str, &'a [u8])>,
    /// The label in the Content-Type.
    charset: Option<String>,
    content: &'a [u8],
    is_text: bool,
}

impl<'a> Message<'a> {
    fn read(bytes: &'a [u8], is_text: bool) -> Self {
        let plain = Self { request: None, charset: None, content: bytes, is_text };
        let (first, rest) = split_line(bytes);
        let Ok(line) = std::str::from_utf8(first) else { return plain };
        let line = line.trim_end();
        let words: Vec<&str> = line.split(' ').collect();
        let request = match words.as_slice() {
            [method, target @ .., version] if is_method(method) && version.starts_with("HTTP/") => {
                let target = line[method.len()..line.len() - version.len()].trim();
                (!target.is_empty() || target.len() == 1).then_some((*method, target.as_bytes()))
            }
            [method, target] if is_method(method) && target.starts_with(['/', 'h']) => {
                Some((*method, target.as_bytes()))
            }
            [version, ..] if version.starts_with("HTTP/") => None,
            _ => return plain,
        };
        let mut charset = None;
        let mut content = rest;
        loop {
            let (line, rest) = split_line(content);
            content = rest;
            let line = String::from_utf8_lossy(line);
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.trim().eq_ignore_ascii_case("content-type")
                && let Some((_, label)) = value.to_ascii_lowercase().split_once("charset=")
            {
                charset = Some(label.split(';').next().unwrap_or_default().trim().trim_matches('"').to_owned());
            }
        }
        Self { request, charset, content: content.trim_ascii(), is_text }
    }

    fn examine(&self, buyer: &Buyer<'_>) -> Report {
        let content = self.content;
        let start = String::from_utf8_lossy(&content[..content.len().min(2_000)]).to_ascii_lowercase();
        if let Some((method, target)) = self.request {
            let query = query_of(target);
            if !content.starts_with(b"<") && !content.starts_with(b"{") {
                return self.pairs(query, content, Some(method), buyer);
            }
        }
        match content.first() {
            Some(b'{' | b'[') => return self.as_text(|json| json::read(json, buyer)),
            Some(b'<') => {
                let is_xml =
                    start.contains("<businessdocument") || (start.starts_with("<?xml") && !start.contains("<html"));
                if is_xml {
                    return self.as_text(|xml| bare_xml(xml, buyer));
                }
                return page::read(content, self.charset.as_deref(), self.is_text, buyer);
            }
            _ => {}
        }
        let is_address = start.starts_with("http://") || start.starts_with("https://") || start.starts_with('/');
        if is_address && !content.trim_ascii().contains(&b' ') && !content.contains(&b'\n') {
            return self.pairs(query_of(content), b"", Some("GET"), buyer);
        }
        if start.contains("<form") || start.contains("<input") || start.contains("<html") {
            return page::read(content, self.charset.as_deref(), self.is_text, buyer);
        }
        self.pairs(b"", content, None, buyer)
    }

    fn as_text(&self, read: impl FnOnce(&str) -> Report) -> Report {
        let label = self.charset.as_deref().and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
        let label = label.or_else(|| declared_in_xml(self.content)).filter(|_| !self.is_text);
        match (std::str::from_utf8(self.content), label) {
            (Ok(text), None) => read(text),
            (_, label) => read(&label.unwrap_or(encoding_rs::WINDOWS_1252).decode(self.content).0),
        }
    }

    /// Names and values: a call, or what a form sent.
    fn pairs(&self, query: &[u8], body: &[u8], method: Option<&str>, buyer: &Buyer<'_>) -> Report {
        let joined = joined_lines(body);
        let body = joined.as_deref().unwrap_or(body);
        let sent = if body.is_empty() { query } else { body };
        let charset = self.charset_of(sent, buyer);
        let pairs = posted(sent, charset);
        let is_cut = sent.split(|byte| *byte == b'&').count() > MAX_FIELDS;
        match what(&pairs, query, buyer) {
            Pairs::Call => call::read(query, body, method, buyer),
            Pairs::Return => {
                let mut report = Report::of(Kind::Body);
                let wants_utf8 = buyer.form.charset.eq_ignore_ascii_case("utf-8");
                if wants_utf8 && charset != "utf-8" {
                    report.findings.push(Finding::new(&demands::CHARSET_BYTES, "").with("charset", "utf-8"));
                }
                if body.is_empty() && query.len() > 2_000 {
                    report.findings.push(Finding::new(&demands::LONG_GET, "").with("length", query.len()));
                }
                if is_cut {
                    report.findings.push(Finding::new(&demands::TOO_MANY_FIELDS, "").with("max", MAX_FIELDS));
                }
                fill(&mut report, pairs, buyer);
                report
            }
            Pairs::Neither => Report::unreadable(Kind::Unknown, Finding::new(&demands::NOT_OCI, "")),
        }
    }

    /// What the Content-Type says, else what the buyer insists on, else UTF-8 if it can be, else windows-1252.
    fn charset_of(&self, sent: &[u8], buyer: &Buyer<'_>) -> &'static str {
        let known = |label: &str| encoding_rs::Encoding::for_label(label.as_bytes()).map(encoding_rs::Encoding::name);
        let named = self.charset.as_deref().and_then(known);
        let is_utf8 = || {
            let bytes: Vec<u8> = percent_encoding::percent_decode(sent).collect();
            std::str::from_utf8(&bytes).is_ok()
        };
        match named.or_else(|| known(&buyer.form.charset)) {
            Some(label) if label != "UTF-8" => label,
            _ if is_utf8() => "utf-8",
            _ => "windows-1252",
        }
    }
}

/// Reads a return's fields, as a form or as the XML document in it.
fn fill(report: &mut Report, pairs: Vec<(String, String)>, buyer: &Buyer<'_>) {
    let variables = pairs.len();
    let xml = pairs
        .iter()
        .position(|(name, _)| name.eq_ignore_ascii_case("~xmlDocument") || name.eq_ignore_ascii_case("xmlDocument"));
    let Some(place) = xml else {
        let returned = Returned::from_pairs(&pairs);
        return whole::judge(report, returned, variables, buyer);
    };
    let mut pairs = pairs;
    let (name, document) = pairs.remove(place);
    report.kind = Kind::Xml;
    let around = Returned::from_pairs(&pairs);
    if !around.items.is_empty() {
        report.findings.push(Finding::new(&demands::XML_AND_FORM, ""));
    }
    let is_type = |name: &str| {
        let plain = name.trim_start_matches('~');
        plain.eq_ignore_ascii_case("xml_type") || plain.eq_ignore_ascii_case("xmltype")
    };
    match around.others.iter().find(|(name, _)| is_type(name)) {
        None => report.findings.push(Finding::new(&demands::XML_TYPE_NONE, "")),
        Some((name, value)) if !value.to_ascii_uppercase().starts_with("ESAPO") => {
            let finding = Finding::new(&demands::XML_TYPE_VALUE, name);
            report.findings.push(finding.with("value", super::finding::short(value)));
        }
        Some(_) => {}
    }
    if document.trim().contains(char::is_whitespace) {
        report.findings.push(Finding::new(&demands::XML_BREAKS, &name));
    }
    let returned = Returned { others: around.others, ..Returned::default() };
    let Some(bytes) = base64(&document) else {
        report.findings.push(Finding::new(&demands::XML_BASE64, &name));
        return whole::judge(report, returned, variables, buyer);
    };
    let label = declared_in_xml(&bytes).unwrap_or(encoding_rs::UTF_8);
    let (xml, _, _) = label.decode(&bytes);
    let (items, findings) = xml_read::read(&xml);
    whole::judge(report, Returned { items, findings, ..returned }, variables, buyer);
}

/// A document without the form around it.
fn bare_xml(xml: &str, buyer: &Buyer<'_>) -> Report {
    let mut report = Report::of(Kind::Xml);
    let (items, findings) = xml_read::read(xml);
    report.is_unreadable = items.is_empty() && !findings.is_empty();
    let returned = Returned { items, findings, ..Returned::default() };
    whole::judge(&mut report, returned, 0, buyer);
    report.findings.retain(|finding| finding.demand != &demands::CONTROL_MISSING);
    report.findings.push(Finding::new(&demands::XML_BARE, ""));
    report
}

fn base64(document: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::alphabet::STANDARD;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let engine = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    // A `+` that was not escaped comes as a blank.
    let plain: String =
        document.trim().replace(' ', "+").chars().filter(|character| !character.is_whitespace()).collect();
    engine.decode(plain).ok().filter(|bytes| !bytes.is_empty())
}

fn declared_in_xml(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let declaration = start.trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let (_, label) = declaration.split_once("encoding=")?;
    encoding_rs::Encoding::for_label(label.split(['"', '\'']).nth(1)?.as_bytes())
}

enum Pairs {
    Call,
    Return,
    Neither,
}

fn what(pairs: &[(String, String)], query: &[u8], buyer: &Buyer<'_>) -> Pairs {
    let of_query = posted(query, "utf-8");
    let names = || pairs.iter().chain(&of_query).map(|(name, _)| name.as_str()).take(5_000);
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let hook = plain(&buyer.names.hook);
    let has_hook = names().map(plain).any(|name| name == hook || name == "hookurl" || name == "mmhookurl");
    // `NEW_ITEM-VENDOR` without an index is what a call brings for every line.
    let is_indexed =
        |name: &str| matches!(item_name(name), Parsed::Item(item) if item.index.is_some() || name.contains('['));
    let has_items = pairs.iter().any(|(name, _)| is_indexed(name));
    let has_xml = names().any(|name| plain(name) == "xmldocument");
    let is_of_call = |name: &str| {
        const OF_CALLS: [&str; 8] = [
            "username",
            "password",
            "function",
            "ociversion",
            "httpcontentcharset",
            "returntarget",
            "searchstring",
            "productid",
        ];
        let plain = plain(name);
        OF_CALLS.contains(&plain.as_str())
            || [&buyer.names.user, &buyer.names.password].iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    if has_xml || (has_items && !has_hook) {
        Pairs::Return
    } else if has_hook || names().any(is_of_call) {
        Pairs::Call
    } else if has_items
        || names().any(|name| name.starts_with('~') || name.to_ascii_uppercase().starts_with("NEW_ITEM"))
    {
        Pairs::Return
    } else {
        Pairs::Neither
    }
}

/// Fields that stand one a line, as tools of developers show them.
fn joined_lines(body: &[u8]) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> =
        body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    let are_pairs = lines.len() > 1 && lines.iter().all(|line| line.contains(&b'='));
    are_pairs.then(|| lines.join(&b'&'))
}

/// Hides what is a secret by its name, wherever it is shown.
fn mask(report: &mut Report, buyer: &Buyer<'_>) {
    let standard = Names::default();
    let none = Parameters::default();
    let mask = Mask::new(&none, [buyer.names, &standard]);
    for (name, value) in &mut report.others {
        *value = mask.value(name, value);
    }
    if let Some(form) = &mut report.form {
        form.action = form.action.as_deref().map(masked::address);
    }
    for finding in &mut report.findings {
        for (_, value) in &mut finding.arguments {
            if value.contains("://") {
                *value = masked::address(value);
            }
        }
    }
}

fn query_of(target: &[u8]) -> &[u8] {
    target.iter().position(|byte| *byte == b'?').map_or(b"", |at| &target[at + 1..])
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, b""),
    }
}

fn is_method(word: &str) -> bool {
    matches!(word, "GET" | "POST" | "PUT" | "HEAD")
}

/// A value as a table shows it.
pub fn shown(value: &str) -> String {
    text::several_lines(value)
}

#[cfg(test)]
mod tests;
