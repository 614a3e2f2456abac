//! The facts of a call that outlive it: they are stored with the punchout and shape its answer.
//!
//! Owns which parameter is which (OCI 4.0, call structure, digest section 1.1) and what must never be kept.
//! It judges no value: targets, echoes and charsets are checked where they are used.
//! The surprising fact: buyers repeat the password under other names, so secrets are found by name and by value.

use std::cell::LazyCell;

use serde::{Deserialize, Serialize};

use super::call::Names;
use super::parameters::{Parameter, Parameters, is_alike};

/// What is kept with the punchout, and only what was there. Never a secret; all texts decoded, none checked.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
#[serde(default)]
pub struct Facts {
    /// `OCI_VERSION` or `OCIVERSION`; informative, behaviour must not hang on it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `http_content_charset`: the charset the return page must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// `returntarget`: the frame the cart goes to; wins over `~TARGET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returntarget: Option<String>,
    /// `~TARGET` in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `~OkCode`, name as received and value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok_code: Option<(String, String)>,
    /// `~TARGET`, name as received and value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo_target: Option<(String, String)>,
    /// `~CALLER`, name as received and value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<(String, String)>,
    /// What asks for the XML variant, in one of its spellings: name as received and value, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xml_type: Option<(String, String)>,
    /// BCP 47 primary language tag in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `NEW_ITEM-<FIELD>` given in the call, to be returned on every line: (FIELD in upper case, non-empty value).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<(String, String)>,
    /// Everything else, name as received; one value a name, empty ones too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<(String, String)>,
}

const LANGUAGES: [&str; 4] = ["sap-language", "language", "LANGU", "uilanguage"];

/// How the type of the XML variant is spelled (digest section 4); each in any case.
const XML_TYPES: [&str; 4] = ["~xml_type", "~xmlType", "xmltype", "xml_type"];

const KNOWN: [&str; 7] =
    ["OCI_VERSION", "OCIVERSION", "http_content_charset", "returntarget", "~TARGET", "~OkCode", "~CALLER"];

/// Names under which passwords and tokens travel, whatever the system's own settings say.
pub(super) const SECRET_NAMES: [&str; 9] =
    ["password", "passwd", "pwd", "pw", "kennwort", "passwort", "pass", "secret", "token"];

/// A shorter password is not searched for in other values: it would take away innocent ones like `1` or `DE`.
pub(super) const SHORTEST_TELLING_SECRET: usize = 4;

