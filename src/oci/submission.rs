//! What a browser would submit of each form in a page.
//!
//! Owns the rules of HTML for successful controls, without a click on a button. It knows nothing of OCI and runs no script.
//! The surprising fact: no tree is built. To which form a control belongs is a matter of the order of tags alone (a form that
//! starts between table rows has no inputs in the tree, yet browsers count them to it), and a tree can be made as
//! large as one likes by a page of a few kilobytes.

use super::tags::{Piece, Tag, Tags, decoded};

/// The most fields that are read of one page, body or document.
pub const MAX_FIELDS: usize = 250_000;

/// A page as far as a return is concerned.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub forms: Vec<FormRead>,
    /// Whether anything could submit a form without a click.
    pub has_script: bool,
    /// The label in the page's own `<meta>`.
    pub charset: Option<String>,
    pub broken: Vec<Broken>,
    /// There were more than [`MAX_FIELDS`] fields.
    pub cut: bool,
}

/// One form and the fields a browser would send.
#[derive(Debug, Default)]
pub(super) struct FormRead {
    id: Option<String>,
    pub action: Option<String>,
    pub method: String,
    pub target: Option<String>,
    pub enctype: String,
    pub accept_charset: Option<String>,
    pub fields: Vec<(String, String)>,
    pub has_button: bool,
    pub is_closed: bool,
}

/// A value that ends at a quotation mark of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub name: String,
    pub value: String,
    /// What the browser took for attributes.
    pub rest: String,
    pub line: usize,
}

/// Broken values that are told apart.
const MAX_BROKEN: usize = 100;

