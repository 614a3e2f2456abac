//! Shops that answer for their products themselves (`catalog_url`): what they are asked, and what becomes of a buyer when
//! they are down, slow or talk nonsense.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    Acme, Answer, AnsweringShop, Gateway, Installation, Question, Reply, ReturnForm, on_both_databases,
};

/// A shop with bolts at a price for 1 and a price for 100, at most three on a page.
fn bolts(question: &Question, _: usize) -> Reply {
    let bolt = |id: &str, quantity: i64| {
        json!({ "product_id": id, "name": format!("Hex bolt {id}"), "unit": "piece", "min_quantity": "10",
            "price": { "net": if quantity >= 100 { "3.60" } else { "4.85" } } })
    };
    if let Some(id) = question.path.strip_prefix("/api/products/") {
        if !id.starts_with("HB-") {
            return Reply::Json(404, json!({ "error": "no such product" }));
        }
        let quantity: i64 = question.get("quantity").and_then(|quantity| quantity.parse().ok()).unwrap_or(1);
        return Reply::Json(200, json!({ "currency": "EUR", "product": bolt(id, quantity) }));
    }
    if question.get("search").as_deref() != Some("bolt") {
        return Reply::Json(200, json!({ "currency": "EUR", "lines": [], "total": 0 }));
    }
    let page: usize = question.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let lines: Vec<Value> = (0..7).skip((page - 1) * 3).take(3).map(|n| bolt(&format!("HB-{n}"), 1)).collect();
    Reply::Json(200, json!({ "currency": "EUR", "lines": lines, "total": 7 }))
}

/// The usual installation with a shop that answers below this address.
fn acme_with(installation: Installation, catalog_url: &str, system: &str) -> Acme {
    let acme = installation.with_acme(system);
    let entry = "entry_url = \"https://shop.acme.example/punchout/enter\"";
    let setup = acme.setup(system).replace(entry, &format!("{entry}, catalog_url = \"{catalog_url}\""));
    acme.installation.apply(&setup);
    acme
}

fn validate(gateway: &Gateway, product: &str, quantity: &str) -> Answer {
    gateway.buyer().with("FUNCTION", "VALIDATE").with("PRODUCTID", product).with("QUANTITY", quantity).call()
}

fn search(gateway: &Gateway, text: &str) -> Answer {
    gateway.buyer().with("FUNCTION", "BACKGROUND_SEARCH").with("SEARCHSTRING", text).call()
}

#[test]
fn a_shop_that_answers_itself_is_asked_for_the_price_of_the_quantity() {
    on_both_databases(|installation| {
        let shop = AnsweringShop::start(bolts);
        let acme = acme_with(installation, &shop.url, "");
        let gateway = acme.installation.serve();
        let answer = gateway
            .buyer()
            .with("FUNCTION", "VALIDATE")
            .with("PRODUCTID", "HB-M8/40")
            .with("QUANTITY", "100.000")
            .with("sap-language", "D")
            .call();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let form = ReturnForm::read(&answer.text());
        assert_eq!(form.get("NEW_ITEM-EXT_PRODUCT_ID[1]"), Some("HB-M8%2F40"), "the path is percent-encoded");
        assert_eq!(form.get("NEW_ITEM-PRICE[1]"), Some("3.600"));
        assert_eq!(form.get("NEW_ITEM-QUANTITY[1]"), Some("100.000"));
        assert_eq!(form.get("NEW_ITEM-PRICEUNIT[1]"), Some("1"));
        let asked = &shop.asked()[0];
        assert_eq!((asked.path.as_str(), asked.query.as_str()), ("/api/products/HB-M8%2F40", "quantity=100"));
        assert_eq!((asked.header("punchgate-customer"), asked.header("accept-language")), ("10001", "de"));
        assert_eq!(asked.header("accept"), "application/json");

        let few = ReturnForm::read(&validate(&gateway, "HB-1", "3").text());
        assert_eq!((few.get("NEW_ITEM-PRICE[1]"), few.get("NEW_ITEM-QUANTITY[1]")), (Some("4.850"), Some("3.000")));
        assert_eq!(few.get("NEW_ITEM-LONGTEXT_1:132[]"), Some("The minimum order quantity is 10."));
        let gone = validate(&gateway, "XX-1", "1");
        assert!(gone.status == 200 && !gone.text().contains("<form"), "{}", gone.text());
        assert!(!validate(&gateway, "..", "1").text().contains("<form"), "a path is no way out of /products");

        let download = gateway.buyer().with("FUNCTION", "DOWNLOADJSON").call();
        assert_eq!(download.refusal(), (400, "function-not-offered".into()));
    });
}

