//! The rules by which one OCI field gets its value, as they stand in an apply file or a preset, and
//! the sources they draw from.
//!
//! A rule is compiled before any cart comes: a name that nobody knows stops the configuration, never
//! a buyer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cart::{Cart, Line};
use crate::oci::text;

/// One `[[system.field]]`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// The OCI field without `NEW_ITEM-`, in capitals.
    pub name: String,
    /// Sources; the first that is not empty wins.
    #[serde(default)]
    pub from: Vec<String>,
    /// The value when all of them are empty.
    #[serde(default)]
    pub fixed: String,
    /// Longer values are cut at a word; at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    /// Not offered yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// Why a mapping is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MappingError {
    /// The field whose rule is wrong, or `units.map.…`.
    pub field: String,
    pub reason: String,
}

/// What surrounds a cart: the buyer, his call, the shop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    pub customer_number: &'a str,
    pub customer_email: &'a str,
    /// Parameters of the call that are not OCI's own, names as received.
    pub extra: &'a [(String, String)],
    /// `NEW_ITEM-<FIELD>` of the call, as (FIELD, value).
    pub call_items: &'a [(String, String)],
    pub shop_name: &'a str,
}

/// A [`FieldRule`] whose sources are known.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub name: String,
    sources: Vec<Source>,
    fixed: String,
    pub max: Option<usize>,
}

/// A value and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Found {
    pub value: String,
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
        if rule.template.is_some() {
            return Err(error("template is not offered yet; use from and fixed".to_owned()));
        }
        if rule.max == Some(0) {
            return Err(error(
                "max = 0 leaves nothing; leave max out, or give a rule with neither from nor fixed".to_owned(),
            ));
        }
        let sources = rule.from.iter().map(|name| {
            Source::read(name).ok_or_else(|| {
                let known = MEMBERS.map(|(member, _)| member).join(", ");
                let others =
                    "custom.<key>, cart.currency, customer.number, customer.email, call.<parameter>, shop.name";
                error(format!("from: \"{name}\" is not known; known are {known}, {others}"))
            })
        });
        Ok(Self {
            name: rule.name.clone(),
            sources: sources.collect::<Result<_, _>>()?,
            fixed: rule.fixed.clone(),
            max: rule.max,
        })
    }

    /// The value for a line, before `max`; on one line, unless it is for LONGTEXT.
    pub fn value(&self, line: &Line, cart: &Cart, context: &Context) -> Found {
        let tidy = |value: String| match self.name.as_str() {
            "LONGTEXT" => text::several_lines(&value),
            _ => text::single_line(&value),
        };
        for source in &self.sources {
            let value = tidy(source.value(line, cart, context));
            if !value.is_empty() {
                return Found { value, from_line: source.is_of_the_line() };
            }
        }
        Found { value: tidy(self.fixed.clone()), from_line: false }
    }
}

/// Whether this can be the name of an OCI field, ours or a buyer's own.
pub(super) fn is_field_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with("LONGTEXT_")
}

#[derive(Debug, Clone)]
enum Source {
    Member(Member),
    Custom(String),
    Currency,
    CustomerNumber,
    CustomerEmail,
    Call(String),
    ShopName,
}

type Member = fn(&Line) -> String;

/// The members of a line by their JSON names. Of lists the first entry counts.
const MEMBERS: [(&str, Member); 22] = [
    ("id", |line| text_of(&line.id)),
    ("kind", |line| line.kind.as_str().to_owned()),
    ("product_id", |line| text_of(&line.product_id)),
    ("name", |line| text_of(&line.name)),
    ("description", |line| text::plain(line.description.as_deref().unwrap_or_default())),
    ("quantity", |line| line.quantity.normalize().to_string()),
    ("unit", |line| text_of(&line.unit)),
    ("price.net", |line| line.price.net.normalize().to_string()),
    ("price.per", |line| line.price.per.normalize().to_string()),
    ("tax_rate", |line| line.tax_rate.map(|rate| rate.normalize().to_string()).unwrap_or_default()),
    ("manufacturer.number", |line| text_of(&line.manufacturer.number)),
    ("manufacturer.name", |line| text_of(&line.manufacturer.name)),
    ("manufacturer_part", |line| text_of(&line.manufacturer_part)),
    ("ean", |line| text_of(&line.ean)),
    ("categories.scheme", |line| line.categories.first().map(|first| text_of(&first.scheme)).unwrap_or_default()),
    ("categories.id", |line| line.categories.first().map(|first| text_of(&first.id)).unwrap_or_default()),
    ("categories.name", |line| line.categories.first().map(|first| text_of(&first.name)).unwrap_or_default()),
    ("lead_time_days", |line| line.lead_time_days.map(|days| days.to_string()).unwrap_or_default()),
    ("parent", |line| text_of(&line.parent)),
    ("attachments.url", |line| line.attachments.first().map(|first| text_of(&first.url)).unwrap_or_default()),
    ("attachments.title", |line| line.attachments.first().map(|first| text_of(&first.title)).unwrap_or_default()),
    ("attachments.purpose", |line| line.attachments.first().map(|first| text_of(&first.purpose)).unwrap_or_default()),
];

