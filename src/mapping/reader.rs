//! Reading members of a JSON object one by one, noting what is wrong instead of stopping at it.
//!
//! Numbers never go through binary floating point: a JSON number is taken by its digits.

use serde_json::{Map, Value};

use crate::oci::amount::{self, Decimal};
use crate::oci::finding::{Fault, Finding, LineRef, short};
use crate::oci::rules::demands::{self, Demand};

/// Reads members of one object and notes what is wrong with them.
pub(super) struct Reader<'a> {
    pub object: &'a Map<String, Value>,
    /// In front of the names in faults: `price.`, or nothing.
    path: &'a str,
    pub line: LineRef,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub fn new(object: &'a Map<String, Value>, line: LineRef, faults: &'a mut Vec<Fault>) -> Self {
        Self { object, path: "", line, faults }
    }

    /// A member that is missing, or lacks something.
    pub fn fault(&mut self, name: &str, demand: &'static Demand) {
        self.faults.push(self.line.fault(self.finding(name, demand)));
    }

    /// A member whose value is not possible.
    pub fn wrong(&mut self, name: &str, demand: &'static Demand, value: impl ToString) {
        self.faults.push(self.line.fault(self.finding(name, demand).with("value", value)));
    }

    pub fn wrong_type(&mut self, name: &str, demand: &'static Demand, value: &Value) {
        self.faults.push(self.line.fault(self.finding(name, demand).with("type", type_name(value))));
    }

    fn finding(&self, name: &str, demand: &'static Demand) -> Finding {
        Finding::new(demand, &format!("{}{name}", self.path))
    }

    /// Whether a fault of this line names the member already.
    pub fn is_wrong(&self, name: &str) -> bool {
        self.faults.iter().rev().take_while(|fault| fault.line == self.line.line).any(|fault| fault.field == name)
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.object.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            Value::Null => None,
            other => {
                self.wrong_type(name, &demands::TYPE_STRING, other);
                None
            }
        }
    }

    /// A text that many shops keep as a number: taken digit by digit.
    pub fn identifier(&mut self, name: &str) -> Option<String> {
        match self.object.get(name)? {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(name),
        }
    }

    pub fn decimal(&mut self, name: &str) -> Given {
        let (written, read) = match self.object.get(name) {
            None | Some(Value::Null) => return Given::Nothing,
            Some(Value::String(text)) => (text.clone(), amount::read(text)),
            Some(Value::Number(number)) => {
                let written = number.to_string();
                let read = amount::read_json_number(&written);
                (written, read)
            }
            Some(other) => {
                self.wrong_type(name, &demands::TYPE_DECIMAL, other);
                return Given::Wrong;
            }
        };
        match read {
            Some(value) => Given::Value(value),
            None => {
                self.wrong(name, &demands::BAD_DECIMAL, short(&written));
                Given::Wrong
            }
        }
    }

    pub fn whole(&mut self, name: &str) -> Option<u32> {
        let value = self.decimal(name).value()?;
        let whole = Some(value).filter(Decimal::is_integer).and_then(|value| u32::try_from(value).ok());
        if whole.is_none() {
            self.wrong(name, &demands::BAD_WHOLE_NUMBER, value);
        }
        whole
    }

    pub fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Reader) -> T) -> Option<T> {
        match self.object.get(name)? {
            Value::Object(object) => {
                let path = format!("{}{name}.", self.path);
                let line = self.line.clone();
                Some(read(&mut Reader { object, path: &path, line, faults: &mut *self.faults }))
            }
            // What PHP writes for an empty object.
            Value::Array(empty) if empty.is_empty() => None,
            Value::Null => None,
            other => {
                self.wrong_type(name, &demands::TYPE_OBJECT, other);
                None
            }
        }
    }

    pub fn list<T>(&mut self, name: &str, mut read: impl FnMut(&mut Reader) -> T) -> Vec<T> {
        let entries = match self.object.get(name) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(other) => {
                self.wrong_type(name, &demands::TYPE_LIST, other);
                return Vec::new();
            }
        };
        let mut values = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Value::Object(object) => {
                    let path = format!("{}{name}.", self.path);
                    let line = self.line.clone();
                    values.push(read(&mut Reader { object, path: &path, line, faults: &mut *self.faults }));
                }
                other => self.wrong_type(name, &demands::TYPE_OBJECTS, other),
            }
        }
        values
    }
}

/// What a member that ought to be a number holds.
#[derive(Clone, Copy)]
pub(super) enum Given {
    Nothing,
    Value(Decimal),
    /// A fault is already noted.
    Wrong,
}

impl Given {
    pub fn value(self) -> Option<Decimal> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    pub fn or(self, default: Decimal) -> Decimal {
        self.value().unwrap_or(default)
    }
}

/// JSON's own words, which are the same in every language.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
