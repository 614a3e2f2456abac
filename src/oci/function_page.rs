//! The pages that answer VALIDATE and BACKGROUND_SEARCH (OCI 4.0, digest section 2).
//!
//! Owns what may be seen on them: of VALIDATE nothing at all, of a search its hits and a button. Their forms are the same as
//! that of a return, and so is their policy.
//! The surprising fact: a form can hold a field named `submit`, which hides the method that would send it.

use askama::Template;

use super::charset::Charset;
use super::page::{Attribute, Form, PageTexts};

/// One hit, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub name: String,
    pub number: String,
    /// In the decimals of the reader's language.
    pub price: String,
    /// The currency, and what the price is for.
    pub per: String,
}

/// A page without any visible element, in the charset of its form. Without a form it says that there is no data.
pub fn silent_page(form: Option<&Form>, nonce: &str, lang: &str, title: &str) -> Vec<u8> {
    let charset = form.and_then(|form| Charset::read(&form.charset)).unwrap_or(Charset::UTF_8);
    let page = Silent { form, nonce, lang, title, charset: charset.label() };
    charset.encode(page.render().expect("a template with texts only has nothing that fails"))
}

/// The page of a search: all hits, no script, and a button if the form leads anywhere.
pub fn hits_page(form: &Form, hits: &[Hit], nonce: &str, texts: &PageTexts<'_>) -> Vec<u8> {
    let button = Some(texts.button).filter(|_| !form.action.is_empty());
    let page = Hits { form, hits, nonce, texts, button };
    let charset = Charset::read(&form.charset).unwrap_or(Charset::UTF_8);
    charset.encode(page.render().expect("a template with texts only has nothing that fails"))
}

#[derive(Template)]
#[template(path = "functions/validate.html")]
struct Silent<'a> {
    form: Option<&'a Form>,
    nonce: &'a str,
    lang: &'a str,
    title: &'a str,
    charset: &'a str,
}

#[derive(Template)]
#[template(path = "functions/background_search.html")]
struct Hits<'a> {
    form: &'a Form,
    hits: &'a [Hit],
    nonce: &'a str,
    texts: &'a PageTexts<'a>,
    button: Option<&'a str>,
}

impl Silent<'_> {
    fn attribute<'t>(&self, text: &'t str) -> Attribute<'t> {
        Attribute(text)
    }
}

impl Hits<'_> {
    fn attribute<'t>(&self, text: &'t str) -> Attribute<'t> {
        Attribute(text)
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;
    use crate::oci::call::Facts;
    use crate::oci::hook::HookPolicy;
    use crate::oci::page::FormOptions;
    use crate::oci::read::Returned;

    const TEXTS: PageTexts<'static> =
        PageTexts { lang: "en", title: "t", heading: "1 result for “<b>”", explanation: "", button: "Send" };

    fn form(auto_submit: bool) -> Form {
        let hook = HookPolicy::read(&["any".to_owned()]).unwrap().allow("https://b.example/r?submit=1").unwrap();
        let items = vec![("NEW_ITEM-DESCRIPTION[1]".to_owned(), "19\" Rack".to_owned())];
        Form::new(&hook, &Facts::default(), &FormOptions { auto_submit, ..FormOptions::default() }, items)
    }

    fn count(page: &[u8], css: &str) -> usize {
        let page = Html::parse_document(std::str::from_utf8(page).unwrap());
        page.select(&Selector::parse(css).unwrap()).count()
    }

    #[test]
    fn nothing_of_a_validation_is_visible_and_it_sends_itself() {
        let page = silent_page(Some(&form(true)), "n", "en", "t");
        assert_eq!(count(&page, "body *:not(form):not(script):not(input[type=hidden])"), 0);
        assert_eq!((count(&page, "form"), count(&page, "script[nonce=n]")), (1, 1));
        let returned = Returned::from_html(&page, Some("utf-8")).unwrap();
        assert_eq!(returned.items[0].fields[0].1, "19\" Rack");
        let body = String::from_utf8(page).unwrap();
        let text = Html::parse_document(body.split("<body>").nth(1).unwrap().split("<script").next().unwrap());
        assert_eq!(text.root_element().text().collect::<String>().trim(), "");
    }

    #[test]
    fn a_product_that_is_gone_has_no_form() {
        let page = silent_page(None, "n", "en", "t");
        assert_eq!(count(&page, "form, input, script, body *"), 0);
        assert!(Returned::from_html(&page, Some("utf-8")).is_err());
    }

    #[test]
    fn without_a_hook_the_action_is_empty_and_nothing_sends_itself() {
        let items = vec![("NEW_ITEM-UNIT[1]".to_owned(), "PCE".to_owned())];
        let form = Form::without_hook(&Facts::default(), &FormOptions::default(), items);
        let page = silent_page(Some(&form), "n", "en", "t");
        assert_eq!((count(&page, "form[action='']"), count(&page, "script")), (1, 0));
        assert_eq!(count(&hits_page(&form, &[], "n", &TEXTS), "button, script"), 0);
        assert!(form.content_security_policy("n").contains("form-action 'none'"));
    }

    #[test]
    fn a_search_shows_its_hits_and_waits_for_the_button() {
        let hit =
            Hit { name: "<script>x</script>".into(), number: "1".into(), price: "1".into(), per: "EUR / PCE".into() };
        let page = hits_page(&form(false), &[hit], "n", &TEXTS);
        assert_eq!((count(&page, "script"), count(&page, "button"), count(&page, "li")), (0, 1, 1));
        assert_eq!(count(&page, "form [name]:not([type=hidden])"), 0, "a visible field would be sent too");
        assert_eq!(Returned::from_html(&page, Some("utf-8")).unwrap().items.len(), 1);
    }
}
