//! The rules by which one OCI field gets its value, as they stand in an apply file or a preset.
//!
//! A rule is compiled before any cart comes: a source or a template that cannot work stops the
//! configuration, never a buyer.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::cart::Line;
use super::sources::{Scope, Source};
use super::template::{LineValues, Template, TemplateFailed};
use super::trial::always_fails;
use crate::oci::{rules, text};

/// One `[[system.field]]`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// The OCI field without `NEW_ITEM-`, in capitals.
    pub name: String,
    /// Sources; the first that is not empty wins.
    #[serde(default)]
    pub from: Vec<String>,
    /// The value when all of them are empty, or the template is.
    #[serde(default)]
    pub fixed: String,
    /// Longer values are cut at a word; at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    /// Instead of sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

impl FieldRule {
    /// Whether the rule can be one at all, whatever others stand beside it.
    pub fn check(&self) -> Result<(), MappingError> {
        Compiled::new(self).map(|_| ())
    }
}

/// Why a mapping is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MappingError {
    /// The field whose rule is wrong, or `units.map.…`.
    pub field: String,
    pub reason: String,
}

/// A [`FieldRule`] whose sources are known.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub name: String,
    /// In OCI's table.
    pub place: Option<usize>,
    sources: Vec<Source>,
    pub template: Option<Template>,
    fixed: String,
    pub max: Option<usize>,
    /// LONGTEXT keeps its lines.
    long: bool,
    pub amount: bool,
}

/// A value and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Found<'a> {
    pub value: Cow<'a, str>,
    /// From the line itself, and not from what surrounds it or from the rule.
    pub from_line: bool,
}

impl Compiled {
    pub fn new(rule: &FieldRule) -> Result<Self, MappingError> {
        let error = |reason: String| MappingError { field: rule.name.clone(), reason };
        if !is_field_name(&rule.name) {
            let hint = match rule.name.strip_prefix("NEW_ITEM-") {
                Some(_) => "the name stands without NEW_ITEM-",
                None => "a field's name is made of capital letters, digits and _, as VENDORMAT",
            };
            return Err(error(hint.to_owned()));
        }
        if rule.template.is_some() && !rule.from.is_empty() {
            return Err(error("template and from exclude each other; a template names its sources itself".to_owned()));
        }
        if rule.max == Some(0) {
            return Err(error(
                "max = 0 leaves nothing; leave max out, or give a rule with neither from nor fixed".to_owned(),
            ));
        }
        let sources =
            rule.from.iter().map(|name| Source::read(name).map_err(|reason| error(format!("from: {reason}"))));
        let template = rule.template.as_deref().map(Template::new).transpose().and_then(|template| {
            match template.as_ref().and_then(always_fails) {
                Some(reason) => Err(format!("it fails with every cart: {reason}")),
                None => Ok(template),
            }
        });
        Ok(Self {
            name: rule.name.clone(),
            place: rules::place(&rule.name),
            sources: sources.collect::<Result<_, _>>()?,
            template: template.map_err(|reason| error(format!("template: {reason}")))?,
            fixed: rule.fixed.clone(),
            max: rule.max,
            long: rule.name == "LONGTEXT",
            amount: matches!(rule.name.as_str(), "QUANTITY" | "PRICE"),
        })
    }

    /// The value for a line, before `max`; on one line, unless it is for LONGTEXT.
    pub fn value<'a>(
        &'a self,
        line: &'a Line,
        scope: &'a Scope,
        values: &LineValues,
    ) -> Result<Found<'a>, TemplateFailed> {
        if let Some(template) = &self.template {
            let value = self.tidy(template.render(scope, values)?.into());
            if !value.is_empty() {
                return Ok(Found { value, from_line: template.is_of_the_line() });
            }
        }
        for source in &self.sources {
            let value = self.tidy(source.value(line, scope));
            if !value.is_empty() {
                return Ok(Found { value, from_line: source.is_of_the_line() });
            }
        }
        Ok(Found { value: self.tidy(Cow::Borrowed(&self.fixed)), from_line: false })
    }

    fn tidy<'a>(&self, value: Cow<'a, str>) -> Cow<'a, str> {
        match value {
            // Most sources of most lines.
            nothing if nothing.is_empty() => nothing,
            Cow::Borrowed(text) if self.long => text::lines(text),
            Cow::Borrowed(text) => text::line(text),
            Cow::Owned(text) => {
                let tidied = if self.long { text::lines(&text) } else { text::line(&text) };
                match tidied {
                    Cow::Borrowed(same) if same.len() == text.len() => Cow::Owned(text),
                    other => Cow::Owned(other.into_owned()),
                }
            }
        }
    }
}