impl Facts {
    /// `arguments`: parameters that the function has consumed.
    pub(super) fn read(parameters: &Parameters, names: &Names, arguments: &[&str]) -> Self {
        let value = |name| {
            let value = parameters.get(name)?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let pair = |name| {
            let found = parameters.find(name)?;
            Some((found.name.clone(), found.value.clone()))
        };
        let (items, extra) = others(parameters, names, arguments);
        Self {
            version: value("OCI_VERSION").or_else(|| value("OCIVERSION")),
            charset: value("http_content_charset"),
            returntarget: value("returntarget"),
            target: value("~TARGET"),
            ok_code: pair("~OkCode"),
            echo_target: pair("~TARGET"),
            caller: pair("~CALLER"),
            xml_type: XML_TYPES.iter().find_map(|name| pair(name)).filter(|(_, value)| !value.trim().is_empty()),
            language: named_language(parameters),
            items,
            extra,
        }
    }
}

impl Facts {
    /// Takes out what is secret by any of these names: a system may know others for single customers.
    pub fn forget(&mut self, parameters: &Parameters, names: &[&Names]) {
        let hides = |name: &str| names.iter().any(|names| is_secret(name, names));
        let secrets: Vec<&str> = parameters
            .iter()
            .filter(|parameter| hides(&parameter.name))
            .map(|parameter| parameter.value.as_str())
            .filter(|value| value.chars().count() >= SHORTEST_TELLING_SECRET)
            .collect();
        let keeps =
            |(name, value): &(String, String)| !hides(name) && !secrets.iter().any(|secret| value.contains(secret));
        self.items.retain(|(_, value)| !secrets.iter().any(|secret| value.contains(secret)));
        self.extra.retain(keeps);
    }
}

/// The buyer's language as a call names it, readable even of a call that is refused: BCP 47 primary tag in lower case.
pub fn named_language(parameters: &Parameters) -> Option<String> {
    LANGUAGES.iter().find_map(|name| language(parameters.get(name)?))
}

type Pairs = Vec<(String, String)>;

fn others(parameters: &Parameters, names: &Names, arguments: &[&str]) -> (Pairs, Pairs) {
    // Most calls bring nothing that is not known.
    let secrets = LazyCell::new(|| -> Vec<&str> {
        parameters
            .iter()
            .filter(|parameter| is_secret(&parameter.name, names))
            .map(|parameter| parameter.value.as_str())
            .filter(|value| value.chars().count() >= SHORTEST_TELLING_SECRET)
            .collect()
    });
    let is_known = |name: &str| {
        let same = |known: &&str| known.eq_ignore_ascii_case(name);
        is_alike(name, &names.hook)
            || [names.user.as_str(), names.cancel.as_str(), "FUNCTION"].iter().any(same)
            || KNOWN.iter().any(same)
            || XML_TYPES.iter().any(same)
            || LANGUAGES.iter().any(same)
            || arguments.iter().any(|argument| argument.eq_ignore_ascii_case(name.split('[').next().unwrap_or(name)))
    };
    let mut items = Pairs::new();
    let mut extra = Pairs::new();
    for Parameter { name, .. } in parameters.iter() {
        let seen = |pairs: &Pairs, name: &str| pairs.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        if is_known(name) || is_secret(name, names) || seen(&extra, name) {
            continue;
        }
        let Some(winner) = winner(parameters, name) else {
            continue;
        };
        if secrets.iter().any(|secret| winner.value.contains(secret)) {
            continue;
        }
        match item_field(name) {
            Some(field) if !seen(&items, &field) => {
                if !winner.value.trim().is_empty() {
                    items.push((field, winner.value.clone()));
                }
            }
            Some(_) => {}
            None => extra.push((winner.name.clone(), winner.value.clone())),
        }
    }
    (items, extra)
}

/// The value that counts among names that differ in case only; none of the spellings is the right one here.
fn winner<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a Parameter> {
    let same = || parameters.iter().filter(|parameter| parameter.name.eq_ignore_ascii_case(name));
    same().find(|parameter| parameter.source == super::parameters::Source::Body).or_else(|| same().next())
}

pub(super) fn is_secret(name: &str, names: &Names) -> bool {
    // One buyer sends `PunchOut_Param.<name>`.
    let bare = name.rsplit('.').next().unwrap_or(name);
    let bare = bare.trim().trim_start_matches('~');
    let configured = [&names.password, &names.token];
    SECRET_NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(bare))
        || configured.iter().any(|secret| {
            !secret.is_empty()
                && (secret.eq_ignore_ascii_case(name) || secret.trim_start_matches('~').eq_ignore_ascii_case(bare))
        })
}

/// `VENDOR` of `new_item-vendor` or `NEW_ITEM-VENDOR[1]`. Anything that could not be a field's name is not one.
fn item_field(name: &str) -> Option<String> {
    let (prefix, field) = name.split_at_checked("NEW_ITEM-".len())?;
    let field = match field.split_once('[') {
        Some((field, index)) if index.ends_with(']') => field,
        Some(_) => return None,
        None => field,
    };
    let good = prefix.eq_ignore_ascii_case("NEW_ITEM-")
        && !field.is_empty()
        && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    good.then(|| field.to_ascii_uppercase())
}

/// Reads `de`, `DE`, `de-AT`, `de_AT` and SAP's one-letter language keys.
fn language(value: &str) -> Option<String> {
    let value = value.trim();
    if value.len() == 1 {
        return sap_language(value).map(str::to_owned);
    }
    let primary = value.split(['-', '_', ',', ';']).next()?;
    let good = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    good.then(|| primary.to_ascii_lowercase())
}

