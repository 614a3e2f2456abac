//! The demo shop "Acme Tools": a web shop like any other that takes punchouts.
//!
//! What it does for that is the whole contract for shops: redeem the token at the entry, hand the
//! cart over, or leave. It owns its visits and its cart, and never sees a `HOOK_URL`, a password
//! or anything else of the procurement system.

mod gateway;
mod pages;
mod visits;

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use self::gateway::{Gateway, GatewayError, Intent, Problem};
use self::pages::{CartPage, Frame, Message, ProductPage, Products};
use self::visits::{Punchout, Visit, Visits};
use super::catalog::{self, Category};
use super::http;
use super::words::{Language, ShopWords};

/// What the shop has to know.
pub struct Shop {
    /// The origin of the gateway: `http://127.0.0.1:8080`.
    pub gateway: String,
    /// The shop's key for the gateway's API.
    pub api_key: SecretString,
    /// Shown on top of every page.
    pub name: String,
}

/// Runs the shop until the server is stopped. It does not listen to signals: whoever runs it
/// beside other servers stops it by its handle.
pub fn serve(listener: TcpListener, shop: Shop) -> std::io::Result<Server> {
    let counter = web::Data::new(Counter {
        gateway: Gateway::new(&shop.gateway, shop.api_key)?,
        name: shop.name,
        visits: Visits::default(),
    });
    let server = HttpServer::new(move || App::new().app_data(counter.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

fn routes(routes: &mut web::ServiceConfig) {
    routes
        .route("/", web::get().to(products))
        .route("/search", web::get().to(products))
        .route("/product/{number}", web::get().to(product))
        .route("/cart", web::get().to(cart))
        .route("/cart/add", web::post().to(add))
        .route("/cart/change", web::post().to(change))
        .route("/cart/transfer", web::post().to(transfer))
        .route("/leave", web::post().to(leave))
        .route("/punchout/enter", web::get().to(enter))
        .route(
            "/style.css",
            web::get().to(async || {
                http::file("text/css; charset=utf-8", include_str!("../../templates/demo/shop/style.css"))
            }),
        )
        .route(
            "/icon.svg",
            web::get().to(async || http::file("image/svg+xml", include_str!("../../templates/demo/shop/icon.svg"))),
        )
        .default_service(web::to(missing));
}

const VISIT_COOKIE: &str = "demo-shop";
const LANGUAGE_COOKIE: &str = "demo-shop-language";

struct Counter {
    gateway: Gateway,
    name: String,
    visits: Visits,
}

/// Who asks: the browser's visit, if it has one, and its language.
struct Guest {
    /// The visit's cookie; only if there is such a visit.
    id: Option<String>,
    visit: Visit,
    language: Language,
}

impl Counter {
    fn guest(&self, request: &HttpRequest) -> Guest {
        let known = http::cookie(request, VISIT_COOKIE).and_then(|id| Some((self.visits.look(&id)?, id)));
        let (visit, id) = known.map_or_else(Default::default, |(visit, id)| (visit, Some(id)));
        Guest { id, visit, language: http::language(request, LANGUAGE_COOKIE) }
    }

    fn frame(&self, guest: &Guest, here: String) -> Frame {
        Frame::new(&self.name, guest.language, &guest.visit, here)
    }

    /// Ends the guest's visit, so that the page after it has no cart and no punchout.
    fn end(&self, guest: &mut Guest) {
        if let Some(id) = guest.id.take() {
            self.visits.end(&id);
        }
        guest.visit = Visit::default();
    }

    fn message(
        &self,
        guest: &Guest,
        status: StatusCode,
        words: fn(&ShopWords) -> (&'static str, &'static str),
        problem: Option<Box<Problem>>,
    ) -> HttpResponse {
        let frame = self.frame(guest, "/?".into());
        let (title, sentence) = words(frame.words);
        http::page(status, &Message { frame, title, sentence, problem })
    }

    /// The gateway is away, or says what no shop can act on.
    fn gateway_trouble(&self, guest: &Guest, error: GatewayError) -> HttpResponse {
        tracing::warn!(%error, "the demo shop got no good answer of the gateway");
        let problem = match error {
            GatewayError::Refused(problem) => Some(problem),
            GatewayError::Unreachable(_) | GatewayError::Address(_) => None,
        };
        self.message(guest, StatusCode::BAD_GATEWAY, |words| (words.gateway_title, words.gateway), problem)
    }
}

fn shown(request: &HttpRequest, page: &impl Template) -> HttpResponse {
    let mut response = http::page(StatusCode::OK, page);
    http::remember_language(request, &mut response, LANGUAGE_COOKIE);
    response
}

/// The address of a page, ready for another `lang=`.
fn here(request: &HttpRequest) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(
        url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "lang"),
    );
    let query = query.finish();
    if query.is_empty() { format!("{}?", request.path()) } else { format!("{}?{query}&", request.path()) }
}

/// The shop window, for `/` and `/search`.
async fn products(request: HttpRequest, counter: web::Data<Counter>) -> HttpResponse {
    let mut frame = counter.frame(&counter.guest(&request), here(&request));
    frame.search = http::query_value(&request, "q").unwrap_or_default().trim().to_owned();
    frame.category = http::query_value(&request, "category").and_then(|name| Category::read(&name));
    let products = catalog::search(&frame.search, frame.category);
    shown(&request, &Products { frame, products })
}

async fn product(request: HttpRequest, number: web::Path<String>, counter: web::Data<Counter>) -> HttpResponse {
    let guest = counter.guest(&request);
    match catalog::product(&number) {
        Some(product) => shown(&request, &ProductPage { frame: counter.frame(&guest, here(&request)), product }),
        None => counter.message(&guest, StatusCode::NOT_FOUND, |words| (words.missing_title, words.missing), None),
    }
}

async fn cart(request: HttpRequest, counter: web::Data<Counter>) -> HttpResponse {
    let guest = counter.guest(&request);
    let frame = counter.frame(&guest, here(&request));
    shown(&request, &CartPage { frame, cart: guest.visit.cart, problem: None })
}

#[derive(Deserialize)]
struct Chosen {
    product: String,
    quantity: String,
    /// The button "Remove" beside the quantity.
    #[serde(default)]
    remove: bool,
}

async fn add(request: HttpRequest, chosen: web::Form<Chosen>, counter: web::Data<Counter>) -> HttpResponse {
    let mut response = http::see_other("/cart");
    let (Some(product), Some(quantity)) = (catalog::product(&chosen.product), visits::quantity(&chosen.quantity))
    else {
        return response;
    };
    let id = counter.guest(&request).id.unwrap_or_else(|| {
        let id = counter.visits.begin(Visit::default());
        http::keep_cookie(&mut response, VISIT_COOKIE, &id);
        id
    });
    counter.visits.change(&id, |visit| visit.add(product, quantity));
    response
}

async fn change(request: HttpRequest, chosen: web::Form<Chosen>, counter: web::Data<Counter>) -> HttpResponse {
    let quantity = if chosen.remove { visits::quantity("0") } else { visits::quantity(&chosen.quantity) };
    if let (Some(id), Some(product), Some(quantity)) =
        (http::cookie(&request, VISIT_COOKIE), catalog::product(&chosen.product), quantity)
    {
        counter.visits.change(&id, |visit| visit.set(product, quantity));
    }
    http::see_other("/cart")
}

/// The shop's entry: whoever comes with a good token is logged in with an empty cart.
async fn enter(request: HttpRequest, counter: web::Data<Counter>) -> HttpResponse {
    let mut guest = counter.guest(&request);
    let Some(token) = http::query_value(&request, "token").filter(|token| !token.is_empty()) else {
        return counter.message(
            &guest,
            StatusCode::BAD_REQUEST,
            |words| (words.entry_title, words.entry_missing),
            None,
        );
    };
    let entry = match counter.gateway.redeem(&token).await {
        Ok(entry) => entry,
        Err(GatewayError::Refused(problem)) => {
            let words: fn(&ShopWords) -> _ = match problem.status {
                404 => |words| (words.entry_title, words.entry_unknown),
                409 => |words| (words.entry_title, words.entry_used),
                410 => |words| (words.entry_title, words.entry_expired),
                _ => return counter.gateway_trouble(&guest, GatewayError::Refused(problem)),
            };
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
            return counter.message(&guest, status, words, Some(problem));
        }
        Err(error) => return counter.gateway_trouble(&guest, error),
    };
    counter.end(&mut guest);
    let punchout = Punchout { id: entry.punchout, customer: entry.customer.number };
    let id = counter.visits.begin(Visit { punchout: Some(punchout), cart: Vec::new() });
    let mut response = http::see_other(&destination(&entry.intent));
    http::keep_cookie(&mut response, VISIT_COOKIE, &id);
    if let Some(language) = entry.language.as_deref().and_then(Language::read) {
        http::keep_cookie(&mut response, LANGUAGE_COOKIE, language.tag());
    }
    response
}

/// Where in the shop the buyer wants to be.
fn destination(intent: &Intent) -> String {
    match intent {
        Intent::Shop => "/".into(),
        Intent::Detail { product_id } => {
            format!(
                "/product/{}",
                percent_encoding::utf8_percent_encode(product_id, percent_encoding::NON_ALPHANUMERIC)
            )
        }
        Intent::Search { text } => {
            format!("/search?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish())
        }
    }
}

async fn transfer(request: HttpRequest, counter: web::Data<Counter>) -> HttpResponse {
    let mut guest = counter.guest(&request);
    let punchout = match &guest.visit.punchout {
        Some(punchout) if !guest.visit.cart.is_empty() => punchout.id.clone(),
        _ => return http::see_other("/cart"),
    };
    match counter.gateway.transfer(&punchout, visits::as_json(&guest.visit.cart, guest.language)).await {
        Ok(return_url) => http::see_other(&return_url),
        Err(GatewayError::Refused(problem)) if problem.status == 422 => {
            let frame = counter.frame(&guest, "/cart?".into());
            http::page(
                StatusCode::UNPROCESSABLE_ENTITY,
                &CartPage { frame, cart: guest.visit.cart, problem: Some(problem) },
            )
        }
        Err(GatewayError::Refused(problem)) if is_over(&problem) => {
            counter.end(&mut guest);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::GONE);
            counter.message(&guest, status, |words| (words.over_title, words.over), Some(problem))
        }
        Err(error) => counter.gateway_trouble(&guest, error),
    }
}

async fn leave(request: HttpRequest, counter: web::Data<Counter>) -> HttpResponse {
    let mut guest = counter.guest(&request);
    let Some(punchout) = guest.visit.punchout.as_ref().map(|punchout| punchout.id.clone()) else {
        return http::see_other("/");
    };
    match counter.gateway.leave(&punchout).await {
        Ok(()) => {}
        // Over already: there is nothing left to leave.
        Err(GatewayError::Refused(problem)) if is_over(&problem) => {}
        Err(error) => return counter.gateway_trouble(&guest, error),
    }
    counter.end(&mut guest);
    counter.message(&guest, StatusCode::OK, |words| (words.left_title, words.left), None)
}

/// The gateway knows the punchout no more as one that can still take a cart.
fn is_over(problem: &Problem) -> bool {
    matches!(problem.status, 404 | 409 | 410)
}

async fn missing(request: HttpRequest, counter: web::Data<Counter>) -> HttpResponse {
    counter.message(&counter.guest(&request), StatusCode::NOT_FOUND, |words| (words.missing_title, words.missing), None)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_punchout_lands_where_its_intent_says() {
        assert_eq!(destination(&Intent::Shop), "/");
        assert_eq!(destination(&Intent::Detail { product_id: "../a b?".into() }), "/product/%2E%2E%2Fa%20b%3F");
        assert_eq!(destination(&Intent::Search { text: "hex & bolt".into() }), "/search?q=hex+%26+bolt");
    }

    #[test]
    fn changing_the_language_keeps_the_search() {
        let request = TestRequest::with_uri("/search?q=hex+%26&lang=de").to_http_request();
        assert_eq!(here(&request), "/search?q=hex+%26&");
        assert_eq!(here(&TestRequest::with_uri("/cart").to_http_request()), "/cart?");
    }
}
