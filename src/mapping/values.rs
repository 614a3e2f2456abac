//! A cart, a line and what surrounds them, as templates see them.
//!
//! Members have the names of the shop's JSON. Texts that a line does not have are empty, not missing, so that only
//! a name that nobody knows is an error; the shop's own members and the call's parameters may be missing. Numbers
//! are exact decimals.

use std::sync::{Arc, OnceLock};

use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, Value};
use serde_json::Value as Json;

use super::cart::{Attachment, Cart, Category, Line, Reference};
use super::exact::Exact;
use super::sources::{Context, parameter_of};
use crate::oci::amount::{self, Decimal};
use crate::oci::text;

/// The members of `line`; those with members of their own name them.
pub(super) const LINE: &[(&str, &[&str])] = &[
    ("id", &[]),
    ("kind", &[]),
    ("product_id", &[]),
    ("name", &[]),
    ("description", &[]),
    ("description_html", &[]),
    ("quantity", &[]),
    ("unit", &[]),
    ("price", &["net", "per"]),
    ("tax_rate", &[]),
    ("manufacturer", &["number", "name"]),
    ("manufacturer_part", &[]),
    ("ean", &[]),
    ("categories", &[]),
    ("lead_time_days", &[]),
    ("parent", &[]),
    ("attachments", &[]),
    ("contract", &["number", "item"]),
    ("quote", &["number", "item"]),
    ("material", &[]),
    ("material_group", &[]),
    ("configuration", &[]),
    ("custom", &[]),
];

/// The other names that templates know.
pub(super) const AROUND: &[(&str, &[&str])] = &[
    ("cart", &["currency", "total", "lines", "custom"]),
    ("customer", &["number", "email"]),
    ("shop", &["name", "slug", "website"]),
    ("call", &[]),
    ("index", &[]),
];

/// The members of `line` that a template draws from, by the paths that it names. Where its text speaks of `line` in any
/// other way than `line.name`, that is all of them.
pub(super) fn line_members(source: &str, paths: &[String]) -> Vec<&'static str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let whole = source.match_indices("line").any(|(at, found)| {
        let (before, after) = (&source[..at], &source[at + found.len()..]);
        !before.ends_with(is_name) && !after.starts_with(is_name) && !after.starts_with('.')
    });
    let drawn = |name: &str| {
        paths.iter().any(|path| path.strip_prefix("line.").is_some_and(|rest| rest.split('.').next() == Some(name)))
    };
    LINE.iter().map(|(name, _)| *name).filter(|name| whole || drawn(name)).collect()
}

/// What all lines of a cart have in common.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    /// The members of lines that any template draws from.
    drawn: Arc<[&'static str]>,
    cart: Value,
    customer: Value,
    call: Value,
    shop: Value,
}

impl Surroundings {
    pub fn new(cart: &Cart, total: &str, context: &Context, drawn: Arc<[&'static str]>) -> Self {
        Self {
            drawn,
            cart: members([
                ("currency", Value::from(cart.currency.as_str())),
                ("total", amount::read(total).map_or_else(|| Value::from(""), number)),
                ("lines", Value::from(cart.lines.len())),
                ("custom", json(&Json::Object(cart.custom.clone()))),
            ]),
            customer: members([
                ("number", Value::from(context.customer_number)),
                ("email", Value::from(context.customer_email)),
            ]),
            call: Value::from_object(Call {
                extra: context.extra.to_vec(),
                items: context.call_items.to_vec(),
                language: context.language.to_owned(),
                oci_version: context.oci_version.to_owned(),
            }),
            shop: members([
                ("name", Value::from(context.shop_name)),
                ("slug", Value::from(context.shop_slug)),
                ("website", Value::from(context.shop_website)),
            ]),
        }
    }
}

/// One line as templates see it; made when the first template of a line asks.
pub(super) struct LineValues<'a> {
    line: &'a Line,
    surroundings: Option<&'a Surroundings>,
    root: OnceLock<Value>,
}

impl<'a> LineValues<'a> {
    pub fn new(line: &'a Line, surroundings: Option<&'a Surroundings>) -> Self {
        Self { line, surroundings, root: OnceLock::new() }
    }

    /// What the names of a template mean.
    pub fn root(&self) -> Value {
        let make = || {
            let around = self.surroundings.cloned();
            let members = around.iter().flat_map(|around| around.drawn.iter());
            let members = members.map(|name| (*name, member(self.line, name))).collect();
            let line = Value::from_object(Members(members));
            Value::from_object(Root { line, around, index: self.line.position })
        };
        self.root.get_or_init(make).clone()
    }
}

