//! What the readers of catalog files give: one record after the other, or the fault of one.
//!
//! A fault says where it is, which article it concerns, which field, and in one sentence what is wrong and what is
//! allowed. After a fatal one the reader has no more to give, because it can't tell where the next record begins.

use std::fmt;

use super::article::{Article, Price};
use crate::oci::finding::quoted;

/// Bytes of one record at most.
pub const MAX_RECORD: usize = 1024 * 1024;
/// Characters of an article number.
pub const MAX_PRODUCT_ID: usize = 128;
/// Characters of a name, unit, manufacturer and so on.
pub const MAX_LINE: usize = 1_000;
/// Characters of a description.
pub const MAX_DESCRIPTION: usize = 64_000;
/// Languages of one article.
pub const MAX_TEXTS: usize = 40;
/// Keywords of one language.
pub const MAX_KEYWORDS: usize = 100;
/// Price steps of one article.
pub const MAX_PRICES: usize = 100;
pub const MAX_CATEGORIES: usize = 50;
pub const MAX_ATTACHMENTS: usize = 100;
/// Custom fields of one article.
pub const MAX_CUSTOM: usize = 200;

/// What a file says of one article.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    Article(Box<Article>),
    /// Of an update: the article goes.
    Removal(String),
    /// Of an update: only the prices are new.
    Prices(Repricing),
}

/// New prices of an article that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Repricing {
    pub product_id: String,
    pub currency: String,
    pub prices: Vec<Price>,
    /// Whether the file said for how many units a price is; else the article's own number stands.
    pub says_per: bool,
    pub tax_rate: Option<crate::oci::amount::Decimal>,
}

/// A record and the line where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub line: u64,
    pub record: Record,
}

/// Why a record, or with `fatal` the rest of the file, is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: u64,
    pub product_id: Option<String>,
    /// As the file calls it; empty when the whole record is meant.
    pub field: String,
    pub message: String,
    pub fatal: bool,
}

/// What one step of a reader gives.
pub type Read = Result<Found, Fault>;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub field: String,
    pub message: String,
}

impl Wrong {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }

    pub fn at(self, line: u64, product_id: Option<&str>) -> Fault {
        Fault {
            line,
            product_id: product_id.filter(|id| !id.is_empty()).map(str::to_owned),
            field: self.field,
            message: self.message,
            fatal: false,
        }
    }
}

impl Fault {
    pub fn fatal(line: u64, message: impl Into<String>) -> Self {
        Self { line, product_id: None, field: String::new(), message: message.into(), fatal: true }
    }
}

impl Record {
    pub fn product_id(&self) -> &str {
        match self {
            Self::Article(article) => &article.product_id,
            Self::Removal(product_id) => product_id,
            Self::Prices(prices) => &prices.product_id,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(product_id) = &self.product_id {
            write!(f, "article {}: ", quoted(product_id))?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}
