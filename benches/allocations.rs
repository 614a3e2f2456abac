//! Allocations and peak memory of every step of a cart, per line. Not a matter of time, so one run is exact.
//!
//! `cargo bench --bench allocations`

mod fixtures;

use allocation_counter::measure;
use fixtures::{TEXTS, cart, facts, form, generic, hook, mapped, with_templates};
use punchgate::mapping::cart::Cart;
use punchgate::oci::page::Form;

const LINES: usize = 1_000;

/// Tells what the second run of `work` allocates: the first may fill what stays.
fn tell<T>(step: &str, work: impl Fn() -> T) {
    drop(work());
    let info = measure(|| drop(work()));
    let lines = LINES as f64;
    println!(
        "{step:<28} {:>8.2} allocations a line {:>8.0} bytes a line {:>8.2} MB at most",
        info.count_total as f64 / lines,
        info.bytes_total as f64 / lines,
        info.bytes_max as f64 / 1e6
    );
}

fn main() {
    let (profile, hook, utf8) = (generic(), hook(), facts("utf-8"));
    let json = cart(LINES);
    let read = Cart::read(&json).expect("a good cart");
    let items = mapped(&profile, &read);
    let made = form(&profile, &hook, &utf8, &items);
    let stored = serde_json::to_string(&made).expect("JSON");

    tell("read", || Cart::read(&json));
    tell("map, default", || mapped(&profile, &read));
    let templates = with_templates();
    tell("map, templates", || mapped(&templates, &read));
    for charset in ["utf-8", "iso-8859-1", "windows-1252"] {
        let facts = facts(charset);
        let made = form(&profile, &hook, &facts, &items);
        tell(&format!("form, {charset}"), || form(&profile, &hook, &facts, &items));
        tell(&format!("page, {charset}"), || made.encoded_page("nonce", &TEXTS));
    }
    tell("store the form", || serde_json::to_string(&made).expect("JSON"));
    tell("read the stored form", || serde_json::from_str::<Form>(&stored).expect("a form"));
}
