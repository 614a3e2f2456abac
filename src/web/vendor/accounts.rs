//! `/vendor`: accounts, new ones, invitations.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::account::audit::{self, Action, Object};
use crate::account::profile;
use crate::setup::customer_rules::check_email;
use crate::setup::license_check::SOON;
use crate::setup::licenses::{self as issuing, LicenseError};
use crate::store::accounts::Account;
use crate::store::license_list::{self, Filter};
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::fields::Posted;
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::portal::Row as LicenseRow;
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn, Vendor};
use crate::web::vendor::licenses::refused;

/// Accounts on one page.
const PAGE: usize = 50;
/// Licenses that an account's page shows; its list has all of them.
const SHOWN: i64 = 20;

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

struct Row {
    id: String,
    email: String,
    vendor: bool,
    licenses: i64,
    second_factor: bool,
    /// Has chosen a password.
    ready: bool,
}

#[derive(Template)]
#[template(path = "vendor/accounts.html")]
struct AccountsPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
    q: Field,
    pager: Pager,
}

/// `GET /vendor`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: Vendor, wish: Query<Wish>) -> Page {
    let t = by.0.texts();
    let (q, after) = (wish.q.clone(), wish.after.clone());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut accounts = web.gateway.store.read(move |c| store::accounts::list_page(c, &q, &after, limit)).await?;
    let more = accounts.len() > PAGE;
    accounts.truncate(PAGE);
    let last = accounts.last().filter(|_| more).map(|(account, _)| account.email.clone());
    let to = |after: &str| address("/vendor", &[("q", &wish.q), ("after", after)]);
    let page = AccountsPage {
        t,
        frame: Frame::new(&request, &by.0, Section::VendorAccounts, t.of("frame-accounts")),
        rows: accounts
            .into_iter()
            .map(|(account, licenses)| Row {
                vendor: account.role == "vendor",
                second_factor: account.totp_secret.is_some(),
                ready: account.password_hash.is_some(),
                id: account.id,
                email: account.email,
                licenses,
            })
            .collect(),
        q: Field::new("q", &wish.q),
        pager: Pager { first: (!wish.after.is_empty()).then(|| to("")), next: last.map(|last| to(&last)) },
    };
    Ok(frame::show(&request, &page))
}

#[derive(Template)]
#[template(path = "vendor/new-account.html")]
struct NewPage {
    t: Texts,
    frame: Frame,
    email: Field,
    role: Field,
    roles: Vec<(String, String)>,
}

fn new_page(request: &HttpRequest, by: &SignedIn, email: &str, role: &str, fault: Option<String>) -> NewPage {
    let t = by.texts();
    NewPage {
        t,
        frame: Frame::new(request, by, Section::VendorAccounts, t.of("vendor-new-account")),
        email: Field::new("email", email).required().autocomplete("off").error(fault),
        role: Field::new("role", role),
        roles: vec![("merchant".into(), t.of("profile-role-merchant")), ("vendor".into(), t.of("profile-role-vendor"))],
    }
}

/// `GET /vendor/accounts/new`.
pub async fn new(request: HttpRequest, by: Vendor) -> Page {
    Ok(frame::show(&request, &new_page(&request, &by.0, "", "merchant", None)))
}

#[derive(Template)]
#[template(path = "vendor/invitation.html")]
struct InvitationPage {
    t: Texts,
    frame: Frame,
    id: String,
    email: String,
    link: String,
}

fn show_invitation(request: &HttpRequest, web: &Web, by: &SignedIn, account: &Account, token: &str) -> Page {
    let t = by.texts();
    let page = InvitationPage {
        t,
        frame: Frame::new(request, by, Section::VendorAccounts, t.of("vendor-invitation-title")),
        id: account.id.clone(),
        email: account.email.clone(),
        link: format!("{}/invitation/{token}", web.gateway.public_url),
    };
    Ok(frame::show(request, &page))
}

