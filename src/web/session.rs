//! Who looks at a page: the visitor with his language, and behind it the signed-in account.
//!
//! The cookies are ours alone (`__Host-`, `HttpOnly`, `Secure`, `SameSite=Lax`); plain http is for a
//! gateway on loopback, where browsers take neither prefix nor `Secure`.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header::{LOCATION, USER_AGENT};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use url::{Host, Url};

use crate::account::Reach;
use crate::account::audit::Actor;
use crate::account::session::{self, Session};
use crate::credential::secret::{self, Token};
use crate::refusal::{Code, Refusal};
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::texts::{Language, Texts};
use crate::web::caller;
use crate::web::server::Web;

/// What cookies are called here.
#[derive(Debug, Clone)]
pub struct Cookies {
    secure: bool,
}

/// Which of our cookies.
#[derive(Debug, Clone, Copy)]
pub enum Jar {
    /// Names the session.
    Session,
    /// Ties forms to the browser of somebody who is not signed in.
    Visitor,
    /// The language that was chosen.
    Language,
    /// What was just done, for the next page to say.
    Done,
}

impl Cookies {
    pub fn new(public_url: &str) -> Self {
        let loopback = Url::parse(public_url).is_ok_and(|url| {
            url.scheme() == "http"
                && match url.host() {
                    Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                    Some(Host::Ipv4(address)) => address.is_loopback(),
                    Some(Host::Ipv6(address)) => address.is_loopback(),
                    None => false,
                }
        });
        Self { secure: !loopback }
    }

    fn name(&self, jar: Jar) -> String {
        let name = match jar {
            Jar::Session => "punchgate-session",
            Jar::Visitor => "punchgate-visitor",
            Jar::Language => "punchgate-language",
            Jar::Done => "punchgate-done",
        };
        if self.secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    pub fn read(&self, request: &HttpRequest, jar: Jar) -> Option<String> {
        request.cookie(&self.name(jar)).map(|cookie| cookie.value().to_owned())
    }

    /// A cookie that lives as long as the browser is open, or `days`.
    pub fn write(&self, jar: Jar, value: &str, days: Option<i64>) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.name(jar), value.to_owned())
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .finish();
        cookie.set_max_age(days.map(Duration::days));
        cookie
    }

    pub fn clear(&self, jar: Jar) -> Cookie<'static> {
        let mut cookie = self.write(jar, "", None);
        cookie.set_max_age(Duration::ZERO);
        cookie
    }
}

/// Anybody who looks at a page.
#[derive(Clone)]
pub struct Visitor {
    pub language: Language,
    pub address: IpAddr,
    pub browser: String,
    /// The session, if he has one; also one that still awaits its second factor.
    pub session: Option<Session>,
    /// Goes into every form and comes back with it.
    pub form_token: String,
    /// To be set with the page, for a visitor whose forms have nothing to be tied to yet.
    pub new_cookie: Option<Cookie<'static>>,
    /// Path and query of the page.
    pub here: String,
}

impl Visitor {
    async fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        let web = request.app_data::<Data<Web>>().ok_or_else(|| Refusal::new(Code::Internal))?;
        let cookie = web.cookies.read(request, Jar::Session);
        let session = match &cookie {
            Some(cookie) => session::find(&web.gateway.store, cookie, web.gateway.clock.now()).await?,
            None => None,
        };
        let chosen = session.as_ref().and_then(|session| session.account.language.clone());
        let chosen = chosen.or_else(|| web.cookies.read(request, Jar::Language));
        let (secret, new_cookie) = match (&session, cookie, web.cookies.read(request, Jar::Visitor)) {
            (Some(_), Some(cookie), _) => (cookie, None),
            (_, _, Some(known)) => (known, None),
            _ => {
                let fresh = Token::generate().expose().to_owned();
                let cookie = web.cookies.write(Jar::Visitor, &fresh, None);
                (fresh, Some(cookie))
            }
        };
        let browser = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            language: caller::language(request, chosen.as_deref()),
            address: caller::address(request, &web.trusted_proxies),
            browser: browser.to_owned(),
            session,
            form_token: form_token(&secret),
            new_cookie,
            here: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    pub fn texts(&self) -> Texts {
        Texts(self.language)
    }
}

