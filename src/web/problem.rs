//! How a refusal is answered: a page for people, or a problem document (RFC 9457) for programs.
//!
//! Both carry the code and a reference. The reference stands in the log beside the operator's
//! sentence, so that a buyer's phone call finds the cause.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::oci::finding::Fault;
use crate::oci::page::FrameAncestors;
use crate::punchout::trace::{Asked, Trace};
use crate::refusal::{Code, Refusal};
use crate::texts::Language;
use crate::web::caller;
use crate::web::pages::{self, RefusalPage};
use crate::web::server::Web;

/// A problem document.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// Where the code is explained.
    #[serde(rename = "type")]
    #[schema(example = "urn:punchgate:refusal:entry-used")]
    kind: String,
    title: String,
    #[schema(example = 409)]
    status: u16,
    detail: String,
    /// The stable name of the refusal; all are listed in `docs/refusals.md`.
    #[schema(example = "entry-used")]
    code: &'static str,
    /// Stands in the gateway's log beside the cause.
    #[schema(example = "7K3M-9QPT")]
    reference: String,
    /// For a cart: every fault with its line and field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<Fault>,
}

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Gets a page.
    Person,
    /// Gets a problem document.
    Program,
}

impl Reader {
    /// By what the request says it likes; who says nothing is a person.
    pub fn of(request: &HttpRequest) -> Self {
        if caller::prefers_json(request) { Self::Program } else { Self::Person }
    }
}

/// The answer to a procurement system or a buyer's browser.
pub fn to_buyer(request: &HttpRequest, refusal: &Refusal, language: Language) -> HttpResponse {
    answer_buyer(refusal, language, &log(request, refusal), Reader::of(request), &FrameAncestors::default())
}

/// The same for a step of a punchout, which is noted with what it was about.
pub fn to_buyer_of(
    request: &HttpRequest,
    web: &Web,
    refusal: &Refusal,
    language: Language,
    trace: &Trace,
    parameters: Vec<(String, String)>,
    reader: Reader,
) -> HttpResponse {
    let reference = log(request, refusal);
    note(request, web, refusal, &reference, trace, parameters);
    let frames = trace.frame_ancestors(&web.gateway.snapshot.load());
    answer_buyer(refusal, language, &reference, reader, &frames)
}

fn answer_buyer(
    refusal: &Refusal,
    language: Language,
    reference: &str,
    reader: Reader,
    frames: &FrameAncestors,
) -> HttpResponse {
    let mut response = start(refusal);
    if reader == Reader::Program {
        let sentence = refusal.buyer_sentence(language);
        let problem = problem(refusal, reference, sentence.clone(), sentence);
        return response.content_type("application/problem+json").json(problem);
    }
    pages::framed(response, &RefusalPage::new(language, refusal, reference), frames)
}

/// The answer to a shop: its developers read the operator's sentence, in English.
pub fn to_shop(request: &HttpRequest, refusal: &Refusal) -> HttpResponse {
    answer_shop(refusal, &log(request, refusal))
}

/// The same for a step of a punchout, which is noted with what it was about.
pub fn to_shop_of(request: &HttpRequest, web: &Web, refusal: &Refusal, trace: &Trace) -> HttpResponse {
    let reference = log(request, refusal);
    note(request, web, refusal, &reference, trace, Vec::new());
    answer_shop(refusal, &reference)
}

/// The answer to a method that a path does not know.
pub fn method(request: &HttpRequest, methods: &'static str) -> HttpResponse {
    let refusal = Refusal::new(Code::MethodUnknown).with("method", request.method().as_str()).with("methods", methods);
    if request.path().starts_with("/return/") || request.path().starts_with("/leave/") {
        return to_buyer(request, &refusal, caller::language(request, None));
    }
    to_shop(request, &refusal)
}

fn answer_shop(refusal: &Refusal, reference: &str) -> HttpResponse {
    let problem = problem(
        refusal,
        reference,
        refusal.buyer_sentence(Language::English),
        refusal.operator_sentence(Language::English),
    );
    start(refusal).content_type("application/problem+json").json(problem)
}

/// For the administration's list.
fn note(
    request: &HttpRequest,
    web: &Web,
    refusal: &Refusal,
    reference: &str,
    trace: &Trace,
    parameters: Vec<(String, String)>,
) {
    let address = caller::address(request, &web.trusted_proxies).to_string();
    let asked = Asked { method: request.method().to_string(), address, parameters };
    web.gateway.record(trace, refusal, reference, asked);
}

fn problem(refusal: &Refusal, reference: &str, title: String, detail: String) -> Problem {
    Problem {
        kind: format!("urn:punchgate:refusal:{}", refusal.code.as_str()),
        title,
        status: refusal.code.status(),
        detail,
        code: refusal.code.as_str(),
        reference: reference.to_owned(),
        faults: refusal.faults.clone(),
    }
}

fn start(refusal: &Refusal) -> HttpResponseBuilder {
    let mut response =
        HttpResponse::build(StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if let Some(seconds) = refusal.retry_after {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    // RFC 9110 15.5.6 asks for it.
    if matches!(refusal.code, Code::MethodNotAllowed | Code::MethodUnknown)
        && let Some((_, methods)) = refusal.arguments.iter().find(|(name, _)| *name == "methods")
    {
        response.insert_header((ALLOW, methods.as_str()));
    }
    if refusal.code == Code::ApiKeyWrong {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    response
}

/// One line a refusal, with the reference that its answer shows.
fn log(request: &HttpRequest, refusal: &Refusal) -> String {
    let reference = reference();
    let code = refusal.code.as_str();
    metrics::counter!("punchgate_refusals_total", "code" => code).increment(1);
    tracing::info!(
        code,
        reference,
        route = request.match_pattern().as_deref().unwrap_or("none"),
        system = request.match_info().get("system"),
        cause = refusal.operator_sentence(Language::English),
        faults = refusal.faults.len(),
        "refused"
    );
    reference
}

/// Eight characters that can be read out over the telephone: 40 random bits.
fn reference() -> String {
    let id = ulid::Ulid::new().to_string();
    format!("{}-{}", &id[id.len() - 8..id.len() - 4], &id[id.len() - 4..])
}
