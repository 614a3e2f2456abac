//! Signing in and out, choosing the first password, choosing the language.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use crate::account::profile::{ProfileError, SHORTEST_PASSWORD};
use crate::account::signin::From;
use crate::refusal::Code;
use crate::store;
use crate::texts::{Language, Texts};
use crate::web::fields::Posted;
use crate::web::form::{Field, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{Jar, SignedIn, Visitor};

#[derive(Template)]
#[template(path = "signin/page.html")]
struct SignInPage {
    t: Texts,
    frame: Frame,
    next: String,
    email: Field,
    password: Field,
    fault: Option<String>,
}

impl SignInPage {
    fn new(request: &HttpRequest, visitor: &Visitor, next: &str, email: &str, fault: Option<String>) -> Self {
        let t = visitor.texts();
        Self {
            t,
            frame: Frame::outside(request, visitor, Section::None, t.of("signin-title")),
            next: next.to_owned(),
            email: Field::new("email", email).required().autocomplete("username"),
            password: Field::new("password", "").required().autocomplete("current-password"),
            fault,
        }
    }
}

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    next: String,
}

/// `GET /signin`.
pub async fn page(request: HttpRequest, visitor: Visitor, wish: Query<Wish>) -> Page {
    let mut shown = frame::show(&request, &SignInPage::new(&request, &visitor, &wish.next, "", None));
    if let Some(cookie) = &visitor.new_cookie {
        let _ = shown.add_cookie(cookie);
    }
    Ok(shown)
}

