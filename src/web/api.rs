//! The API for shops: four calls on punchouts, one on customers, and their description.

pub mod schemas;

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::account::audit::Actor;
use crate::credential::secret;
use crate::punchout::cart::{self, CartAccepted, PunchoutStatus};
use crate::punchout::entry::{self, Entry};
use crate::punchout::trace::{Step, Trace};
use crate::punchout::{giveback, leave};
use crate::refusal::{Code, Refusal};
use crate::setup::customers::{self, CustomerChange, CustomerState};
use crate::snapshot::Shop;
use crate::web::api::schemas::{Busy, KeyWrong, Unavailable};
use crate::web::problem::{self, Problem};
use crate::web::server::Web;
use crate::web::{body, caller, procurement};

/// The description that `/api/openapi.json` serves.
#[derive(OpenApi)]
#[openapi(
    info(title = "Punchgate", description = "The contract between an OCI punchout gateway and a web shop: redeem the entry token, log the customer in, hand the cart over. Problems are answered as RFC 9457 documents with a stable `code`.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(redeem, punchout, put_cart, close, put_customer),
    modifiers(&ApiKey),
    tags((name = "punchouts", description = "One run from login to return"), (name = "customers", description = "The shop's accounts, whose logins procurement systems send")),
)]
pub struct Description;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("api_key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

#[derive(Deserialize, ToSchema)]
pub struct Redeem {
    /// The token of the redirect into the shop.
    #[schema(example = "Jx3…")]
    token: String,
}

/// Redeem an entry token
///
/// The shop got the token in the redirect. It works once, and for five minutes by default.
#[utoipa::path(post, path = "/api/v1/entries/redeem", tag = "punchouts", security(("api_key" = [])), request_body = Redeem, responses(
    (status = 200, description = "Log this customer in and show him what `intent` says", body = Entry),
    (status = 400, description = "`body-malformed`: not JSON, or a member is unknown, missing or of the wrong type", body = Problem, content_type = "application/problem+json"),
    KeyWrong,
    (status = 404, description = "`entry-unknown`: no token, or another shop's", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`entry-used`: redeemed before", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "`entry-expired`: too late", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`body-too-large`: more than 64 KiB", body = Problem, content_type = "application/problem+json"),
    Unavailable,
))]
pub async fn redeem(request: HttpRequest, payload: Payload, web: Data<Web>) -> HttpResponse {
    let mut trace = Trace::begin(Step::Entry, web.gateway.clock.now());
    let outcome = async {
        let shop = shop_of(&request, &web, &mut trace)?;
        let wish: Redeem = json(payload).await?;
        entry::redeem(&web.gateway, &shop, &wish.token, &mut trace).await
    };
    match outcome.await {
        Ok(entry) => HttpResponse::Ok().json(entry),
        Err(refusal) => problem::to_shop_of(&request, &web, &refusal, &trace),
    }
}

/// Ask how a punchout stands
#[utoipa::path(get, path = "/api/v1/punchouts/{id}", tag = "punchouts", security(("api_key" = [])), params(("id" = String, Path, description = "As `redeem` named it")), responses(
    (status = 200, body = PunchoutStatus, description = "State, times, and the address of the return page if there is a cart"),
    KeyWrong,
    (status = 404, description = "`punchout-unknown`", body = Problem, content_type = "application/problem+json"),
    Unavailable,
))]
pub async fn punchout(request: HttpRequest, id: Path<String>, web: Data<Web>) -> HttpResponse {
    let outcome = async { cart::status(&web.gateway, &*shop(&request, &web)?, &id).await };
    answer(&request, StatusCode::OK, outcome.await)
}

/// Hand the cart over
///
/// Send the buyer's browser to `return_url`, or ask with `Accept: text/html` and pass the page on.
/// A later cart replaces an earlier one until the return.
#[utoipa::path(post, path = "/api/v1/punchouts/{id}/cart", tag = "punchouts", security(("api_key" = [])), params(("id" = String, Path, description = "As `redeem` named it")),
    request_body(content = schemas::Cart, description = "The cart; decimals are strings, numbers are read exactly too", example = json!({
        "currency": "EUR",
        "lines": [{"id": "a1", "kind": "product", "product_id": "SW-10001", "name": "Hex bolt M8x40", "quantity": "3", "unit": "piece", "price": {"net": "12.50", "per": "1"}, "tax_rate": "19",
            "categories": [{"scheme": "ECLASS13.0", "id": "23110101"}], "contract": {"number": "4600001234", "item": "10"}, "quote": {"number": "Q-2026-17", "item": "1"},
            "configuration": {"values": [{"name": "Coating", "value": "zinc"}], "url": "https://shop.acme.example/c/7"}, "custom": {"packing_unit": "Box"}}],
        "custom": {"order_note": "Urgent"}
    })), responses(
    (status = 201, description = "The form is ready; with `Accept: text/html` the return page itself", content((CartAccepted = "application/json"), (String = "text/html"))),
    (status = 400, description = "`cart-malformed`: not JSON, or a member stands twice", body = Problem, content_type = "application/problem+json"),
    KeyWrong,
    (status = 404, description = "`punchout-unknown`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`punchout-returned`, `punchout-closed`, `punchout-cancelled`, `punchout-not-entered`", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "`punchout-expired`", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`cart-too-large` (4 MiB), `cart-too-many-lines` (10,000)", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`cart-faulty`: `faults` names every line and field", body = Problem, content_type = "application/problem+json"),
    Unavailable,
))]
pub async fn put_cart(request: HttpRequest, id: Path<String>, payload: Payload, web: Data<Web>) -> HttpResponse {
    let mut trace = Trace::begin(Step::Cart, web.gateway.clock.now());
    let outcome = async {
        let shop = shop_of(&request, &web, &mut trace)?;
        let json = body::read(payload, body::CART_LIMIT, Code::CartTooLarge).await?;
        let (punchout, accepted) = cart::accept(&web.gateway, &shop, &id, json, &mut trace).await?;
        if !caller::asks_for_html(&request) {
            return Ok(HttpResponse::Created().json(accepted));
        }
        let page = giveback::by_id(&web.gateway, &punchout.id, &mut trace).await?;
        Ok(procurement::show(&request, &page, HttpResponse::Created()))
    };
    match outcome.await {
        Ok(response) => response,
        Err(refusal) => problem::to_shop_of(&request, &web, &refusal, &trace),
    }
}

