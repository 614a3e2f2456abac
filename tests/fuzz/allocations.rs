//! From finished items to the bytes of the page nothing is allocated for each field: a cart of ten thousand lines has more than
//! a hundred thousand of them.

use allocation_counter::measure;
use punchgate::oci::call::Facts;
use punchgate::oci::hook::HookPolicy;
use punchgate::oci::item::{Item, Layout};
use punchgate::oci::page::{Form, FormOptions, PageTexts};

const TEXTS: PageTexts = PageTexts { lang: "en", title: "", heading: "", explanation: "", button: "" };

fn items(count: usize) -> Vec<Item> {
    let fields = [
        ("DESCRIPTION", "Sechskantschraube M8x40 \"verzinkt\" & <fest>"),
        ("QUANTITY", "3.000"),
        ("UNIT", "PCE"),
        ("PRICE", "12.508"),
        ("CURRENCY", "EUR"),
        ("PRICEUNIT", "1"),
        ("VENDORMAT", "SW-10001"),
        ("TAX", "19"),
        ("LONGTEXT", "Größe M8\nverzinkt"),
    ];
    let mut item = Item::default();
    fields.iter().for_each(|(field, value)| item.set(field, *value));
    vec![item; count]
}

#[test]
fn a_form_of_many_lines_takes_no_more_allocations_than_one_of_few() {
    let hook = HookPolicy::read(&["any".to_owned()]).expect("a policy").allow("https://b.example/r").expect("a hook");
    for charset in ["utf-8", "iso-8859-1", "windows-1252"] {
        let facts = Facts { charset: Some(charset.to_owned()), ..Facts::default() };
        let count = |lines: usize| {
            let items = items(lines);
            let page = || {
                let written = Item::write(&items, &Layout::default());
                Form::new(&hook, &facts, &FormOptions::default(), written).encoded_page("nonce", &TEXTS).len()
            };
            page();
            measure(|| {
                std::hint::black_box(page());
            })
            .count_total
        };
        let (few, many) = (count(10), count(1_000));
        assert!(many <= few + 10, "{charset}: {few} allocations for 10 lines, {many} for 1,000");
    }
}
