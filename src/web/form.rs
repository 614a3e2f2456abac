//! What templates need to show a form's field, a list's pager: see `templates/frame/`.

use crate::web::fields::Fields;

/// One field with what was typed into it and what is wrong with that.
#[derive(Debug, Clone, Default)]
pub struct Field {
    pub name: String,
    pub value: String,
    pub error: Option<String>,
    /// Has a hint below it, which a screen reader reads with it.
    hinted: bool,
    required: bool,
    disabled: bool,
    focused: bool,
    placeholder: Option<String>,
    /// `autocomplete`, so that password managers do the right thing.
    autocomplete: Option<&'static str>,
}

impl Field {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), ..Self::default() }
    }

    /// As it was posted.
    pub fn posted(name: &str, fields: &Fields) -> Self {
        Self::new(name, fields.get(name))
    }

    /// A box to tick.
    pub fn ticked(name: impl Into<String>, on: bool) -> Self {
        Self::new(name, if on { "on" } else { "" })
    }

    pub fn error(mut self, error: Option<impl Into<String>>) -> Self {
        self.error = error.map(Into::into);
        self
    }

    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub fn hinted(mut self) -> Self {
        self.hinted = true;
        self
    }

    /// Where the page begins to be filled in.
    pub fn focused(mut self) -> Self {
        self.focused = true;
        self
    }

    /// Shown, not changeable: a page that is only read.
    pub fn read_only(mut self, so: bool) -> Self {
        self.disabled = so;
        self
    }

    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = Some(text.into());
        self
    }

    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    pub fn id(&self) -> String {
        format!("f-{}", self.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
    }

    /// The attributes that follow from its state, each with a blank before it. Safe as HTML.
    pub fn attributes(&self) -> String {
        let mut attributes = String::new();
        let mut add = |text: String| {
            attributes.push(' ');
            attributes.push_str(&text);
        };
        let id = self.id();
        match (self.hinted, self.error.is_some()) {
            (true, true) => add(format!("aria-describedby=\"{id}-hint {id}-error\" aria-invalid=\"true\"")),
            (false, true) => add(format!("aria-describedby=\"{id}-error\" aria-invalid=\"true\"")),
            (true, false) => add(format!("aria-describedby=\"{id}-hint\"")),
            (false, false) => {}
        }
        if self.required {
            add("required".into());
        }
        if self.disabled {
            add("disabled".into());
        }
        if self.focused {
            add("autofocus".into());
        }
        if let Some(text) = &self.placeholder {
            let text = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            add(format!("placeholder=\"{text}\""));
        }
        if let Some(what) = self.autocomplete {
            add(format!("autocomplete=\"{what}\""));
        }
        attributes
    }
}

/// The ways to other pages of a list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Back to the first page, on any other.
    pub first: Option<String>,
    pub next: Option<String>,
}

/// The address of a list with its filters: what is empty is left out.
pub fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fields_attributes_are_safe_and_name_its_error() {
        let field = Field::new("call.names[1]", "").error(Some("no")).hinted().placeholder("a\"><b>").required();
        let attributes = field.attributes();
        assert_eq!(field.id(), "f-call-names-1-");
        assert!(attributes.contains("aria-describedby=\"f-call-names-1--hint f-call-names-1--error\""), "{attributes}");
        assert!(!attributes.contains('<') && attributes.contains(" required"), "{attributes}");
    }

    #[test]
    fn an_address_keeps_the_filters_that_say_something() {
        assert_eq!(address("/a", &[("q", "x y"), ("state", "")]), "/a?q=x+y");
        assert_eq!(address("/a", &[("q", "")]), "/a");
    }
}
