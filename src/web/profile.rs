//! `/account`: what somebody changes about himself.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::SecretString;

use crate::account::profile::{ProfileError, SHORTEST_PASSWORD};
use crate::account::totp::Secret;
use crate::store::sessions::Session;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::fields::{Fields, Posted};
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

#[derive(Template)]
#[template(path = "profile/page.html")]
struct ProfilePage {
    t: Texts,
    frame: Frame,
    email: String,
    role: String,
    old: Field,
    new: Field,
    second_factor: bool,
    codes_left: i64,
    off_password: Field,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    here: bool,
    browser: String,
    address: String,
    seen_at: i64,
}

/// `GET /account`.
pub async fn page(request: HttpRequest, web: Data<Web>, by: SignedIn) -> Page {
    Ok(frame::show(&request, &profile(&request, &web, &by).await?))
}

async fn profile(request: &HttpRequest, web: &Web, by: &SignedIn) -> Result<ProfilePage, PageError> {
    let t = by.texts();
    let id = by.account.id.clone();
    let (sessions, codes_left) = web
        .gateway
        .store
        .read(move |c| {
            Ok::<_, StoreError>((store::sessions::list_of_account(c, &id)?, store::recovery_codes::count_left(c, &id)?))
        })
        .await?;
    let shown = |session: Session| SessionRow {
        here: session.digest == by.digest,
        browser: browser_name(&session.browser).unwrap_or_else(|| t.of("profile-browser-unknown")),
        address: session.address,
        seen_at: session.seen_at,
    };
    Ok(ProfilePage {
        t,
        frame: Frame::new(request, by, Section::Profile, t.of("profile-title")),
        email: by.account.email.clone(),
        role: t.of(if by.is_vendor() { "profile-role-vendor" } else { "profile-role-merchant" }),
        old: Field::new("old", "").required().autocomplete("current-password"),
        new: Field::new("new", "").required().hinted().autocomplete("new-password"),
        second_factor: by.account.totp_secret.is_some(),
        codes_left,
        off_password: Field::new("password", "").required().autocomplete("current-password"),
        sessions: sessions.into_iter().filter(|session| !session.awaits_code).map(shown).collect(),
    })
}

/// A browser by its `User-Agent`, as people call it.
fn browser_name(agent: &str) -> Option<String> {
    let known =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let name = known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)?;
    match systems.iter().find(|(mark, _)| agent.contains(mark)) {
        Some((_, system)) => Some(format!("{name}, {system}")),
        None => Some(name.to_owned()),
    }
}

fn secret(fields: &Fields, name: &str) -> SecretString {
    SecretString::from(fields.raw(name).to_owned())
}

/// `POST /account/password`.
pub async fn change_password(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let Posted { by, fields } = posted;
    let (old, new) = (secret(&fields, "old"), secret(&fields, "new"));
    match web.accounts.change_password(&by.account, &by.digest, old, new, &by.actor()).await {
        Ok(()) => Ok(frame::done(&request, "/account", "profile-password-changed", None)),
        Err(error) => {
            let mut page = profile(&request, &web, &by).await?;
            let t = by.texts();
            match error {
                ProfileError::PasswordWrong => page.old = page.old.error(Some(t.of("profile-password-wrong"))),
                ProfileError::PasswordLength => {
                    page.new = page.new.error(Some(t.fill("signin-password-length", "least", SHORTEST_PASSWORD)))
                }
                other => return Err(refused(other)),
            }
            Ok(frame::show_again(&request, &page))
        }
    }
}

fn refused(error: ProfileError) -> PageError {
    match error {
        ProfileError::Refused(refusal) => refusal.into(),
        _ => PageError::not_found(),
    }
}

#[derive(Template)]
#[template(path = "profile/second-factor.html")]
struct SecondFactorPage {
    t: Texts,
    frame: Frame,
    /// An SVG of our own making.
    picture: String,
    secret: String,
    code: Field,
    password: Field,
}

impl SecondFactorPage {
    fn new(request: &HttpRequest, by: &SignedIn, secret: &Secret) -> Self {
        let t = by.texts();
        Self {
            t,
            frame: Frame::new(request, by, Section::Profile, t.of("profile-second-factor")),
            picture: secret.picture(&by.account.email),
            secret: secret.base32(),
            code: Field::new("code", "").required().autocomplete("one-time-code"),
            password: Field::new("password", "").required().autocomplete("current-password"),
        }
    }
}

/// `GET /account/second-factor`.
pub async fn second_factor(request: HttpRequest, by: SignedIn) -> Page {
    Ok(frame::show(&request, &SecondFactorPage::new(&request, &by, &Secret::generate())))
}

#[derive(Template)]
#[template(path = "profile/recovery-codes.html")]
struct RecoveryCodesPage {
    t: Texts,
    frame: Frame,
    codes: Vec<String>,
}

/// `POST /account/second-factor`: the secret comes back from the page that showed it; what counts is that the
/// device and the password both speak for it.
pub async fn switch_on(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let Posted { by, fields } = posted;
    let t = by.texts();
    let shared = Secret::read(fields.get("secret")).ok_or_else(PageError::not_found)?;
    let mut page = SecondFactorPage::new(&request, &by, &shared);
    match web
        .accounts
        .switch_on(&by.account, shared, secret(&fields, "password"), fields.get("code"), &by.actor())
        .await
    {
        Ok(codes) => {
            let frame = Frame::new(&request, &by, Section::Profile, t.of("profile-recovery-title"));
            Ok(frame::show(&request, &RecoveryCodesPage { t, frame, codes }))
        }
        Err(ProfileError::CodeWrong) => {
            page.code = page.code.error(Some(t.of("signin-code-wrong")));
            Ok(frame::show_again(&request, &page))
        }
        Err(ProfileError::PasswordWrong) => {
            page.password = page.password.error(Some(t.of("profile-password-wrong")));
            Ok(frame::show_again(&request, &page))
        }
        Err(other) => Err(refused(other)),
    }
}

/// `POST /account/second-factor/off`.
pub async fn switch_off(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let Posted { by, fields } = posted;
    match web.accounts.switch_off(&by.account, secret(&fields, "password"), &by.actor()).await {
        Ok(()) => Ok(frame::done(&request, "/account", "profile-second-factor-off-done", None)),
        Err(ProfileError::PasswordWrong) => {
            let mut page = profile(&request, &web, &by).await?;
            page.off_password = page.off_password.error(Some(by.texts().of("profile-password-wrong")));
            let again: HttpResponse = frame::show_with(&request, StatusCode::UNPROCESSABLE_ENTITY, &page);
            Ok(again)
        }
        Err(other) => Err(refused(other)),
    }
}

/// `POST /account/sessions`: signed out everywhere but here.
pub async fn sign_out_elsewhere(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let by = posted.by;
    web.accounts.sign_out_elsewhere(&by.account, &by.digest, &by.actor()).await.map_err(refused)?;
    Ok(frame::done(&request, "/account", "profile-signed-out-elsewhere", None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_as_people_do() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0";
        assert_eq!(browser_name(edge).as_deref(), Some("Edge, Windows"));
        assert_eq!(browser_name("curl/8"), None);
    }
}
