//! What a single buyer's system is like: it wants XML, loses what is beyond its limits, shows the shop in a frame.

use base64::Engine;
use serde_json::{Value, json};

use crate::support::{Answer, ReturnForm, bolts, client, get, on_both_databases};

const OWNER: &str = "owner@acme.example";

/// A cart of that many bolts.
fn many_bolts(count: usize) -> Value {
    let mut cart = bolts();
    let lines = (1..=count).map(|at| {
        let mut line = cart["lines"][0].clone();
        line["id"] = format!("a{at}").into();
        line
    });
    cart["lines"] = lines.collect::<Vec<_>>().into();
    cart
}

/// Line, field and code of the notices.
fn notices(answer: &Answer) -> Vec<(String, String, String)> {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let text = |notice: &Value, name: &str| notice[name].as_str().expect("a text").to_owned();
    let notices = answer.json()["notices"].as_array().expect("notices").clone();
    notices.iter().map(|one| (text(one, "line"), text(one, "field"), text(one, "code"))).collect()
}

fn notice(line: &str, field: &str, code: &str) -> (String, String, String) {
    (line.into(), field.into(), code.into())
}

/// The document in a form.
fn document(form: &ReturnForm) -> String {
    let value = form.get("~xmlDocument").expect("a document");
    assert!(!value.contains(char::is_whitespace));
    let bytes = base64::engine::general_purpose::STANDARD.decode(value).expect("base64");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_buyer_who_wants_xml_gets_one_document_whatever_the_charset_of_the_page() {
    on_both_databases(|installation| {
        let acme = installation
            .with_acme("[system.form]\ntransport = \"xml\"\nxml_type_name = \"~XML_TYPE\"\nxml_type = \"ESAPO-3.5\"");
        let gateway = acme.installation.serve();
        let mut cart = bolts();
        cart["lines"][0]["name"] = "Řezný kotouč <5 €> & „Größe“".into();
        cart["lines"][0]["categories"] = json!([{ "scheme": "UNSPSC", "id": "31161600", "name": "Bolts" }]);
        let entered = gateway.buyer().with("OCI_VERSION", "4.0").with("~OkCode", "ADDI").call();
        let entry = gateway.shop().redeem(&entered.token());
        let handed = gateway.shop().try_cart(entry["punchout"].as_str().expect("an id"), &cart);
        let left_out: Vec<String> =
            notices(&handed).into_iter().map(|(_, field, code)| format!("{field} {code}")).collect();
        let expected = ["EXT_SCHEMA_TYPE not-in-xml", "EXT_CATEGORY_ID not-in-xml", "EXT_CATEGORY not-in-xml"];
        assert_eq!(left_out, expected, "nothing is transliterated: the document is UTF-8");

        let page = get(handed.json()["return_url"].as_str().expect("an address"));
        assert_eq!(page.header("content-type"), "text/html; charset=iso-8859-1");
        let form = ReturnForm::read(&page.text());
        let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["~OkCode", "~xmlDocument", "~XML_TYPE"]);
        assert_eq!(form.get("~XML_TYPE"), Some("ESAPO-3.5"));
        let document = document(&form);
        assert!(
            document.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><BusinessDocument><Catalog><Product "),
            "{document}"
        );
        assert!(document.contains("<Description>Řezný kotouč &lt;5 €&gt; &amp; „Größe“</Description>"), "{document}");
    });
}

#[test]
fn a_trial_reads_the_document_as_the_buyer_would() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\ntransport = \"xml\"");
        acme.installation.add_user(OWNER, "merchant");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let start = "/admin/systems/srm/test";
        let course = browser.done(&browser.page(start).form(start).send(&browser));
        let taken = browser.done(&course.form(&format!("{}/cart", course.path)).send(&browser));
        taken.says("Read as a procurement system reads it: 3 items").says("Schutzhandschuh Größe 9");
        taken.says("<CatalogKey>SAMPLE-1001</CatalogKey>").says("not-in-xml");
    });
}

