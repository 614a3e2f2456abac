//! The checker as people use it: a buyer's system by the name of its preset, and every finding as a sentence.
//!
//! The command line and the page of tools show what is made here. Nothing is kept.

use serde::Serialize;
use serde_json::json;

pub use crate::oci::check::{CallRead, FormFacts, Input, Kind, MAX_BYTES, Report};
pub use crate::oci::finding::Severity;
pub use crate::oci::read::ReturnedItem;
pub use crate::oci::rules::Release;
pub use crate::texts::{Language, Texts};

use crate::oci::check::{self, Buyer};
use crate::refusal::Refusal;
use crate::system::{self, Settings, SettingsError};

/// For whose system it is checked.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The name of a preset; `generic` if empty.
    pub preset: String,
    /// Instead of the preset's.
    pub release: Option<Release>,
}

/// What was read, and every finding in the reader's language.
pub struct Checked {
    pub report: Report,
    pub findings: Vec<Told>,
}

/// One finding as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    pub severity: Severity,
    /// The number of the item; none when the whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    pub code: &'static str,
    #[serde(rename = "message")]
    pub sentence: String,
}

impl Checked {
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|told| told.severity == severity).count()
    }
}

/// The names of all presets.
pub fn presets() -> Vec<&'static str> {
    system::preset_names().collect()
}

/// A release by its name.
pub fn release(name: &str) -> Option<Release> {
    Release::ALL.into_iter().find(|release| release.as_str() == name)
}

/// Checks an input.
///
/// # Errors
/// There is no such preset.
pub fn check(input: Input<'_>, wanted: &Wanted, language: Language) -> Result<Checked, SettingsError> {
    let preset = if wanted.preset.is_empty() { "generic" } else { &wanted.preset };
    let settings = Settings::effective(&json!({ "preset": preset }))?;
    let buyer = Buyer {
        release: wanted.release.unwrap_or(settings.oci_version),
        form: &settings.form,
        names: &settings.call.names,
        hook_is_last: settings.call.hook_is_last,
        functions: &settings.call.functions,
        methods: &settings.call.methods,
    };
    let report = check::examine(input, &buyer);
    let findings = refused(&report, language).into_iter().chain(told(&report, language)).collect();
    Ok(Checked { report, findings })
}

/// Why a call is refused, in the words its own refusal would have.
fn refused(report: &Report, language: Language) -> Vec<Told> {
    let Some(call) = &report.call else { return Vec::new() };
    let refusals = call.refused.clone().map(Refusal::from).into_iter().chain(call.hook.clone().map(Refusal::from));
    refusals
        .map(|refusal| Told {
            severity: Severity::Error,
            item: None,
            field: refusal
                .arguments
                .iter()
                .find(|(name, _)| *name == "parameter")
                .map_or_else(String::new, |(_, p)| p.clone()),
            code: refusal.code.as_str(),
            sentence: refusal.operator_sentence(language).replace('`', ""),
        })
        .collect()
}