/// Whether this can be the name of an OCI field, ours or a buyer's own.
pub(super) fn is_field_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with("LONGTEXT_")
}

#[cfg(test)]
mod tests {
    use super::super::cart::Cart;
    use super::super::sources::Context;
    use super::super::template::{Spent, Surroundings};
    use super::*;

    fn rule(name: &str, from: &[&str]) -> FieldRule {
        FieldRule { name: name.into(), from: from.iter().map(|&s| s.into()).collect(), ..FieldRule::default() }
    }

    fn cart() -> Cart {
        Cart::read(
            br#"{"currency":"CHF","lines":[{"id":"7","product_id":"P 1","name":"Bolt\nM8","description":"<p>Zinc</p><p>8.8</p>",
            "quantity":"2.50","unit":"kg","price":{"net":"1.10"},"tax_rate":7.70,"ean":"40","manufacturer_part":"MP",
            "manufacturer":{"number":"88","name":"Acme"},"lead_time_days":2,
            "categories":[{"scheme":"S","id":"C","name":"N"},{"id":"D"},{"scheme":"ECLASS13.0","id":"23110101"}],
            "attachments":[{"url":"U","title":"T"},{"url":"V","purpose":"C"}],
            "contract":{"number":"4600","item":10},"quote":{"number":"Q1","item":"2"},"material":"M1","material_group":7,
            "configuration":"red",
            "custom":{"box":"Big","count":4.0,"flag":true,"list":[1],"a.b":"dotted","size":{"height":[2,3]}}}],
            "custom":{"order":{"note":"Urgent"}}}"#,
        )
        .unwrap()
    }

    fn value(rule: &FieldRule) -> Found<'static> {
        let (extra, call_items) = (
            [("CostCenter".to_owned(), "4711".to_owned()), ("costcenter".to_owned(), "4712".to_owned())],
            [("MATGROUP".to_owned(), "G1".to_owned())],
        );
        let context = Context {
            customer_number: "10001",
            customer_email: "buyer@customer.example",
            extra: &extra,
            call_items: &call_items,
            language: "de",
            oci_version: "4.0",
            shop_name: "Acme Tools",
            shop_slug: "acme",
            shop_website: "https://shop.acme.example",
        };
        let cart = cart();
        let rule = Compiled::new(rule).unwrap();
        let drawn = rule.template.iter().flat_map(|template| template.line_members()).copied().collect();
        let scope = Scope {
            cart: &cart,
            context: &context,
            total: "2.75".into(),
            surroundings: Some(Surroundings::new(&cart, "2.75", &context, drawn)),
            spent: Spent::default(),
        };
        let values = LineValues::new(&cart.lines[0], scope.surroundings.as_ref());
        let found = rule.value(&cart.lines[0], &scope, &values).unwrap();
        Found { value: found.value.into_owned().into(), from_line: found.from_line }
    }

    #[test]
    fn every_source_gives_its_value() {
        for (source, expected, from_line) in [
            ("id", "7", true),
            ("product_id", "P 1", true),
            ("name", "Bolt M8", true),
            ("description", "Zinc 8.8", true),
            ("quantity", "2.5", true),
            ("unit", "kg", true),
            ("price.net", "1.1", true),
            ("tax_rate", "7.7", true),
            ("manufacturer.number", "88", true),
            ("manufacturer.name", "Acme", true),
            ("manufacturer_part", "MP", true),
            ("ean", "40", true),
            ("categories.scheme", "S", true),
            ("categories.id", "C", true),
            ("categories.name", "N", true),
            ("lead_time_days", "2", true),
            ("attachments.url", "U", true),
            ("attachments.title", "T", true),
            ("categories[1].id", "D", true),
            ("categories[ECLASS].id", "23110101", true),
            ("categories[eclass13.0].scheme", "ECLASS13.0", true),
            ("attachments[1].url", "V", true),
            ("attachments[C].url", "V", true),
            ("contract.number", "4600", true),
            ("contract.item", "10", true),
            ("quote.number", "Q1", true),
            ("quote.item", "2", true),
            ("material", "M1", true),
            ("material_group", "7", true),
            ("configuration", "red", true),
            ("custom.size.height.1", "3", true),
            ("cart.total", "2.75", false),
            ("cart.lines", "1", false),
            ("cart.custom.order.note", "Urgent", false),
            ("call.language", "de", false),
            ("call.oci_version", "4.0", false),
            ("shop.slug", "acme", false),
            ("shop.website", "https://shop.acme.example", false),
            ("kind", "product", true),
            ("custom.box", "Big", true),
            ("custom.count", "4.0", true),
            ("custom.flag", "true", true),
            ("custom.a.b", "dotted", true),
            ("cart.currency", "CHF", false),
            ("customer.number", "10001", false),
            ("customer.email", "buyer@customer.example", false),
            ("call.costcenter", "4712", false),
            ("call.COSTCENTER", "4711", false),
            ("call.NEW_ITEM-MATGROUP", "G1", false),
            ("shop.name", "Acme Tools", false),
        ] {
            assert_eq!(value(&rule("CUST_FIELD1", &[source])), Found { value: expected.into(), from_line }, "{source}");
        }
        for source in [
            "custom.list",
            "custom.none",
            "custom.size.width",
            "call.none",
            "parent",
            "categories[UNSPSC].id",
            "categories[9].id",
            "attachments.purpose",
        ] {
            assert_eq!(value(&rule("CUST_FIELD1", &[source])), Found::default(), "{source}");
        }
    }

    #[test]
    fn the_first_source_that_is_not_empty_wins_and_else_the_fixed_value() {
        assert_eq!(value(&rule("X", &["custom.none", "ean", "name"])).value, "40");
        let fixed = FieldRule { fixed: "V19".into(), ..rule("X", &["custom.none"]) };
        assert_eq!(value(&fixed), Found { value: "V19".into(), from_line: false });
    }

    #[test]
    fn a_long_text_keeps_its_lines() {
        assert_eq!(value(&rule("LONGTEXT", &["description"])).value, "Zinc\n\n8.8");
    }

    #[test]
    fn a_wrong_rule_is_refused_with_its_field() {
        let reason = |rule: FieldRule| {
            let error = Compiled::new(&rule).unwrap_err();
            assert_eq!(error.field, rule.name);
            error.reason
        };
        for source in [
            "",
            "price",
            "nmae",
            "custom.",
            "call.",
            "customer.name",
            "NAME",
            "categories[].id",
            "name[1]",
            "custom[1].a",
            "cart.custom.",
        ] {
            assert!(reason(rule("DESCRIPTION", &[source])).contains("is not known"), "{source}");
        }
        for name in ["", "description", "NEW_ITEM-UNIT", "UNIT[1]", "A B", "1A", "LONGTEXT_1"] {
            assert!(reason(rule(name, &[])).contains("name"), "{name}");
        }
        let both = FieldRule { template: Some("x".into()), ..rule("X", &["name"]) };
        assert!(reason(both).contains("exclude each other"));
        let wrong = FieldRule { template: Some("{{ line.nmae }}".into()), ..rule("X", &[]) };
        assert!(reason(wrong).starts_with("template: line.nmae is not known; known are line.id,"));
        assert!(reason(FieldRule { max: Some(0), ..rule("X", &[]) }).contains("max"));
    }

    #[test]
    fn an_unknown_key_of_a_rule_is_an_error() {
        assert!(toml::from_str::<FieldRule>("name = \"UNIT\"\nform = [\"unit\"]").is_err());
        assert!(toml::from_str::<FieldRule>("name = \"UNIT\"").is_ok());
    }
}
