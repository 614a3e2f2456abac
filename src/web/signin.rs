//! Signing in and out.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use crate::account::session;
use crate::store;
use crate::texts::{Language, Texts};
use crate::web::fields::Posted;
use crate::web::form::Field;
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
    wrong: bool,
}

impl SignInPage {
    fn new(request: &HttpRequest, visitor: &Visitor, next: &str, email: &str, wrong: bool) -> Self {
        let t = visitor.texts();
        Self {
            t,
            frame: Frame::outside(request, visitor, Section::None, t.of("signin-title")),
            next: next.to_owned(),
            email: Field::new("email", email).required().autocomplete("username"),
            password: Field::new("password", "").required().autocomplete("current-password"),
            wrong,
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
    let mut shown = frame::show(&request, &SignInPage::new(&request, &visitor, &wish.next, "", false));
    if let Some(cookie) = &visitor.new_cookie {
        let _ = shown.add_cookie(cookie);
    }
    Ok(shown)
}

/// `POST /signin`.
pub async fn sign_in(request: HttpRequest, web: Data<Web>, posted: Posted<Visitor>) -> Page {
    let Posted { by, fields } = posted;
    let (gateway, email) = (&web.gateway, fields.get("email").to_owned());
    let account = gateway.store.read(move |c| store::accounts::find_by_email(c, &email)).await?;
    let password = SecretString::from(fields.raw("password").to_owned());
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = gateway.hasher.verify(password, stored).await.map_err(crate::refusal::Refusal::from)?.is_yes();
    let Some(account) = account.filter(|_| right) else {
        let page = SignInPage::new(&request, &by, fields.get("next"), fields.get("email"), true);
        return Ok(frame::show_again(&request, &page));
    };
    let now = gateway.clock.now();
    let address = by.address.to_string();
    let token = session::open(&gateway.store, &account.id, false, &address, &by.browser, now).await?;
    let mut response = frame::go(local(fields.get("next")).unwrap_or("/admin"));
    let _ = response.add_cookie(&web.cookies.write(Jar::Session, token.expose(), None));
    Ok(response)
}

/// `POST /signout`.
pub async fn sign_out(web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    session::close(&web.gateway.store, posted.by.digest).await?;
    let mut response = frame::go("/signin");
    let _ = response.add_cookie(&web.cookies.clear(Jar::Session));
    Ok(response)
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
