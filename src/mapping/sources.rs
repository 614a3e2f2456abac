//! Where a field's value may come from: the members of a line, and what surrounds it.
//!
//! A source is read from its name when the settings are compiled, so that a cart meets no name that
//! nobody knows. Of lists the first entry counts, `[1]` is the next (counted from 0, as templates do), and
//! `categories[ECLASS]` or `attachments[C]` looks for one by its scheme or purpose.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::cart::{Attachment, Cart, Category, Line};
use super::template::{Spent, Surroundings};
use crate::oci::amount::Decimal;
use crate::oci::call::Facts;
use crate::oci::text;

/// What surrounds a cart: the buyer, his call, the shop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    pub customer_number: &'a str,
    pub customer_email: &'a str,
    /// Parameters of the call that are not OCI's own, names as received.
    pub extra: &'a [(String, String)],
    /// `NEW_ITEM-<FIELD>` of the call, as (FIELD, value).
    pub call_items: &'a [(String, String)],
    /// As the call named it; empty for none.
    pub language: &'a str,
    /// `OCI_VERSION` of the call; empty for none.
    pub oci_version: &'a str,
    pub shop_name: &'a str,
    pub shop_slug: &'a str,
    pub shop_website: &'a str,
}

impl<'a> Context<'a> {
    /// With what a call brought.
    pub fn with_call(self, facts: &'a Facts) -> Self {
        Self {
            extra: &facts.extra,
            call_items: &facts.items,
            language: facts.language.as_deref().unwrap_or_default(),
            oci_version: facts.version.as_deref().unwrap_or_default(),
            ..self
        }
    }
}

/// One cart and what surrounds it, with what is computed once for all its lines.
pub(super) struct Scope<'a> {
    pub cart: &'a Cart,
    pub context: &'a Context<'a>,
    pub total: String,
    /// For templates; `None` while no field has one.
    pub surroundings: Option<Surroundings>,
    pub spent: Spent,
}

/// The names of all sources, those with a key of one's own as `custom.…`.
pub fn names() -> Vec<&'static str> {
    let members = MEMBERS.iter().map(|(name, _)| *name);
    let listed = ["categories.scheme", "categories.id", "categories.name"];
    let attached = ["attachments.url", "attachments.title", "attachments.purpose", "custom.…"];
    let around = SURROUNDINGS.iter().map(|(name, _)| *name);
    members.chain(listed).chain(attached).chain(around).chain(["cart.custom.…", "call.…"]).collect()
}

/// A known source.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Member(Member),
    Category(Pick, fn(&Category) -> &Option<String>),
    Attachment(Pick, fn(&Attachment) -> &Option<String>),
    Custom(String),
    CartCustom(String),
    Surrounding(Surrounding),
    Call(String),
}

type Member = for<'a> fn(&'a Line) -> Cow<'a, str>;
type Surrounding = for<'a> fn(&'a Scope<'a>) -> Cow<'a, str>;

/// Which entry of a list.
#[derive(Debug, Clone)]
pub(super) enum Pick {
    At(usize),
    /// By scheme or purpose.
    Named(String),
}

/// The members of a line by their JSON names.
const MEMBERS: [(&str, Member); 23] = [
    ("id", |line| given(&line.id)),
    ("kind", |line| Cow::Borrowed(line.kind.as_str())),
    ("product_id", |line| given(&line.product_id)),
    ("name", |line| given(&line.name)),
    ("description", |line| text::plain(line.description.as_deref().unwrap_or_default()).into()),
    ("quantity", |line| number(Some(line.quantity))),
    ("unit", |line| given(&line.unit)),
    ("price.net", |line| number(Some(line.price.net))),
    ("price.per", |line| number(Some(line.price.per))),
    ("tax_rate", |line| number(line.tax_rate)),
    ("manufacturer.number", |line| given(&line.manufacturer.number)),
    ("manufacturer.name", |line| given(&line.manufacturer.name)),
    ("manufacturer_part", |line| given(&line.manufacturer_part)),
    ("ean", |line| given(&line.ean)),
    ("lead_time_days", |line| line.lead_time_days.map(|days| days.to_string()).unwrap_or_default().into()),
    ("parent", |line| given(&line.parent)),
    ("contract.number", |line| given(&line.contract.number)),
    ("contract.item", |line| given(&line.contract.item)),
    ("quote.number", |line| given(&line.quote.number)),
    ("quote.item", |line| given(&line.quote.item)),
    ("material", |line| given(&line.material)),
    ("material_group", |line| given(&line.material_group)),
    ("configuration", |line| given(&line.configuration)),
];

const SURROUNDINGS: [(&str, Surrounding); 10] = [
    ("cart.currency", |scope| Cow::Borrowed(scope.cart.currency.as_str())),
    ("cart.total", |scope| Cow::Borrowed(scope.total.as_str())),
    ("cart.lines", |scope| scope.cart.lines.len().to_string().into()),
    ("customer.number", |scope| Cow::Borrowed(scope.context.customer_number)),
    ("customer.email", |scope| Cow::Borrowed(scope.context.customer_email)),
    ("call.language", |scope| Cow::Borrowed(scope.context.language)),
    ("call.oci_version", |scope| Cow::Borrowed(scope.context.oci_version)),
    ("shop.name", |scope| Cow::Borrowed(scope.context.shop_name)),
    ("shop.slug", |scope| Cow::Borrowed(scope.context.shop_slug)),
    ("shop.website", |scope| Cow::Borrowed(scope.context.shop_website)),
];

