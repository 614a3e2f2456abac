//! One line of a cart: what a shop says about a thing that its buyer wants, read from JSON and checked
//! (`docs/shop-contract.md`).
//!
//! Every member that is wrong is noted, and reading goes on. Nothing here knows of OCI's fields.

use serde_json::{Map, Value};

use super::configuration;
use super::reader::{Given, Reader, type_name};
use crate::oci::amount::Decimal;
use crate::oci::finding::{Fault, Finding, LineRef, short};
use crate::oci::rules::demands;

/// One line. A text that is empty or blank is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its place among the cart's lines, from 1.
    pub position: usize,
    pub id: Option<String>,
    pub kind: Kind,
    pub product_id: Option<String>,
    pub name: Option<String>,
    /// HTML.
    pub description: Option<String>,
    /// Greater than zero. A text line has 1 if it says nothing.
    pub quantity: Decimal,
    /// The shop's own word.
    pub unit: Option<String>,
    pub price: Price,
    /// Percent.
    pub tax_rate: Option<Decimal>,
    pub manufacturer: Manufacturer,
    /// The manufacturer's number for the product.
    pub manufacturer_part: Option<String>,
    pub ean: Option<String>,
    pub categories: Vec<Category>,
    pub lead_time_days: Option<u32>,
    /// The `id` of another line; following parents ends.
    pub parent: Option<String>,
    /// A configuration's own page stands first, with purpose `C`.
    pub attachments: Vec<Attachment>,
    /// The buyer's framework contract.
    pub contract: Reference,
    /// The shop's offer.
    pub quote: Reference,
    /// The buyer's own material number.
    pub material: Option<String>,
    /// The buyer's own group of materials.
    pub material_group: Option<String>,
    /// How the product was configured, a line for each choice.
    pub configuration: Option<String>,
    pub custom: Map<String, Value>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    #[default]
    Product,
    Service,
    Shipping,
    Discount,
    Text,
}

/// `net` is what `per` of the line's unit cost. Only a discount's may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    pub net: Decimal,
    /// Greater than zero.
    pub per: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manufacturer {
    pub number: Option<String>,
    pub name: Option<String>,
}

/// A document and the place in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reference {
    pub number: Option<String>,
    pub item: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Category {
    /// The classification, `ECLASS13.0`.
    pub scheme: Option<String>,
    pub id: Option<String>,
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    pub url: Option<String>,
    pub title: Option<String>,
    pub purpose: Option<String>,
}