/// Leave without a cart
#[utoipa::path(delete, path = "/api/v1/punchouts/{id}", tag = "punchouts", security(("api_key" = [])), params(("id" = String, Path, description = "As `redeem` named it")), responses(
    (status = 204, description = "It is closed; repeating is no error"),
    KeyWrong,
    (status = 404, description = "`punchout-unknown`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`punchout-returned`", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "`punchout-expired`", body = Problem, content_type = "application/problem+json"),
    Unavailable,
))]
pub async fn close(request: HttpRequest, id: Path<String>, web: Data<Web>) -> HttpResponse {
    let mut trace = Trace::begin(Step::Leave, web.gateway.clock.now());
    let outcome = async {
        let shop = shop_of(&request, &web, &mut trace)?;
        leave::by_shop(&web.gateway, &shop, &id, &mut trace).await
    };
    match outcome.await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(refusal) => problem::to_shop_of(&request, &web, &refusal, &trace),
    }
}

/// Create or change a customer
///
/// Members that are left out stay as they are. A new customer needs `email` and one of `password`
/// and `password_hash` (argon2id or bcrypt).
#[utoipa::path(put, path = "/api/v1/customers/{number}", tag = "customers", security(("api_key" = [])), params(("number" = String, Path, description = "The customer number")), request_body = CustomerChange, responses(
    (status = 200, description = "Changed", body = CustomerState),
    (status = 201, description = "Created", body = CustomerState),
    (status = 400, description = "`body-malformed`: not JSON, or a member is unknown, missing or of the wrong type", body = Problem, content_type = "application/problem+json"),
    KeyWrong,
    (status = 413, description = "`body-too-large`: more than 64 KiB", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`customer-faulty`", body = Problem, content_type = "application/problem+json"),
    Busy,
))]
pub async fn put_customer(
    request: HttpRequest,
    number: Path<String>,
    payload: Payload,
    web: Data<Web>,
) -> HttpResponse {
    let outcome = async {
        let shop = shop(&request, &web)?;
        let change: CustomerChange = json(payload).await?;
        let actor = Actor::shop(caller::address(&request, &web.trusted_proxies).to_string());
        let (store, hasher, now) = (&web.gateway.store, &web.gateway.hasher, web.gateway.clock.now());
        customers::put(store, hasher, &shop.id, &number, change, &actor, now).await
    };
    match outcome.await {
        Ok((true, state)) => HttpResponse::Created().json(state),
        Ok((false, state)) => HttpResponse::Ok().json(state),
        Err(refusal) => problem::to_shop(&request, &refusal),
    }
}

/// `GET /api/openapi.json`.
pub async fn description(web: Data<Web>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(web.openapi.clone())
}

/// Anything else below `/api`.
pub async fn unknown(request: HttpRequest) -> HttpResponse {
    problem::to_shop(&request, &Refusal::new(Code::NotFound))
}

fn answer<T: serde::Serialize>(request: &HttpRequest, status: StatusCode, outcome: Result<T, Refusal>) -> HttpResponse {
    match outcome {
        Ok(value) => HttpResponse::build(status).json(value),
        Err(refusal) => problem::to_shop(request, &refusal),
    }
}

/// The shop that takes a step, noted in its trace.
fn shop_of(request: &HttpRequest, web: &Web, trace: &mut Trace) -> Result<Arc<Shop>, Refusal> {
    let shop = shop(request, web)?;
    trace.shop_id = Some(shop.id.clone());
    Ok(shop)
}

/// The shop whose API key the request bears.
fn shop(request: &HttpRequest, web: &Web) -> Result<Arc<Shop>, Refusal> {
    let wrong = || Refusal::new(Code::ApiKeyWrong);
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(wrong)?;
    let (scheme, key) = header.trim().split_once(' ').ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(wrong());
    }
    web.gateway
        .snapshot
        .load()
        .shop_by_api_key(&secret::digest(key.trim()), web.gateway.clock.now())
        .cloned()
        .ok_or_else(wrong)
}

async fn json<T: serde::de::DeserializeOwned>(payload: Payload) -> Result<T, Refusal> {
    let bytes = body::read(payload, body::SMALL_LIMIT, Code::BodyTooLarge).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // serde's own words may quote a password that stands where something else belongs.
        let what =
            if error.is_data() { "a member is unknown, missing or of the wrong type" } else { "this is not JSON" };
        Refusal::new(Code::BodyMalformed)
            .with("reason", format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}
