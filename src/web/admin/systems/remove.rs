//! Removing an OCI system.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::find;
use crate::setup::systems::{self, SaveError};
use crate::texts::Texts;
use crate::web::fields::Posted;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

#[derive(Template)]
#[template(path = "admin/systems/remove.html")]
struct RemovePage {
    t: Texts,
    frame: Frame,
    slug: String,
    name: String,
}

/// `GET /admin/systems/{slug}/remove`.
pub async fn ask_remove(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>) -> Page {
    let found = find(&web, &by, &slug).await?;
    if found.system.active {
        return Ok(frame::go(&format!("/admin/systems/{slug}")));
    }
    let t = by.texts();
    let frame = Frame::new(&request, &by, Section::Systems, t.of("systems-remove-title"));
    Ok(frame::show(&request, &RemovePage { t, frame, slug: found.system.slug, name: found.system.name }))
}

/// `POST /admin/systems/{slug}/remove`.
pub async fn remove(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let by = posted.by;
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    match web.gateway.store.write(move |c| systems::remove(c, &reach, &key, &actor, now)).await {
        Ok(()) => Ok(frame::done(&request, "/admin/systems", "systems-removed", Some(slug.as_str()))),
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}
