//! How the items travel: as `NEW_ITEM-` fields, or as one document in XML (digest sections 3.4 and 4); and the way from finished
//! items to a finished form, with all that this costs them.
//!
//! The surprising fact: SAP's own texts spell the name of the XML type in three ways, and under a wrong one the form counts as
//! empty. So all three are sent, unless the call says which it wants: no two differ by case alone, and unknown fields are ignored.

use serde::{Deserialize, Deserializer, Serialize};

use super::call::Facts;
use super::charset::Charset;
use super::finding::{Fault, Notice};
use super::form::{Form, FormOptions};
use super::form_fields::FormFields;
use super::hook::AllowedHook;
use super::item::{Item, Layout};
use super::{letters, xml};

/// In which form the items travel.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// As `NEW_ITEM-` fields.
    #[default]
    Form,
    /// As `~xmlDocument`.
    Xml,
    /// As `~xmlDocument` if the call asks for it, else as fields.
    Auto,
}

/// A finished form and what became of its items.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    pub form: Form,
    /// As they went into it.
    pub items: Vec<Item>,
    pub notices: Vec<Notice>,
}

impl Form {
    /// Makes the form of finished items: in the charset of its page, or as XML.
    ///
    /// # Errors
    /// What cannot be said in that charset and must not be said otherwise.
    pub fn compose(
        hook: &AllowedHook,
        facts: &Facts,
        options: &FormOptions,
        layout: &Layout,
        mut items: Vec<Item>,
    ) -> Result<Composed, Vec<Fault>> {
        let notices = Self::fit(&mut items, facts, options)?;
        let fields = Self::written(&items, facts, options, layout);
        Ok(Composed { form: Form::new(hook, facts, options, fields), items, notices })
    }

    /// Makes items fit the way they will travel and says what that costs them.
    ///
    /// # Errors
    /// What cannot be said in the charset of the page and must not be said otherwise.
    pub fn fit(items: &mut [Item], facts: &Facts, options: &FormOptions) -> Result<Vec<Notice>, Vec<Fault>> {
        let (mut notices, mut faults) = (Vec::new(), Vec::new());
        let charset = Charset::choose(&options.charset, facts);
        if is_xml(options.transport, facts) {
            items.iter().for_each(|item| xml::left_behind(item, &mut notices));
        } else if charset != Charset::UTF_8 {
            items.iter_mut().for_each(|item| letters::fit(item, charset, &mut notices, &mut faults));
        }
        if faults.is_empty() { Ok(notices) } else { Err(faults) }
    }

    /// Names and values that carry the items.
    pub fn written(items: &[Item], facts: &Facts, options: &FormOptions, layout: &Layout) -> FormFields {
        if is_xml(options.transport, facts) { xml_fields(items, facts, options) } else { Item::write(items, layout) }
    }

    /// Whether the items travel as a document in XML.
    pub fn is_xml(&self) -> bool {
        self.fields.get(xml::DOCUMENT).is_some()
    }
}

fn is_xml(transport: Transport, facts: &Facts) -> bool {
    match transport {
        Transport::Form => false,
        Transport::Xml => true,
        // Another type than SAP's is one that we do not speak.
        Transport::Auto => {
            facts.xml_type.as_ref().is_some_and(|(_, value)| starts_with_any_case(value.trim(), "ESAPO"))
        }
    }
}

fn xml_fields(items: &[Item], facts: &Facts, options: &FormOptions) -> FormFields {
    let mut fields = FormFields::default();
    fields.push(xml::DOCUMENT, &xml::encoded(&xml::document(items)));
    match &facts.xml_type {
        Some((name, value)) if is_type(value) => fields.push(name, value.trim()),
        _ => options.xml_type_name.iter().for_each(|name| fields.push(name, &options.xml_type)),
    }
    fields
}