#[derive(Debug)]
struct Root {
    line: Value,
    around: Option<Surroundings>,
    /// The line's place in the cart, from 1.
    index: usize,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let around = self.around.as_ref();
        match key {
            "line" => Some(self.line.clone()),
            "index" => Some(Value::from(self.index)),
            "cart" => around.map(|around| around.cart.clone()),
            "customer" => around.map(|around| around.customer.clone()),
            "call" => around.map(|around| around.call.clone()),
            "shop" => around.map(|around| around.shop.clone()),
            _ => None,
        }
    }
}

/// Some members by name, of a line those that templates draw from. A map of the engine's would be hashed for every line.
#[derive(Debug)]
struct Members(Vec<(&'static str, Value)>);

impl Object for Members {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_enumerator(|members| Box::new(members.0.iter().map(|(name, _)| Value::from(*name))))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }
}

fn members<const COUNT: usize>(members: [(&'static str, Value); COUNT]) -> Value {
    Value::from_object(Members(members.into()))
}

/// A member of a line by its name in [`LINE`].
fn member(line: &Line, name: &str) -> Value {
    match name {
        "id" => given(&line.id),
        "kind" => Value::from(line.kind.as_str()),
        "product_id" => given(&line.product_id),
        "name" => given(&line.name),
        "description" => Value::from(text::plain(line.description.as_deref().unwrap_or_default())),
        "description_html" => given(&line.description),
        "quantity" => number(line.quantity),
        "unit" => given(&line.unit),
        "price" => members([("net", number(line.price.net)), ("per", number(line.price.per))]),
        "tax_rate" => line.tax_rate.map_or_else(|| Value::from(""), number),
        "manufacturer" => {
            members([("number", given(&line.manufacturer.number)), ("name", given(&line.manufacturer.name))])
        }
        "manufacturer_part" => given(&line.manufacturer_part),
        "ean" => given(&line.ean),
        "categories" => Value::from(line.categories.iter().map(category).collect::<Vec<_>>()),
        "lead_time_days" => line.lead_time_days.map_or_else(|| Value::from(""), |days| number(days.into())),
        "parent" => given(&line.parent),
        "attachments" => Value::from(line.attachments.iter().map(attachment).collect::<Vec<_>>()),
        "contract" => reference(&line.contract),
        "quote" => reference(&line.quote),
        "material" => given(&line.material),
        "material_group" => given(&line.material_group),
        "configuration" => given(&line.configuration),
        "custom" => Value::from_pairs(line.custom.iter().map(|(key, value)| (key.as_str(), json(value)))),
        _ => Value::UNDEFINED,
    }
}

/// Parameters of the call by name, in any case.
#[derive(Debug)]
struct Call {
    extra: Vec<(String, String)>,
    items: Vec<(String, String)>,
    language: String,
    oci_version: String,
}

impl Object for Call {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "language" => return Some(Value::from(self.language.as_str())),
            "oci_version" => return Some(Value::from(self.oci_version.as_str())),
            _ => {}
        }
        let context = Context { extra: &self.extra, call_items: &self.items, ..Context::default() };
        parameter_of(&context, key).map(Value::from)
    }
}

fn given(text: &Option<String>) -> Value {
    Value::from(text.as_deref().unwrap_or_default())
}

fn number(number: Decimal) -> Value {
    Value::from_object(Exact(number.normalize()))
}

fn reference(reference: &Reference) -> Value {
    members([("number", given(&reference.number)), ("item", given(&reference.item))])
}

fn category(category: &Category) -> Value {
    members([("scheme", given(&category.scheme)), ("id", given(&category.id)), ("name", given(&category.name))])
}

fn attachment(attachment: &Attachment) -> Value {
    members([
        ("url", given(&attachment.url)),
        ("title", given(&attachment.title)),
        ("purpose", given(&attachment.purpose)),
    ])
}

/// JSON as a shop gave it, numbers by their digits. The reader of JSON has bounded its depth.
fn json(value: &Json) -> Value {
    match value {
        Json::Null => Value::from(""),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(digits) => {
            let digits = digits.to_string();
            amount::read_json_number(&digits).map_or_else(|| Value::from(digits), number)
        }
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(entries) => Value::from(entries.iter().map(json).collect::<Vec<_>>()),
        Json::Object(members) => Value::from_pairs(members.iter().map(|(key, value)| (key.as_str(), json(value)))),
    }
}
