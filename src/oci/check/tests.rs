//! What the checker makes of what the world sends. The texts are our own; each shows what was met in the field.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static LATIN: LazyLock<FormOptions> =
    LazyLock::new(|| FormOptions { charset: "iso-8859-1".into(), ..FormOptions::default() });
static FROM_ZERO: LazyLock<FormOptions> = LazyLock::new(|| FormOptions { first_index: 0, ..FormOptions::default() });

fn examined(input: Input<'_>, change: impl FnOnce(&mut Buyer<'_>)) -> Report {
    let (names, form) = (Names::default(), FormOptions::default());
    let functions = ["DETAIL", "VALIDATE"].map(str::to_owned);
    let methods = ["GET", "POST"].map(str::to_owned);
    let mut buyer = Buyer {
        release: Release::V5_0,
        form: &form,
        names: &names,
        hook_is_last: false,
        functions: &functions,
        methods: &methods,
    };
    change(&mut buyer);
    examine(input, &buyer)
}

fn text(text: &str) -> Report {
    examined(Input::Text(text), |_| {})
}

fn codes(report: &Report) -> Vec<String> {
    let hints = ["control-missing", "better", "target-none"];
    let told = report.findings.iter().filter(|finding| !hints.contains(&finding.demand.code));
    told.map(|finding| match finding.item {
        Some(item) => format!("{item} {} {}", finding.field, finding.demand.code),
        None => finding.demand.code.to_owned(),
    })
    .collect()
}

const GOOD: &str = "NEW_ITEM-DESCRIPTION[1]=Bolt&NEW_ITEM-QUANTITY[1]=1&NEW_ITEM-UNIT[1]=PCE&NEW_ITEM-PRICE[1]=1.50&NEW_ITEM-PRICEUNIT[1]=1&NEW_ITEM-CURRENCY[1]=EUR";

fn page(fields: &str) -> String {
    format!(
        "<!doctype html><meta charset=utf-8><form action=\"https://srm.example.com/r\" method=post target=_top>{fields}<button>Go</button></form>"
    )
}

#[test]
fn what_was_pasted_is_known_by_its_look() {
    for (pasted, kind) in [
        (GOOD.to_owned(), Kind::Body),
        (GOOD.replace('&', "\r\n"), Kind::Body),
        (format!("POST /r HTTP/1.1\r\nHost: b.example\r\n\r\n{GOOD}"), Kind::Body),
        (format!("GET /r?{GOOD} HTTP/1.1\nHost: b.example\n\n"), Kind::Body),
        (format!("https://b.example/r?{GOOD}"), Kind::Body),
        (page("<input name=NEW_ITEM-UNIT[1] value=PCE>"), Kind::Page),
        (format!("HTTP/1.1 200 OK\nContent-Type: text/html\n\n{}", page("")), Kind::Page),
        ("{\"NEW_ITEM-UNIT\":{\"1\":\"PCE\"}}".into(), Kind::Json),
        ("{\"Items\":[],\"CURRENTPAGE\":1}".into(), Kind::Download),
        ("<?xml version='1.0'?><BusinessDocument/>".into(), Kind::Xml),
        ("USERNAME=u&PASSWORD=p&HOOK_URL=https%3A%2F%2Fb.example%2F".into(), Kind::Call),
        ("https://gateway.example/oci/srm?hookUrl=http%3A%2F%2Fb.example%2F".into(), Kind::Call),
        ("/oci/srm?USERNAME=u&HOOK_URL=https://b.example/&NEW_ITEM-VENDOR=7".into(), Kind::Call),
        ("~OkCode=ADDI&~CALLER=CTLG".into(), Kind::Body),
        ("a=b&c=d".into(), Kind::Unknown),
        ("Hello".into(), Kind::Unknown),
        (" \n".into(), Kind::Unknown),
    ] {
        let report = text(&pasted);
        assert_eq!(report.kind, kind, "{pasted}");
        assert_eq!(report.is_unreadable, kind == Kind::Unknown, "{pasted}");
    }
}

