//! What a license key is, for the field that is being filled in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::license::Kind;
use crate::setup::license_check::{self, Finding};
use crate::setup::licenses::Place;
use crate::setup::systems;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::frame::{self, Page};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

#[derive(Template)]
#[template(path = "admin/systems/finding.html")]
struct FindingPart {
    t: Texts,
    finding: Option<Toned>,
    /// The license to connect, if it is the reader's own.
    connect: Option<String>,
}

#[derive(Deserialize)]
pub struct Question {
    #[serde(default)]
    license: String,
    system: Option<String>,
    shop: Option<String>,
    #[serde(default)]
    kind: String,
    customer: Option<String>,
}

/// `GET /admin/license-check`: what a key is, for the field that is being filled in.
pub async fn check_license(request: HttpRequest, web: Data<Web>, by: SignedIn, question: Query<Question>) -> Page {
    let (t, now, reach) = (by.texts(), web.gateway.clock.now(), by.reach.clone());
    let Question { license, system, shop, kind, customer } = question.into_inner();
    let finding = web
        .gateway
        .store
        .read(move |c| {
            let found = match &system {
                Some(slug) => systems::find(c, &reach, slug)?,
                None => None,
            };
            let shop = match (&found, &shop) {
                (Some(found), _) => Some(found.shop.clone()),
                (None, Some(slug)) => {
                    store::shops::find_by_slug(c, slug)?.filter(|shop| reach.covers(shop.account_id.as_deref()))
                }
                (None, None) => None,
            };
            let Some(shop) = shop else { return Ok(None) };
            let (wanted, here) = match (kind.as_str(), &found) {
                ("customer", Some(found)) => {
                    let customer = customer.clone().unwrap_or_default();
                    (Kind::Customer, Some(Place::Assignment { system: found.system.slug.clone(), customer }))
                }
                ("customer", None) => (Kind::Customer, None),
                (_, found) => (Kind::System, found.as_ref().map(|found| Place::System(found.system.slug.clone()))),
            };
            let checked = license_check::check(c, &license, wanted, &shop, here.as_ref(), &reach, now)?;
            Ok::<_, StoreError>(Some(checked.finding))
        })
        .await?;
    let finding = finding.ok_or_else(PageError::not_found)?;
    let connect = match &finding {
        Finding::NotConnected { id, own: true } => Some(id.clone()),
        _ => None,
    };
    Ok(frame::show(&request, &FindingPart { t, finding: Some(words::finding(t, &finding)), connect }))
}
