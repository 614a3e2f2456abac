//! `/tools/check`: anybody pastes a return or a call and sees what a buyer's system would make of it.
//!
//! It needs no sign-in, no cookie and no script. What is pasted is neither stored nor logged. It stays in its field, as text, so
//! that it can be mended there; of what was read of it, secrets are hidden. How often one address may ask, and how many are
//! looked at together, is bounded.

use std::sync::Arc;
use std::time::Duration;

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Payload, Query};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::checker::{self, Checked, Input, Kind, MAX_BYTES, ReturnedItem, Severity, Told, Wanted};
use crate::credential::throttle::{Limits, Throttle};
use crate::refusal::Code;
use crate::texts::{Language, Texts};
use crate::web::admin::systems::preset_name;
use crate::web::fields::Fields;
use crate::web::server::Web;
use crate::web::session::Jar;
use crate::web::{body, caller};

/// The form around what is checked. A textarea that is sent urlencoded takes up to three bytes for one.
pub const FORM_LIMIT: usize = MAX_BYTES + 64 * 1024;
/// No script, no picture, nothing from elsewhere, and forms go to us.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Items and fields that the page shows; the command line has all.
const MOST_ITEMS: usize = 200;
const MOST_FIELDS: usize = 1_000;
/// How long one waits for his turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who may ask how often, and how many are looked at together.
pub struct Desk {
    throttle: Throttle,
    turns: Arc<Semaphore>,
}

impl Default for Desk {
    fn default() -> Self {
        let limits = Limits { per_customer_and_address: 0, per_address: 60, per_customer: 0, window_seconds: 60 };
        Self { throttle: Throttle::new(limits), turns: Arc::new(Semaphore::new(2)) }
    }
}

/// Samples of our own, to begin with.
const EXAMPLES: [(&str, &str); 4] = [
    ("page", include_str!("../../templates/tools/examples/page.txt")),
    ("body", include_str!("../../templates/tools/examples/body.txt")),
    ("call", include_str!("../../templates/tools/examples/call.txt")),
    ("json", include_str!("../../templates/tools/examples/json.txt")),
];

