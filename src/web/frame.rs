//! What all pages of portal, administration and vendor share: the frame around them, the word about
//! what was just done, and the answers to what is not there.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use crate::refusal::{Code, Refusal};
use crate::texts::Texts;
use crate::web::server::Web;
use crate::web::session::{Jar, PageError, SignedIn, Visitor};
use crate::web::{caller, problem};

/// Scripts and styles are files of ours; forms go to us; nobody frames these pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    None,
    Start,
    Licenses,
    Systems,
    Shops,
    Customers,
    Punchouts,
    Audit,
    Profile,
    VendorAccounts,
    VendorLicenses,
}

/// What the layout needs of every page.
pub struct Frame {
    pub t: Texts,
    pub title: String,
    pub section: Section,
    /// Of who is signed in.
    pub email: Option<String>,
    pub vendor: bool,
    pub form_token: String,
    /// What was just done.
    pub done: Option<String>,
    /// Path and query, to come back to after a change of language. None for the answer to a form: there is
    /// nothing to come back to, and what is shown once only would be lost.
    pub here: Option<String>,
}

impl Frame {
    pub fn new(request: &HttpRequest, by: &SignedIn, section: Section, title: impl Into<String>) -> Self {
        Self {
            email: Some(by.account.email.clone()),
            vendor: by.is_vendor(),
            ..Self::outside(request, &by.visitor, section, title)
        }
    }

    /// For pages before the sign-in.
    pub fn outside(request: &HttpRequest, visitor: &Visitor, section: Section, title: impl Into<String>) -> Self {
        Self {
            t: visitor.texts(),
            title: title.into(),
            section,
            email: None,
            vendor: false,
            form_token: visitor.form_token.clone(),
            done: said(request, visitor.texts()),
            here: request.method().is_safe().then(|| visitor.here.clone()),
        }
    }

    pub fn is(&self, section: Section) -> bool {
        self.section == section
    }
}

/// Shows a page.
pub fn show(request: &HttpRequest, page: &impl Template) -> HttpResponse {
    show_with(request, StatusCode::OK, page)
}

/// Shows a form again whose fields have faults.
pub fn show_again(request: &HttpRequest, page: &impl Template) -> HttpResponse {
    show_with(request, StatusCode::UNPROCESSABLE_ENTITY, page)
}

pub fn show_with(request: &HttpRequest, status: StatusCode, page: &impl Template) -> HttpResponse {
    let text = match page.render() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8");
    if let Some(web) = request.app_data::<Data<Web>>()
        && web.cookies.read(request, Jar::Done).is_some()
        && status == StatusCode::OK
        && !super::session::is_fragment(request)
    {
        response.cookie(web.cookies.clear(Jar::Done));
    }
    response.body(text)
}

/// Sends the browser on, after something was done.
pub fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// Sends the browser on to a page that says what was done: a text, with a value if it names one.
pub fn done(request: &HttpRequest, to: &str, key: &str, value: Option<&str>) -> HttpResponse {
    let mut response = match super::session::is_fragment(request) {
        // A script that posted a dialog's form loads the page anew.
        true => HttpResponse::Ok().insert_header(("HX-Redirect", to)).finish(),
        false => go(to),
    };
    if let Some(web) = request.app_data::<Data<Web>>() {
        let said = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("key", key)
            .append_pair("value", value.unwrap_or_default())
            .finish();
        if let Err(error) = response.add_cookie(&web.cookies.write(Jar::Done, &said, None)) {
            tracing::error!(%error, "what was done cannot be told");
        }
    }
    response
}

fn said(request: &HttpRequest, t: Texts) -> Option<String> {
    let web = request.app_data::<Data<Web>>()?;
    let cookie = web.cookies.read(request, Jar::Done)?;
    let field = |name: &str| {
        url::form_urlencoded::parse(cookie.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let key = field("key")?;
    Some(t.fill(&key, "value", field("value").unwrap_or_default()))
}

/// Around all pages here: makes the page for a refusal that a handler gave.
pub async fn explain(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let visited = response.request().clone();
    let refusal = response.response().extensions().get::<Refusal>().cloned();
    let Some(refusal) = refusal else { return Ok(response) };
    let visitor = Visitor::from_request(&visited, &mut actix_web::dev::Payload::None).await;
    let page = match visitor {
        Ok(visitor) if refusal.code == Code::NotFound => {
            let title = visitor.texts().of("frame-nothing-title");
            let frame = Frame::outside(&visited, &visitor, Section::None, title);
            show_with(&visited, StatusCode::NOT_FOUND, &NothingPage { t: visitor.texts(), frame })
        }
        Ok(visitor) => problem::to_buyer(&visited, &refusal, visitor.language),
        Err(_) => problem::to_buyer(&visited, &refusal, caller::language(&visited, None)),
    };
    Ok(response.into_response(page).map_into_boxed_body())
}

/// Says that there is nothing, or nothing for him.
#[derive(Template)]
#[template(path = "frame/nothing.html")]
struct NothingPage {
    t: Texts,
    frame: Frame,
}

#[derive(Template)]
#[template(path = "frame/done-already.html")]
struct DoneAlreadyPage<'a> {
    t: Texts,
    frame: Frame,
    sentence: String,
    back: &'a str,
}

/// Says that a form was sent before and did what it should: somebody loaded the answer anew.
pub fn done_already(request: &HttpRequest, by: &SignedIn, section: Section, key: &str, back: &str) -> HttpResponse {
    let t = by.texts();
    let frame = Frame::new(request, by, section, t.of("frame-done-already"));
    show_with(request, StatusCode::CONFLICT, &DoneAlreadyPage { t, frame, sentence: t.of(key), back })
}

/// What handlers of pages give.
pub type Page = Result<HttpResponse, PageError>;
