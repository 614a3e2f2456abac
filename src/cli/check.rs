//! `punchgate check FILE`: what a buyer's system would make of a return or a call.
//!
//! Exit codes: 0 without errors, 1 with, 2 if it cannot be read. It reads the one file and nothing else, no database and
//! no settings. What it prints of a file holds no control character, so that no file plays tricks with a terminal.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::checker::{self, Checked, Input, Kind, Language, Report, ReturnedItem, Severity, Texts, Wanted};

/// Items that are printed as a table; `--json` has all.
const MOST_ITEMS: usize = 500;

#[derive(Args)]
pub struct Check {
    /// A page, a posted body, JSON, XML, a request or an address; - for standard input
    file: PathBuf,
    /// The buyer's system, by the name of a preset
    #[arg(long, value_name = "PRESET", default_value = "generic")]
    profile: String,
    /// The release of OCI: 2.0, 4.0, 4.01 or 5.0; without it that of the preset
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Everything as JSON
    #[arg(long)]
    json: bool,
    /// de or en; without it the language of the terminal
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,
}

/// Nothing could be made of it.
const UNREADABLE: u8 = 2;

impl Check {
    pub fn run(self) -> ExitCode {
        match self.check() {
            Ok(code) => ExitCode::from(code),
            Err(error) => {
                eprintln!("punchgate: {error:#}");
                ExitCode::from(UNREADABLE)
            }
        }
    }

    fn check(&self) -> anyhow::Result<u8> {
        let language = match &self.lang {
            Some(tag) => {
                Language::read(tag).ok_or_else(|| anyhow::anyhow!("--lang has \"{tag}\"; allowed: de and en"))?
            }
            None => of_terminal(),
        };
        let release = match &self.release {
            Some(name) => Some(
                checker::release(name)
                    .ok_or_else(|| anyhow::anyhow!("--release has \"{name}\"; allowed: 2.0, 4.0, 4.01 and 5.0"))?,
            ),
            None => None,
        };
        let bytes = read(&self.file)?;
        let wanted = Wanted { preset: self.profile.clone(), release };
        let checked = checker::check(Input::Bytes(&bytes), &wanted, language)
            .map_err(|error| anyhow::anyhow!("--profile: {error}"))?;
        if self.json {
            say!("{:#}", as_json(&checked));
        } else {
            Printer { t: Texts(language), color: std::io::stdout().is_terminal() }.print(&checked);
        }
        Ok(match &checked.report {
            report if report.is_unreadable => UNREADABLE,
            report => u8::from(report.has_errors()),
        })
    }
}

/// One byte more than is checked, so that too much is known to be so.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    use anyhow::Context;
    let super::Source { name, reader, .. } = super::Source::open(file)?;
    let mut bytes = Vec::new();
    reader
        .take(checker::MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {name}"))?;
    Ok(bytes)
}

fn of_terminal() -> Language {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|tag| !tag.is_empty()));
    said.as_deref().and_then(Language::read).unwrap_or_default()
}

