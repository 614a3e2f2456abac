//! The functions of OCI that are answered from the shop's catalog in the gateway: VALIDATE, BACKGROUND_SEARCH and
//! DOWNLOADJSON, as machines and browsers call them.

use std::io::Read;

use punchgate::oci::read::Returned;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::support::{Acme, Answer, Buyer, Gateway, Installation, PASSWORD, ReturnForm, client, on_both_databases};

/// An article as a line of a catalog file.
fn bolt(id: &str) -> Value {
    json!({
        "product_id": id, "unit": "piece", "currency": "EUR", "tax_rate": "19",
        "texts": [
            { "language": "de", "name": format!("Sechskantschraube {id}"), "description": "<p>verzinkt</p>" },
            { "language": "en", "name": format!("Hex bolt {id}") },
        ],
        "prices": [{ "from": "1", "net": "4.85", "per": "1" }, { "from": "100", "net": "3.60", "per": "1" }],
        "manufacturer_part": "HB-M8", "lead_time_days": 2,
        "categories": [{ "scheme": "ECLASS13.0", "id": "23110101", "name": "Hexagon bolt" }],
        "attachments": [{ "url": "https://shop.acme.example/hb.jpg", "title": "Picture", "mime": "image/jpeg" }],
        "custom": { "drawing": "Z-77" },
    })
}

fn with(mut article: Value, members: Value) -> Value {
    let more = members.as_object().expect("members").clone();
    article.as_object_mut().expect("an article").extend(more);
    article
}

/// Puts a whole catalog in the place of what was there.
fn import(installation: &Installation, articles: &[Value]) {
    let lines: Vec<String> = articles.iter().map(Value::to_string).collect();
    let path = installation.file("catalog.jsonl", &lines.join("\n"));
    installation.punchgate(&["catalog", "import", "--shop", "acme", "--allow-shrink", path.to_str().expect("a path")]);
}

/// The usual installation with a catalog of three bolts and a nut that is sold by the ten.
fn acme_with_catalog(installation: Installation, system: &str) -> Acme {
    let acme = installation.with_acme(system);
    let nut = with(
        bolt("NT-1"),
        json!({ "min_quantity": "10", "packing_quantity": "5", "texts": [{ "language": "en", "name": "Nut M8" }], "categories": [], "manufacturer_part": "NT-M8" }),
    );
    import(&acme.installation, &[bolt("HB-1"), bolt("HB-2"), bolt("HB-3"), nut]);
    acme
}

fn validate<'a>(gateway: &'a Gateway, product: &str, quantity: &str) -> Buyer<'a> {
    gateway.buyer().with("FUNCTION", "VALIDATE").with("PRODUCTID", product).with("QUANTITY", quantity)
}

fn search(gateway: &Gateway, text: &str) -> Answer {
    gateway.buyer().with("FUNCTION", "BACKGROUND_SEARCH").with("SEARCHSTRING", text).call()
}

fn download(gateway: &Gateway, arguments: &[(&str, &str)]) -> Answer {
    let buyer = gateway.buyer().with("FUNCTION", "DOWNLOADJSON");
    arguments.iter().fold(buyer, |buyer, (name, value)| buyer.with(name, value)).call()
}

/// The numbers of a page of the download.
fn numbers(page: &Value) -> Vec<&str> {
    let items = page["Items"].as_array().expect("items");
    items.iter().map(|item| item["NEWITEM"]["EXT_PRODUCT_ID"].as_str().expect("a number")).collect()
}

fn count(page: &str, css: &str) -> usize {
    Html::parse_document(page).select(&Selector::parse(css).expect("a selector")).count()
}