#[test]
fn a_search_goes_through_the_shops_pages_up_to_the_systems_cap() {
    let shop = AnsweringShop::start(bolts);
    let acme = acme_with(Installation::on_sqlite(), &shop.url, "[system.call]\nmax_hits = 5");
    let gateway = acme.installation.serve();
    let found = ReturnForm::read(&search(&gateway, "bolt").text());
    let names = found.fields.iter().filter(|(name, _)| name.starts_with("NEW_ITEM-DESCRIPTION")).count();
    assert_eq!((names, shop.asked().len()), (5, 2));
    assert_eq!((found.get("HEADER-TOTAL_RESULTS"), found.get("HEADER-PER_PAGE")), (Some("7"), Some("5")));
    assert_eq!(found.get("HEADER-TOTAL_PAGES"), Some("2"));
    for (nothing, asked) in [("zzz", 3), ("  ", 3)] {
        let none = ReturnForm::read(&search(&gateway, nothing).text());
        assert_eq!((none.get("HEADER-TOTAL_RESULTS"), shop.asked().len()), (Some("0"), asked), "{nothing}");
    }
}

#[test]
fn several_products_are_validated_at_once_and_those_gone_are_left_out() {
    let shop = AnsweringShop::start(bolts);
    let acme = acme_with(Installation::on_sqlite(), &shop.url, "");
    let gateway = acme.installation.serve();
    let answer = gateway
        .buyer()
        .with("FUNCTION", "VALIDATE")
        .with("PRODUCTID[1]", "HB-1")
        .with("QUANTITY[1]", "100")
        .with("PRODUCTID[2]", "GONE")
        .with("PRODUCTID[3]", "HB-3")
        .call();
    let form = ReturnForm::read(&answer.text());
    let field = |name: &str| form.get(&format!("NEW_ITEM-{name}"));
    assert_eq!((field("EXT_PRODUCT_ID[1]"), field("PRICE[1]")), (Some("HB-1"), Some("3.600")));
    assert_eq!((field("EXT_PRODUCT_ID[2]"), field("QUANTITY[2]")), (Some("HB-3"), Some("10.000")), "its minimum");
    assert_eq!(field("EXT_PRODUCT_ID[3]"), None);
}

#[test]
fn a_shop_that_is_down_is_a_refusal_with_a_time_to_come_back_and_then_left_alone() {
    on_both_databases(|installation| {
        let shop = AnsweringShop::start(|_, _| Reply::HangUp);
        let acme = acme_with(installation, &shop.url, "");
        let gateway = acme.installation.serve();
        for _ in 0..5 {
            let refused = validate(&gateway, "HB-1", "1");
            assert_eq!(refused.refusal(), (503, "shop-unavailable".into()));
            assert_eq!(refused.header("retry-after"), "5");
        }
        assert_eq!(shop.asked().len(), 10, "each was tried twice");
        let refused = validate(&gateway, "HB-1", "1");
        assert_eq!(refused.refusal(), (503, "shop-unavailable".into()));
        let rest: u32 = refused.header("retry-after").parse().expect("seconds");
        assert!((20..=30).contains(&rest), "{rest}");
        assert_eq!(shop.asked().len(), 10, "nobody is sent any more");

        let visit = gateway.buyer().call();
        assert_eq!(visit.status, 303, "who visits the shop is not held up");
    });
}