fn as_json(checked: &Checked) -> Value {
    let Report { kind, items, form, others, call, .. } = &checked.report;
    let object = |pairs: &[(String, String)]| -> Vec<Value> {
        pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let item = |item: &ReturnedItem| {
        let mut fields = Map::new();
        for (field, value) in &item.fields {
            fields.entry(field.clone()).or_insert_with(|| Value::String(value.clone()));
        }
        if !item.longtext.is_empty() {
            fields.insert("LONGTEXT".to_owned(), Value::String(item.longtext.clone()));
        }
        json!({ "index": item.index, "fields": fields })
    };
    let mut whole = json!({
        "kind": kind.as_str(),
        "readable": !checked.report.is_unreadable,
        "items": items.iter().map(item).collect::<Vec<_>>(),
        "others": object(others),
        "findings": checked.findings,
    });
    if let Some(form) = form {
        whole["form"] = json!({ "action": form.action, "method": form.method, "target": form.target, "charset": form.charset, "fields": form.fields });
    }
    if let Some(call) = call {
        let facts: Map<String, Value> =
            call.facts.iter().map(|(name, value)| ((*name).to_owned(), Value::String(value.clone()))).collect();
        whole["call"] = json!({
            "method": call.method, "taken": !call.is_refused(), "facts": facts, "parameters": object(&call.parameters),
        });
    }
    whole
}

struct Printer {
    t: Texts,
    color: bool,
}

impl Printer {
    fn print(&self, checked: &Checked) {
        let report = &checked.report;
        say!("{}", self.bold(&self.t.of(&format!("tools-kind-{}", report.kind.as_str()))));
        if let Some(form) = &report.form {
            let action = form.action.as_deref().unwrap_or("–");
            say!(
                "  {} {}  ({}, {})",
                form.method,
                plain(action, 200),
                form.charset,
                self.t.count("tools-fields", form.fields)
            );
        }
        if let Some(call) = &report.call {
            let named: Vec<(String, &String)> =
                call.facts.iter().map(|(name, value)| (self.t.of(&format!("tools-fact-{name}")), value)).collect();
            let width = named.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
            for (name, value) in named {
                say!("  {name:<width$}  {}", plain(value, 200));
            }
            if call.facts.is_empty() {
                for (name, value) in &call.parameters {
                    say!("  {} = {}", plain(name, 60), plain(value, 200));
                }
            }
        } else if !report.is_unreadable {
            self.items(report);
        }
        for severity in [Severity::Error, Severity::Warning, Severity::Hint] {
            self.findings(checked, severity);
        }
        say!("");
        say!("{}", self.bold(&self.sum(checked)));
    }

    fn items(&self, report: &Report) {
        let named = |key: &str| self.t.of(key);
        let mut rows: Vec<[String; 8]> = vec![[
            "#".to_owned(),
            named("tools-article"),
            named("tools-description"),
            named("tools-quantity"),
            named("tools-unit"),
            named("tools-price"),
            named("tools-per"),
            named("tools-currency"),
        ]];
        for (place, item) in report.items.iter().take(MOST_ITEMS).enumerate() {
            let field = |names: &[&str], max| {
                let found = names.iter().filter_map(|name| item.get(name)).find(|value| !value.trim().is_empty());
                plain(found.unwrap_or_default(), max)
            };
            rows.push([
                item.index.map_or_else(|| format!("({})", place + 1), |index| index.to_string()),
                field(&["VENDORMAT", "EXT_PRODUCT_ID", "MATNR"], 24),
                field(&["DESCRIPTION", "MATNR"], 42),
                field(&["QUANTITY"], 16),
                field(&["UNIT"], 6),
                field(&["PRICE"], 16),
                field(&["PRICEUNIT"], 8),
                field(&["CURRENCY"], 6),
            ]);
        }
        if rows.len() == 1 {
            return;
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..8).map(width).collect();
        say!("");
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, width))| {
                    let gap = " ".repeat(width - cell.chars().count());
                    if matches!(column, 0 | 3 | 5 | 6) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
                })
                .collect();
            let line = cells.join("  ");
            let line = line.trim_end();
            if number == 0 { say!("  {}", self.bold(line)) } else { say!("  {line}") }
        }
        let more = report.items.len().saturating_sub(MOST_ITEMS);
        if more > 0 {
            say!("  {}", self.t.fill("tools-more-items", "count", more));
        }
    }

    fn findings(&self, checked: &Checked, severity: Severity) {
        let (word, color) = match severity {
            Severity::Error => ("tools-error", "31"),
            Severity::Warning => ("tools-warning", "33"),
            Severity::Hint => ("tools-hint", "36"),
        };
        let word = self.t.of(word);
        for (number, told) in checked.findings.iter().filter(|told| told.severity == severity).enumerate() {
            if number == 0 {
                say!("");
            }
            let place =
                told.item.map_or_else(String::new, |item| format!(" {}", self.t.fill("tools-item", "number", item)));
            let head =
                if self.color { format!("\x1b[1;{color}m{word}\x1b[0m{place}") } else { format!("{word}{place}") };
            say!("{head}: {} [{}]", plain(&told.sentence, 600), told.code);
        }
    }

    fn sum(&self, checked: &Checked) -> String {
        let count = |key: &str, severity| self.t.count(key, checked.count(severity));
        let mut parts = Vec::new();
        if !matches!(checked.report.kind, Kind::Call | Kind::Unknown) {
            parts.push(self.t.count("tools-items", checked.report.items.len()));
        }
        parts.push(count("tools-errors", Severity::Error));
        parts.push(count("tools-warnings", Severity::Warning));
        parts.push(count("tools-hints", Severity::Hint));
        parts.join(", ")
    }

    fn bold(&self, text: &str) -> String {
        if self.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A text of the file in one short line without control characters.
fn plain(text: &str, max: usize) -> String {
    let safe: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    match safe.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &safe[..end]),
        None => safe,
    }
}