#[test]
fn a_product_is_validated_on_the_same_address_at_the_price_of_its_quantity() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let running = gateway.punch_out();
        for answer in [validate(&gateway, "HB-1", "100.000").call(), validate(&gateway, "HB-1", "100").visit()] {
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!((answer.header("cache-control"), answer.header("x-frame-options")), ("no-store", ""));
            assert_eq!(answer.header("set-cookie"), "", "a machine keeps none");
            let form = ReturnForm::read(&answer.text());
            assert_eq!((form.action.as_str(), form.method.as_str()), (crate::support::HOOK, "post"));
            let field = |name: &str| form.get(&format!("NEW_ITEM-{name}[1]"));
            assert_eq!(
                (field("PRICE"), field("PRICEUNIT"), field("CURRENCY")),
                (Some("3.600"), Some("1"), Some("EUR"))
            );
            assert_eq!((field("QUANTITY"), field("UNIT")), (Some("100.000"), Some("PCE")));
            assert_eq!((field("EXT_PRODUCT_ID"), field("MANUFACTMAT")), (Some("HB-1"), Some("HB-M8")));
            let page = answer.text();
            assert_eq!(count(&page, "body *:not(form):not(script):not(input[type=hidden])"), 0, "nothing is visible");
            assert_eq!(count(&page, "script"), 1);
            assert!(answer.header("content-security-policy").contains("form-action https://srm.example.com;"));
            let returned = Returned::from_html(&answer.bytes, Some("utf-8")).expect("a form");
            assert_eq!((returned.items.len(), returned.warnings.len()), (1, 0), "{:?}", returned.warnings);
        }
        assert_eq!(gateway.shop().status(&running)["state"], "in_shop", "who shops meanwhile is not disturbed");
        assert_eq!(gateway.metric("punchgate_punchouts_total"), 1, "no punchout was opened for it");
        assert_eq!(gateway.metric("punchgate_functions_total{function=\"VALIDATE\"}"), 2);
    });
}

#[test]
fn a_product_that_is_gone_is_a_page_without_a_form() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        for product in ["HB-9", "hb-1", "HB-1\0", "' OR 1=1 --"] {
            let answer = validate(&gateway, product, "1").call();
            assert_eq!(answer.status, 200, "{product}");
            assert_eq!(count(&answer.text(), "form, input, script, body *"), 0, "{product}");
        }
        import(&acme.installation, &[bolt("HB-2")]);
        assert_eq!(count(&validate(&gateway, "HB-1", "1").call().text(), "form"), 0, "the last import took it out");
        assert_eq!(count(&validate(&gateway, "HB-2", "1").call().text(), "form"), 1);
    });
}

#[test]
fn without_a_hook_the_answer_is_for_who_reads_it_himself() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let answer = validate(&gateway, "HB-1", "1").without("HOOK_URL").call();
        let page = answer.text();
        assert_eq!((count(&page, "form[action='']"), count(&page, "script")), (1, 0), "{page}");
        assert_eq!(ReturnForm::read(&page).get("NEW_ITEM-PRICE[1]"), Some("4.850"));
        let found =
            gateway.buyer().without("HOOK_URL").with("FUNCTION", "BACKGROUND_SEARCH").with("SEARCHSTRING", "hex");
        assert_eq!(count(&found.call().text(), "form[action=''] input[name='NEW_ITEM-PRICE[3]']"), 1);
        let download = gateway.buyer().without("HOOK_URL").with("FUNCTION", "DOWNLOADJSON").call();
        assert_eq!(download.json()["TOTALITEMS"], 4);

        let refused = |buyer: Buyer| buyer.call().refusal();
        assert_eq!(refused(gateway.buyer().without("HOOK_URL")), (400, "hook-missing".into()));
        let detail = gateway.buyer().with("FUNCTION", "DETAIL").with("PRODUCTID", "HB-1");
        assert_eq!(refused(detail.without("HOOK_URL")), (400, "hook-missing".into()));
        let elsewhere = validate(&gateway, "HB-1", "1").with("HOOK_URL", "https://evil.example/");
        assert_eq!(refused(elsewhere), (400, "hook-host".into()), "one that is given must be allowed");
    });
}

#[test]
fn a_quantity_that_cannot_be_ordered_comes_back_as_asked_with_a_word_about_it() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let validated = |quantity: &str| {
            let form = ReturnForm::read(&validate(&gateway, "NT-1", quantity).with("LANGU", "DE").call().text());
            let field = |name: &str| form.get(name).unwrap_or_default().to_owned();
            (field("NEW_ITEM-QUANTITY[1]"), field("NEW_ITEM-PRICE[1]"), field("NEW_ITEM-LONGTEXT_1:132[]"))
        };
        let few = validated("3");
        assert_eq!((few.0.as_str(), few.1.as_str()), ("3.000", "4.850"));
        assert!(
            few.2.ends_with("Die Mindestbestellmenge ist 10.\n\nBestellbar sind nur Vielfache von 5."),
            "{}",
            few.2
        );
        assert_eq!(validated("15").2, "");
        assert_eq!(validated("").0, "10.000", "who names no quantity gets the least that can be ordered");
        assert_eq!(validate(&gateway, "NT-1", "ten").call().refusal(), (400, "function-argument-wrong".into()));
    });
}