#[test]
fn a_good_return_has_no_errors_and_one_that_would_be_dropped_has() {
    let report = text(GOOD);
    assert!(!report.has_errors() && codes(&report).is_empty(), "{:?}", codes(&report));
    let bad = text(&GOOD.replace("1.50", "1,50").replace("UNIT[1]=PCE&NEW_ITEM-PRICE", "UNIT[1]=&NEW_ITEM-PRICE"));
    assert_eq!(codes(&bad), ["1 PRICE bad-amount", "1 UNIT missing"]);
    assert!(bad.has_errors());
}

#[test]
fn an_unescaped_inch_sign_is_found_with_its_line() {
    let report = text(&page("\n<input type=hidden name=\"NEW_ITEM-DESCRIPTION[1]\" value=\"19\" Rack\">"));
    let broken = report.findings.iter().find(|finding| finding.demand.code == "broken-quotes").unwrap();
    assert_eq!(broken.item, Some(1));
    assert!(broken.english().contains("“Rack") && broken.english().contains("line 2"), "{}", broken.english());
}

#[test]
fn the_form_itself_is_judged() {
    let form = |attributes: &str, inside: &str| {
        codes(&text(&format!("<meta charset=utf-8><form {attributes}>{inside}</form>")))
    };
    let item = "<input name=~OkCode value=ADDI><input name=NEW_ITEM-MATNR[1] value=4711><input name=NEW_ITEM-QUANTITY[1] value=1>";
    let button = format!("{item}<button>Go</button>");
    let good = "method=post target=_top action=https://b.example/r";
    assert!(form(good, &button).is_empty());
    for (attributes, code) in [
        ("method=post target=_top", "action-none"),
        ("method=post target=_top action=/cart", "action-relative"),
        ("method=post target=_top action=javascript:alert(1)", "action-scheme"),
        ("method=post target=_top action=http://b.example/r", "action-http"),
        ("target=_top action=https://b.example/r", "method-get"),
        ("target=_top action=SAPEVENT:POST", "method-sapevent"),
        ("method=dialog target=_top action=https://b.example/r", "method-other"),
        ("method=post target=_self action=https://b.example/r", "target-self"),
        ("method=post target=_top enctype=multipart/form-data action=https://b.example/r", "enctype"),
    ] {
        assert_eq!(form(attributes, &button), [code], "{attributes}");
    }
    assert_eq!(form(good, item), ["no-button"]);
    let token = format!("{button}<input name=authenticity_token value=abc><input name=sid value=3>");
    assert_eq!(form(good, &token), ["foreign-token", "foreign-field"]);
}

#[test]
fn charsets_that_do_not_agree_are_found() {
    let item = "<input name=NEW_ITEM-DESCRIPTION[1] value='Dvořák 5 €'>";
    let declared = |charset: &str| codes(&text(&page(item).replace("utf-8", charset)));
    let outside = |codes: &[String]| codes.iter().any(|code| code == "1 DESCRIPTION outside-charset");
    assert!(!outside(&declared("utf-8")) && outside(&declared("iso-8859-1")));
    assert!(codes(&text(&page("").replace("<meta charset=utf-8>", ""))).contains(&"charset-none".to_owned()));
    let latin: Vec<u8> = page("<input name=x value='Gr\u{f6}\u{df}e'>").chars().map(|c| c as u8).collect();
    let report = examined(Input::Bytes(&latin), |_| {});
    assert!(codes(&report).contains(&"charset-bytes".to_owned()));
    let wanted = examined(Input::Text(&page(item)), |buyer| buyer.form = &LATIN);
    assert!(codes(&wanted).contains(&"charset-wanted".to_owned()));
}

