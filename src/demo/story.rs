//! The whole way of a person through the demo, against a gateway that is not ours: a few lines
//! that answer as `/api/v1` promises. What holds here holds for every shop that knows only that.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::Server;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use reqwest::StatusCode;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::buyer::{self, Buyer};
use super::shop::{self, Shop};

/// Answers of the false gateway, and what it was told.
#[derive(Default)]
struct Gateway {
    /// Set to the answer that the next carts get instead of 201.
    refuse_carts: Option<(u16, Value)>,
    entries: Vec<Value>,
    carts: Vec<Value>,
    left: Vec<String>,
}

type Shared = Arc<Mutex<Gateway>>;

struct Demo {
    gateway: Shared,
    shop: String,
    buyer: String,
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("a bound port"));
    (listener, origin)
}

fn false_gateway(listener: TcpListener, gateway: Shared) -> Server {
    fn knows(request: &HttpRequest) -> bool {
        request.headers().get("authorization").is_some_and(|value| value == "Bearer key-of-the-shop")
    }
    async fn redeem(request: HttpRequest, body: web::Json<Value>, gateway: web::Data<Shared>) -> HttpResponse {
        if !knows(&request) {
            return HttpResponse::Unauthorized().json(json!({ "code": "api-key-wrong" }));
        }
        let mut gateway = gateway.lock().unwrap();
        gateway.entries.push(body.into_inner());
        let answer = |intent: Value, language: &str| {
            HttpResponse::Ok().json(json!({
                "punchout": "01J9ZK", "system": "demo", "customer": { "number": "10001", "email": "buyer@customer.example" },
                "intent": intent, "language": language, "extra": {}, "opened_at": "2026-11-23T18:00:00Z", "expires_at": "2026-11-24T02:00:00Z",
            }))
        };
        match gateway.entries.last().and_then(|entry| entry["token"].as_str()) {
            Some("good") => answer(json!({ "kind": "shop" }), "en"),
            Some("bolt") => answer(json!({ "kind": "detail", "product_id": "AC-2001" }), "de"),
            Some("find") => answer(json!({ "kind": "search", "text": "m8" }), "fr"),
            Some("used") => {
                HttpResponse::Conflict().json(json!({ "code": "entry-used", "detail": "Used.", "reference": "REF-1" }))
            }
            Some("old") => HttpResponse::Gone().finish(),
            _ => HttpResponse::NotFound().json(json!({ "code": "entry-unknown" })),
        }
    }
    async fn cart(
        id: web::Path<String>,
        request: HttpRequest,
        body: web::Json<Value>,
        gateway: web::Data<Shared>,
    ) -> HttpResponse {
        assert!(knows(&request) && *id == "01J9ZK");
        let mut gateway = gateway.lock().unwrap();
        if let Some((status, problem)) = &gateway.refuse_carts {
            return HttpResponse::build(actix_web::http::StatusCode::from_u16(*status).unwrap()).json(problem);
        }
        gateway.carts.push(body.into_inner());
        HttpResponse::Created().json(json!({ "return_url": "http://gateway.example/return/ticket", "notices": [] }))
    }
    async fn leave(id: web::Path<String>, gateway: web::Data<Shared>) -> HttpResponse {
        gateway.lock().unwrap().left.push(id.into_inner());
        HttpResponse::NoContent().finish()
    }
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(gateway.clone()))
            .route("/api/v1/entries/redeem", web::post().to(redeem))
            .route("/api/v1/punchouts/{id}/cart", web::post().to(cart))
            .route("/api/v1/punchouts/{id}", web::delete().to(leave))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .unwrap()
    .run()
}

fn demo() -> Demo {
    // What the command does before anything else.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let shared = Shared::default();
    let ((gateway_port, gateway), (shop_port, shop), (buyer_port, buyer)) = (listen(), listen(), listen());
    tokio::spawn(false_gateway(gateway_port, shared.clone()));
    let key = "key-of-the-shop".to_owned().into();
    tokio::spawn(
        shop::serve(shop_port, Shop { gateway: gateway.clone(), api_key: key, name: "Acme Tools".into() }).unwrap(),
    );
    let stranger = Buyer {
        call_url: format!("{gateway}/oci/demo"),
        public_url: buyer.clone(),
        user: "buyer@\"<customer>.example".into(),
        password: "demo".into(),
    };
    tokio::spawn(buyer::serve(buyer_port, stranger).unwrap());
    Demo { gateway: shared, shop, buyer }
}