#[test]
fn several_products_are_validated_in_one_call() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let batch = gateway
            .buyer()
            .with("FUNCTION", "VALIDATE")
            .with("PRODUCTID[1]", "HB-2")
            .with("QUANTITY[1]", "1")
            .with("PRODUCTID[2]", "GONE")
            .with("QUANTITY[2]", "1")
            .with("PRODUCTID[3]", "HB-1")
            .with("QUANTITY[3]", "500")
            .call();
        let returned = Returned::from_html(&batch.bytes, None).expect("a form");
        let field = |place: usize, name: &str| {
            let fields = &returned.items[place].fields;
            fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
        };
        assert_eq!((returned.items.len(), returned.warnings.len()), (2, 0), "{:?}", returned.warnings);
        assert_eq!((field(0, "VENDORMAT"), field(0, "PRICE")), (Some("HB-2"), Some("4.850")));
        assert_eq!((field(1, "VENDORMAT"), field(1, "PRICE")), (Some("HB-1"), Some("3.600")));
    });
}

#[test]
fn functions_keep_to_login_licenses_and_methods_like_any_call() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let wrong = validate(&gateway, "HB-1", "1").with("PASSWORD", "wrong");
        assert_eq!(wrong.call().refusal(), (401, "login-wrong".into()));
        let page = wrong.visit();
        assert_eq!((page.status.as_u16(), count(&page.text(), "form")), (401, 0));
        let url = format!("{}/oci/srm?FUNCTION=DOWNLOADJSON&USERNAME=x&PASSWORD=y", gateway.url);
        let program = Answer::of(client().get(&url).header("accept", "*/*").send().expect("an answer"));
        assert_eq!(program.refusal(), (401, "login-wrong".into()), "a program that asks for data reads no pages");
        let person = Answer::of(client().get(&url).header("accept", "text/html").send().expect("an answer"));
        assert!(person.header("content-type").starts_with("text/html"));

        let by_customer = validate(&gateway, "HB-1", "1").path("/oci").call();
        assert_eq!(ReturnForm::read(&by_customer.text()).get("NEW_ITEM-VENDORMAT[1]"), Some("HB-1"));
        acme.installation.punchgate(&["license", "suspend", &acme.customer_key]);
        let suspended = (403, "customer-license-suspended".to_owned());
        assert_eq!(validate(&gateway, "HB-1", "1").call().refusal(), suspended);
        assert_eq!(search(&gateway, "hex").refusal(), suspended);
        assert_eq!(download(&gateway, &[]).refusal(), suspended);
    });
}

#[test]
fn all_hits_stand_in_one_page_that_waits_for_its_button() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "[system.form]\nhook_query = \"split\"");
        let gateway = acme.installation.serve();
        let answer = search(&gateway, "hex bolt");
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.text();
        assert_eq!((count(&page, "script"), count(&page, "button[type=submit]")), (0, 1));
        assert_eq!(count(&page, "form [name]:not([type=hidden])"), 0);
        let form = ReturnForm::read(&page);
        assert_eq!((form.action.as_str(), form.get("sid")), ("https://srm.example.com/return", Some("7")));
        let header = |name: &str| form.get(&format!("HEADER-{name}"));
        assert_eq!((header("TOTAL_RESULTS"), header("TOTAL_PAGES")), (Some("3"), Some("1")));
        assert_eq!((header("PAGE"), header("PER_PAGE")), (Some("1"), Some("200")));
        let returned = Returned::from_html(&answer.bytes, None).expect("a form");
        assert_eq!((returned.items.len(), returned.warnings.len()), (3, 0), "{:?}", returned.warnings);
        assert!(page.contains("Results for “hex bolt”: 3") && page.contains("4.850 EUR / PCE"));
        let german = gateway.buyer().with("FUNCTION", "BACKGROUND_SEARCH").with("SEARCHSTRING", "hex bolt");
        assert!(german.with("sap-language", "DE").call().text().contains("4,850 EUR / PCE"), "as a German reads it");

        for nothing in ["", "   ", "zzzzzz"] {
            let none = search(&gateway, nothing);
            assert_eq!((none.status.as_u16(), count(&none.text(), "form")), (200, 1), "{nothing}");
            let form = ReturnForm::read(&none.text());
            assert_eq!(form.get("HEADER-TOTAL_RESULTS"), Some("0"), "{nothing}");
            assert!(!form.fields.iter().any(|(name, _)| name.starts_with("NEW_ITEM")), "{nothing}");
        }
        let markup = search(&gateway, "<script>alert(1)</script> hex");
        assert!(!markup.text().contains("<script>"));
    });
}