#[derive(Template)]
#[template(path = "tools/check.html")]
struct CheckPage {
    t: Texts,
    /// To the same page in the other language.
    other: &'static str,
    profile: String,
    release: String,
    /// With the names by which the administration calls them.
    profiles: Vec<(&'static str, String)>,
    releases: Vec<&'static str>,
    examples: Vec<&'static str>,
    text: String,
    fault: Option<String>,
    result: Option<Shown>,
}

/// A checked input as the page shows it.
struct Shown {
    kind: String,
    tone: &'static str,
    verdict: String,
    form: Option<checker::FormFacts>,
    call: Option<Vec<(String, String)>>,
    method: String,
    parameters: Vec<(String, String)>,
    items: Vec<Row>,
    more_items: usize,
    fields: Vec<(String, String, String)>,
    others: Vec<(String, String)>,
    findings: Vec<Finding>,
    has_items: bool,
}

struct Row {
    number: String,
    article: String,
    description: String,
    quantity: String,
    unit: String,
    price: String,
    per: String,
    currency: String,
    /// The worst finding about it: tone and word.
    state: (&'static str, String),
}

struct Finding {
    tone: &'static str,
    word: String,
    place: String,
    field: String,
    code: &'static str,
    sentence: String,
}

#[derive(Deserialize, Default)]
pub struct Wish {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    profile: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    example: String,
}

/// `GET /tools/check`.
pub async fn page(request: HttpRequest, web: Data<Web>, wish: Query<Wish>) -> HttpResponse {
    let language = language(&request, &web, &wish.lang);
    let text = EXAMPLES
        .iter()
        .find(|(name, _)| *name == wish.example)
        .map_or_else(String::new, |(_, text)| (*text).to_owned());
    let page = CheckPage { text, ..CheckPage::new(language, &wish.profile, &wish.release) };
    answer(StatusCode::OK, &page)
}

/// `POST /tools/check`: a text or a file.
pub async fn check(request: HttpRequest, web: Data<Web>, payload: Payload) -> HttpResponse {
    let address = caller::address(&request, &web.trusted_proxies);
    let now = web.gateway.clock.now();
    if let Err(over) = web.desk.throttle.admit("", address, now) {
        return later(&request, &web, StatusCode::TOO_MANY_REQUESTS, over.retry_after_seconds, "tools-too-often");
    }
    web.desk.throttle.failed("", address, now);
    let asked = match Asked::read(&request, payload).await {
        Ok(asked) => asked,
        Err((status, key)) => {
            let language = language(&request, &web, "");
            let page = CheckPage { fault: Some(Texts(language).of(key)), ..CheckPage::new(language, "", "") };
            return answer(status, &page);
        }
    };
    let turns = web.desk.turns.clone();
    let Ok(Ok(turn)) = tokio::time::timeout(PATIENCE, turns.acquire_owned()).await else {
        return later(&request, &web, StatusCode::SERVICE_UNAVAILABLE, 5, "tools-too-busy");
    };
    let language = language(&request, &web, &asked.lang);
    // A large page takes a good part of a second.
    let made = actix_web::web::block(move || {
        let _turn = turn;
        asked.answer(language)
    });
    made.await.unwrap_or_else(|_| answer_nothing()).into_response()
}

/// What a thread of its own has made.
struct Made {
    status: StatusCode,
    page: String,
}

impl Made {
    fn into_response(self) -> HttpResponse {
        HttpResponse::build(self.status)
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .content_type("text/html; charset=utf-8")
            .body(self.page)
    }
}

fn answer_nothing() -> Made {
    Made { status: StatusCode::INTERNAL_SERVER_ERROR, page: String::new() }
}

fn made(status: StatusCode, page: &CheckPage) -> Made {
    match page.render() {
        Ok(page) => Made { status, page },
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            answer_nothing()
        }
    }
}

fn answer(status: StatusCode, page: &CheckPage) -> HttpResponse {
    made(status, page).into_response()
}

fn later(request: &HttpRequest, web: &Web, status: StatusCode, seconds: u32, key: &str) -> HttpResponse {
    let language = language(request, web, "");
    let page = CheckPage { fault: Some(Texts(language).of(key)), ..CheckPage::new(language, "", "") };
    let mut response = answer(status, &page);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

/// As the page was asked for, else as it was chosen elsewhere, else as the browser likes it.
fn language(request: &HttpRequest, web: &Web, named: &str) -> Language {
    let chosen = || web.cookies.read(request, Jar::Language);
    let named = Language::read(named).map(|language| language.tag().to_owned()).or_else(chosen);
    caller::language(request, named.as_deref())
}

/// The form as it was sent.
struct Asked {
    lang: String,
    profile: String,
    release: String,
    text: String,
    file: Vec<u8>,
}

#[derive(MultipartForm)]
struct Upload {
    text: Option<Text<String>>,
    file: Option<Bytes>,
    profile: Option<Text<String>>,
    release: Option<Text<String>>,
    lang: Option<Text<String>>,
}

impl Asked {
    async fn read(request: &HttpRequest, payload: Payload) -> Result<Self, (StatusCode, &'static str)> {
        let too_large = (StatusCode::PAYLOAD_TOO_LARGE, "tools-too-large");
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("multipart/") {
            let read = body::read(payload, 3 * FORM_LIMIT, Code::BodyTooLarge).await.map_err(|_| too_large)?;
            let fields = Fields::read(&read);
            let field = |name: &str| fields.get(name).to_owned();
            return Ok(Self {
                lang: field("lang"),
                profile: field("profile"),
                release: field("release"),
                text: fields.raw("text").to_owned(),
                file: Vec::new(),
            });
        }
        let upload = MultipartForm::<Upload>::from_request(request, &mut payload.into_inner()).await;
        let MultipartForm(upload) = upload.map_err(|error| match error.as_response_error().status_code() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large,
            // The reason lies inside of errors that show no more than their outermost one.
            _ if format!("{error:?}").contains("Overflow") => too_large,
            _ => (StatusCode::BAD_REQUEST, "tools-unreadable-form"),
        })?;
        let text = |field: Option<Text<String>>| field.map(Text::into_inner).unwrap_or_default();
        Ok(Self {
            lang: text(upload.lang),
            profile: text(upload.profile),
            release: text(upload.release),
            text: text(upload.text),
            file: upload.file.map(|file| file.data.to_vec()).unwrap_or_default(),
        })
    }

    fn answer(self, language: Language) -> Made {
        let wanted = Wanted { preset: self.profile.clone(), release: checker::release(&self.release) };
        let input = if self.file.is_empty() { Input::Text(&self.text) } else { Input::Bytes(&self.file) };
        let checked = checker::check(input, &wanted, language);
        let page = CheckPage { text: self.text, ..CheckPage::new(language, &self.profile, &self.release) };
        match checked {
            Ok(checked) => {
                let status =
                    if checked.report.is_unreadable { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
                made(status, &CheckPage { result: Some(Shown::of(page.t, &checked)), ..page })
            }
            Err(_) => {
                let fault = Some(page.t.of("tools-no-profile"));
                made(StatusCode::UNPROCESSABLE_ENTITY, &CheckPage { fault, ..page })
            }
        }
    }
}

impl CheckPage {
    fn new(language: Language, profile: &str, release: &str) -> Self {
        let profiles = checker::presets();
        let known = profiles.iter().find(|known| **known == profile).copied().unwrap_or("generic");
        let t = Texts(language);
        Self {
            t,
            other: if language == Language::German { "en" } else { "de" },
            profile: known.to_owned(),
            release: checker::release(release).map_or_else(String::new, |release| release.as_str().to_owned()),
            profiles: profiles.into_iter().map(|name| (name, preset_name(t, name))).collect(),
            releases: checker::Release::ALL.iter().map(|release| release.as_str()).collect(),
            examples: EXAMPLES.iter().map(|(name, _)| *name).collect(),
            text: String::new(),
            fault: None,
            result: None,
        }
    }
}

impl Shown {
    fn of(t: Texts, checked: &Checked) -> Self {
        let report = &checked.report;
        let [errors, warnings] = [Severity::Error, Severity::Warning].map(|severity| checked.count(severity));
        let (tone, verdict) = match report.kind {
            _ if report.is_unreadable => ("bad", "tools-verdict-unreadable"),
            Kind::Call if report.has_errors() => ("bad", "tools-verdict-call-refused"),
            Kind::Call => ("good", "tools-verdict-call"),
            _ if errors > 0 => ("bad", "tools-verdict-errors"),
            _ if warnings > 0 => ("warn", "tools-verdict-warnings"),
            _ => ("good", "tools-verdict-good"),
        };
        let items: Vec<Row> = report
            .items
            .iter()
            .take(MOST_ITEMS)
            .enumerate()
            .map(|(place, item)| Row::of(t, place, item, &checked.findings))
            .collect();
        let fields = report.items.iter().take(MOST_ITEMS).enumerate().flat_map(|(place, item)| {
            let number = number(place, item);
            let longtext = (!item.longtext.is_empty()).then(|| ("LONGTEXT".to_owned(), item.longtext.clone()));
            let fields = item.fields.iter().cloned().chain(longtext);
            fields.map(move |(field, value)| (number.clone(), field, value)).collect::<Vec<_>>()
        });
        let fact = |(name, value): &(&str, String)| (t.of(&format!("tools-fact-{name}")), value.clone());
        Self {
            kind: t.of(&format!("tools-kind-{}", report.kind.as_str())),
            tone,
            verdict: t.of(verdict),
            form: report.form.clone(),
            call: report.call.as_ref().map(|call| call.facts.iter().map(fact).collect()),
            method: report.call.as_ref().and_then(|call| call.method.clone()).unwrap_or_default(),
            parameters: report.call.as_ref().map(|call| call.parameters.clone()).unwrap_or_default(),
            has_items: !matches!(report.kind, Kind::Call | Kind::Unknown) && !report.is_unreadable,
            more_items: report.items.len() - items.len(),
            items,
            fields: fields.take(MOST_FIELDS).collect(),
            others: report.others.iter().take(MOST_FIELDS).cloned().collect(),
            findings: checked.findings.iter().map(|told| Finding::of(t, told)).collect(),
        }
    }
}

fn number(place: usize, item: &ReturnedItem) -> String {
    item.index.map_or_else(|| format!("({})", place + 1), |index| index.to_string())
}

impl Row {
    fn of(t: Texts, place: usize, item: &ReturnedItem, findings: &[Told]) -> Self {
        let field = |names: &[&str]| {
            let found = names.iter().filter_map(|name| item.get(name)).find(|value| !value.trim().is_empty());
            found.unwrap_or_default().to_owned()
        };
        let here = item.index.or_else(|| u32::try_from(place + 1).ok());
        let worst =
            findings.iter().filter(|told| told.item.is_some() && told.item == here).map(|told| told.severity).min();
        Self {
            number: number(place, item),
            article: field(&["VENDORMAT", "EXT_PRODUCT_ID", "MATNR"]),
            description: field(&["DESCRIPTION", "MATNR"]),
            quantity: field(&["QUANTITY"]),
            unit: field(&["UNIT"]),
            price: field(&["PRICE"]),
            per: field(&["PRICEUNIT"]),
            currency: field(&["CURRENCY"]),
            state: match worst {
                Some(severity) => tone(t, severity),
                None => ("good", t.of("tools-fine")),
            },
        }
    }
}

fn tone(t: Texts, severity: Severity) -> (&'static str, String) {
    match severity {
        Severity::Error => ("bad", t.of("tools-error")),
        Severity::Warning => ("warn", t.of("tools-warning")),
        Severity::Hint => ("plain", t.of("tools-hint")),
    }
}

impl Finding {
    fn of(t: Texts, told: &Told) -> Self {
        let (tone, word) = tone(t, told.severity);
        let place = told.item.map_or_else(|| t.of("tools-whole"), |item| t.fill("tools-item", "number", item));
        Self { tone, word, place, field: told.field.clone(), code: told.code, sentence: told.sentence.clone() }
    }
}
