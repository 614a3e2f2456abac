//! A configured product, as a shop describes it: a text, names and values, or both with the address of a page that
//! shows them.
//!
//! OCI has no field for it: the choices go into LONGTEXT, the page is an attachment with purpose `C` (digest 3.2).

use serde_json::Value;

use super::line::Attachment;
use super::reader::Reader;
use crate::oci::rules::demands;

/// What was chosen.
#[derive(Default)]
pub(super) struct Configured {
    /// A line for each choice, `Color: red`.
    pub text: Option<String>,
    pub page: Option<Attachment>,
}

const NAME: &str = "configuration";

/// Reads the member `configuration` of a line.
pub(super) fn read(reader: &mut Reader) -> Configured {
    match reader.object.get(NAME) {
        None | Some(Value::Null) => Configured::default(),
        Some(Value::String(_)) => Configured { text: reader.text(NAME), page: None },
        Some(Value::Array(_)) => Configured { text: choices(reader, NAME), page: None },
        Some(Value::Object(_)) => reader
            .within(NAME, |inner| {
                let said = inner.text("text");
                let chosen = choices(inner, "values");
                let lines: Vec<String> = said.into_iter().chain(chosen).collect();
                let page = inner.text("url").map(|url| Attachment {
                    url: Some(url),
                    title: inner.text("title").or_else(|| Some("Configuration".to_owned())),
                    purpose: Some("C".to_owned()),
                });
                Configured { text: (!lines.is_empty()).then(|| lines.join("\n")), page }
            })
            .unwrap_or_default(),
        Some(other) => {
            reader.wrong_type(NAME, &demands::TYPE_CONFIGURATION, other);
            Configured::default()
        }
    }
}

fn choices(reader: &mut Reader, name: &str) -> Option<String> {
    let choices = reader.list(name, |inner| match (inner.text("name"), value(inner)) {
        (Some(name), Some(value)) => format!("{name}: {value}"),
        (name, value) => name.or(value).unwrap_or_default(),
    });
    let lines: Vec<String> = choices.into_iter().filter(|choice| !choice.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn value(reader: &mut Reader) -> Option<String> {
    match reader.object.get("value") {
        Some(Value::Bool(flag)) => Some(flag.to_string()),
        _ => reader.identifier("value"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::mapping::cart::{Cart, CartError, Line};

    fn line(configuration: serde_json::Value) -> Result<Line, CartError> {
        let cart = json!({"currency": "EUR", "lines": [{"name": "Desk", "quantity": "1", "price": {"net": "1"},
            "attachments": [{"url": "https://shop.example/desk.pdf"}], "configuration": configuration}]});
        Ok(Cart::read(cart.to_string().as_bytes())?.lines.remove(0))
    }

    #[test]
    fn a_configuration_is_a_text_or_names_and_values() {
        let text = |configuration| line(configuration).unwrap().configuration;
        assert_eq!(text(json!("Oak, 180 cm")).as_deref(), Some("Oak, 180 cm"));
        let values = json!([{"name": "Wood", "value": "oak"}, {"name": "Width", "value": 180}, {"name": "Drawer", "value": true}]);
        assert_eq!(text(values).as_deref(), Some("Wood: oak\nWidth: 180\nDrawer: true"));
        assert_eq!(text(json!([])), None);
        assert_eq!(text(json!(null)), None);
    }

    #[test]
    fn its_page_is_the_first_attachment_and_has_purpose_c() {
        let line = line(json!({"text": "As drawn", "values": [{"name": "Wood", "value": "oak"}], "url": "https://shop.example/c/7"})).unwrap();
        assert_eq!(line.configuration.as_deref(), Some("As drawn\nWood: oak"));
        let first = &line.attachments[0];
        assert_eq!((first.url.as_deref(), first.purpose.as_deref()), (Some("https://shop.example/c/7"), Some("C")));
        assert_eq!(line.attachments.len(), 2);
    }

    #[test]
    fn anything_else_is_a_fault_of_the_line() {
        let Err(CartError::Faulty { faults, .. }) = line(json!(7)) else { panic!() };
        assert_eq!((faults[0].field.as_str(), faults[0].code.as_str()), ("configuration", "wrong-type"));
    }
}