#[test]
fn indices_parents_and_counts_are_judged_over_the_whole_return() {
    let items = |pairs: &[(&str, &str)]| {
        let body: Vec<String> = pairs.iter().map(|(name, value)| format!("NEW_ITEM-{name}={value}")).collect();
        codes(&text(&body.join("&"))).into_iter().filter(|code| !code.contains("missing")).collect::<Vec<_>>()
    };
    assert_eq!(items(&[("MATNR[1]", "a"), ("PARENT_ID[1]", "7")]), ["1 PARENT_ID parent-unknown"]);
    assert_eq!(
        items(&[("MATNR[1]", "a"), ("PARENT_ID[1]", "2"), ("MATNR[2]", "b"), ("PARENT_ID[2]", "1")]),
        ["1 PARENT_ID parent-circle"]
    );
    assert_eq!(items(&[("MATNR[2]", "a"), ("PARENT_ID[2]", ""), ("MATNR[1]", "b")]), ["index-order"]);
    assert_eq!(items(&[("MATNR[100000]", "a")]), ["too-many-lines", "index-gaps"]);
    let many: String = (1..=1_001).map(|n| format!("NEW_ITEM-CUST_FIELD1[{n}]=&")).collect();
    assert!(codes(&text(&many)).contains(&"too-many-variables".to_owned()));
    let zero = "NEW_ITEM-MATNR[0]=a&NEW_ITEM-QUANTITY[0]=1";
    assert_eq!(codes(&text(zero)), ["index-zero"]);
    let from_zero = |body| codes(&examined(Input::Text(body), |buyer| buyer.form = &FROM_ZERO));
    assert!(from_zero(zero).is_empty());
    assert_eq!(from_zero("NEW_ITEM-MATNR[1]=a&NEW_ITEM-QUANTITY[1]=1"), ["index-one"]);
}

#[test]
fn a_cart_as_php_nests_it_is_read_back() {
    let report = text(
        r#"{"NEW_ITEM-QUANTITY":{"1":"100.000"},"NEW_ITEM-MATNR":{"1":"A"},"NEW_ITEM-LONGTEXT_1:132":["line a","line b"],"sid":"7"}"#,
    );
    assert_eq!(report.items.len(), 1);
    assert_eq!(
        (report.items[0].get("QUANTITY"), report.items[0].longtext.as_str()),
        (Some("100.000"), "line a\nline b")
    );
    assert_eq!(report.others, [("sid".to_owned(), "7".to_owned())]);
    assert!(!report.has_errors(), "{:?}", report.findings);
    let borrowed = text(r#"{"NEW_ITEM-PO":"1","sku":[{"NEW_ITEM-DESCRIPTION":"Pen","NEW_ITEM-QUANTITY":10}]}"#);
    assert_eq!((borrowed.items.len(), borrowed.items[0].get("QUANTITY")), (1, Some("10")));
    assert!(codes(&borrowed).contains(&"json-not-oci".to_owned()));
    assert!(text("{\"a\":1").is_unreadable && text("{\"a\":1}").is_unreadable);
}

#[test]
fn a_downloaded_catalog_is_read_in_any_case() {
    let report = text(
        r#"{"CurrentPage":1,"TotalPages":1,"TotalItems":2,"TransactionId":"a1","Items":[{"NewItem":{"Ext_Product_Id":"9","Price":45.50,"Currency":"NOK",
            "Unit":"PCE","Description":[{"description":"Skrue","languageCode":"NO"}],"Price_Scales":[{"low":1,"price":"1,0"}]}},{"EXT_PRODUCT_ID":"10"}]}"#,
    );
    assert_eq!((report.items[0].get("DESCRIPTION"), report.items[0].get("PRICE")), (Some("Skrue"), Some("45.50")));
    let missing = ["DESCRIPTION", "PRICE", "UNIT", "CURRENCY"].map(|field| format!("2 {field} download-missing"));
    let all = codes(&report);
    assert!(missing.iter().all(|code| all.contains(code)), "{all:?}");
    assert!(
        ["download-case", "download-unwrapped", "download-transaction"]
            .iter()
            .all(|code| all.iter().any(|c| c == code))
    );
    assert!(!all.iter().any(|code| code.starts_with("1 ")), "{all:?}");
}

#[test]
fn xml_in_a_form_is_read() {
    use base64::Engine;
    let xml = "<BusinessDocument><Product><CatalogKey>7</CatalogKey><Description>Bolt</Description><ShoppingBasketItem>\
        <Quantity UoM='PCE'>1</Quantity></ShoppingBasketItem></Product></BusinessDocument>";
    let packed = base64::engine::general_purpose::STANDARD.encode(xml);
    let with = |fields: &str| {
        let report = text(&page(&format!("<input name=~xmlDocument value='{packed}'>{fields}")));
        (report.items.len(), codes(&report))
    };
    assert_eq!(with("<input name=~xml_type value=ESAPO-3.5>"), (1, vec![]));
    assert_eq!(with("<input name=~xmlType value=ESAPO>"), (1, vec![]));
    assert_eq!(with(""), (1, vec!["xml-type-none".to_owned()]));
    assert!(with("<input name=xml-type value=ESAPO>").1.contains(&"xml-type-none".to_owned()));
    assert_eq!(with("<input name=xmltype value=X>"), (1, vec!["xml-type-value".to_owned()]));
    let broken = text("~xmlDocument=%21%21&~xml_type=ESAPO");
    assert!(codes(&broken).contains(&"xml-base64".to_owned()));
}

