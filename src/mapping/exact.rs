//! Exact decimals in templates: a value that prints its digits, compares with its like and takes no part in the
//! engine's own arithmetic, which would be binary floating point.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

use crate::oci::amount::{self, Decimal};

/// A number of the cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact(pub Decimal);

impl Object for Exact {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.0.is_zero()
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Exact {
    /// The decimal that a value is: a number of the cart, a whole number, or digits. A literal such as `1.19` is
    /// taken as it is written.
    pub fn of(value: &Value) -> Option<Decimal> {
        if let Some(exact) = value.downcast_object_ref::<Self>() {
            return Some(exact.0);
        }
        match value.as_str() {
            Some(text) => amount::read(text.trim()),
            None if value.is_number() => amount::read_json_number(&value.to_string()),
            None => None,
        }
    }

    /// The same, or the reason why there is none.
    pub fn need(value: &Value) -> Result<Decimal, Error> {
        Self::of(value).ok_or_else(|| {
            let shown: String = value.to_string().chars().take(60).collect();
            Error::new(ErrorKind::InvalidOperation, format!("\"{shown}\" is not a number"))
        })
    }

    pub fn value(number: Decimal) -> Value {
        Value::from_object(Self(number.normalize()))
    }
}