fn text_of(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

impl Source {
    fn read(name: &str) -> Option<Self> {
        if let Some((_, member)) = MEMBERS.iter().find(|(known, _)| *known == name) {
            return Some(Self::Member(*member));
        }
        match name {
            "cart.currency" => return Some(Self::Currency),
            "customer.number" => return Some(Self::CustomerNumber),
            "customer.email" => return Some(Self::CustomerEmail),
            "shop.name" => return Some(Self::ShopName),
            _ => {}
        }
        match name.split_once('.')? {
            ("custom", key) if !key.is_empty() => Some(Self::Custom(key.to_owned())),
            ("call", parameter) if !parameter.is_empty() => Some(Self::Call(parameter.to_owned())),
            _ => None,
        }
    }

    fn value(&self, line: &Line, cart: &Cart, context: &Context) -> String {
        match self {
            Self::Member(member) => member(line),
            Self::Custom(key) => match line.custom.get(key) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Bool(flag)) => flag.to_string(),
                _ => String::new(),
            },
            Self::Currency => cart.currency.clone(),
            Self::CustomerNumber => context.customer_number.to_owned(),
            Self::CustomerEmail => context.customer_email.to_owned(),
            Self::Call(parameter) => parameter_of(context, parameter).unwrap_or_default().to_owned(),
            Self::ShopName => context.shop_name.to_owned(),
        }
    }

    fn is_of_the_line(&self) -> bool {
        matches!(self, Self::Member(_) | Self::Custom(_))
    }
}

/// Buyers send names in every case: the exact one first.
fn parameter_of<'a>(context: &Context<'a>, name: &str) -> Option<&'a str> {
    let pick = |pairs: &'a [(String, String)], name: &str| {
        let exact = pairs.iter().find(|(known, _)| known == name);
        let folded = || pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        exact.or_else(folded).map(|(_, value)| value.as_str())
    };
    match name.get(..9).filter(|prefix| prefix.eq_ignore_ascii_case("NEW_ITEM-")) {
        Some(prefix) => pick(context.call_items, &name[prefix.len()..]),
        None => pick(context.extra, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, from: &[&str]) -> FieldRule {
        FieldRule { name: name.into(), from: from.iter().map(|&s| s.into()).collect(), ..FieldRule::default() }
    }

    fn cart() -> Cart {
        Cart::read(
            br#"{"currency":"CHF","lines":[{"id":"7","product_id":"P 1","name":"Bolt\nM8","description":"<p>Zinc</p><p>8.8</p>",
            "quantity":"2.50","unit":"kg","price":{"net":"1.10"},"tax_rate":7.70,"ean":"40","manufacturer_part":"MP",
            "manufacturer":{"number":"88","name":"Acme"},"lead_time_days":2,
            "categories":[{"scheme":"S","id":"C","name":"N"},{"id":"D"}],
            "attachments":[{"url":"U","title":"T","purpose":"C"}],
            "custom":{"box":"Big","count":4.0,"flag":true,"list":[1],"a.b":"dotted"}}]}"#,
        )
        .unwrap()
    }

    fn value(rule: &FieldRule) -> Found {
        let (extra, call_items) = (
            [("CostCenter".to_owned(), "4711".to_owned()), ("costcenter".to_owned(), "4712".to_owned())],
            [("MATGROUP".to_owned(), "G1".to_owned())],
        );
        let context = Context {
            customer_number: "10001",
            customer_email: "buyer@customer.example",
            extra: &extra,
            call_items: &call_items,
            shop_name: "Acme Tools",
        };
        let cart = cart();
        Compiled::new(rule).unwrap().value(&cart.lines[0], &cart, &context)
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
            ("attachments.purpose", "C", true),
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
        for source in ["custom.list", "custom.none", "call.none", "parent"] {
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
        for source in ["", "price", "nmae", "custom.", "call.", "customer.name", "NAME"] {
            assert!(reason(rule("DESCRIPTION", &[source])).contains("is not known"), "{source}");
        }
        for name in ["", "description", "NEW_ITEM-UNIT", "UNIT[1]", "A B", "1A", "LONGTEXT_1"] {
            assert!(reason(rule(name, &[])).contains("name"), "{name}");
        }
        assert!(reason(FieldRule { template: Some("x".into()), ..rule("X", &[]) }).contains("template"));
        assert!(reason(FieldRule { max: Some(0), ..rule("X", &[]) }).contains("max"));
    }

    #[test]
    fn an_unknown_key_of_a_rule_is_an_error() {
        assert!(toml::from_str::<FieldRule>("name = \"UNIT\"\nform = [\"unit\"]").is_err());
        assert!(toml::from_str::<FieldRule>("name = \"UNIT\"").is_ok());
    }
}