const LISTS: &str = "categories.scheme, categories.id, categories.name, attachments.url, attachments.title, \
    attachments.purpose (of the first entry; others as categories[1].id, categories[ECLASS].id, attachments[C].url)";

fn given(text: &Option<String>) -> Cow<'_, str> {
    Cow::Borrowed(text.as_deref().unwrap_or_default())
}

fn number(number: Option<Decimal>) -> Cow<'static, str> {
    number.map(|number| number.normalize().to_string()).unwrap_or_default().into()
}

impl Source {
    /// The source of that name, or what there is instead.
    pub fn read(name: &str) -> Result<Self, String> {
        Self::known(name).ok_or_else(|| {
            let members: Vec<&str> = MEMBERS.iter().map(|(name, _)| *name).collect();
            let around: Vec<&str> = SURROUNDINGS.iter().map(|(name, _)| *name).collect();
            format!(
                "\"{name}\" is not known; known are {}, {LISTS}, custom.<key>, cart.custom.<key>, {}, call.<parameter>",
                members.join(", "),
                around.join(", ")
            )
        })
    }

    fn known(name: &str) -> Option<Self> {
        if let Some((_, member)) = MEMBERS.iter().find(|(known, _)| *known == name) {
            return Some(Self::Member(*member));
        }
        if let Some((_, surrounding)) = SURROUNDINGS.iter().find(|(known, _)| *known == name) {
            return Some(Self::Surrounding(*surrounding));
        }
        if let Some(key) = name.strip_prefix("cart.custom.").filter(|key| !key.is_empty()) {
            return Some(Self::CartCustom(key.to_owned()));
        }
        // A scheme may hold a point itself: ECLASS13.0.
        let bracketed = name.split_once('[').filter(|(list, _)| !list.contains('.'));
        let (list, pick, member) = match bracketed {
            Some((list, rest)) => {
                let (pick, member) = rest.split_once("].")?;
                (list, Pick::read(pick)?, member)
            }
            None => {
                let (list, member) = name.split_once('.')?;
                (list, Pick::At(0), member)
            }
        };
        match (list, member) {
            ("categories", "scheme") => Some(Self::Category(pick, |category| &category.scheme)),
            ("categories", "id") => Some(Self::Category(pick, |category| &category.id)),
            ("categories", "name") => Some(Self::Category(pick, |category| &category.name)),
            ("attachments", "url") => Some(Self::Attachment(pick, |attachment| &attachment.url)),
            ("attachments", "title") => Some(Self::Attachment(pick, |attachment| &attachment.title)),
            ("attachments", "purpose") => Some(Self::Attachment(pick, |attachment| &attachment.purpose)),
            ("custom", key) if !key.is_empty() && bracketed.is_none() => Some(Self::Custom(key.to_owned())),
            ("call", parameter) if !parameter.is_empty() && bracketed.is_none() => {
                Some(Self::Call(parameter.to_owned()))
            }
            _ => None,
        }
    }

    pub fn value<'a>(&'a self, line: &'a Line, scope: &'a Scope) -> Cow<'a, str> {
        match self {
            Self::Member(member) => member(line),
            Self::Category(pick, member) => {
                let found = pick.of(&line.categories, |category| category.scheme.as_deref());
                found.map(|category| given(member(category))).unwrap_or_default()
            }
            Self::Attachment(pick, member) => {
                let found = pick.of(&line.attachments, |attachment| attachment.purpose.as_deref());
                found.map(|attachment| given(member(attachment))).unwrap_or_default()
            }
            Self::Custom(path) => custom(&line.custom, path),
            Self::CartCustom(path) => custom(&scope.cart.custom, path),
            Self::Surrounding(surrounding) => surrounding(scope),
            Self::Call(parameter) => Cow::Borrowed(parameter_of(scope.context, parameter).unwrap_or_default()),
        }
    }

    pub fn is_of_the_line(&self) -> bool {
        matches!(self, Self::Member(_) | Self::Category(..) | Self::Attachment(..) | Self::Custom(_))
    }
}

impl Pick {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        Some(text.parse().map_or_else(|_| Self::Named(text.to_owned()), Self::At))
    }

    /// By name the one that is called exactly so, else the first that begins so: `ECLASS` finds `ECLASS13.0`.
    fn of<'a, T>(&self, entries: &'a [T], name: fn(&T) -> Option<&str>) -> Option<&'a T> {
        let wanted = match self {
            Self::At(index) => return entries.get(*index),
            Self::Named(wanted) => wanted,
        };
        let begins = |entry: &&T| {
            let start = name(entry).and_then(|name| name.get(..wanted.len()));
            start.is_some_and(|start| start.eq_ignore_ascii_case(wanted))
        };
        let exact = |entry: &&T| name(entry).is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        entries.iter().find(exact).or_else(|| entries.iter().find(begins))
    }
}

/// A value of the shop's own: the key as it stands, else key by key (`size.height`, `colors.0`).
fn custom<'a>(members: &'a Map<String, Value>, path: &str) -> Cow<'a, str> {
    let nested = || {
        let (first, rest) = path.split_once('.')?;
        rest.split('.').try_fold(members.get(first)?, |value, key| match value {
            Value::Object(members) => members.get(key),
            Value::Array(entries) => entries.get(key.parse::<usize>().ok()?),
            _ => None,
        })
    };
    match members.get(path).or_else(nested) {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Number(number)) => number.to_string().into(),
        Some(Value::Bool(flag)) => flag.to_string().into(),
        _ => Cow::default(),
    }
}

/// Buyers send names in every case: the exact one first.
pub(super) fn parameter_of<'a>(context: &Context<'a>, name: &str) -> Option<&'a str> {
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
