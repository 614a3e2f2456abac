//! One customer in a system: another license, or none of his place; settings for him alone.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::Free;
use crate::license::Kind;
use crate::setup::assignments::{self, AssignError};
use crate::setup::license_check;
use crate::setup::licenses;
use crate::setup::settings::{self, SaveError};
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::admin::systems::{Head, Tab};
use crate::web::fields::{Fields, Posted};
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
    /// The free license that was chosen.
    chosen: String,
    /// What is in force for this customer alone: TOML.
    settings: Field,
    version: i64,
    /// Somebody else saved the system meanwhile.
    changed: bool,
}

impl PlacePage {
    /// Shows what was typed.
    fn keep(&mut self, fields: &Fields, settings: Option<&str>) {
        if fields.has("license") {
            self.license.value = fields.get("license").to_owned();
        }
        self.chosen = fields.get("free").to_owned();
        if let Some(text) = settings {
            self.settings.value = text.to_owned();
        }
    }

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
        let shown = license.as_ref().map(|license| {
            let own = by.reach.covers(Some(&license.account_id));
            if own { license.key.clone() } else { licenses::masked(&license.key) }
        });
        let own = license.filter(|license| by.reach.covers(Some(&license.account_id)));
        let free = free.into_iter().map(|listed| Free::of(t, listed));
        let title = t.fill("assign-customer", "customer", &customer.number);
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Systems, title),
            head: Head::new(&found, Tab::Customers),
            license: Field::new("license", shown.unwrap_or_default())
                .placeholder("PGC-XXXXX-XXXXX-XXXXX-XXXXX")
                .autocomplete("off"),
            finding: Some(words::finding(t, &finding)),
            license_id: own.map(|license| license.id),
            free: free.collect(),
            chosen: String::new(),
            settings: Field::new("settings", settings::of_customer(&found, &customer.number)).hinted(),
            version: found.system.version,
            changed: false,
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

/// What keeps the form from being saved: all of it is, or nothing.
enum NotSaved {
    License(AssignError),
    Settings(SaveError),
    Store(StoreError),
}

impl From<StoreError> for NotSaved {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What was typed; a part that a form does not have is left alone.
struct Typed {
    license: Option<String>,
    settings: Option<String>,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        let chosen = Some(fields.get("free")).filter(|key| !key.is_empty());
        let typed = fields.has("license").then(|| fields.get("license"));
        Self {
            license: chosen.or(typed).map(str::to_owned),
            settings: fields.has("settings").then(|| fields.get("settings").replace("\r\n", "\n")),
        }
    }
}

/// `POST /admin/systems/{slug}/customers/{id}`: another license, and what is in force for him alone.
pub async fn change(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let Posted { by, fields } = posted;
    let (slug, id) = path.into_inner();
    let mut page = PlacePage::new(&request, &web, &by, &slug, &id).await?;
    let (t, now, version) = (by.texts(), web.gateway.clock.now(), fields.number("version").unwrap_or_default());
    let (reach, actor, name, number) = (by.reach.clone(), by.actor(), slug.clone(), page.number.clone());
    let Typed { license, settings } = Typed::read(&fields);
    page.keep(&fields, settings.as_deref());
    let saved = web.gateway.store.write(move |c| {
        if let Some(key) = license {
            assignments::change_license(c, &reach, &name, &id, &key, &actor, now).map_err(NotSaved::License)?;
        }
        if let Some(text) = settings {
            settings::save_customer(c, &reach, &name, version, (&number, &text), &actor, now)
                .map_err(NotSaved::Settings)?;
        }
        Ok(())
    });
    match saved.await {
        Ok(()) => {
            let to = format!("/admin/systems/{slug}/customers");
            return Ok(frame::done(&request, &to, "assign-changed", Some(&page.number)));
        }
        Err(NotSaved::License(AssignError::License(finding))) => {
            page.finding = None;
            page.license.error = Some(words::finding(t, &finding).word);
        }
        Err(NotSaved::Settings(SaveError::ChangedMeanwhile)) => page.changed = true,
        Err(NotSaved::Settings(SaveError::Settings(error))) => {
            page.settings.error = Some(t.fill("settings-fault", "reason", error));
        }
        Err(NotSaved::Settings(SaveError::Toml(reason))) => {
            page.settings.error = Some(t.fill("settings-fault", "reason", reason));
        }
        Err(
            NotSaved::Store(error)
            | NotSaved::License(AssignError::Store(error))
            | NotSaved::Settings(SaveError::Store(error)),
        ) => return Err(error.into()),
        Err(_) => return Err(PageError::not_found()),
    }
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