/// Reads the forms of a page.
pub(super) fn read(html: &str) -> Page {
    // Browsers see no carriage returns but those that are written as references.
    let html = html.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader::default();
    let mut tags = Tags::new(&html);
    while let Some(piece) = tags.next() {
        match piece {
            Piece::Start(tag) => reader.start(&tag, &mut tags),
            Piece::End(name) => reader.end(&name),
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    page: Page,
    /// The form that controls belong to at this place.
    current: Option<usize>,
    /// Nothing inside of a template is there.
    templates: usize,
    /// Controls that name a form that has not come yet.
    waiting: Vec<(String, Control)>,
    select: Option<Select>,
    fields: usize,
}

enum Control {
    Field(String, String),
    Button,
}

#[derive(Default)]
struct Select {
    name: String,
    form: Option<String>,
    first: Option<String>,
    chosen: Option<String>,
}

impl Reader {
    fn start(&mut self, tag: &Tag<'_>, tags: &mut Tags<'_>) {
        if tag.has_handler() {
            self.page.has_script = true;
        }
        match tag.name.as_str() {
            "template" => self.templates += 1,
            "script" => self.page.has_script = true,
            "meta" => self.meta(tag),
            _ if self.templates > 0 => {}
            "form" if self.current.is_none() => self.form(tag),
            "input" => self.input(tag),
            "button" => {
                let kind = tag.attribute("type").unwrap_or_default().to_ascii_lowercase();
                if !matches!(kind.as_str(), "button" | "reset") {
                    self.give(tag.attribute("form"), Control::Button);
                }
            }
            "textarea" => {
                let text = decoded(tags.raw_text("textarea"));
                // The first line feed is the markup's.
                let text = text.strip_prefix('\n').unwrap_or(&text).to_owned();
                self.field(tag, text);
            }
            "select" => {
                self.end("select");
                if let Some(name) = tag.name_attribute() {
                    self.select = Some(Select { name, form: tag.attribute("form"), ..Select::default() });
                }
            }
            "option" => {
                let text = tags.text_ahead();
                if let Some(select) = &mut self.select {
                    let words = || decoded(text).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                    let value = tag.attribute("value").unwrap_or_else(words);
                    if tag.has("selected") {
                        select.chosen = Some(value);
                    } else {
                        select.first.get_or_insert(value);
                    }
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "template" => self.templates = self.templates.saturating_sub(1),
            "form" if self.templates == 0 => {
                if let Some(form) = self.current.take() {
                    self.page.forms[form].is_closed = true;
                }
            }
            "select" => {
                if let Some(select) = self.select.take()
                    && let Some(value) = select.chosen.or(select.first)
                {
                    self.give(select.form, Control::Field(select.name, value));
                }
            }
            _ => {}
        }
    }

    fn meta(&mut self, tag: &Tag<'_>) {
        if self.page.charset.is_some() {
            return;
        }
        let of_content = || {
            let is_type = tag.attribute("http-equiv")?.eq_ignore_ascii_case("content-type");
            let content = tag.attribute("content").filter(|_| is_type)?.to_ascii_lowercase();
            let (_, label) = content.split_once("charset=")?;
            Some(label.split([';', ' ']).next().unwrap_or_default().trim_matches(['"', '\'']).to_owned())
        };
        self.page.charset = tag.attribute("charset").or_else(of_content).map(|label| label.trim().to_owned());
    }

    fn form(&mut self, tag: &Tag<'_>) {
        let lower = |name| tag.attribute(name).unwrap_or_default().trim().to_ascii_lowercase();
        self.current = Some(self.page.forms.len());
        self.page.forms.push(FormRead {
            id: tag.attribute("id"),
            action: tag.attribute("action"),
            method: lower("method"),
            target: tag.attribute("target"),
            enctype: lower("enctype"),
            accept_charset: tag.attribute("accept-charset"),
            ..FormRead::default()
        });
    }

    fn input(&mut self, tag: &Tag<'_>) {
        let kind = tag.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let value = tag.attribute("value");
        if let (Some(name), Some(rest), true) =
            (tag.name_attribute(), tag.broken(), self.page.broken.len() < MAX_BROKEN)
        {
            let value = value.clone().unwrap_or_default();
            self.page.broken.push(Broken { name, value, rest, line: tag.line });
        }
        match kind.as_str() {
            "submit" | "image" => self.give(tag.attribute("form"), Control::Button),
            "button" | "reset" | "file" => {}
            "checkbox" | "radio" => {
                if tag.has("checked") {
                    self.field(tag, value.unwrap_or_else(|| "on".to_owned()));
                }
            }
            _ => self.field(tag, value.unwrap_or_default()),
        }
    }

    fn field(&mut self, tag: &Tag<'_>, value: String) {
        if let Some(name) = tag.name_attribute()
            && !tag.has("disabled")
        {
            self.give(tag.attribute("form"), Control::Field(name, value));
        }
    }

    fn give(&mut self, form: Option<String>, control: Control) {
        if self.fields == MAX_FIELDS {
            self.page.cut = true;
            return;
        }
        self.fields += 1;
        match form {
            Some(id) => self.waiting.push((id, control)),
            None => {
                if let Some(form) = self.current {
                    self.page.forms[form].take(control);
                }
            }
        }
    }

    fn finish(mut self) -> Page {
        self.end("select");
        let ids: std::collections::HashMap<String, usize> = {
            let forms = self.page.forms.iter().enumerate().rev();
            forms.filter_map(|(place, form)| Some((form.id.clone()?, place))).collect()
        };
        for (id, control) in self.waiting {
            if let Some(form) = ids.get(&id) {
                self.page.forms[*form].take(control);
            }
        }
        self.page
    }
}

impl FormRead {
    fn take(&mut self, control: Control) {
        match control {
            Control::Field(name, value) => self.fields.push((name, value)),
            Control::Button => self.has_button = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(html: &str) -> Vec<(String, String)> {
        read(html).forms.into_iter().flat_map(|form| form.fields).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn controls_belong_to_forms_by_the_order_of_tags() {
        let page = "<form id=a><input name=q value=search></form><table><form><tr><td>\
            <input type=hidden name='NEW_ITEM-UNIT[1]' value=PCE></td></tr></form></table>\
            <form id=late><input name=z></form><textarea form=late name=t>\nx &lt;</textarea><input name=lost>";
        let page = read(page);
        let seen: Vec<_> = page.forms.iter().map(|form| form.fields.clone()).collect();
        assert_eq!(
            seen,
            [pairs(&[("q", "search")]), pairs(&[("NEW_ITEM-UNIT[1]", "PCE")]), pairs(&[("z", ""), ("t", "x <")])]
        );
        assert!(page.forms.iter().all(|form| form.is_closed));
    }

    #[test]
    fn only_what_a_browser_sends_without_a_click_is_a_field() {
        let html = "<form><!-- <input name=comment> --><script>'<input name=script>'</script><template><input name=t></template>\
            <INPUT NAME=a VALUE=1><input name=b disabled><input type=submit name=c><input type=checkbox name=d><input type=radio name=e checked>\
            <select name=s><option>one <option selected value=2>two</select><select name=f><option>  first\n one</option></select><button name=x>go</button>\
            <input name=''><input value=nameless><input name=g value='a&amp;b&#34;&eacute;&#13;&#128;'>";
        let page = read(html);
        assert_eq!(
            page.forms[0].fields,
            pairs(&[("a", "1"), ("e", "on"), ("s", "2"), ("f", "first one"), ("g", "a&b\"é\r€")])
        );
        assert!(page.forms[0].has_button && page.has_script && !page.forms[0].is_closed);
    }

    #[test]
    fn a_value_that_ends_at_its_own_quotation_mark_is_seen() {
        let page = read(
            "<form>\n<input name=\"NEW_ITEM-DESCRIPTION[1]\" value=\"19\" Rack\">\n<input name='n' value='19\" Rack'></form>",
        );
        let broken =
            Broken { name: "NEW_ITEM-DESCRIPTION[1]".into(), value: "19".into(), rest: "Rack\"".into(), line: 2 };
        assert_eq!(page.broken, [broken]);
        assert_eq!(page.forms[0].fields[1].1, "19\" Rack");
        assert_eq!(read("<form><input name=n value='Jack's tool'>").broken.len(), 1);
    }

    #[test]
    fn the_facts_of_page_and_form_are_read() {
        let page = read(
            "<META http-equiv=Content-Type content='text/html; charset=ISO-8859-1'><body onload='x()'>\
             <form ACTION=\"https://b.example/?a=1&amp;b=2\" METHOD=Post target=_top accept-charset=utf-8>",
        );
        assert_eq!(page.charset.as_deref(), Some("iso-8859-1"));
        let form = &page.forms[0];
        assert_eq!((form.action.as_deref(), form.method.as_str()), (Some("https://b.example/?a=1&b=2"), "post"));
        assert_eq!((form.target.as_deref(), form.accept_charset.as_deref()), (Some("_top"), Some("utf-8")));
        assert!(page.has_script);
    }

    #[test]
    fn pages_made_to_be_large_take_no_more_time_than_their_length() {
        for page in [
            "<form>".repeat(100_000),
            "<input name=a form=b>".repeat(50_000),
            format!("<input {}>", "a ".repeat(300_000)),
            "<b id=1><p>".repeat(50_000),
            "<select><option>".repeat(50_000),
            "<".repeat(300_000),
            "<!--".repeat(100_000),
            "<script>".repeat(50_000),
            "<textarea>".repeat(50_000),
            "<input value='".repeat(50_000),
            "</".repeat(150_000),
        ] {
            read(&page);
        }
        assert!(fields("<form").is_empty());
    }
}
