//! What was found about a cart: faults, for which it cannot leave, and notices, with which it can.
//!
//! Both are read by the developer of the shop, because no message about an item ever comes back from
//! a procurement system (OCI has none): a bad item is dropped there in silence.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something was changed or is doubtful; the cart goes out all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// 1-based position in the cart's lines; empty when the whole cart is meant.
    pub line: String,
    /// The line's own `id`, if the shop gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<String>,
    /// The OCI field (`DESCRIPTION`), or the JSON name when the cart itself is meant (`price.net`).
    pub field: String,
    /// Stable, in kebab case: for programs.
    pub code: String,
    /// One English sentence: what was, and what is allowed.
    pub message: String,
}

/// With this the cart cannot become a valid OCI cart. The members are those of [`Notice`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    pub line: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<String>,
    pub field: String,
    pub code: String,
    pub message: String,
}

/// Which line of the cart is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineRef {
    pub line: String,
    pub line_id: Option<String>,
}

impl LineRef {
    /// The line at a 1-based position.
    pub fn at(position: usize, id: Option<&str>) -> Self {
        Self { line: position.to_string(), line_id: id.map(str::to_owned) }
    }

    /// The cart as a whole.
    pub fn cart() -> Self {
        Self::default()
    }

    pub fn notice(&self, field: &str, code: &str, message: impl Into<String>) -> Notice {
        Notice {
            line: self.line.clone(),
            line_id: self.line_id.clone(),
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub fn fault(&self, field: &str, code: &str, message: impl Into<String>) -> Fault {
        Fault {
            line: self.line.clone(),
            line_id: self.line_id.clone(),
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

/// A value as a message quotes it: short, and without what would break the line.
pub(crate) fn quoted(value: &str) -> String {
    const SHOWN: usize = 60;
    let one_line = super::text::single_line(value);
    match one_line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("\"{}…\"", &one_line[..end]),
        None => format!("\"{one_line}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_id_is_written_without_line_id() {
        let fault = LineRef::at(3, None).fault("quantity", "missing", "quantity is missing.");
        let json = serde_json::to_string(&fault).unwrap();
        assert_eq!(json, r#"{"line":"3","field":"quantity","code":"missing","message":"quantity is missing."}"#);
    }

    #[test]
    fn a_long_value_is_quoted_in_short() {
        assert_eq!(quoted("a\nb"), "\"a b\"");
        assert_eq!(quoted(&"ü".repeat(100)).chars().count(), 63);
    }
}
