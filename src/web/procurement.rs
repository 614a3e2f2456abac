//! What procurement systems and buyers' browsers ask for: the OCI call, the return page, the way out.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::punchout::giveback::{self, Return};
use crate::punchout::leave;
use crate::punchout::login::{self, Inbound, Outcome, Refused};
use crate::punchout::trace::{Step, Trace};
use crate::refusal::{Code, Refusal};
use crate::web::pages::{HomePage, LeavePage};
use crate::web::problem::Reader;
use crate::web::server::Web;
use crate::web::{body, caller, functions, pages, problem};

/// `GET`/`POST /oci/{system}` and `/oci`.
pub async fn call(request: HttpRequest, payload: Payload, web: Data<Web>) -> HttpResponse {
    let (mut inbound, mut trace) = arrive(&request, &web);
    let outcome = enter(payload, &web, &mut inbound, &mut trace).await;
    match outcome {
        Ok(Outcome::Entered(entered)) => HttpResponse::SeeOther().insert_header((LOCATION, entered.location)).finish(),
        Ok(Outcome::Answered(answer)) => {
            functions::show(&request, answer, &trace.frame_ancestors(&web.gateway.snapshot.load()))
        }
        Err(refusal) => refuse(&request, &web, &inbound, &trace, refusal),
    }
}

/// `/oci` by anything but GET and POST.
pub async fn other_method(request: HttpRequest, web: Data<Web>) -> HttpResponse {
    let (inbound, mut trace) = arrive(&request, &web);
    trace.system = inbound.system.as_ref().and_then(|slug| web.gateway.snapshot.load().system(slug).cloned());
    let refusal =
        Refusal::new(Code::MethodNotAllowed).with("method", request.method().as_str()).with("methods", "GET, POST");
    refuse(&request, &web, &inbound, &trace, refusal)
}

fn arrive(request: &HttpRequest, web: &Web) -> (Inbound, Trace) {
    let inbound = Inbound {
        system: request.match_info().get("system").map(str::to_owned),
        method: request.method().to_string(),
        query: request.query_string().as_bytes().to_vec(),
        body: Vec::new(),
        address: caller::address(request, &web.trusted_proxies),
    };
    let mut trace = Trace::begin(Step::Call, web.gateway.clock.now());
    trace.slug = inbound.system.clone().unwrap_or_default();
    (inbound, trace)
}

async fn enter(payload: Payload, web: &Web, inbound: &mut Inbound, trace: &mut Trace) -> Result<Outcome, Refusal> {
    inbound.body = body::read(payload, body::CALL_LIMIT, Code::CallTooLarge).await?.to_vec();
    login::login(&web.gateway, inbound, trace).await
}

fn refuse(request: &HttpRequest, web: &Web, inbound: &Inbound, trace: &Trace, mut refusal: Refusal) -> HttpResponse {
    let Refused { parameters, language } = login::refused(&web.gateway, inbound, trace, &mut refusal);
    let language = caller::language(request, language.as_deref());
    let reader = if functions::is_for_a_program(request, &parameters) { Reader::Program } else { Reader::of(request) };
    problem::to_buyer_of(request, web, &refusal, language, trace, parameters, reader)
}

/// `GET /return/{ticket}`.
pub async fn return_page(request: HttpRequest, ticket: Path<String>, web: Data<Web>) -> HttpResponse {
    let mut trace = Trace::begin(Step::Return, web.gateway.clock.now());
    match giveback::by_ticket(&web.gateway, &ticket, &mut trace).await {
        Ok(found) => show(&request, &found, HttpResponse::Ok()),
        Err(refusal) => {
            let language = caller::language(&request, trace.language().as_deref());
            problem::to_buyer_of(&request, &web, &refusal, language, &trace, Vec::new(), Reader::of(&request))
        }
    }
}

/// The page with the form, in the language that the call asked for.
pub fn show(request: &HttpRequest, found: &Return, response: HttpResponseBuilder) -> HttpResponse {
    let language = caller::language(request, found.language.as_deref());
    pages::give_back(response, &found.form, language, &found.frame_ancestors)
}

/// `GET /leave/{ticket}`.
pub async fn leave(request: HttpRequest, ticket: Path<String>, web: Data<Web>) -> HttpResponse {
    let mut trace = Trace::begin(Step::Leave, web.gateway.clock.now());
    match leave::by_ticket(&web.gateway, &ticket, &mut trace).await {
        Ok(left) => {
            let language = caller::language(&request, left.language.as_deref());
            pages::framed(HttpResponse::Ok(), &LeavePage::new(language, left.continue_url), &left.frame_ancestors)
        }
        Err(refusal) => {
            let language = caller::language(&request, trace.language().as_deref());
            problem::to_buyer_of(&request, &web, &refusal, language, &trace, Vec::new(), Reader::of(&request))
        }
    }
}

/// `GET /`: says what this is to whoever opens the address.
pub async fn home(request: HttpRequest) -> HttpResponse {
    pages::plain(HttpResponse::Ok(), &HomePage::new(caller::language(&request, None)))
}
