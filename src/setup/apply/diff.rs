//! The diff of an apply: what was made, changed or removed, told so that no secret is in it.

use std::fmt;

use serde_json::Value;

/// One line of the diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    pub object: String,
    pub details: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Made,
    Changed,
    Removed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Made => '+',
            ChangeKind::Changed => '~',
            ChangeKind::Removed => '-',
        };
        write!(f, "{sign} {}", self.object)?;
        for detail in &self.details {
            write!(f, "\n    {detail}")?;
        }
        Ok(())
    }
}

pub(super) fn differ<T: PartialEq + fmt::Debug>(details: &mut Vec<String>, name: &str, was: &T, will: &T) {
    if was != will {
        details.push(format!("{name}: {was:?} → {will:?}"));
    }
}

pub(super) fn differ_license(details: &mut Vec<String>, was: &Option<String>, will: &Option<String>) {
    if was != will {
        // Keys are not shown: a diff ends up in logs of deployments.
        details.push(if was.is_none() { "license: set".into() } else { "license: replaced".into() });
    }
}

/// Names every setting that differs by its path.
pub(super) fn differ_settings(details: &mut Vec<String>, path: &str, was: &Value, will: &Value) {
    match (was, will) {
        (Value::Object(was), Value::Object(will)) => {
            let mut names: Vec<&String> = was.keys().chain(will.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                differ_settings(
                    details,
                    &path,
                    was.get(name).unwrap_or(&Value::Null),
                    will.get(name).unwrap_or(&Value::Null),
                );
            }
        }
        (was, will) if was != will => {
            let written = |value: &Value| if value.is_null() { "(preset)".to_owned() } else { value.to_string() };
            details.push(format!("{path}: {} → {}", written(was), written(will)));
        }
        _ => {}
    }
}