/// A browser without redirects: the story looks at each step.
struct Browser {
    client: reqwest::Client,
    cookies: Vec<(String, String)>,
}

struct Page {
    status: StatusCode,
    location: String,
    body: String,
}

impl Browser {
    fn new() -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .build()
            .unwrap();
        Self { client, cookies: Vec::new() }
    }

    async fn get(&mut self, url: String) -> Page {
        self.send(self.client.get(url)).await
    }

    async fn post(&mut self, url: String, form: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.into(), value.into()));
        }
        let location = response.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        Page { status: response.status(), location, body: response.text().await.unwrap() }
    }
}

impl Page {
    fn texts(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        let texts = page.select(&selector).map(|found| found.text().collect::<String>());
        texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        page.select(&Selector::parse(selector).unwrap())
            .filter_map(|found| found.attr(name).map(str::to_owned))
            .collect()
    }
}

#[tokio::test]
async fn a_person_comes_by_punchout_fills_a_cart_and_hands_it_over() {
    let demo = demo();
    let mut browser = Browser::new();

    let entered = browser.get(format!("{}/punchout/enter?token=good", demo.shop)).await;
    assert_eq!((entered.status, entered.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(demo.gateway.lock().unwrap().entries, [json!({ "token": "good" })]);

    let window = browser.get(format!("{}/", demo.shop)).await;
    assert!(window.texts(".punchout")[0].contains("customer 10001"));
    assert!(window.texts(".card").len() > 20);
    assert_eq!(
        window.attributes("form[action='/cart/transfer']", "action").len(),
        0,
        "an empty cart cannot be transferred"
    );

    let added = browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-2003"), ("quantity", "200")]).await;
    assert_eq!((added.status, added.location.as_str()), (StatusCode::SEE_OTHER, "/cart"));
    browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-2006"), ("quantity", "2,5")]).await;
    browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-4001"), ("quantity", "1")]).await;
    browser.post(format!("{}/cart/change", demo.shop), &[("product", "AC-4001"), ("quantity", "3")]).await;
    let cart = browser.get(format!("{}/cart", demo.shop)).await;
    assert!(cart.texts(".lines .what a").contains(&"19\" Rack shelf <1 HU> & mounting screws".to_owned()));
    assert_eq!(cart.texts("tfoot td"), ["€97.08"]);

    let handed_over = browser.post(format!("{}/cart/transfer", demo.shop), &[]).await;
    assert_eq!(
        (handed_over.status, handed_over.location.as_str()),
        (StatusCode::SEE_OTHER, "http://gateway.example/return/ticket")
    );
    let carts = demo.gateway.lock().unwrap().carts.clone();
    assert_eq!(carts[0]["currency"], "EUR");
    assert_eq!(carts[0]["lines"][0]["price"], json!({ "net": "0.00725", "per": "1" }));
    assert_eq!(carts[0]["lines"][1]["quantity"], "2.5");
    assert_eq!(carts[0]["lines"][2]["name"], "19\" Rack shelf <1 HU> & mounting screws");
}

#[tokio::test]
async fn a_new_punchout_starts_with_an_empty_cart_in_its_own_language() {
    let demo = demo();
    let mut browser = Browser::new();
    browser.get(format!("{}/punchout/enter?token=good", demo.shop)).await;
    browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-1001"), ("quantity", "1")]).await;

    let entered = browser.get(format!("{}/punchout/enter?token=bolt", demo.shop)).await;
    assert_eq!(entered.location, "/product/AC%2D2001");
    let product = browser.get(format!("{}{}", demo.shop, entered.location)).await;
    assert_eq!(product.texts("h1"), ["Sechskantschraube M8×40, 8.8, verzinkt"]);
    assert_eq!(browser.get(format!("{}/cart", demo.shop)).await.texts(".lines .what").len(), 0);

    let entered = browser.get(format!("{}/punchout/enter?token=find", demo.shop)).await;
    assert_eq!(entered.location, "/search?q=m8");
    assert_eq!(browser.get(format!("{}{}", demo.shop, entered.location)).await.texts(".card").len(), 2);
}

#[tokio::test]
async fn who_is_not_let_in_reads_why() {
    let demo = demo();
    let mut browser = Browser::new();
    for (query, status) in
        [("?token=used", 409), ("?token=old", 410), ("?token=nonsense", 404), ("", 400), ("?token=", 400)]
    {
        let page = browser.get(format!("{}/punchout/enter{query}", demo.shop)).await;
        assert_eq!(page.status.as_u16(), status, "{query}");
        assert_eq!(page.texts("h1"), ["You could not be let in"], "{query}");
    }
    let used = browser.get(format!("{}/punchout/enter?token=used&lang=de", demo.shop)).await;
    assert!(used.body.contains("er gilt nur einmal") && used.body.contains("REF-1"));
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_cart_that_the_gateway_refuses_is_shown_with_every_fault() {
    let demo = demo();
    let mut browser = Browser::new();
    browser.get(format!("{}/punchout/enter?token=good", demo.shop)).await;
    browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-3002"), ("quantity", "10")]).await;
    let fault = json!({ "line": "1", "line_id": "AC-3002", "field": "UNIT", "code": "unknown-unit", "message": "The unit <PR> is not known." });
    demo.gateway.lock().unwrap().refuse_carts =
        Some((422, json!({ "code": "cart-faulty", "title": "Faulty", "faults": [fault] })));

    let refused = browser.post(format!("{}/cart/transfer", demo.shop), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.texts(".trouble li"),
        ["Line 1, Cut protection gloves, level D, size 9: The unit <PR> is not known. UNIT"]
    );
    assert_eq!(refused.texts(".lines .what").len(), 1, "the cart is still there");
}

#[tokio::test]
async fn a_punchout_that_is_over_says_so_and_is_forgotten() {
    let demo = demo();
    let mut browser = Browser::new();
    for status in [409, 410] {
        browser.get(format!("{}/punchout/enter?token=good", demo.shop)).await;
        browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-1001"), ("quantity", "1")]).await;
        demo.gateway.lock().unwrap().refuse_carts = Some((status, json!({ "code": "punchout-over" })));
        let over = browser.post(format!("{}/cart/transfer", demo.shop), &[]).await;
        assert_eq!(over.status.as_u16(), status);
        assert_eq!(over.texts("h1"), ["This punchout is over"]);
        assert!(browser.get(format!("{}/", demo.shop)).await.texts(".punchout").is_empty());
    }
}

#[tokio::test]
async fn leaving_closes_the_punchout_without_a_cart() {
    let demo = demo();
    let mut browser = Browser::new();
    browser.get(format!("{}/punchout/enter?token=good", demo.shop)).await;
    let left = browser.post(format!("{}/leave", demo.shop), &[]).await;
    assert_eq!(left.texts("h1"), ["You have left the shop"]);
    assert_eq!(demo.gateway.lock().unwrap().left, ["01J9ZK"]);
    assert!(browser.get(format!("{}/", demo.shop)).await.texts(".punchout").is_empty());
}

#[tokio::test]
async fn without_a_punchout_the_shop_can_be_browsed_but_not_transferred() {
    let demo = demo();
    let mut browser = Browser::new();
    browser.post(format!("{}/cart/add", demo.shop), &[("product", "AC-1001"), ("quantity", "1")]).await;
    let cart = browser.get(format!("{}/cart", demo.shop)).await;
    assert_eq!(cart.texts(".lines .what").len(), 1);
    assert!(!cart.body.contains("/cart/transfer"));
    let tried = browser.post(format!("{}/cart/transfer", demo.shop), &[]).await;
    assert_eq!(tried.location, "/cart");
    for path in ["/nowhere", "/product/AC-0"] {
        let missing = browser.get(format!("{}{path}", demo.shop)).await;
        assert_eq!(
            (missing.status, missing.texts("h1")),
            (StatusCode::NOT_FOUND, vec!["There is nothing here".to_owned()])
        );
    }
}

#[tokio::test]
async fn the_buyer_makes_the_oci_call_with_fields_that_can_be_seen_and_changed() {
    let demo = demo();
    let page = Browser::new().get(format!("{}/?lang=de", demo.buyer)).await;
    let inputs = page.attributes("form:first-of-type > section input", "name");
    let expected = [
        "USERNAME",
        "PASSWORD",
        "HOOK_URL",
        "OCI_VERSION",
        "language",
        "~OkCode",
        "~TARGET",
        "~CALLER",
        "http_content_charset",
        "returntarget",
    ];
    assert_eq!(inputs, expected);
    let values = page.attributes("form input", "value");
    assert_eq!(values[0], "buyer@\"<customer>.example");
    assert_eq!(values[2], format!("{}/return", demo.buyer));
    assert_eq!(values[4], "de");
    assert!(page.attributes("form", "action").iter().all(|action| action.ends_with("/oci/demo")));
}

#[tokio::test]
async fn the_buyer_asks_without_opening_the_shop() {
    let demo = demo();
    let page = Browser::new().get(format!("{}/", demo.buyer)).await;
    let functions = page.attributes("input[name=FUNCTION]", "value");
    assert_eq!(functions, ["VALIDATE", "BACKGROUND_SEARCH", "DOWNLOADJSON"]);
    let asked = page.attributes("form input:not([type=hidden])", "name");
    assert_eq!(asked[10..], ["PRODUCTID", "QUANTITY", "SEARCHSTRING", "PAGESIZE", "REQUESTEDPAGE"]);
    assert_eq!(page.attributes("form[target=_blank] input[name=HOOK_URL]", "name").len(), 0, "a file returns nowhere");
    assert_eq!(page.attributes("form input[type=hidden][name=HOOK_URL]", "name").len(), 2);
}

#[tokio::test]
async fn the_buyer_shows_what_came_back_as_items_and_as_it_was_received() {
    let demo = demo();
    let mut browser = Browser::new();
    let form = [
        ("~OkCode", "ADDI"),
        ("NEW_ITEM-DESCRIPTION[1]", "19\" Rack <b>&amp; screws"),
        ("NEW_ITEM-VENDORMAT[1]", "AC-4001"),
        ("NEW_ITEM-QUANTITY[1]", "3.000"),
        ("NEW_ITEM-UNIT[1]", "PCE"),
        ("NEW_ITEM-PRICE[1]", "725.000"),
        ("NEW_ITEM-PRICEUNIT[1]", "100"),
        ("NEW_ITEM-CURRENCY[1]", "EUR"),
        ("NEW_ITEM-LEADTIME[1]", "4"),
        ("NEW_ITEM-LONGTEXT_1:132[]", "<script>alert(1)</script>"),
    ];
    let posted = browser.post(format!("{}/return?session=7", demo.buyer), &form).await;
    assert_eq!(posted.status, StatusCode::OK);
    let cells = posted.texts(".items tbody td");
    assert_eq!(
        cells[..10],
        ["1", "19\" Rack <b>&amp; screws", "AC-4001", "3", "PCE", "725.00", "100", "EUR", "21.75", "4 days"]
    );
    assert_eq!(cells[11], "<script>alert(1)</script>");
    assert!(posted.texts("script").is_empty());
    let raw = posted.texts(".raw tbody tr");
    assert_eq!(raw.len(), form.len() + 1);
    assert_eq!((raw[0].as_str(), raw[1].as_str()), ("session7", "~OkCodeADDI"));

    let by_get = browser.get(format!("{}/return?NEW_ITEM-DESCRIPTION%5B1%5D=Gr%F6%DFe", demo.buyer)).await;
    assert_eq!(by_get.texts(".items tbody b")[0], "Größe");
    assert_eq!(browser.get(format!("{}/nowhere", demo.buyer)).await.status, StatusCode::NOT_FOUND);
}
