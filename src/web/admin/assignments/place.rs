//! One customer in a system: another license, or none of his place.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::Free;
use crate::license::Kind;
use crate::setup::assignments::{self, AssignError};
use crate::setup::license_check;
use crate::setup::licenses;
use crate::setup::settings::{self, SaveError};
use crate::store::{self};
use crate::texts::Texts;
use crate::web::admin::systems::{Head, Tab};
use crate::web::fields::Posted;
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

#[derive(Template)]
#[template(path = "admin/systems/customer.html")]
struct PlacePage {
    t: Texts,
    frame: Frame,
    head: Head,
    id: String,
    number: String,
    email: String,
    license: Field,
    finding: Option<Toned>,
    license_id: Option<String>,
    free: Vec<Free>,
    /// What is in force for this customer alone: TOML.
    settings: Field,
    version: i64,
}

impl PlacePage {
    async fn new(request: &HttpRequest, web: &Web, by: &SignedIn, slug: &str, id: &str) -> Result<Self, PageError> {
        let (t, now) = (by.texts(), web.gateway.clock.now());
        let (reach, slug, id, account) = (by.reach.clone(), slug.to_owned(), id.to_owned(), by.account.id.clone());
        let read = web
            .gateway
            .store
            .read(move |c| {
                let (found, customer, assignment) = assignments::place(c, &reach, &slug, &id)?;
                let license = match &assignment.license_id {
                    Some(id) => store::licenses::find(c, id)?,
                    None => None,
                };
                let here = licenses::Place::Assignment { system: slug, customer: customer.number.clone() };
                let key = license.as_ref().map(|license| license.key.clone()).unwrap_or_default();
                let shop = found.shop.clone();
                let checked = license_check::check(c, &key, Kind::Customer, &shop, Some(&here), &reach, now)?;
                let owner = shop.account_id.clone().unwrap_or(account);
                let free = license_check::list_free(c, &owner, Kind::Customer, &shop, now)?;
                Ok::<_, AssignError>((found, customer, license, checked.finding, free))
            })
            .await;
        let (found, customer, license, finding, free) = match read {
            Ok(read) => read,
            Err(AssignError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(PageError::not_found()),
        };
        let own = license.filter(|license| by.reach.covers(Some(&license.account_id)));
        let free = free.into_iter().map(|listed| Free::of(t, listed));
        let title = t.fill("assign-customer", "customer", &customer.number);
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Systems, title),
            head: Head::new(&found, Tab::Customers),
            license: Field::new("license", own.as_ref().map(|license| license.key.clone()).unwrap_or_default())
                .placeholder("PGC-XXXXX-XXXXX-XXXXX-XXXXX")
                .autocomplete("off"),
            finding: Some(words::finding(t, &finding)),
            license_id: own.map(|license| license.id),
            free: free.collect(),
            settings: Field::new("settings", settings::of_customer(&found, &customer.number)).hinted(),
            version: found.system.version,
            id: customer.id,
            number: customer.number,
            email: customer.email,
        })
    }
}

/// `GET /admin/systems/{slug}/customers/{id}`.
pub async fn place(request: HttpRequest, web: Data<Web>, by: SignedIn, path: Path<(String, String)>) -> Page {
    let (slug, id) = path.into_inner();
    Ok(frame::show(&request, &PlacePage::new(&request, &web, &by, &slug, &id).await?))
}

/// `POST /admin/systems/{slug}/customers/{id}`: another license.
pub async fn change(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let Posted { by, fields } = posted;
    let (slug, id) = path.into_inner();
    let now = web.gateway.clock.now();
    let (reach, actor, name, customer) = (by.reach.clone(), by.actor(), slug.clone(), id.clone());
    let typed =
        if fields.get("free").is_empty() { fields.get("license").to_owned() } else { fields.get("free").to_owned() };
    let changed = web
        .gateway
        .store
        .write(move |c| assignments::change_license(c, &reach, &name, &customer, &typed, &actor, now))
        .await;
    match changed {
        Ok(customer) => {
            let to = format!("/admin/systems/{slug}/customers");
            Ok(frame::done(&request, &to, "assign-changed", Some(&customer.number)))
        }
        Err(AssignError::License(finding)) => {
            let mut page = PlacePage::new(&request, &web, &by, &slug, &id).await?;
            page.finding = None;
            page.license.value = fields.get("license").to_owned();
            page.license = page.license.error(Some(words::finding(by.texts(), &finding).word));
            Ok(frame::show_again(&request, &page))
        }
        Err(AssignError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

/// `POST /admin/systems/{slug}/customers/{id}/settings`: what is in force for him alone.
pub async fn save_settings(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let Posted { by, fields } = posted;
    let (slug, id) = path.into_inner();
    let mut page = PlacePage::new(&request, &web, &by, &slug, &id).await?;
    let (t, now, version) = (by.texts(), web.gateway.clock.now(), fields.number("version").unwrap_or_default());
    let (reach, actor, key, number) = (by.reach.clone(), by.actor(), slug.clone(), page.number.clone());
    let text = fields.get("settings").replace("\r\n", "\n");
    page.settings.value.clone_from(&text);
    let saved = web
        .gateway
        .store
        .write(move |c| settings::save_customer(c, &reach, &key, version, (&number, &text), &actor, now))
        .await;
    page.settings.error = Some(match saved {
        Ok(()) => {
            let to = format!("/admin/systems/{slug}/customers/{id}");
            return Ok(frame::done(&request, &to, "systems-saved", None));
        }
        Err(SaveError::ChangedMeanwhile) => t.of("systems-changed-meanwhile"),
        Err(SaveError::Settings(error)) => t.fill("settings-fault", "reason", error),
        Err(SaveError::Toml(reason)) => t.fill("settings-fault", "reason", reason),
        Err(SaveError::Store(error)) => return Err(error.into()),
        Err(SaveError::NotFound) => return Err(PageError::not_found()),
    });
    Ok(frame::show_again(&request, &page))
}

#[derive(Template)]
#[template(path = "admin/systems/remove-customer.html")]
struct RemovePage {
    t: Texts,
    frame: Frame,
    head: Head,
    id: String,
    number: String,
}

/// `GET /admin/systems/{slug}/customers/{id}/remove`.
pub async fn ask_remove(request: HttpRequest, web: Data<Web>, by: SignedIn, path: Path<(String, String)>) -> Page {
    let (slug, id) = path.into_inner();
    let PlacePage { t, frame, head, id, number, .. } = PlacePage::new(&request, &web, &by, &slug, &id).await?;
    Ok(frame::show(&request, &RemovePage { t, frame, head, id, number }))
}

/// `POST /admin/systems/{slug}/customers/{id}/remove`.
pub async fn remove(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let by = posted.by;
    let (slug, id) = path.into_inner();
    let (reach, actor, now, name) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    match web.gateway.store.write(move |c| assignments::remove(c, &reach, &name, &id, &actor, now)).await {
        Ok(customer) => {
            let to = format!("/admin/systems/{slug}/customers");
            Ok(frame::done(&request, &to, "assign-removed", Some(&customer.number)))
        }
        Err(AssignError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}