/// `ESAPO`, `ESAPO-3.5`: a word, so that it may be echoed.
pub(super) fn is_type(value: &str) -> bool {
    let value = value.trim();
    (1..=20).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn starts_with_any_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

/// The three spellings in SAP's texts.
pub(super) fn default_type_names() -> Vec<String> {
    ["~xml_type", "~xmlType", "xmltype"].map(str::to_owned).into()
}

impl FormOptions {
    /// What about the XML variant nothing could be done with: the key, and what is allowed.
    pub fn xml_fault(&self) -> Option<(&'static str, String, &'static str)> {
        let is_name = |name: &str| {
            let bare = name.strip_prefix('~').unwrap_or(name);
            (1..=20).contains(&bare.len())
                && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
                && !name.eq_ignore_ascii_case(xml::DOCUMENT)
        };
        if let Some(wrong) = self.xml_type_name.iter().find(|name| !is_name(name)) {
            return Some(("form.xml_type_name", wrong.clone(), "names such as \"~xml_type\""));
        }
        if self.xml_type_name.is_empty() {
            return Some(("form.xml_type_name", String::new(), "at least one name such as \"~xml_type\""));
        }
        let twice =
            |at: usize, name: &String| self.xml_type_name[..at].iter().any(|other| other.eq_ignore_ascii_case(name));
        if let Some((_, name)) = self.xml_type_name.iter().enumerate().find(|(at, name)| twice(*at, name)) {
            return Some(("form.xml_type_name", name.clone(), "each name once, in one case"));
        }
        (!is_type(&self.xml_type)).then(|| ("form.xml_type", self.xml_type.clone(), "a word such as \"ESAPO\""))
    }
}

/// A text stands for a list of one.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::One(one) => vec![one],
        Either::Many(many) => many,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::hook::HookPolicy;
    use crate::oci::page::PageTexts;
    use crate::oci::read::Returned;

    fn facts(xml_type: Option<(&str, &str)>) -> Facts {
        Facts {
            version: Some("4.0".into()),
            xml_type: xml_type.map(|(name, value)| (name.into(), value.into())),
            ..Facts::default()
        }
    }

    fn compose(transport: Transport, facts: &Facts) -> Composed {
        let hook = HookPolicy::read(&["any".to_owned()]).unwrap().allow("https://b.example/r").unwrap();
        let mut item = Item::default();
        for (field, value) in [("DESCRIPTION", "Řez"), ("QUANTITY", "1.000"), ("EXT_CATEGORY", "Cut")] {
            item.set(field, value);
        }
        let options = FormOptions { transport, ..FormOptions::default() };
        Form::compose(&hook, facts, &options, &Layout::default(), vec![item]).unwrap()
    }

    fn names(composed: &Composed) -> Vec<&str> {
        composed.form.fields.iter().map(|(name, _)| name).collect()
    }

    fn codes(composed: &Composed) -> Vec<(&str, &str)> {
        composed.notices.iter().map(|notice| (notice.field.as_str(), notice.code.as_str())).collect()
    }

    #[test]
    fn as_xml_a_cart_is_one_document_and_its_type_in_every_spelling() {
        let composed = compose(Transport::Xml, &facts(None));
        assert_eq!(names(&composed), ["~xmlDocument", "~xml_type", "~xmlType", "xmltype"]);
        assert!(composed.form.fields.iter().skip(1).all(|(_, value)| value == "ESAPO"));
        assert!(!composed.form.fields.get(xml::DOCUMENT).unwrap().contains(['\n', '\r', ' ']));
        assert!(
            xml::readable(composed.form.fields.get(xml::DOCUMENT).unwrap())
                .unwrap()
                .contains("<Description>Řez</Description>")
        );
        assert_eq!(codes(&composed), [("EXT_CATEGORY", "not-in-xml")]);
        assert!(composed.form.is_xml());
    }

    #[test]
    fn a_buyer_reads_the_document_out_of_the_page() {
        let composed = compose(Transport::Xml, &facts(None));
        let texts = PageTexts { lang: "en", title: "", heading: "", explanation: "", button: "" };
        let returned = Returned::from_html(&composed.form.encoded_page("n", &texts), None).unwrap();
        assert_eq!(returned.warnings, Vec::<String>::new());
        assert_eq!(returned.items.len(), 1);
        assert!(returned.items[0].fields.contains(&("DESCRIPTION".to_owned(), "Řez".to_owned())), "{returned:?}");
    }

    #[test]
    fn a_call_that_names_the_type_has_it_back_as_it_wrote_it() {
        let composed = compose(Transport::Auto, &facts(Some(("~XML_TYPE", "ESAPO-3.5"))));
        assert_eq!(composed.form.fields.nth(1), Some(("~XML_TYPE", "ESAPO-3.5")));
        let strange = compose(Transport::Xml, &facts(Some(("xmltype", "\"><b>"))));
        assert_eq!(names(&strange)[1..], ["~xml_type", "~xmlType", "xmltype"]);
    }

    #[test]
    fn a_call_that_does_not_ask_for_xml_or_may_not_gets_fields() {
        for composed in [
            compose(Transport::Auto, &facts(None)),
            compose(Transport::Auto, &facts(Some(("xmltype", "X")))),
            compose(Transport::Form, &facts(Some(("xmltype", "ESAPO")))),
        ] {
            assert_eq!(names(&composed)[0], "NEW_ITEM-DESCRIPTION[1]");
            assert_eq!(composed.form.fields.nth(0).unwrap().1, "Rez");
            assert_eq!(codes(&composed), [("DESCRIPTION", "transliterated")]);
            assert_eq!(composed.items[0].get("DESCRIPTION"), Some("Rez"));
        }
    }

    #[test]
    fn names_and_value_of_the_type_are_settings_that_can_be_wrong() {
        let options = |toml: &str| toml::from_str::<FormOptions>(toml).unwrap();
        assert_eq!(options("xml_type_name = \"~XML_TYPE\"").xml_type_name, ["~XML_TYPE"]);
        assert_eq!(options("xml_type_name = [\"a\", \"~b\"]\nxml_type = \"ESAPO-3.5\"").xml_fault(), None);
        for wrong in [
            "xml_type_name = []",
            "xml_type_name = \"NEW ITEM\"",
            "xml_type_name = [\"~xml_type\", \"~XML_TYPE\"]",
            "xml_type_name = \"~xmldocument\"",
            "xml_type = \"\"",
            "xml_type = \"<\"",
        ] {
            assert!(options(wrong).xml_fault().is_some(), "{wrong}");
        }
    }
}