fn told(report: &Report, language: Language) -> Vec<Told> {
    let sentence = |finding: &crate::oci::finding::Finding| {
        Texts(language).told(&finding.demand.key(), &finding.arguments, &finding.english())
    };
    let told = |finding: &crate::oci::finding::Finding| Told {
        severity: finding.severity(),
        item: finding.item,
        field: finding.field.clone(),
        code: finding.demand.code,
        sentence: sentence(finding),
    };
    report.findings.iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::finding::{Argument, Finding};
    use crate::oci::rules::demands::{ALL, Demand, Place};
    use crate::oci::rules::{CONDITIONS, RULES, When};

    const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checker.md");
    const BEGIN: &str = "<!-- The tables below are made by a test: PUNCHGATE_WRITE_DOCS=1 cargo test --lib the_rules_are_documented -->\n";

    /// Each value is its name.
    fn named(demand: &'static Demand) -> Vec<Argument> {
        demand.arguments.iter().map(|name| (*name, format!("…{name}…"))).collect()
    }

    fn sentence(demand: &'static Demand, language: Language) -> String {
        Texts(language).told(&demand.key(), &named(demand), "")
    }

    #[test]
    fn every_finding_has_its_sentence_in_both_languages_and_names_its_values_only() {
        for demand in ALL {
            for language in [Language::English, Language::German] {
                let sentence = sentence(demand, language);
                assert!(
                    !sentence.is_empty() && !sentence.contains("{ $"),
                    "{}-{}: {sentence}",
                    demand.code,
                    demand.case
                );
                for name in demand.arguments.iter().filter(|name| **name != "field") {
                    assert!(sentence.contains(&format!("…{name}…")), "{name} in {sentence}");
                }
            }
        }
        let keys: std::collections::BTreeSet<String> = ALL.iter().map(|demand| demand.key()).collect();
        assert_eq!(keys.len(), ALL.len());
        for language in ["en", "de"] {
            let path = format!("{}/locales/{language}/rules.ftl", env!("CARGO_MANIFEST_DIR"));
            let file = std::fs::read_to_string(path).unwrap();
            let written = file.lines().filter_map(|line| line.split_once(" = ").filter(|_| !line.starts_with('#')));
            for (key, _) in written {
                assert!(keys.contains(key), "{key} belongs to no finding");
            }
        }
    }

    #[test]
    fn programs_read_the_same_english_as_people() {
        for demand in ALL {
            let finding = Finding { demand, item: None, field: String::new(), arguments: named(demand) };
            assert_eq!(finding.english(), sentence(demand, Language::English));
        }
    }

    fn tables() -> String {
        let mut page = String::from(
            "## Fields\n\n| Field | Since | Length 2.0–3.0 | Length 4.0–5.0 | Type | Condition |\n|---|---|---|---|---|---|\n",
        );
        for rule in RULES {
            let length = |release| rule.max_in(release).map_or_else(|| "any".to_owned(), |max| max.to_string());
            let early = if rule.since < Release::V4_0 { length(Release::V2_0) } else { "–".to_owned() };
            let condition = |condition: &crate::oci::rules::Condition| {
                let since = if condition.since > Release::V2_0 {
                    format!(" (since {})", condition.since.as_str())
                } else {
                    String::new()
                };
                let says = match condition.when {
                    When::Always => "always".to_owned(),
                    When::Without(other) => format!("if there is no {other}"),
                    When::With(other) => format!("if there is {other}"),
                    When::NotWith(other) => format!("not beside {other}"),
                    When::MeansNothingWithout(other) => format!("only beside {other}"),
                    When::Better => "better to have".to_owned(),
                };
                says + &since
            };
            let conditions: Vec<String> =
                CONDITIONS.iter().filter(|known| known.field == rule.field).map(condition).collect();
            page.push_str(&format!(
                "| {} | {} | {early} | {} | {} | {} |\n",
                rule.field,
                rule.since.as_str(),
                length(Release::V5_0),
                rule.kind.word(),
                conditions.join("; ")
            ));
        }
        page.push_str("\n## Findings\n\n| Code | Severity | Where | Sentence | German |\n|---|---|---|---|---|\n");
        let cell = |sentence: String| sentence.replace('|', "\\|").replace('<', "&lt;");
        for demand in ALL.iter().filter(|demand| demand.place != Place::Cart) {
            page.push_str(&format!(
                "| `{}` | {} | {} | {} | {} |\n",
                demand.code,
                demand.severity.as_str(),
                demand.place.word(),
                cell(sentence(demand, Language::English)),
                cell(sentence(demand, Language::German))
            ));
        }
        page
    }

    #[test]
    fn the_rules_are_documented() {
        let written = std::fs::read_to_string(DOCS).expect("docs/checker.md");
        let (guide, committed) = written.split_once(BEGIN).expect("the place of the tables in docs/checker.md");
        let tables = tables();
        if std::env::var_os("PUNCHGATE_WRITE_DOCS").is_some() {
            std::fs::write(DOCS, format!("{guide}{BEGIN}{}{tables}", "\n")).expect("docs/checker.md can be written");
            return;
        }
        assert!(
            committed.trim() == tables.trim(),
            "docs/checker.md is not what the code says; write it with: PUNCHGATE_WRITE_DOCS=1 cargo test --lib the_rules_are_documented"
        );
    }

    #[test]
    fn a_preset_decides_what_the_buyers_system_wants() {
        let call = "GET /oci?USERNAME=u&PASSWORD=p&HOOK_URL=https%3A%2F%2Fb.example%2F&FUNCTION=BACKGROUND_SEARCH&SEARCHSTRING=x HTTP/1.1";
        let codes = |preset: &str| {
            let wanted = Wanted { preset: preset.into(), release: None };
            let checked = check(Input::Text(call), &wanted, Language::German).unwrap();
            checked.findings.iter().map(|told| told.code).collect::<Vec<_>>()
        };
        assert!(!codes("generic").contains(&"call-function-not-offered"));
        assert!(codes("unite").contains(&"call-function-not-offered"));
        assert!(check(Input::Text(call), &Wanted { preset: "none".into(), release: None }, Language::German).is_err());
    }

    #[test]
    fn a_refused_call_says_why_in_the_words_of_its_refusal() {
        let checked =
            check(Input::Text("USERNAME=u&PASSWORD=p&HOOK_URL=<HOOK_URL>"), &Wanted::default(), Language::German)
                .unwrap();
        assert_eq!((checked.findings[0].code, checked.findings[0].field.as_str()), ("placeholder", "HOOK_URL"));
        assert!(checked.findings[0].sentence.contains("Platzhalter") && checked.report.has_errors());
    }
}