#[test]
fn where_it_is_left_to_the_call_the_call_gets_what_it_asks_for() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\ntransport = \"auto\"");
        let gateway = acme.installation.serve();
        let fields = |name: &str, value: &str| {
            let page = gateway.returned(|buyer| buyer.with(name, value), &bolts());
            ReturnForm::read(&page.text()).fields
        };
        for spelling in ["~xml_type", "~xmlType", "xmltype", "~XML_TYPE"] {
            let fields = fields(spelling, "ESAPO");
            assert_eq!(fields[0].0, "~xmlDocument", "{spelling}");
            assert_eq!(fields[1..], [(spelling.to_owned(), "ESAPO".to_owned())]);
        }
        for (name, value) in [("xmltype", ""), ("xmltype", "cXML"), ("costcenter", "1")] {
            assert_eq!(fields(name, value)[0].0, "NEW_ITEM-DESCRIPTION[1]", "{name}={value}");
        }
    });
}

#[test]
fn names_of_the_type_that_could_be_none_stop_the_setup() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        for (wrong, told) in [
            ("[system.form]\nxml_type_name = []", "form.xml_type_name"),
            ("[system.form]\nxml_type = \"<x>\"", "form.xml_type"),
            (
                "[system.form]\nframe_ancestors = [\"srm.example.com\"]",
                "form.frame_ancestors: \"srm.example.com\" is not an origin",
            ),
            ("[system.form]\nframe_ancestors = [\"https://srm.example.com/path\"]", "form.frame_ancestors"),
            ("[system.buyer]\nmax_input = 5", "max_input"),
            ("[system.buyer]\nprice_unit = \"perhaps\"", "perhaps"),
        ] {
            let output = acme.installation.try_apply(&acme.setup(wrong));
            assert!(!output.status.success(), "{wrong}");
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(error.contains(told), "{error}");
        }
    });
}

#[test]
fn what_the_buyers_system_will_lose_is_told_before_he_sends_the_form() {
    on_both_databases(|installation| {
        let acme = installation.with_acme(
            "[system.buyer]\nmax_inputs = 50\nprice_unit = \"ignored\"\ndecimals = 2\nunits = [\"PCE\"]\nlengths = { DESCRIPTION = 10 }",
        );
        acme.installation.add_user(OWNER, "merchant");
        let gateway = acme.installation.serve();
        let mut cart = many_bolts(8);
        cart["lines"][1]["price"] = json!({ "net": "12.345", "per": "100" });
        cart["lines"][1]["unit"] = "kg".into();
        for line in cart["lines"].as_array_mut().expect("lines") {
            line["name"] = "Bolt".into();
        }
        cart["lines"][2]["name"] = "Hexagon bolt M8".into();
        let punchout = gateway.punch_out();
        let handed = gateway.shop().try_cart(&punchout, &cart);
        assert_eq!(
            notices(&handed),
            [
                notice("2", "PRICEUNIT", "forecast-price-unit"),
                notice("2", "PRICE", "forecast-rounded"),
                notice("2", "UNIT", "forecast-unit"),
                notice("3", "DESCRIPTION", "forecast-cut"),
                // Eight fields a line: the fiftieth is the second of the seventh.
                notice("7", "lines", "forecast-too-many-fields"),
            ]
        );
        let told = handed.json()["notices"][4]["message"].as_str().expect("a sentence").to_owned();
        assert!(told.contains("reads 50: this item arrives incomplete, and the 1 behind it are lost"), "{told}");

        let browser = gateway.signed_in(OWNER);
        let page = browser.page(&format!("/admin/punchouts/{punchout}"));
        page.says("Forecast").says("forecast-too-many-fields").says("What the buyer's system will do with this cart");
        assert!(!page.text().contains("Changed on the way"), "nothing was changed");
    });
}

#[test]
fn of_a_buyer_of_whom_nothing_is_known_nothing_is_foretold() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        assert_eq!(notices(&gateway.shop().try_cart(&gateway.punch_out(), &many_bolts(300))), []);
    });
}

