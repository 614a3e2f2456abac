//! Choosing another preset: what it would change is shown before it does.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{Bar, Shell, effective, shell};
use crate::setup::settings::{self, SaveError};
use crate::system::{self, Difference};
use crate::texts::Texts;
use crate::web::admin::systems::{self, Head, Tab, preset_name};
use crate::web::fields::Posted;
use crate::web::frame::{self, Frame, Page};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    to: String,
}

struct Preset {
    name: &'static str,
    word: String,
    present: bool,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "admin/settings/preset.html")]
struct PresetPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    presets: Vec<Preset>,
    /// The one that is looked at.
    chosen: Option<(String, String)>,
    differences: Vec<Difference>,
}

/// `GET /admin/systems/{slug}/preset`.
pub async fn page(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>, wish: Query<Wish>) -> Page {
    let found = systems::find(&web, &by, &slug).await?;
    let (t, present) = (by.texts(), effective(&found)?);
    let chosen = system::preset_names().find(|name| *name == wish.to);
    let mut differences = Vec::new();
    if let Some(chosen) = chosen {
        let will = settings::with_preset(&found, chosen).map_err(|_| PageError::not_found())?;
        differences = system::differences(&present, &will).map_err(|_| PageError::not_found())?;
        differences.retain(|difference| difference.key != "preset");
    }
    let presets = system::preset_names().map(|name| Preset {
        name,
        word: preset_name(t, name),
        present: present.preset == name,
        chosen: chosen == Some(name),
    });
    let Shell { frame, head, bar: s, .. } = shell(&request, &by, &found, Tab::General, "preset", false);
    let page = PresetPage {
        t,
        frame,
        head,
        s,
        presets: presets.collect(),
        chosen: chosen.map(|name| (name.to_owned(), preset_name(t, name))),
        differences,
    };
    Ok(frame::show(&request, &page))
}

/// `POST /admin/systems/{slug}/preset`.
pub async fn apply(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let found = systems::find(&web, &by, &slug).await?;
    let settings = settings::with_preset(&found, fields.get("to")).map_err(|_| PageError::not_found())?;
    if fields.has("edit") {
        return Ok(frame::go(&format!("/admin/systems/{slug}/preset?to={}", settings.preset)));
    }
    if fields.has("preview") {
        let shell = shell(&request, &by, &found, Tab::General, "preset", true);
        let shown = super::preview::show(&request, &web, &by, &found, shell, &settings, &fields).await?;
        return shown.map_err(|_| PageError::not_found());
    }
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    let version = fields.number("version").unwrap_or_default();
    let saved =
        web.gateway.store.write(move |c| settings::save(c, &reach, &key, version, &settings, &actor, now)).await;
    match saved {
        Ok(()) => Ok(frame::done(&request, &format!("/admin/systems/{slug}"), "systems-saved", None)),
        // What it would change may be something else now: look again.
        Err(SaveError::ChangedMeanwhile) => Ok(frame::go(&format!("/admin/systems/{slug}/preset"))),
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}