/// `POST /signin`.
pub async fn sign_in(request: HttpRequest, web: Data<Web>, posted: Posted<Visitor>) -> Page {
    let Posted { by, fields } = posted;
    let password = SecretString::from(fields.raw("password").to_owned());
    let signed_in = match web.accounts.sign_in(fields.get("email"), password, &from(&by)).await {
        Ok(signed_in) => signed_in,
        Err(refusal) if refusal.code == Code::TooManyAttempts => {
            let fault = by.texts().of("signin-too-many");
            let page = SignInPage::new(&request, &by, fields.get("next"), fields.get("email"), Some(fault));
            let mut answer = frame::show_with(&request, StatusCode::TOO_MANY_REQUESTS, &page);
            let seconds = HeaderValue::from(refusal.retry_after.unwrap_or(60));
            answer.headers_mut().insert(RETRY_AFTER, seconds);
            return Ok(answer);
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let Some(signed_in) = signed_in else {
        let fault = by.texts().of("signin-wrong");
        let page = SignInPage::new(&request, &by, fields.get("next"), fields.get("email"), Some(fault));
        return Ok(frame::show_again(&request, &page));
    };
    let next = local(fields.get("next")).unwrap_or("/admin");
    let to = if signed_in.awaits_code { address("/signin/code", &[("next", next)]) } else { next.to_owned() };
    let mut response = frame::go(&to);
    let _ = response.add_cookie(&web.cookies.write(Jar::Session, signed_in.token.expose(), None));
    Ok(response)
}

fn from(visitor: &Visitor) -> From {
    From { address: visitor.address, browser: visitor.browser.clone() }
}

#[derive(Template)]
#[template(path = "signin/code.html")]
struct CodePage {
    t: Texts,
    frame: Frame,
    next: String,
    code: Field,
}

impl CodePage {
    fn new(request: &HttpRequest, visitor: &Visitor, next: &str, fault: Option<String>) -> Self {
        let t = visitor.texts();
        Self {
            t,
            frame: Frame::outside(request, visitor, Section::None, t.of("signin-code-title")),
            next: next.to_owned(),
            code: Field::new("code", "").required().hinted().autocomplete("one-time-code").error(fault),
        }
    }
}

/// `GET /signin/code`.
pub async fn code_page(request: HttpRequest, visitor: Visitor, wish: Query<Wish>) -> Page {
    match &visitor.session {
        Some(session) if session.awaits_code => {
            Ok(frame::show(&request, &CodePage::new(&request, &visitor, &wish.next, None)))
        }
        _ => Ok(frame::go("/signin")),
    }
}

/// `POST /signin/code`.
pub async fn give_code(request: HttpRequest, web: Data<Web>, posted: Posted<Visitor>) -> Page {
    let Posted { by, fields } = posted;
    let Some(waiting) = by.session.clone().filter(|session| session.awaits_code) else {
        return Ok(frame::go("/signin"));
    };
    let token = match web.accounts.give_code(&waiting, fields.get("code"), &from(&by)).await {
        Ok(Some(token)) => token,
        Ok(None) => {
            let fault = by.texts().of("signin-code-wrong");
            return Ok(frame::show_again(&request, &CodePage::new(&request, &by, fields.get("next"), Some(fault))));
        }
        Err(refusal) if refusal.code == Code::TooManyAttempts => {
            let fault = by.texts().of("signin-too-many");
            let page = CodePage::new(&request, &by, fields.get("next"), Some(fault));
            return Ok(frame::show_with(&request, StatusCode::TOO_MANY_REQUESTS, &page));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let mut response = frame::go(local(fields.get("next")).unwrap_or("/admin"));
    let _ = response.add_cookie(&web.cookies.write(Jar::Session, token.expose(), None));
    Ok(response)
}

/// `POST /signout`.
pub async fn sign_out(web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let actor = posted.by.actor();
    web.accounts.sign_out(posted.by.digest, &posted.by.account, &actor).await?;
    let mut response = frame::go("/signin");
    let _ = response.add_cookie(&web.cookies.clear(Jar::Session));
    Ok(response)
}

#[derive(Template)]
#[template(path = "signin/invitation.html")]
struct InvitationPage {
    t: Texts,
    frame: Frame,
    action: String,
    email: String,
    password: Field,
}

impl InvitationPage {
    fn new(request: &HttpRequest, visitor: &Visitor, email: &str, fault: Option<String>) -> Self {
        let t = visitor.texts();
        Self {
            t,
            frame: Frame::outside(request, visitor, Section::None, t.of("signin-invitation-title")),
            action: visitor.here.clone(),
            email: email.to_owned(),
            password: Field::new("password", "").required().hinted().autocomplete("new-password").error(fault),
        }
    }
}

#[derive(Template)]
#[template(path = "signin/invitation-over.html")]
struct InvitationOverPage {
    t: Texts,
    frame: Frame,
}

fn invitation_over(request: &HttpRequest, visitor: &Visitor) -> HttpResponse {
    let t = visitor.texts();
    let frame = Frame::outside(request, visitor, Section::None, t.of("signin-invitation-title"));
    frame::show_with(request, StatusCode::GONE, &InvitationOverPage { t, frame })
}

/// `GET /invitation/{token}`.
pub async fn invitation(request: HttpRequest, web: Data<Web>, visitor: Visitor, token: Path<String>) -> Page {
    let mut shown = match web.accounts.invited(&token).await {
        Ok(account) => frame::show(&request, &InvitationPage::new(&request, &visitor, &account.email, None)),
        Err(ProfileError::Refused(refusal)) => return Err(refusal.into()),
        Err(_) => invitation_over(&request, &visitor),
    };
    if let Some(cookie) = &visitor.new_cookie {
        let _ = shown.add_cookie(cookie);
    }
    Ok(shown)
}

/// `POST /invitation/{token}`.
pub async fn accept(request: HttpRequest, web: Data<Web>, posted: Posted<Visitor>, token: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let password = SecretString::from(fields.raw("password").to_owned());
    match web.accounts.accept_invitation(&token, password, &by.address.to_string()).await {
        Ok(()) => Ok(frame::done(&request, "/signin", "signin-invitation-done", None)),
        Err(ProfileError::PasswordLength) => {
            let email = web.accounts.invited(&token).await.map(|account| account.email).unwrap_or_default();
            let fault = by.texts().fill("signin-password-length", "least", SHORTEST_PASSWORD);
            Ok(frame::show_again(&request, &InvitationPage::new(&request, &by, &email, Some(fault))))
        }
        Err(ProfileError::Refused(refusal)) => Err(refusal.into()),
        Err(_) => Ok(invitation_over(&request, &by)),
    }
}

/// `POST /language`.
pub async fn choose_language(web: Data<Web>, posted: Posted<Visitor>) -> Page {
    let Posted { by, fields } = posted;
    let mut response: HttpResponse = frame::go(local(fields.get("next")).unwrap_or("/"));
    if let Some(language) = Language::read(fields.get("language")) {
        let _ = response.add_cookie(&web.cookies.write(Jar::Language, language.tag(), Some(365)));
        if let Some(session) = by.session {
            let id = session.account.id;
            web.gateway.store.write(move |c| store::accounts::update_language(c, &id, language.tag())).await?;
        }
    }
    Ok(response)
}

/// A path of ours to go on to: nothing that a browser could take for another host.
pub fn local(next: &str) -> Option<&str> {
    let plain = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r', '\t']);
    plain.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_gone_on_to() {
        assert_eq!(local("/account/license?x=1"), Some("/account/license?x=1"));
        for foreign in ["", "https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\t/evil.example"] {
            assert_eq!(local(foreign), None, "{foreign}");
        }
    }
}