/// What ties a form to the browser that asked for it: nobody else knows the cookie.
fn form_token(cookie: &str) -> String {
    use base64::Engine;
    let digest = secret::digest(&format!("form\n{cookie}"));
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self::of(&request).await?) })
    }
}

/// Somebody who is signed in, with both factors if he has two.
#[derive(Clone)]
pub struct SignedIn {
    pub visitor: Visitor,
    pub account: Account,
    pub reach: Reach,
    /// Of the session, to end it or keep it while others end.
    pub digest: Vec<u8>,
}

impl SignedIn {
    pub fn texts(&self) -> Texts {
        self.visitor.texts()
    }

    /// For the audit log.
    pub fn actor(&self) -> Actor {
        Actor { name: self.account.email.clone(), address: Some(self.visitor.address.to_string()) }
    }

    pub fn is_vendor(&self) -> bool {
        self.account.role == "vendor"
    }
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let visitor = Visitor::of(&request).await?;
            match visitor.session.clone().filter(|session| !session.awaits_code) {
                Some(Session { account, reach, digest, .. }) => Ok(Self { visitor, account, reach, digest }),
                None => {
                    // A form is not sent again after the sign-in, and its address may have no page.
                    let next = if request.method().is_safe() { visitor.here } else { "/admin".to_owned() };
                    Err(PageError::SignIn { next, fragment: is_fragment(&request) })
                }
            }
        })
    }
}

/// A vendor. To everybody else these pages do not exist.
#[derive(Clone)]
pub struct Vendor(pub SignedIn);

impl FromRequest for Vendor {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let signed_in = signed_in.await?;
            if signed_in.is_vendor() {
                Ok(Self(signed_in))
            } else {
                Err(PageError::Refused(Refusal::new(Code::NotFound)))
            }
        })
    }
}

/// Whether the script of a page asks, for a part of it.
pub fn is_fragment(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

/// Why a page is not shown.
#[derive(Debug)]
pub enum PageError {
    /// Somebody has to sign in first, and comes back then.
    SignIn {
        next: String,
        fragment: bool,
    },
    Refused(Refusal),
}

impl std::fmt::Display for PageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignIn { .. } => f.write_str("not signed in"),
            Self::Refused(refusal) => f.write_str(refusal.code.as_str()),
        }
    }
}

impl PageError {
    /// Something that is not there, or not within reach, which must look the same.
    pub fn not_found() -> Self {
        Self::Refused(Refusal::new(Code::NotFound))
    }
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl ResponseError for PageError {
    /// A refusal travels with its response, because only the request knows the language to say it in:
    /// [`super::frame::explain`] makes the page.
    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignIn { next, fragment } => {
                let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
                let to = format!("/signin?{query}");
                if *fragment {
                    return HttpResponse::Unauthorized().insert_header(("HX-Redirect", "/signin")).finish();
                }
                HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
            }
            Self::Refused(refusal) => {
                let status = actix_web::http::StatusCode::from_u16(refusal.code.status())
                    .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = HttpResponse::build(status).finish();
                response.extensions_mut().insert(refusal.clone());
                response
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_bound_to_the_host_and_secure_but_on_loopback() {
        let cookie = |url: &str| Cookies::new(url).write(Jar::Session, "x", None).to_string();
        for url in ["https://gateway.example", "http://gateway.example", "https://localhost"] {
            let cookie = cookie(url);
            assert!(cookie.starts_with("__Host-punchgate-session=x"), "{cookie}");
            for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
                assert!(cookie.contains(part), "{part} in {cookie}");
            }
        }
        for url in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
            let cookie = cookie(url);
            assert!(cookie.starts_with("punchgate-session=x") && !cookie.contains("Secure"), "{cookie}");
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        }
    }

    #[test]
    fn a_forms_token_tells_nothing_of_the_cookie() {
        assert_ne!(form_token("a"), form_token("b"));
        assert!(!form_token("secret-cookie").contains("secret"));
    }
}