#[test]
fn more_hits_than_the_system_allows_are_counted_and_left_out() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "[system.call]\nmax_hits = 2");
        let gateway = acme.installation.serve();
        let form = ReturnForm::read(&search(&gateway, "hex").text());
        assert_eq!((form.get("HEADER-PER_PAGE"), form.get("HEADER-TOTAL_RESULTS")), (Some("2"), Some("3")));
        assert_eq!(form.get("HEADER-TOTAL_PAGES"), Some("2"));
        assert!(form.get("NEW_ITEM-PRICE[2]").is_some() && form.get("NEW_ITEM-PRICE[3]").is_none());
        let refused = acme.installation.try_apply(&acme.setup("[system.call]\nmax_hits = 2001"));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("1 to 2000"));
    });
}

#[test]
fn items_of_functions_are_made_as_the_system_makes_those_of_a_cart() {
    on_both_databases(|installation| {
        let system = "[system.form]\nfirst_index = 0\n[[system.field]]\nname = \"CUST_FIELD1\"\nfrom = [\"custom.drawing\"]\n\
             [[system.field]]\nname = \"CUST_FIELD2\"\nfrom = [\"customer.number\"]";
        let acme = acme_with_catalog(installation, system);
        let gateway = acme.installation.serve();
        let buyer = gateway
            .buyer()
            .with("NEW_ITEM-VENDOR", "0000100234")
            .with("LANGU", "DE")
            .with("http_content_charset", "iso-8859-1");
        let answer = buyer.with("FUNCTION", "BACKGROUND_SEARCH").with("SEARCHSTRING", "schraube").call();
        assert_eq!(answer.header("content-type"), "text/html; charset=iso-8859-1");
        let page: String = answer.bytes.iter().map(|byte| char::from(*byte)).collect();
        let form = ReturnForm::read(&page);
        for item in 0..3 {
            let field = |name: &str| form.get(&format!("NEW_ITEM-{name}[{item}]"));
            assert_eq!(
                (field("VENDOR"), field("CUST_FIELD1"), field("CUST_FIELD2")),
                (Some("0000100234"), Some("Z-77"), Some("10001"))
            );
            assert!(
                field("DESCRIPTION").is_some_and(|name| name.starts_with("Sechskantschraube")),
                "in the buyer's language"
            );
        }
    });
}

#[test]
fn an_article_that_can_be_no_item_is_left_out_and_told_to_the_operator() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let long = "X".repeat(60);
        import(&acme.installation, &[bolt("HB-1"), bolt(&long)]);
        let gateway = acme.installation.serve();
        let form = ReturnForm::read(&search(&gateway, "hex").text());
        assert!(form.get("NEW_ITEM-PRICE[1]").is_some() && form.get("NEW_ITEM-PRICE[2]").is_none());
        assert_eq!(count(&validate(&gateway, &long, "1").call().text(), "form"), 0);
        let page = download(&gateway, &[]).json();
        assert_eq!((numbers(&page), &page["TOTALITEMS"]), (vec!["HB-1"], &json!(2)));
        assert!(gateway.log().contains("is left out"), "{}", gateway.log());
    });
}

