//! The checker: on the command line, and as a page that anybody may use.

use std::process::Output;

use reqwest::blocking::multipart::{Form, Part};

use crate::support::{Answer, Gateway, Installation, Page, client, on_both_databases};

const GOOD: &str = "NEW_ITEM-DESCRIPTION[1]=Bolt&NEW_ITEM-QUANTITY[1]=1&NEW_ITEM-UNIT[1]=PCE&NEW_ITEM-PRICE[1]=1.50\
    &NEW_ITEM-PRICEUNIT[1]=1&NEW_ITEM-CURRENCY[1]=EUR&NEW_ITEM-EXT_PRODUCT_ID[1]=B-1";

fn page(fields: &str) -> String {
    format!(
        "<!doctype html><meta charset=\"utf-8\"><form action=\"https://srm.example.com/r\" method=\"post\" target=\"_top\">{fields}\
         <button>Go</button></form>"
    )
}

fn check(installation: &Installation, input: &str, arguments: &[&str]) -> (i32, String) {
    let arguments: Vec<&str> = ["check", "-"].iter().chain(arguments).copied().collect();
    let Output { status, stdout, stderr } = installation.punchgate_with_input(&arguments, input);
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (status.code().expect("an exit code"), said)
}

fn post(gateway: &Gateway, form: Form) -> Answer {
    Answer::of(client().post(format!("{}/tools/check", gateway.url)).multipart(form).send().expect("an answer"))
}

fn pasted(gateway: &Gateway, text: &str) -> Answer {
    post(gateway, Form::new().text("text", text.to_owned()).text("lang", "en"))
}

