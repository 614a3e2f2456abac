//! The tabs of an OCI system that say how its buyer calls and what he wants back: Login, Return, Fields, Units,
//! and the preset beneath them.

mod fields;
mod giveback;
mod login;
mod preset;
mod preview;
mod previewed;
mod units;

pub use self::preset::{apply as apply_preset, page as preset};

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::setup::settings::{self, SaveError};
use crate::setup::systems::Found;
use crate::system::{Settings, SettingsError};
use crate::texts::Texts;
use crate::web::admin::systems::{self, Head, Tab};
use crate::web::fields::{Fields, Posted};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// What stands around every tab.
pub struct Shell {
    pub t: Texts,
    pub frame: Frame,
    pub head: Head,
    pub bar: Bar,
}

/// What the forms of all tabs share.
pub struct Bar {
    pub edit: bool,
    pub version: i64,
    /// Somebody else saved meanwhile.
    pub changed: bool,
    /// What is wrong and belongs to no field.
    pub fault: Option<String>,
    /// The tab's own address.
    pub path: String,
    /// What it holds changes carts, so that it can be tried on them.
    pub preview: bool,
    /// Numbers of customers for whom something else is in force.
    pub others: String,
}

#[derive(Deserialize)]
pub struct Mode {
    edit: Option<String>,
    /// What a refusal's page offers to add.
    add: Option<String>,
}

/// A tab: how its settings become a form, and a form its settings.
trait Form: Template + Sized {
    const TAB: Tab;
    const NAME: &'static str;

    /// From the settings as they take effect.
    fn stored(shell: Shell, settings: &Settings) -> Self;

    /// As it was typed.
    fn typed(shell: Shell, settings: &Settings, fields: &Fields) -> Self;

    /// Puts what was typed into the settings; false if a field cannot even be read, which is told there.
    fn read(&mut self, settings: &mut Settings, fields: &Fields) -> bool;

    /// Tells what the settings do not allow, at its field; false if it belongs to none.
    fn blame(&mut self, error: &SettingsError) -> bool;

    fn bar(&mut self) -> &mut Bar;

    /// Puts what somebody was sent here to add into its field, still to be saved.
    fn offer(&mut self, _: &str) {}

    /// Tells what the settings do not allow, at its field or above all.
    fn tell(&mut self, error: &SettingsError, t: Texts) {
        if !self.blame(error) {
            self.bar().fault = Some(t.fill("settings-fault", "reason", error));
        }
    }
}

fn shell(request: &HttpRequest, by: &SignedIn, found: &Found, tab: Tab, name: &str, edit: bool) -> Shell {
    Shell {
        t: by.texts(),
        frame: Frame::new(request, by, Section::Systems, &found.system.name),
        head: Head::new(found, tab),
        bar: Bar {
            edit,
            version: found.system.version,
            changed: false,
            fault: None,
            path: format!("/admin/systems/{}/{name}", found.system.slug),
            preview: matches!(tab, Tab::Return | Tab::Fields | Tab::Units),
            others: settings::customers_with_own(found).join(", "),
        },
    }
}

/// Settings that are stored must have been readable once; a later version that cannot read them says so.
fn effective(found: &Found) -> Result<Settings, PageError> {
    settings::effective(found).map_err(|error| {
        tracing::error!(system = found.system.slug, %error, "stored settings cannot be read");
        PageError::Refused(crate::refusal::Refusal::new(crate::refusal::Code::Internal))
    })
}

async fn show<F: Form>(request: &HttpRequest, web: &Web, by: &SignedIn, slug: &str, mode: &Mode) -> Page {
    let found = systems::find(web, by, slug).await?;
    let settings = effective(&found)?;
    let edit = mode.edit.is_some();
    let mut form = F::stored(shell(request, by, &found, F::TAB, F::NAME, edit), &settings);
    if let Some(add) = mode.add.as_deref().filter(|_| edit) {
        form.offer(add);
    }
    Ok(frame::show(request, &form))
}

async fn save<F: Form>(request: &HttpRequest, web: &Web, posted: Posted<SignedIn>, slug: &str) -> Page {
    let Posted { by, fields } = posted;
    let found = systems::find(web, &by, slug).await?;
    let mut settings = effective(&found)?;
    let shell = shell(request, &by, &found, F::TAB, F::NAME, true);
    let path = shell.bar.path.clone();
    let mut form = F::typed(shell, &settings, &fields);
    let version = fields.number("version").unwrap_or_default();
    if fields.has("more") || fields.has("edit") {
        // Still a form that was filled from what was then.
        form.bar().version = version;
        return Ok(frame::show(request, &form));
    }
    if !form.read(&mut settings, &fields) {
        return Ok(frame::show_again(request, &form));
    }
    if fields.has("preview") && form.bar().preview {
        let shell = self::shell(request, &by, &found, F::TAB, F::NAME, true);
        match preview::show(request, web, &by, &found, shell, &settings, &fields).await? {
            Ok(page) => return Ok(page),
            Err(error) => form.tell(&error, by.texts()),
        }
        return Ok(frame::show_again(request, &form));
    }
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.to_owned());
    let saved =
        web.gateway.store.write(move |c| settings::save(c, &reach, &key, version, &settings, &actor, now)).await;
    match saved {
        Ok(()) => return Ok(frame::done(request, &path, "systems-saved", None)),
        Err(SaveError::ChangedMeanwhile) => form.bar().changed = true,
        Err(SaveError::Settings(error)) => form.tell(&error, by.texts()),
        Err(SaveError::Store(error)) => return Err(error.into()),
        Err(SaveError::NotFound | SaveError::Toml(_)) => return Err(PageError::not_found()),
    }
    Ok(frame::show_again(request, &form))
}

macro_rules! tabs {
    ($($show:ident $save:ident $form:ty;)*) => {$(
        pub async fn $show(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>, mode: Query<Mode>) -> Page {
            show::<$form>(&request, &web, &by, &slug, &mode).await
        }

        pub async fn $save(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
            save::<$form>(&request, &web, posted, &slug).await
        }
    )*};
}

tabs! {
    login save_login login::LoginPage;
    giveback save_giveback giveback::ReturnPage;
    fields save_fields fields::FieldsPage;
    units save_units units::UnitsPage;
}