#[test]
fn a_call_is_shown_with_its_password_hidden() {
    let report = text(
        "GET /oci?USERNAME=buyer&PASSWORD=rumpelstilz&copy=rumpelstilz&HOOK_URL=https://b.example/r?sid=7&OCI_VERSION=4.0&~OkCode=ADDI&FUNCTION=SOURCING&SEARCHSTRING=x HTTP/1.1\nHost: shop.example\n",
    );
    assert!(!format!("{report:?}").contains("rumpelstilz"));
    let call = report.call.as_ref().unwrap();
    assert!(call.refused.is_none() && call.hook.is_none());
    let fact = |name: &str| call.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    assert_eq!((fact("user"), fact("password"), fact("function")), (Some("buyer"), Some("***"), Some("SOURCING")));
    assert_eq!((fact("charset"), fact("asked")), (Some("iso-8859-1"), Some("x")));
    // As the cart's form would have them: what no form may bear is not shown.
    assert_eq!((fact("target"), fact("echo")), (Some("_top"), Some("~OkCode=ADDI")));
    let facts = |query: &str, wanted: &str| {
        let call = text(&format!("USERNAME=u&PASSWORD=p&HOOK_URL=https://b.example/&{query}")).call.unwrap();
        call.facts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone())
    };
    assert_eq!(facts("returntarget=two+words&~TARGET=cart", "target").as_deref(), Some("cart"));
    assert_eq!(facts("~OkCode=QUIT&~CALLER=CTLG", "echo").as_deref(), Some("~CALLER=CTLG"));
    assert_eq!(facts("FUNCTION=DETAIL&PRODUCTID=SW-1", "asked").as_deref(), Some("SW-1"));
    assert_eq!(
        facts("FUNCTION=VALIDATE&PRODUCTID[1]=A&QUANTITY[1]=2.5&PRODUCTID[2]=B", "asked").as_deref(),
        Some("A × 2.5, B")
    );
    assert_eq!(facts("FUNCTION=DOWNLOADJSON&PAGESIZE=50&REQUESTEDPAGE=3", "asked").as_deref(), Some("3 / 50"));
    assert_eq!(codes(&report), ["call-function-not-offered", "call-raw-hook", "call-password-in-address"]);
    let refused = |query: &str| text(query).call.unwrap();
    assert!(refused("HOOK_URL=javascript:alert(1)&USERNAME=u&PASSWORD=p").hook.is_some());
    assert!(matches!(refused("HOOK_URL=https://b.example/&USER=u&PW=p").refused, Some(CallError::LoginMissing { .. })));
}

use crate::oci::call::CallError;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_whatever_upset_the_checker(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        examined(Input::Bytes(&bytes), |_| {});
    }

    #[test]
    fn nothing_that_looks_like_oci_upsets_the_checker(parts in prop::collection::vec(prop::sample::select(vec![
        "<form", "<input", " name=", " value=", "\"", "'", ">", "</form>", "<textarea>", "<!--", "-->", "NEW_ITEM-", "NEW_ITEM", "LONGTEXT_", "DESCRIPTION",
        "PRICE", "PARENT_ID", "[", "]", "[1]", "[0]", "[4294967295]", ":132[]", "=", "&", "%", "%E4", "ä", "€", "\n", " ", "~xmlDocument=", "PD94bWw+",
        "HOOK_URL=", "https://", "PASSWORD=", "FUNCTION=", "GET /", " HTTP/1.1", "POST / HTTP/1.1\n\n", "{", "}", "\"Items\":", "\"NEWITEM\":", ",", ":", "1", "-", "é",
        "<BusinessDocument>", "<Product>", "<meta charset=", "utf-8", "utf-16", "iso-8859-1", "&#8364;", "\0", "\u{2028}",
    ]), 0..40)) {
        examined(Input::Text(&parts.concat()), |_| {});
        examined(Input::Bytes(parts.concat().as_bytes()), |buyer| buyer.form = &LATIN);
    }
}
