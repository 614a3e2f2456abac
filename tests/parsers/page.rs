//! The page alone, without a gateway: what html5ever reads of it and what a browser would send of it is what was put in,
//! in every charset that a page can be written in, by POST and GET, with the hook kept and split.

use encoding_rs::Encoding;
use proptest::prelude::*;
use punchgate::oci::call::Facts;
use punchgate::oci::charset::Charset;
use punchgate::oci::hook::HookPolicy;
use punchgate::oci::page::{Form, FormOptions, HookQuery, Method, PageTexts};
use punchgate::oci::read::{Returned, posted};

use crate::submission::{Page, bytes};
use crate::support::{Answer, ReturnForm};
use crate::words::{law, line, lines};

/// Every charset of the Encoding Standard in which a page may be written.
const CHARSETS: [&str; 36] = [
    "utf-8",
    "iso-8859-1",
    "ibm866",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "x-mac-cyrillic",
    "gbk",
    "gb18030",
    "big5",
    "euc-jp",
    "shift_jis",
    "euc-kr",
];

const TEXTS: PageTexts<'static> = PageTexts {
    lang: "de",
    title: "Warenkorb übergeben",
    heading: "Ihr Warenkorb geht zurück → 谢谢",
    explanation: "Er wird übergeben an",
    button: "Jetzt übergeben",
};

/// The page as it comes over HTTP, read as browsers read it.
fn page(form: &Form) -> Page {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", form.content_type().parse().expect("a header"));
    let bytes = form.encoded_page("nonce", &TEXTS);
    Page::read(&Answer { status: reqwest::StatusCode::OK, headers, bytes })
}

fn form(hook: &str, options: &FormOptions, charset: &str, items: &[(String, String)]) -> Form {
    let hook = HookPolicy::read(&["any".to_owned()]).expect("a policy").allow(hook).expect("an allowed hook");
    let facts = Facts { charset: Some(charset.to_owned()), ..Facts::default() };
    Form::new(&hook, &facts, options, items.to_vec())
}

fn items(texts: &[(String, String)]) -> Vec<(String, String)> {
    let items = texts.iter().zip(1..).flat_map(|((free, long), n)| {
        [(format!("NEW_ITEM-FREE[{n}]"), free.clone()), (format!("NEW_ITEM-LONGTEXT_{n}:132[]"), long.clone())]
    });
    items.collect()
}

#[test]
fn what_fits_a_charset_arrives_unchanged_in_it() {
    for label in CHARSETS {
        let texts = prop::collection::vec((line(label), lines(label)), 1..4);
        law(40, texts, |texts| {
            let items = items(&texts);
            for method in [Method::Post, Method::Get] {
                let options = FormOptions { method, ..FormOptions::default() };
                let form = form("https://b.example/r", &options, label, &items);
                let page = page(&form);
                // Some characters of a charset have no way back from it; of those the form says another spelling.
                let expected: Vec<_> = form.fields.to_pairs();
                assert_eq!(page.form.fields, expected, "{label}");
                assert_eq!(page.form.method, method.attribute());
                let arrived = posted(&page.urlencoded().body, label);
                let lines = |text: &String| text.replace('\n', "\r\n");
                let sent: Vec<_> = expected.iter().map(|(name, value)| (name.clone(), lines(value))).collect();
                assert_eq!(arrived, sent, "{label}");
                for ((name, put_in), (_, written)) in items.iter().zip(&expected) {
                    let charset = Encoding::for_label(label.as_bytes()).expect("a charset");
                    let back = charset.decode_without_bom_handling(&charset.encode(put_in).0).0.into_owned();
                    assert!(
                        put_in == written || back != *put_in,
                        "{label}: {name} is {written:?} instead of {put_in:?}"
                    );
                }
            }
        });
    }
}

#[test]
fn whatever_a_shop_writes_no_page_holds_a_reference_or_a_question_mark_in_place_of_a_letter_it_has() {
    for label in CHARSETS {
        law(20, prop::collection::vec((any::<String>(), any::<String>()), 1..4), |texts| {
            let items = items(&texts);
            let form = form("https://b.example/r", &FormOptions::default(), label, &items);
            let page = page(&form);
            let expected: Vec<_> = form.fields.to_pairs();
            assert_eq!(page.form.fields, expected, "{label}");
            let charset = Charset::read(label).expect("a charset");
            for ((_, put_in), (_, written)) in items.iter().zip(&expected) {
                assert_eq!(*written, charset.fit(put_in).replace('\0', ""), "{label}");
                let (_, _, unmappable) = page.encoding.encode(written);
                assert!(!unmappable, "{label}: {written:?}");
            }
        });
    }
}

#[test]
fn the_query_of_a_split_hook_becomes_fields_in_front_of_the_items() {
    let own = prop::collection::vec(("[a-z.\\[\\]]{1,8}", line("utf-8")), 0..4);
    law(200, (own, prop::collection::vec((line("utf-8"), lines("utf-8")), 1..3)), |(own, texts)| {
        let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let query: Vec<_> = own.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let hook = format!("https://b.example/r?{}", query.join("&"));
        if hook.len() > 2_000 {
            return;
        }
        let items = items(&texts);
        let all: Vec<_> = own.iter().cloned().chain(items.iter().cloned()).collect();
        let split = FormOptions { hook_query: HookQuery::Split, ..FormOptions::default() };
        let get = FormOptions { method: Method::Get, ..FormOptions::default() };
        for options in [split, get] {
            let page = page(&form(&hook, &options, "utf-8", &items));
            assert_eq!((page.form.action.as_str(), &page.form.fields), ("https://b.example/r", &all));
        }
        let kept = page(&form(&hook, &FormOptions::default(), "utf-8", &items));
        assert_eq!((kept.form.action, kept.form.fields), (hook.clone(), items));
    });
}

#[test]
fn the_reader_of_returns_reads_what_browsers_send() {
    law(200, prop::collection::vec((line("utf-8"), lines("utf-8")), 1..4), |texts| {
        let form = form("https://b.example/r", &FormOptions::default(), "utf-8", &items(&texts));
        let page = page(&form);
        let returned = Returned::from_pairs(&posted(&page.urlencoded().body, "utf-8"));
        assert_eq!(returned.warnings, Vec::<String>::new());
        for (item, (free, long)) in returned.items.iter().zip(&texts) {
            assert_eq!(item.fields, [("FREE".to_owned(), free.clone())]);
            assert_eq!(item.longtext.as_bytes(), bytes(encoding_rs::UTF_8, long));
        }
        assert_eq!(returned.items.len(), texts.len());
        let html = String::from_utf8(form.encoded_page("nonce", &TEXTS)).expect("UTF-8");
        assert_eq!(ReturnForm::read(&html).fields, form.fields.to_pairs());
    });
}