impl Kind {
    /// As it stands in the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Service => "service",
            Self::Shipping => "shipping",
            Self::Discount => "discount",
            Self::Text => "text",
        }
    }

    fn read(name: &str) -> Option<Self> {
        [Self::Product, Self::Service, Self::Shipping, Self::Discount, Self::Text]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

impl Line {
    /// A line that says no more than this.
    pub fn new(position: usize, kind: Kind, quantity: Decimal, price: Price) -> Self {
        Self {
            position,
            id: None,
            kind,
            product_id: None,
            name: None,
            description: None,
            quantity,
            unit: None,
            price,
            tax_rate: None,
            manufacturer: Manufacturer::default(),
            manufacturer_part: None,
            ean: None,
            categories: Vec::new(),
            lead_time_days: None,
            parent: None,
            attachments: Vec::new(),
            contract: Reference::default(),
            quote: Reference::default(),
            material: None,
            material_group: None,
            configuration: None,
            custom: Map::new(),
        }
    }

    /// What the line comes to, net.
    pub fn amount(&self) -> Option<Decimal> {
        self.quantity.checked_mul(self.price.net)?.checked_div(self.price.per)
    }
}

pub(super) fn read_line(line: &Value, position: usize, faults: &mut Vec<Fault>) -> Option<Line> {
    let Value::Object(object) = line else {
        let wrong = Finding::new(&demands::TYPE_OBJECT, "lines").with("type", type_name(line));
        faults.push(LineRef::at(position, None).fault(wrong));
        return None;
    };
    let mut reader = Reader::new(object, LineRef::at(position, None), faults);
    let id = reader.identifier("id");
    reader.line.line_id.clone_from(&id);

    let kind = match reader.text("kind") {
        None => Kind::Product,
        Some(name) => Kind::read(&name).unwrap_or_else(|| {
            reader.wrong("kind", &demands::UNKNOWN_KIND, short(&name));
            Kind::Product
        }),
    };
    let product_id = reader.identifier("product_id");
    let name = reader.text("name");
    let description = reader.text("description");
    let says_something =
        name.is_some() || product_id.is_some() && kind != Kind::Text || description.is_some() && kind == Kind::Text;
    if !says_something && !reader.is_wrong("name") && !reader.is_wrong("product_id") {
        reader.fault("name", if kind == Kind::Text { &demands::MISSING_TEXT } else { &demands::MISSING_NAME });
    }

    let is_text = kind == Kind::Text;
    let quantity = reader.decimal("quantity");
    match quantity {
        Given::Value(quantity) if quantity <= Decimal::ZERO => {
            reader.wrong("quantity", &demands::QUANTITY_NOT_POSITIVE, quantity);
        }
        Given::Nothing if !is_text => reader.fault("quantity", &demands::MISSING_IN_LINE),
        _ => {}
    }
    let price = read_price(&mut reader, kind);
    let tax_rate = reader.decimal("tax_rate");
    if let Given::Value(rate) = tax_rate
        && rate < Decimal::ZERO
    {
        reader.wrong("tax_rate", &demands::TAX_RATE_NEGATIVE, rate);
    }
    let configured = configuration::read(&mut reader);
    let given = reader.list("attachments", |inner| Attachment {
        url: inner.text("url"),
        title: inner.text("title"),
        purpose: inner.text("purpose"),
    });
    let attachments = configured.page.into_iter().chain(given).collect();
    Some(Line {
        position,
        kind,
        product_id,
        name,
        description,
        quantity: quantity.or(Decimal::ONE),
        unit: reader.text("unit"),
        price,
        tax_rate: tax_rate.value(),
        manufacturer: reader
            .within("manufacturer", |inner| Manufacturer {
                number: inner.identifier("number"),
                name: inner.text("name"),
            })
            .unwrap_or_default(),
        manufacturer_part: reader.identifier("manufacturer_part"),
        ean: reader.identifier("ean"),
        categories: reader.list("categories", |inner| Category {
            scheme: inner.text("scheme"),
            id: inner.identifier("id"),
            name: inner.text("name"),
        }),
        lead_time_days: reader.whole("lead_time_days"),
        parent: reader.identifier("parent"),
        attachments,
        contract: read_reference(&mut reader, "contract"),
        quote: read_reference(&mut reader, "quote"),
        material: reader.identifier("material"),
        material_group: reader.identifier("material_group"),
        configuration: configured.text,
        custom: reader.within("custom", |inner| inner.object.clone()).unwrap_or_default(),
        id,
    })
}

fn read_price(reader: &mut Reader, kind: Kind) -> Price {
    let read = reader.within("price", |inner| {
        let (net, per) = (inner.decimal("net"), inner.decimal("per"));
        match net {
            Given::Value(net) if net < Decimal::ZERO && kind != Kind::Discount => {
                inner.wrong("net", &demands::PRICE_NEGATIVE, net);
            }
            Given::Nothing if kind != Kind::Text => inner.fault("net", &demands::MISSING_IN_LINE),
            _ => {}
        }
        match per {
            Given::Value(per) if per <= Decimal::ZERO => {
                inner.wrong("per", &demands::PER_NOT_POSITIVE, per);
            }
            _ => {}
        }
        Price { net: net.or(Decimal::ZERO), per: per.or(Decimal::ONE) }
    });
    if read.is_none() && kind != Kind::Text && !reader.is_wrong("price") {
        reader.fault("price.net", &demands::MISSING_IN_LINE);
    }
    read.unwrap_or(Price { net: Decimal::ZERO, per: Decimal::ONE })
}

fn read_reference(reader: &mut Reader, name: &str) -> Reference {
    let read = |inner: &mut Reader| Reference { number: inner.identifier("number"), item: inner.identifier("item") };
    reader.within(name, read).unwrap_or_default()
}
