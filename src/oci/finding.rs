//! What was found about a cart: faults, for which it cannot leave, notices, with which it can, and the
//! [`Finding`]s of the checker, from which both are made.
//!
//! All are read by people who can mend something, because no message about an item ever comes back from
//! a procurement system (OCI has none): a bad item is dropped there in silence. A finding is a code with
//! arguments; its sentences stand in `locales/*/rules.ftl`, and who shows it chooses the language.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::demands::Demand;
use super::{sentence, text};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The item, or the field, does not arrive in the procurement system.
    Error,
    /// It arrives changed, or in some systems not at all.
    Warning,
    /// It arrives; something else would be better.
    Hint,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// A name and a value for the sentence.
pub type Argument = (&'static str, String);

/// One demand of the standard that something does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub demand: &'static Demand,
    /// The item by the index in its names, or by its place if it has none; `None` when the whole is meant.
    pub item: Option<u32>,
    /// The OCI field, or the name as it was sent; empty when the whole is meant.
    pub field: String,
    pub arguments: Vec<Argument>,
}

impl Finding {
    pub fn new(demand: &'static Demand, field: &str) -> Self {
        Self { demand, item: None, field: field.to_owned(), arguments: vec![("field", field.to_owned())] }
    }

    /// Gives the sentence a value.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    pub fn at(mut self, item: Option<u32>) -> Self {
        self.item = item;
        self
    }

    pub fn severity(&self) -> Severity {
        self.demand.severity
    }

    /// The English sentence, for logs and programs.
    pub fn english(&self) -> String {
        sentence::english(&self.demand.key(), &self.arguments)
    }
}

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
    /// What the sentence needs in another language; empty in what was stored without it. Not told to shops.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub told: Told,
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
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub told: Told,
}

/// Which sentence says it, and the values in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Told {
    /// As in `locales/*/rules.ftl`; empty for none.
    pub key: String,
    pub arguments: Vec<(Cow<'static, str>, String)>,
}

/// Notices or faults as they are stored: with what another language needs.
pub fn stored<'a, F: Stored + 'a>(found: impl IntoIterator<Item = &'a F>) -> String {
    let whole = |one: &F| {
        let mut whole = serde_json::to_value(one).unwrap_or_default();
        if let (Some(members), told) = (whole.as_object_mut(), one.told())
            && !told.key.is_empty()
        {
            members.insert("told".to_owned(), serde_json::to_value(told).unwrap_or_default());
        }
        whole
    };
    serde_json::Value::Array(found.into_iter().map(whole).collect()).to_string()
}

/// [`Notice`] and [`Fault`].
pub trait Stored: Serialize {
    fn told(&self) -> &Told;
}

impl Stored for Notice {
    fn told(&self) -> &Told {
        &self.told
    }
}

impl Stored for Fault {
    fn told(&self) -> &Told {
        &self.told
    }
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

    /// A notice of what was found here.
    pub fn notice(&self, finding: Finding) -> Notice {
        let Finding { demand, field, arguments, .. } = finding;
        let key = demand.key();
        let message = sentence::english(&key, &arguments);
        let arguments = arguments.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        Notice {
            line: self.line.clone(),
            line_id: self.line_id.clone(),
            field,
            code: demand.code.to_owned(),
            message,
            told: Told { key, arguments },
        }
    }

    /// A fault of what was found here.
    pub fn fault(&self, finding: Finding) -> Fault {
        let Notice { line, line_id, field, code, message, told } = self.notice(finding);
        Fault { line, line_id, field, code, message, told }
    }
}

/// A value as a message quotes it: short, and without what would break the line.
pub(crate) fn quoted(value: &str) -> String {
    let shown = short(value);
    ["\"", &*shown, "\""].concat()
}

/// The same without the quotation marks, which differ from language to language.
pub(crate) fn short(value: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    let end_of = |text: &str, characters: usize| match text.len() <= characters {
        true => None,
        false => text.char_indices().nth(characters).map(|(end, _)| end),
    };
    // What is far beyond is not looked at.
    let one_line = text::line(end_of(value, 4 * SHOWN).map_or(value, |end| &value[..end]));
    match end_of(&one_line, SHOWN) {
        Some(end) => Cow::Owned([&one_line[..end], "…"].concat()),
        None => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::demands;
    use super::*;

    #[test]
    fn a_line_without_id_is_written_without_line_id() {
        let fault = LineRef::at(3, None).fault(Finding::new(&demands::MISSING_IN_LINE, "quantity"));
        let json = serde_json::to_string(&fault).unwrap();
        let message = "quantity is missing; every line needs one.";
        assert_eq!(json, format!(r#"{{"line":"3","field":"quantity","code":"missing","message":"{message}"}}"#));
    }

    #[test]
    fn what_another_language_needs_is_stored_and_told_to_no_shop() {
        let finding = Finding::new(&demands::BAD_CURRENCY, "CURRENCY").with("value", "€");
        let fault = LineRef::at(3, Some("a")).fault(finding);
        assert!(!serde_json::to_string(&fault).unwrap().contains("told"));
        let again: Vec<Fault> = serde_json::from_str(&stored([&fault])).unwrap();
        assert_eq!(again, [fault]);
        let old = r#"[{"line":"","field":"x","code":"y","message":"z"}]"#;
        assert_eq!(stored(&serde_json::from_str::<Vec<Notice>>(old).unwrap()), old);
    }

    #[test]
    fn a_long_value_is_quoted_in_short() {
        assert_eq!(quoted("a\nb"), "\"a b\"");
        assert_eq!(quoted(&"ü".repeat(100)).chars().count(), 63);
    }
}