#[test]
fn a_shop_without_a_catalog_offers_no_functions_of_it() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let refused = (400, "function-not-offered".to_owned());
        assert_eq!(validate(&gateway, "HB-1", "1").call().refusal(), refused);
        assert_eq!(search(&gateway, "hex").refusal(), refused);
        assert_eq!(download(&gateway, &[]).refusal(), refused);
        assert_eq!(
            gateway.buyer().with("FUNCTION", "QUANTITYCHECK").call().refusal(),
            (400, "function-unknown".into())
        );
        assert_eq!(gateway.metric("punchgate_punchouts_total"), 0, "no shopping session was opened");
    });
}

#[test]
fn the_catalog_is_downloaded_page_by_page_in_all_languages() {
    on_both_databases(|installation| {
        let acme =
            acme_with_catalog(installation, "[[system.field]]\nname = \"CUST_FIELD1\"\nfrom = [\"custom.drawing\"]");
        let gateway = acme.installation.serve();
        let answer = download(&gateway, &[("PAGESIZE", "3"), ("REQUESTEDPAGE", ""), ("LASTUPDATED", "")]);
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
        let first = answer.json();
        let head = |page: &Value| json!([page["CTI"], page["CURRENTPAGE"], page["TOTALPAGES"], page["TOTALITEMS"]]);
        assert_eq!(head(&first), json!(["X", 1, 2, 4]));
        assert_eq!(numbers(&first), ["HB-1", "HB-2", "HB-3"]);
        let transaction = first["TRANSACTIONID"].as_str().expect("an id");
        assert!(transaction.parse::<i64>().is_ok(), "digits that fit into 64 bits: {transaction}");

        let item = &first["Items"][0]["NEWITEM"];
        let texts = json!([
            { "description": "Sechskantschraube HB-1", "languageCode": "de" },
            { "description": "Hex bolt HB-1", "languageCode": "en" },
        ]);
        assert_eq!(item["DESCRIPTION"], texts);
        let scales = json!([
            { "low": 1, "high": 99, "price": "4.85", "scaleType": "01" },
            { "low": 100, "price": "3.60", "scaleType": "01" },
        ]);
        assert_eq!(item["PRICE_SCALES"], scales);
        assert_eq!(
            json!([item["PRICE"], item["PRICE_QUANTITY"], item["TAX"], item["UNIT"]]),
            json!(["4.85", 1, "19.00", "PCE"])
        );
        assert_eq!(item["CUSTOMER_FIELDS"], json!([{ "fieldName": "CUST_FIELD1", "fieldValue": "Z-77" }]));
        assert_eq!(item["ATTACHMENTS"][0]["fileName"], "https://shop.acme.example/hb.jpg");

        let second = download(
            &gateway,
            &[("pagesize", "3"), ("requestedpage", "2"), ("transactionid", transaction), ("cti", "Y")],
        )
        .json();
        assert_eq!((head(&second), numbers(&second)), (json!(["Y", 2, 2, 4]), vec!["NT-1"]));
        let nut = &second["Items"][0]["NEWITEM"];
        assert_eq!(json!([nut["MINORDER_QTY"], nut["PACKAGING_QTY"]]), json!([10, 5]));
        let beyond = download(&gateway, &[("PAGESIZE", "3"), ("REQUESTEDPAGE", "99")]).json();
        assert_eq!(numbers(&beyond), ["NT-1"], "beyond the last is the last");
        assert_eq!(numbers(&download(&gateway, &[("PAGESIZE", "0")]).json()).len(), 4, "0 is all of it");
        for (name, value) in [("PAGESIZE", "x"), ("TRANSACTIONID", "a1b2"), ("LASTUPDATED", "soon")] {
            assert_eq!(
                download(&gateway, &[(name, value)]).refusal(),
                (400, "function-argument-wrong".into()),
                "{name}"
            );
        }
        assert_eq!(download(&gateway, &[("TRANSACTIONID", "123456789")]).refusal(), (410, "download-over".into()));
    });
}

