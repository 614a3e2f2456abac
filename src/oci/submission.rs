//! What a browser would submit of each form in a page.
//!
//! Owns the rules of HTML for successful controls, without a click on a button. It knows nothing of OCI and runs no script.
//! The surprising fact: a form that starts between table rows has no inputs in the tree, yet browsers count them to it.

use scraper::{ElementRef, Html, Selector};

/// The fields of each form as a browser would send them without a click on a button.
pub(super) fn forms(html: &str) -> Vec<Vec<(String, String)>> {
    let page = Html::parse_document(html);
    let selector = Selector::parse("form, input, textarea, select").expect("a constant selector");
    let mut forms: Vec<(ElementRef<'_>, Vec<ElementRef<'_>>, Vec<ElementRef<'_>>)> = Vec::new();
    for element in page.select(&selector) {
        if element.value().name() == "form" {
            forms.push((element, Vec::new(), Vec::new()));
            continue;
        }
        let by_id = element.attr("form");
        let inside = |form: &ElementRef<'_>| match by_id {
            Some(id) => form.attr("id") == Some(id),
            None => element.ancestors().any(|ancestor| ancestor.id() == form.id()),
        };
        if let Some((_, own, _)) = forms.iter_mut().find(|(form, ..)| inside(form)) {
            own.push(element);
        } else if let Some((_, _, after)) = forms.last_mut() {
            after.push(element);
        }
    }
    forms
        .into_iter()
        .map(|(_, own, after)| {
            // A form that starts between table rows loses its inputs in the tree, yet browsers still count them to it.
            let controls = if own.is_empty() { after } else { own };
            controls.iter().filter_map(submitted).collect()
        })
        .collect()
}

fn submitted(control: &ElementRef<'_>) -> Option<(String, String)> {
    let name = control.attr("name").filter(|name| !name.is_empty())?;
    if control.attr("disabled").is_some() {
        return None;
    }
    let value = match control.value().name() {
        "textarea" => control.text().collect(),
        "select" => {
            let options = Selector::parse("option").expect("a constant selector");
            let chosen = control
                .select(&options)
                .find(|option| option.attr("selected").is_some())
                .or_else(|| control.select(&options).next())?;
            match chosen.attr("value") {
                Some(value) => value.to_owned(),
                None => chosen.text().collect(),
            }
        }
        _ => {
            let value = control.attr("value");
            match control.attr("type").unwrap_or_default().to_ascii_lowercase().as_str() {
                "submit" | "button" | "reset" | "image" | "file" => return None,
                "checkbox" | "radio" => {
                    control.attr("checked")?;
                    value.unwrap_or("on").to_owned()
                }
                _ => value.unwrap_or_default().to_owned(),
            }
        }
    };
    Some((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::super::read::{Returned, ReturnedItem};

    fn field<'a>(item: &'a ReturnedItem, name: &str) -> Option<&'a str> {
        item.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn of_several_forms_the_one_with_the_items_is_read() {
        let page = b"<form><input name=q value=search></form><table><form><tr><td>\
            <input type=hidden name='NEW_ITEM-UNIT[1]' value=PCE></td></tr></form></table>\
            <form id=late><input name=z></form><textarea form=late name=t>x</textarea>";
        let returned = Returned::from_html(page, Some("utf-8")).unwrap();
        assert_eq!(field(&returned.items[0], "UNIT"), Some("PCE"));
        assert!(returned.others.is_empty());
    }
}