#[test]
fn an_error_of_the_shop_is_tried_again_once() {
    let shop = AnsweringShop::start(|question, before| match before % 2 {
        0 => Reply::Text(500, "out of order".into()),
        _ => bolts(question, before),
    });
    let acme = acme_with(Installation::on_sqlite(), &shop.url, "");
    let gateway = acme.installation.serve();
    for expected in [2, 4] {
        assert_eq!(validate(&gateway, "HB-1", "1").status, 200);
        assert_eq!(shop.asked().len(), expected);
    }
}

#[test]
fn a_slow_shop_is_waited_for_no_longer_than_the_setting_says() {
    let shop = AnsweringShop::start(|question, before| {
        std::thread::sleep(Duration::from_secs(4));
        bolts(question, before)
    });
    let mut installation = Installation::on_sqlite();
    installation.set("shop_timeout", "1s");
    let acme = acme_with(installation, &shop.url, "");
    let gateway = acme.installation.serve();
    let began = Instant::now();
    let refused = search(&gateway, "bolt");
    assert_eq!(refused.refusal(), (503, "shop-unavailable".into()));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let cause = gateway.logged(refused.json()["reference"].as_str().expect("a reference"))["cause"].to_string();
    assert!(cause.contains("within 1 s") && !cause.contains("127.0.0.1"), "{cause}");
}

#[test]
fn nonsense_of_the_shop_is_refused_with_what_is_wrong_about_it() {
    let shop = AnsweringShop::start(|question, _| match question.path.rsplit('/').next().unwrap_or_default() {
        "html" => Reply::Text(200, "<html>Welcome</html>".into()),
        "huge" => Reply::Text(200, "x".repeat(5 * 1024 * 1024)),
        "elsewhere" => Reply::Redirect("https://elsewhere.example/".into()),
        "forbidden" => Reply::Text(403, "Who are you?".into()),
        "priceless" => Reply::Json(200, json!({ "currency": "EUR", "product": { "name": "Bolt" } })),
        _ => Reply::Json(200, json!({ "currency": "EUR", "lines": "none" })),
    });
    let acme = acme_with(Installation::on_sqlite(), &shop.url, "");
    let gateway = acme.installation.serve();
    let wrong = |answer: Answer, told: &str| {
        assert_eq!(answer.refusal(), (502, "shop-answer-wrong".into()), "{told}");
        let entry = gateway.logged(answer.json()["reference"].as_str().expect("a reference"));
        assert!(entry["cause"].as_str().expect("a cause").contains(told), "{entry}");
        assert!(!answer.text().contains(told), "the buyer is not told what is the shop's business");
    };
    wrong(validate(&gateway, "html", "1"), "it is not JSON");
    wrong(validate(&gateway, "huge", "1"), "larger than 4 MiB");
    wrong(validate(&gateway, "elsewhere", "1"), "redirects are not followed");
    wrong(validate(&gateway, "forbidden", "1"), "403");
    wrong(validate(&gateway, "priceless", "1"), "price.net");
    wrong(search(&gateway, "bolt"), "lines is not a list");
    assert_eq!(shop.asked().len(), 6, "nothing of that gets better by asking again");
}

#[test]
fn an_address_that_cannot_be_asked_is_refused_by_apply() {
    let acme = Installation::on_sqlite().with_acme("");
    let entry = "entry_url = \"https://shop.acme.example/punchout/enter\"";
    for wrong in [
        "ftp://shop.acme.example/",
        "shop.acme.example",
        "https://user:secret@shop.acme.example/",
        "https://shop.acme.example/#x",
    ] {
        let setup = acme.setup("").replace(entry, &format!("{entry}, catalog_url = \"{wrong}\""));
        let refused = acme.installation.try_apply(&setup);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("catalog_url"), "{wrong}: {told}");
    }
}