#[test]
fn a_return_by_http_from_a_page_by_https_is_foretold_to_be_blocked() {
    on_both_databases(|mut installation| {
        installation.set("public_url", "https://gateway.example");
        let acme = installation.with_acme("hooks = [\"any\"]");
        let gateway = acme.installation.serve();
        let entered = gateway.buyer().with("HOOK_URL", "http://srm.example.com/return").call();
        let entry = gateway.shop().redeem(&entered.token());
        let handed = gateway.shop().try_cart(entry["punchout"].as_str().expect("an id"), &bolts());
        assert_eq!(notices(&handed), [notice("", "hook", "forecast-insecure-hook")]);
    });
}

fn policy(answer: &Answer) -> String {
    answer.header("content-security-policy").to_owned()
}

#[test]
fn only_the_buyers_pages_may_show_those_on_his_way_in_a_frame() {
    on_both_databases(|installation| {
        let ancestors = "frame-ancestors https://srm.example.com https://*.portal.example";
        let acme = installation
            .with_acme("[system.form]\nframe_ancestors = [\"https://SRM.example.com/\", \"https://*.portal.example\"]");
        let gateway = acme.installation.serve();
        let page = gateway.returned(|buyer| buyer, &bolts());
        assert!(policy(&page).ends_with(&format!("; {ancestors}")), "{}", policy(&page));

        // Refusals on the way: of a call, of a return page that does not exist yet, of one that is over.
        let refused = gateway.buyer().with("PASSWORD", "wrong").visit();
        assert_eq!(refused.status, 401);
        assert!(policy(&refused).ends_with(ancestors));
        let punchout = gateway.punch_out();
        let status = gateway.shop().status(&punchout);
        let left = html(status["leave_url"].as_str().expect("an address"));
        assert_eq!(left.status, 200);
        assert!(policy(&left).ends_with(ancestors));
        let return_url = status["leave_url"].as_str().expect("an address").replace("/leave/", "/return/");
        let over = html(&return_url);
        assert_eq!(over.status, 409, "{}", over.text());
        assert!(policy(&over).ends_with(ancestors));
        // What is about no system may stand anywhere.
        for path in ["/oci/nowhere", "/return/nothing"] {
            let page = html(&format!("{}{path}", gateway.url));
            assert!(!policy(&page).contains("frame-ancestors"), "{path}");
        }
    });
}

/// Asks as a browser does.
fn html(url: &str) -> Answer {
    Answer::of(client().get(url).header("accept", "text/html").send().expect("an answer"))
}

#[test]
fn who_wants_no_frames_at_all_says_so() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.form]\nframe_ancestors = [\"none\"]");
        let gateway = acme.installation.serve();
        let page = gateway.returned(|buyer| buyer, &bolts());
        assert!(policy(&page).ends_with("; frame-ancestors 'none'"));
    });
}

#[test]
fn a_form_for_sap_gui_never_opens_a_window_that_sap_gui_does_not_see() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("preset = \"sap-me\"\nhooks = [\"SAPEVENT:POST\"]");
        let gateway = acme.installation.serve();
        let target = |target: &str| {
            let page = gateway
                .returned(|buyer| buyer.with("HOOK_URL", "SAPEVENT:POST").with("returntarget", target), &bolts());
            let page = page.text();
            assert!(page.contains("this window is not SAP GUI"), "{page}");
            ReturnForm::read(&page).target
        };
        assert_eq!(
            (target("_blank"), target("basket"), target("_parent")),
            ("_top".into(), "_top".into(), "_parent".into())
        );
    });
}

#[test]
fn what_a_file_says_about_a_buyer_is_exported_again() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.buyer]\nmax_inputs = 1000\nlengths = { LONGTEXT = 255 }");
        let exported = acme.installation.punchgate(&["export"]);
        assert!(exported.contains("[system.buyer]") && exported.contains("max_inputs = 1000"), "{exported}");
        assert!(exported.contains("LONGTEXT = 255"), "{exported}");
    });
}
