//! What procurement systems and buyers' browsers ask for: the OCI call, the return page, the way out.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::oci::call::{self, Parameters};
use crate::punchout::giveback::{self, Return};
use crate::punchout::leave;
use crate::punchout::login::{self, Inbound};
use crate::refusal::{Code, Refusal};
use crate::web::pages::{HomePage, LeavePage};
use crate::web::server::Web;
use crate::web::{body, caller, pages, problem};

/// `GET`/`POST /oci/{system}` and `/oci`.
pub async fn call(request: HttpRequest, payload: Payload, web: Data<Web>) -> HttpResponse {
    let mut language = None;
    let outcome = enter(&request, payload, &web, &mut language).await;
    match outcome {
        Ok(location) => HttpResponse::SeeOther().insert_header((LOCATION, location)).finish(),
        Err(refusal) => problem::to_buyer(&request, &refusal, caller::language(&request, language.as_deref())),
    }
}

async fn enter(
    request: &HttpRequest,
    payload: Payload,
    web: &Web,
    language: &mut Option<String>,
) -> Result<String, Refusal> {
    let query = request.query_string().as_bytes().to_vec();
    *language = named_language(&query, &[]);
    let body = body::read(payload, body::CALL_LIMIT, Code::CallTooLarge).await?.to_vec();
    *language = named_language(&query, &body);
    let inbound = Inbound {
        system: request.match_info().get("system").map(str::to_owned),
        method: request.method().to_string(),
        query,
        body,
        address: caller::address(request, &web.trusted_proxies),
    };
    Ok(login::login(&web.gateway, inbound).await?.location)
}

/// `/oci` by anything but GET and POST.
pub async fn other_method(request: HttpRequest) -> HttpResponse {
    let refusal =
        Refusal::new(Code::MethodNotAllowed).with("method", request.method().as_str()).with("methods", "GET, POST");
    problem::to_buyer(&request, &refusal, caller::language(&request, None))
}

/// For the words of a refusal: the call may be refused before it is read in earnest.
fn named_language(query: &[u8], body: &[u8]) -> Option<String> {
    call::named_language(&Parameters::read(query, body, None).ok()?)
}

/// `GET /return/{ticket}`.
pub async fn return_page(request: HttpRequest, ticket: Path<String>, web: Data<Web>) -> HttpResponse {
    match giveback::by_ticket(&web.gateway, &ticket).await {
        Ok(found) => show(&request, &found, HttpResponse::Ok()),
        Err(refusal) => problem::to_buyer(&request, &refusal, caller::language(&request, None)),
    }
}

/// The page with the form, in the language that the call asked for.
pub fn show(request: &HttpRequest, found: &Return, response: HttpResponseBuilder) -> HttpResponse {
    pages::give_back(response, &found.form, caller::language(request, found.language.as_deref()))
}

/// `GET /leave/{ticket}`.
pub async fn leave(request: HttpRequest, ticket: Path<String>, web: Data<Web>) -> HttpResponse {
    match leave::by_ticket(&web.gateway, &ticket).await {
        Ok(left) => {
            let language = caller::language(&request, left.language.as_deref());
            pages::plain(HttpResponse::Ok(), &LeavePage::new(language, left.continue_url))
        }
        Err(refusal) => problem::to_buyer(&request, &refusal, caller::language(&request, None)),
    }
}

/// `GET /`: says what this is to whoever opens the address.
pub async fn home(request: HttpRequest) -> HttpResponse {
    pages::plain(HttpResponse::Ok(), &HomePage::new(caller::language(&request, None)))
}