/// SAP's language keys (table T002); the few lower-case ones are rarer than an `e` typed for `E`.
fn sap_language(key: &str) -> Option<&'static str> {
    Some(match key.to_ascii_uppercase().as_str() {
        "D" => "de",
        "E" => "en",
        "F" => "fr",
        "I" => "it",
        "S" => "es",
        "N" => "nl",
        "P" => "pt",
        "A" => "ar",
        "B" => "he",
        "C" => "cs",
        "G" => "el",
        "H" => "hu",
        "J" => "ja",
        "K" => "da",
        "L" => "pl",
        "O" => "no",
        "Q" => "sk",
        "R" => "ru",
        "T" => "tr",
        "U" => "fi",
        "V" => "sv",
        "W" => "bg",
        "X" => "lt",
        "Y" => "lv",
        "1" | "M" => "zh",
        "2" => "th",
        "3" => "ko",
        "4" => "ro",
        "5" => "sl",
        "6" => "hr",
        "8" => "uk",
        "9" => "et",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(query: &str, body: &str) -> Facts {
        let parameters = Parameters::read(query.as_bytes(), body.as_bytes(), None).unwrap();
        Facts::read(&parameters, &Names::default(), &[])
    }

    fn pairs(expected: &[(&str, &str)]) -> Pairs {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_standard_call_leaves_its_facts() {
        let facts = facts(
            "",
            "OCI_VERSION=4.0&OPI_VERSION=1.0&http_content_charset=utf-8&returntarget=_parent\
             &%7EOkCode=ADDI&%7ETarget=_top&%7Ecaller=CTLG&sap-client=001&sap-language=E",
        );
        assert_eq!(facts.version.as_deref(), Some("4.0"));
        assert_eq!(facts.charset.as_deref(), Some("utf-8"));
        assert_eq!(facts.returntarget.as_deref(), Some("_parent"));
        assert_eq!(facts.target.as_deref(), Some("_top"));
        assert_eq!(facts.ok_code, Some(("~OkCode".into(), "ADDI".into())));
        assert_eq!(facts.echo_target, Some(("~Target".into(), "_top".into())));
        assert_eq!(facts.caller, Some(("~caller".into(), "CTLG".into())));
        assert_eq!(facts.language.as_deref(), Some("en"));
        assert_eq!(facts.extra, pairs(&[("OPI_VERSION", "1.0"), ("sap-client", "001")]));
    }

    #[test]
    fn a_call_may_ask_for_xml_in_any_spelling() {
        for (query, received) in [
            ("~xml_type=ESAPO", Some(("~xml_type", "ESAPO"))),
            ("%7Exmltype=ESAPO-3.5", Some(("~xmltype", "ESAPO-3.5"))),
            ("XMLTYPE=esapo", Some(("XMLTYPE", "esapo"))),
            ("xmltype=", None),
        ] {
            let facts = facts(query, "");
            assert_eq!(facts.xml_type, received.map(|(name, value)| (name.to_owned(), value.to_owned())));
            assert!(facts.extra.is_empty());
        }
    }

    #[test]
    fn item_fields_of_the_call_are_kept_apart_and_empty_ones_dropped() {
        let facts =
            facts("NEW_ITEM-VENDOR=100234&new_item-matgroup[1]=4711&NEW_ITEM-UNIT=&NEW_ITEM-A%22B=x&ACCOUNT_CODE=", "");
        assert_eq!(facts.items, pairs(&[("VENDOR", "100234"), ("MATGROUP", "4711")]));
        assert_eq!(facts.extra, pairs(&[("NEW_ITEM-A\"B", "x"), ("ACCOUNT_CODE", "")]));
    }

    #[test]
    fn only_the_winner_of_a_name_is_kept() {
        let facts = facts("costcenter=1&COSTCENTER=2&plant=3", "CostCenter=4");
        assert_eq!(facts.extra, pairs(&[("CostCenter", "4"), ("plant", "3")]));
    }

    #[test]
    fn no_secret_is_kept_under_any_name() {
        let facts = facts(
            "PASSWORD=verysecret&copy=verysecret&NEW_ITEM-CUST_FIELD1=verysecret&password=old-one&again=old-one\
             &~PassWd=a&pwd=b&PW=c&kennwort=d&Passwort=e&~pass=f&Secret=g&TOKEN=0f3c9a&echo=0f3c9a\
             &PunchOut_Param.password=h&fine=1",
            "",
        );
        assert_eq!(facts.extra, pairs(&[("fine", "1")]));
        assert!(facts.items.is_empty());
    }

    #[test]
    fn a_very_short_password_does_not_take_innocent_values_away() {
        assert_eq!(facts("PASSWORD=100&sap-client=100", "").extra, pairs(&[("sap-client", "100")]));
    }

    #[test]
    fn languages_are_read_as_buyers_write_them() {
        let read = |query: &str| facts(query, "").language;
        assert_eq!(read("sap-language=D").as_deref(), Some("de"));
        assert_eq!(read("LANGU=FR").as_deref(), Some("fr"));
        assert_eq!(read("LANGUAGE=en_US").as_deref(), Some("en"));
        assert_eq!(read("language=nl&uilanguage=de").as_deref(), Some("nl"));
        assert_eq!(read("sap-language=&uilanguage=pt-BR").as_deref(), Some("pt"));
        assert_eq!(read("language=%2e%2e/x"), None);
    }
}
