//! What parsers do where their limits bite, and with names they do not like. A buyer whose system is one of these loses
//! lines in silence; so each limit is written down here as the name of a test.

use crate::carts::{Line, cart_json, gateway, returned};
use crate::parsers::{Told, Tree, php, qs, rack, werkzeug};
use crate::submission::Page;
use crate::support::HOOK;

fn lines(count: usize) -> Vec<Line> {
    (1..=count).map(|n| Line { free: format!("free {n}"), note: None, long: format!("long {n}") }).collect()
}

/// A page with that many lines.
fn page(form: &str, count: usize, hook: &str) -> Page {
    let (_acme, gateway) = gateway(form);
    Page::read(&returned(&gateway, "utf-8", hook, &cart_json(&lines(count))))
}

fn text<'a>(told: &'a Tree, way: &[&str]) -> Option<&'a str> {
    told.at(way).map(|text| std::str::from_utf8(text).expect("UTF-8"))
}

#[test]
fn php_drops_everything_after_the_first_field_beyond_1000_without_a_word() {
    let Some(php) = php() else { return };
    let page = page("", 150, HOOK);
    let fields = page.form.fields.len();
    assert!(fields > 1_000, "{fields}");
    let told = php.post("/", &page.urlencoded()).form().expect("a form");
    // Of a posted form the field that is one too many is still read, then PHP stops.
    assert_eq!(told.count(), 1_001);
    assert_eq!(text(&told, &["NEW_ITEM-FREE", "1"]), Some("free 1"));
    assert_eq!(text(&told, &["NEW_ITEM-FREE", "150"]), None);
}

#[test]
fn php_reads_the_same_cart_whole_if_empty_fields_are_left_out() {
    let Some(php) = php() else { return };
    let with = page("empty_fields = true", 40, HOOK);
    let without = page("", 40, HOOK);
    let count = |page: &Page| php.post("/", &page.urlencoded()).form().expect("a form").count();
    assert!(with.form.fields.len() > 1_000 && without.form.fields.len() < 1_000);
    assert_eq!((count(&with), count(&without)), (1_001, without.form.fields.len()));
}

#[test]
fn php_writes_dots_and_blanks_in_the_hooks_own_names_as_underscores() {
    let Some(php) = php() else { return };
    let page = page("hook_query = \"split\"", 1, "https://srm.example.com/r?session.id=7&cost+centre=4711&a[b]=c");
    let told = php.post("/", &page.urlencoded()).form().expect("a form");
    assert_eq!(page.form.get("session.id"), Some("7"));
    assert_eq!(text(&told, &["session_id"]), Some("7"));
    assert_eq!(text(&told, &["cost_centre"]), Some("4711"));
    assert_eq!(text(&told, &["a", "b"]), Some("c"));
    // Of the names of items none suffers: the hyphen, the underscore and the colon stay.
    assert_eq!(text(&told, &["NEW_ITEM-LONGTEXT_1:132", "0"]), Some("long 1"));
}

#[test]
fn rack_reads_a_large_cart_whole_or_refuses_it_but_never_cuts_it() {
    let Some(rack) = rack() else { return };
    for (lines, always) in [(300, true), (500, false)] {
        let page = page("", lines, HOOK);
        match rack.post("/", &page.urlencoded()) {
            Told::Read { form, .. } => assert_eq!(form.count(), page.form.fields.len()),
            // Since 2.2.14 more than 4096 fields are too many.
            Told::Refused(_) if !always && page.form.fields.len() > 4_096 => {}
            other => panic!("{lines} lines: {other:?}"),
        }
    }
}

#[test]
fn werkzeug_reads_any_number_of_fields_from_a_form() {
    let Some(werkzeug) = werkzeug() else { return };
    let page = page("", 500, HOOK);
    let told = werkzeug.post("/utf-8", &page.urlencoded());
    assert_eq!(told.form().expect("a form").count(), page.form.fields.len());
}

#[test]
fn werkzeug_refuses_more_than_1000_parts_of_a_multipart_form() {
    let Some(werkzeug) = werkzeug() else { return };
    let page = page("", 150, HOOK);
    assert!(page.form.fields.len() > 1_000);
    match werkzeug.post("/utf-8", &page.multipart()) {
        Told::Refused(_) => {}
        // Before 2.2.3 there was no limit.
        Told::Read { form, .. } => assert_eq!(form.count(), page.form.fields.len()),
        Told::Unable => panic!("UTF-8 is known"),
    }
}

#[test]
fn qs_with_its_defaults_moves_items_to_other_places_where_a_field_is_missing() {
    let Some(qs) = qs() else { return };
    let mut cart = lines(3);
    cart[2].note = Some("of the third".to_owned());
    let (_acme, gateway) = gateway("");
    let page = Page::read(&returned(&gateway, "utf-8", HOOK, &cart_json(&cart)));
    // A list without holes: what was 1 is 0, and the note of the third line stands at the first.
    let told = qs.post("/defaults", &page.urlencoded()).form().expect("a form");
    assert_eq!(text(&told, &["NEW_ITEM-FREE", "0"]), Some("free 1"));
    assert_eq!(text(&told, &["NEW_ITEM-NOTE", "0"]), Some("of the third"));
    // A map, as programs want it that read carts.
    let told = qs.post("/whole", &page.urlencoded()).form().expect("a form");
    assert_eq!(text(&told, &["NEW_ITEM-FREE", "1"]), Some("free 1"));
    assert_eq!(text(&told, &["NEW_ITEM-NOTE", "3"]), Some("of the third"));
}

#[test]
fn qs_with_its_defaults_drops_everything_after_1000_fields_without_a_word() {
    let Some(qs) = qs() else { return };
    let page = page("", 150, HOOK);
    let told = qs.post("/defaults", &page.urlencoded()).form().expect("a form");
    assert_eq!(told.count(), 1_000);
    let told = qs.post("/whole", &page.urlencoded()).form().expect("a form");
    assert_eq!(told.count(), page.form.fields.len());
}