#[test]
fn the_pages_of_a_download_show_one_catalog_whatever_is_imported_meanwhile() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let first = download(&gateway, &[("PAGESIZE", "2")]).json();
        let transaction = first["TRANSACTIONID"].as_str().expect("an id").to_owned();
        import(&acme.installation, &[bolt("AA-1"), bolt("HB-1")]);
        let second =
            download(&gateway, &[("PAGESIZE", "2"), ("REQUESTEDPAGE", "2"), ("TRANSACTIONID", &transaction)]).json();
        assert_eq!((numbers(&first), numbers(&second)), (vec!["HB-1", "HB-2"], vec!["HB-3", "NT-1"]));
        assert_eq!((&second["TRANSACTIONID"], &second["TOTALITEMS"]), (&json!(transaction), &json!(4)));
        assert_eq!(numbers(&download(&gateway, &[]).json()), ["AA-1", "HB-1"], "who begins now sees what is now");
    });
}

#[test]
fn a_delta_tells_what_is_new_what_changed_and_what_is_gone() {
    on_both_databases(|installation| {
        let acme = acme_with_catalog(installation, "");
        let gateway = acme.installation.serve();
        let now = || jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let before = now();
        let unchanged = download(&gateway, &[("LASTUPDATED", &before)]).json();
        assert_eq!(
            json!([unchanged["TOTALITEMS"], unchanged["TOTALPAGES"], unchanged["CURRENTPAGE"]]),
            json!([0, 0, 1])
        );
        assert_eq!(unchanged["Items"], json!([]), "an empty delta is a valid one");

        let dearer = with(bolt("HB-2"), json!({ "prices": [{ "from": "1", "net": "9", "per": "1" }] }));
        import(&acme.installation, &[bolt("HB-1"), dearer, bolt("HB-4")]);
        let delta = download(&gateway, &[("LASTUPDATED", &before), ("PAGESIZE", "3")]).json();
        assert_eq!((numbers(&delta), &delta["TOTALITEMS"]), (vec!["HB-2", "HB-3", "HB-4"], &json!(4)));
        let item = |place: usize| &delta["Items"][place]["NEWITEM"];
        assert_eq!((&item(0)["PRICE"], &item(0)["DELETED"]), (&json!("9.00"), &Value::Null));
        assert_eq!(item(1), &json!({ "EXT_PRODUCT_ID": "HB-3", "VENDOR_MAT": "HB-3", "DELETED": "X" }));
        let transaction = delta["TRANSACTIONID"].as_str().expect("an id");
        let rest =
            download(&gateway, &[("PAGESIZE", "3"), ("REQUESTEDPAGE", "2"), ("TRANSACTIONID", transaction)]).json();
        assert_eq!((numbers(&rest), &rest["Items"][0]["NEWITEM"]["DELETED"]), (vec!["NT-1"], &json!("X")));

        let all = download(&gateway, &[("LASTUPDATED", "20000101")]).json();
        assert_eq!(numbers(&all), ["HB-1", "HB-2", "HB-4"], "before the first import everything is new");
        assert_eq!(numbers(&download(&gateway, &[("LASTUPDATED", &now())]).json()), Vec::<&str>::new());
    });
}

#[test]
fn a_page_of_thousands_comes_whole_and_compressed_for_those_who_can_unpack_it() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let articles: Vec<Value> = (0..2_500).map(|n| bolt(&format!("HB-{n:05}"))).collect();
        import(&acme.installation, &articles);
        let gateway = acme.installation.serve();
        let whole = download(&gateway, &[("PAGESIZE", "100000")]);
        let page = whole.json();
        assert_eq!(numbers(&page).len(), 2_500);
        let url = format!(
            "{}/oci/srm?FUNCTION=DOWNLOADJSON&PAGESIZE=100000&USERNAME=buyer@acme-customer.example&PASSWORD={}",
            gateway.url,
            PASSWORD.replace(' ', "+")
        );
        let packed = Answer::of(client().get(url).header("accept-encoding", "gzip").send().expect("an answer"));
        assert_eq!((packed.header("content-encoding"), packed.header("vary")), ("gzip", "accept-encoding"));
        assert!(packed.bytes.len() * 10 < whole.bytes.len(), "{} of {}", packed.bytes.len(), whole.bytes.len());
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(packed.bytes.as_slice()).read_to_end(&mut unpacked).expect("gzip");
        assert_eq!(serde_json::from_slice::<Value>(&unpacked).expect("JSON")["Items"], page["Items"]);
    });
}