/// `POST /vendor/accounts/new`: shows the invitation, once.
pub async fn create(request: HttpRequest, web: Data<Web>, posted: Posted<Vendor>) -> Page {
    let Posted { by: Vendor(by), fields } = posted;
    let t = by.texts();
    let (email, role) = (fields.get("email").to_lowercase(), fields.get("role").to_owned());
    let again = |fault: &str| frame::show_again(&request, &new_page(&request, &by, &email, &role, Some(t.of(fault))));
    if check_email(&email).is_err() {
        return Ok(again("customers-fault-email"));
    }
    if !["merchant", "vendor"].contains(&role.as_str()) {
        return Err(PageError::not_found());
    }
    let (actor, now, address, wanted) = (by.actor(), web.gateway.clock.now(), email.clone(), role.clone());
    let made = web
        .gateway
        .store
        .write(move |c| {
            if store::accounts::find_by_email(c, &address)?.is_some() {
                return Ok(None);
            }
            let account = issuing::account(c, &address, now)?;
            store::accounts::update_role(c, &account.id, &wanted)?;
            let object = Object { kind: "account", id: &account.id, name: &account.email, owner: Some(&account.id) };
            let after = serde_json::json!({ "role": wanted });
            audit::record(c, &actor, Action::Created, object, None, Some(after), now)?;
            let token = profile::invite(c, &account, &actor, now)?;
            Ok::<_, LicenseError>(Some((account, token)))
        })
        .await
        .map_err(refused)?;
    match made {
        Some((account, token)) => show_invitation(&request, &web, &by, &account, token.expose()),
        None => Ok(again("vendor-account-there")),
    }
}

#[derive(Template)]
#[template(path = "vendor/account.html")]
struct AccountPage {
    t: Texts,
    frame: Frame,
    id: String,
    email: String,
    role: String,
    ready: bool,
    second_factor: bool,
    licenses: Vec<LicenseRow>,
    all: String,
    issue: String,
}

/// `GET /vendor/accounts/{id}`.
pub async fn account(request: HttpRequest, web: Data<Web>, by: Vendor, id: Path<String>) -> Page {
    let (t, now, id) = (by.0.texts(), web.gateway.clock.now(), id.into_inner());
    let found = web
        .gateway
        .store
        .read(move |c| {
            let Some(account) = store::accounts::find(c, &id)? else { return Ok(None) };
            let filter = Filter {
                account_id: Some(account.id.clone()),
                limit: SHOWN,
                now,
                soon: now + SOON,
                ..Filter::default()
            };
            let licenses = license_list::list(c, &filter)?;
            Ok::<_, StoreError>(Some((account, licenses)))
        })
        .await?;
    let (account, licenses) = found.ok_or_else(PageError::not_found)?;
    let vendor = account.role == "vendor";
    let page = AccountPage {
        t,
        frame: Frame::new(&request, &by.0, Section::VendorAccounts, &account.email),
        role: t.of(if vendor { "profile-role-vendor" } else { "profile-role-merchant" }),
        ready: account.password_hash.is_some(),
        second_factor: account.totp_secret.is_some(),
        licenses: licenses.into_iter().map(|listed| LicenseRow::of(t, listed, now)).collect(),
        all: address("/vendor/licenses", &[("q", &account.email)]),
        issue: address("/vendor/licenses/new", &[("account", &account.email)]),
        id: account.id,
        email: account.email,
    };
    Ok(frame::show(&request, &page))
}

/// `POST /vendor/accounts/{id}/invite`: a new link; an older one is no longer good.
pub async fn invite(request: HttpRequest, web: Data<Web>, posted: Posted<Vendor>, id: Path<String>) -> Page {
    let by = posted.by.0;
    let (actor, now, id) = (by.actor(), web.gateway.clock.now(), id.into_inner());
    let made = web
        .gateway
        .store
        .write(move |c| {
            let Some(account) = store::accounts::find(c, &id)? else { return Ok(None) };
            let token = profile::invite(c, &account, &actor, now)?;
            Ok::<_, StoreError>(Some((account, token)))
        })
        .await?;
    let (account, token) = made.ok_or_else(PageError::not_found)?;
    show_invitation(&request, &web, &by, &account, token.expose())
}