#[test]
fn the_exit_code_says_whether_everything_would_arrive() {
    let installation = Installation::on_sqlite();
    let (code, said) = check(&installation, GOOD, &["--lang", "en"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Bolt") && said.contains("0 errors"), "{said}");

    let (code, said) = check(&installation, &GOOD.replace("1.50", "1,50"), &["--lang", "de"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Dezimalkomma") && said.contains("[bad-amount]"), "{said}");

    let (code, said) = check(&installation, "Hello", &["--lang", "en"]);
    assert_eq!((code, said.contains("neither a return")), (2, true), "{said}");
    let missing = installation.try_punchgate(&["check", "nowhere.html"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nowhere.html"));
    let (code, said) = check(&installation, GOOD, &["--profile", "nobody"]);
    assert_eq!((code, said.contains("nobody")), (2, true), "{said}");
}

#[test]
fn profile_and_release_decide_what_is_right() {
    let installation = Installation::on_sqlite();
    let matnr = "NEW_ITEM-MATNR[1]=1234567890123456789&NEW_ITEM-QUANTITY[1]=1";
    assert_eq!(check(&installation, matnr, &["--release", "4.0"]).0, 0);
    assert_eq!(check(&installation, matnr, &["--release", "2.0"]).0, 1);
    let call = "/oci?USERNAME=u&PASSWORD=rumpelstilz&HOOK_URL=https%3A%2F%2Fb.example%2F&FUNCTION=BACKGROUND_SEARCH&SEARCHSTRING=x";
    let (code, said) = check(&installation, call, &[]);
    assert_eq!((code, said.contains("rumpelstilz")), (0, false), "{said}");
    assert_eq!(check(&installation, call, &["--profile", "unite"]).0, 1);
}

#[test]
fn programs_get_everything_as_json() {
    let installation = Installation::on_sqlite();
    let (code, said) =
        check(&installation, &page("<input name='NEW_ITEM-DESCRIPTION[1]' value='19' Rack'>"), &["--json"]);
    let read: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(code, 1);
    assert_eq!(read["kind"], "page");
    assert_eq!(read["form"]["action"], "https://srm.example.com/r");
    assert_eq!(read["items"][0]["fields"]["DESCRIPTION"], "19");
    let codes: Vec<&str> =
        read["findings"].as_array().expect("findings").iter().filter_map(|f| f["code"].as_str()).collect();
    assert!(codes.contains(&"broken-quotes") && codes.contains(&"missing"), "{codes:?}");
}

#[test]
fn a_file_plays_no_tricks_with_a_terminal() {
    let installation = Installation::on_sqlite();
    let (_, said) = check(&installation, "NEW_ITEM-DESCRIPTION[1]=a%1B[31mb%07&NEW_ITEM-QUANTITY[1]=1", &[]);
    assert!(said.contains("a [31mb"), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'));
}

#[test]
fn anybody_pastes_a_return_and_sees_its_items_with_every_finding() {
    on_both_databases(|installation| {
        let gateway = installation.serve();
        let answer = pasted(
            &gateway,
            &page("<input name=NEW_ITEM-DESCRIPTION[1] value='Bolt'><input name=NEW_ITEM-PRICE[1] value='1,50'>"),
        );
        assert_eq!(answer.status, 200);
        let text = answer.text();
        for part in ["Not everything would arrive", "Bolt", "1,50", "decimal comma", "bad-amount", "Item 1"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let german = post(&gateway, Form::new().text("text", GOOD).text("lang", "de"));
        assert!(german.text().contains("Es käme an, wie es ist."), "{}", german.text());

        let latin: Vec<u8> = page("<input name=NEW_ITEM-DESCRIPTION[1] value='Gr\u{f6}\u{df}e'>")
            .replace("utf-8", "iso-8859-1")
            .chars()
            .map(|character| character as u8)
            .collect();
        let file =
            Form::new().part("file", Part::bytes(latin).file_name("return.html")).text("text", "").text("lang", "en");
        assert!(post(&gateway, file).text().contains("Größe"));

        let unreadable = pasted(&gateway, "Hello");
        assert_eq!(unreadable.status, 422);
        assert!(unreadable.text().contains("neither a return"));
    });
}

/// The answer without the field in which what was pasted stays.
fn beside_the_field(answer: &Answer) -> String {
    let text = answer.text();
    let (before, rest) = text.split_once("<textarea").expect("the field");
    format!("{before}{}", rest.split_once("</textarea>").expect("its end").1)
}

#[test]
fn what_was_pasted_stays_in_its_field_and_profiles_have_their_names() {
    let installation = Installation::on_sqlite();
    let gateway = installation.serve();
    for text in [GOOD, "</textarea><b>Hello</b> & \"you\"", "Hello"] {
        let answer = Page::of("/tools/check", &pasted(&gateway, text));
        let form = answer.form("/tools/check");
        assert_eq!(form.get("text").map(|text| text.replace("\r\n", "\n")).as_deref(), Some(text));
        assert!(!answer.html.contains("<b>Hello"), "as text");
        answer.says("SAP ERP / MM");
    }
}

#[test]
fn what_is_pasted_is_never_rendered_stored_or_logged_and_passwords_are_hidden() {
    on_both_databases(|installation| {
        let gateway = installation.serve();
        let hostile = page(
            "<script>alert(1)</script><input name=NEW_ITEM-DESCRIPTION[1] value='&lt;img src=x onerror=alert(2)&gt;'>\
            <input name='sid&lt;b&gt;' value=zebrastripes><input name=PASSWORD value=rumpelstilz>",
        );
        let answer = pasted(&gateway, &hostile);
        let text = beside_the_field(&answer);
        assert_eq!(answer.header("cache-control"), "no-store");
        let policy = answer.header("content-security-policy");
        for directive in ["default-src 'none'", "style-src 'self'", "form-action 'self'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(text.contains("&#60;img src=x") && !text.contains("<img") && !text.contains("<script"), "{text}");
        assert!(text.contains("zebrastripes") && !text.contains("rumpelstilz"), "{text}");

        let call = pasted(
            &gateway,
            "GET /oci?USERNAME=u&PASSWORD=rumpelstilz&note=rumpelstilz&HOOK_URL=https://u:rumpel@b.example/ HTTP/1.1",
        );
        let text = beside_the_field(&call);
        assert!(text.contains("***") && !text.contains("rumpel"), "{text}");
        let broken = pasted(&gateway, "PASSWORD=rumpelstilz");
        assert!(!beside_the_field(&broken).contains("rumpelstilz"));
        let (log, stored) = (gateway.log(), String::from_utf8_lossy(&installation.stored()).into_owned());
        for secret in ["rumpelstilz", "zebrastripes"] {
            assert!(!log.contains(secret) && !stored.contains(secret), "{secret}");
        }
        assert!(answer.headers.get("set-cookie").is_none());
    });
}

#[test]
fn the_page_needs_no_sign_in_and_begins_with_an_example() {
    let installation = Installation::on_sqlite();
    let gateway = installation.serve();
    let get = |path: &str| {
        Answer::of(
            client().get(format!("{}{path}", gateway.url)).header("accept-language", "de").send().expect("an answer"),
        )
    };
    let page = get("/tools/check");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Rückgabe oder Aufruf prüfen") && !page.text().contains("<script"));
    assert!(get("/tools/check?lang=en").text().contains("Check a return or a call"));
    let example = get("/tools/check?example=page&profile=sap-srm&release=4.0").text();
    assert!(example.contains("&#60;form action=&#34;https://srm.example.com/return?sid=7&#34;"), "{example}");
    assert!(
        example.contains("<option value=\"sap-srm\" selected>") && example.contains("<option value=\"4.0\" selected>")
    );
    assert!(get("/").text().contains("href=\"/tools/check\""));
}

#[test]
fn too_much_and_too_often_are_refused() {
    let installation = Installation::on_sqlite();
    let gateway = installation.serve();
    let large = post(&gateway, Form::new().text("text", "x".repeat(5 * 1024 * 1024)).text("lang", "en"));
    assert_eq!(large.status, 413);
    assert!(large.text().contains("4 MiB"));
    let statuses: Vec<u16> = (0..70).map(|_| pasted(&gateway, "x").status.as_u16()).collect();
    assert_eq!((statuses[0], *statuses.last().expect("an answer")), (422, 429));
    assert_eq!(pasted(&gateway, "x").header("retry-after").parse::<u32>().map(|seconds| seconds > 0), Ok(true));
}
