//! The tab General, and the form of a new system.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{Head, Tab, find, preset_name};
use crate::license::Kind;
use crate::oci::rules::Release;
use crate::setup::license_check::{self, Finding};
use crate::setup::licenses::Place;
use crate::setup::systems::{self, Fault, Found, General, SaveError};
use crate::store::StoreError;
use crate::store::shops::Shop;
use crate::system::{self, Settings};
use crate::texts::Texts;
use crate::web::fields::{Fields, Posted};
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// The form of the tab General, for a new system too.
struct GeneralForm {
    name: Field,
    slug: Field,
    shop: Field,
    shops: Vec<(String, String)>,
    preset: Field,
    presets: Vec<(String, String)>,
    active: Field,
    oci_version: Field,
    oci_versions: Vec<(String, String)>,
    license: Field,
    finding: Option<Toned>,
}

impl GeneralForm {
    fn new(t: Texts, general: &General, shops: &[Shop], read_only: bool) -> Self {
        let mut choices: Vec<(String, String)> =
            shops.iter().map(|shop| (shop.slug.clone(), format!("{} ({})", shop.name, shop.website))).collect();
        if choices.is_empty() {
            choices.push((String::new(), t.of("systems-no-shop")));
        }
        let presets = system::preset_names().map(|name| (name.to_owned(), preset_name(t, name))).collect();
        let versions = Release::ALL.map(|release| (release.as_str().to_owned(), format!("OCI {}", release.as_str())));
        Self {
            name: Field::new("name", &general.name).required().read_only(read_only),
            slug: Field::new("slug", &general.slug).required().hinted().placeholder("sap-srm").read_only(read_only),
            shop: Field::new("shop", &general.shop).read_only(read_only),
            shops: choices,
            preset: Field::new("preset", &general.preset).hinted(),
            presets,
            active: Field::ticked("active", general.active).hinted().read_only(read_only),
            oci_version: Field::new("oci_version", &general.oci_version).hinted().read_only(read_only),
            oci_versions: versions.into(),
            license: Field::new("license", &general.license)
                .placeholder("PGS-XXXXX-XXXXX-XXXXX-XXXXX")
                .autocomplete("off")
                .read_only(read_only),
            finding: None,
        }
    }

    fn fault(&mut self, t: Texts, fault: &Fault) {
        let (field, error) = match fault {
            Fault::ShopMissing => (&mut self.shop, t.of("systems-fault-shop")),
            Fault::Slug => (&mut self.slug, t.of("systems-fault-slug")),
            Fault::SlugTaken => (&mut self.slug, t.of("systems-fault-slug-taken")),
            Fault::NameMissing => (&mut self.name, t.of("systems-fault-name")),
            Fault::NameLong => (&mut self.name, t.fill("systems-fault-name-long", "most", systems::NAME_MAX)),
            Fault::OciVersion => (&mut self.oci_version, t.of("systems-fault-oci-version")),
            Fault::License(finding) => (&mut self.license, words::finding(t, finding).word),
            Fault::NotWorkingYet(finding) => {
                let why = words::finding(t, finding).word;
                (&mut self.license, t.fill("systems-fault-inactive-only", "why", why))
            }
        };
        field.error = Some(error);
    }
}

fn typed(fields: &Fields) -> General {
    let text = |name: &str| fields.get(name).to_owned();
    General {
        shop: text("shop"),
        slug: text("slug"),
        name: text("name"),
        active: fields.has("active"),
        oci_version: text("oci_version"),
        license: text("license"),
        preset: text("preset"),
    }
}

#[derive(Template)]
#[template(path = "admin/systems/new.html")]
struct NewPage {
    t: Texts,
    frame: Frame,
    form: GeneralForm,
}

async fn shops(web: &Web, by: &SignedIn) -> Result<Vec<Shop>, StoreError> {
    let reach = by.reach.clone();
    web.gateway.store.read(move |c| systems::shops(c, &reach)).await
}

/// `GET /admin/systems/new`.
pub async fn new(request: HttpRequest, web: Data<Web>, by: SignedIn) -> Page {
    let t = by.texts();
    let general =
        General { preset: "generic".into(), oci_version: Release::default().as_str().into(), ..General::default() };
    let form = GeneralForm::new(t, &general, &shops(&web, &by).await?, false);
    let frame = Frame::new(&request, &by, Section::Systems, t.of("systems-new"));
    Ok(frame::show(&request, &NewPage { t, frame, form }))
}

/// `POST /admin/systems/new`.
pub async fn create(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now, general) = (by.texts(), web.gateway.clock.now(), typed(&fields));
    let (reach, actor, wanted) = (by.reach.clone(), by.actor(), general.clone());
    match web.gateway.store.write(move |c| systems::create(c, &reach, &wanted, &actor, now)).await {
        Ok(slug) => {
            let to = format!("/admin/systems/{slug}");
            Ok(frame::done(&request, &to, "systems-created", Some(&general.name)))
        }
        Err(SaveError::Faults(faults)) => {
            let mut form = GeneralForm::new(t, &general, &shops(&web, &by).await?, false);
            faults.iter().for_each(|fault| form.fault(t, fault));
            let frame = Frame::new(&request, &by, Section::Systems, t.of("systems-new"));
            Ok(frame::show_again(&request, &NewPage { t, frame, form }))
        }
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

#[derive(Template)]
#[template(path = "admin/systems/general.html")]
struct GeneralPage {
    t: Texts,
    frame: Frame,
    head: Head,
    form: GeneralForm,
    edit: bool,
    version: i64,
    changed: bool,
    preset: String,
    license_id: Option<String>,
    /// What the buyer's people enter in their system.
    call_url: String,
}

#[derive(Deserialize)]
pub struct Mode {
    edit: Option<String>,
}

impl GeneralPage {
    fn new(request: &HttpRequest, web: &Web, by: &SignedIn, found: &Found, general: &General, edit: bool) -> Self {
        let t = by.texts();
        let own = serde_json::from_str(&found.system.settings).unwrap_or_default();
        let preset = Settings::effective(&own).map_or_else(|_| "generic".to_owned(), |settings| settings.preset);
        Self {
            t,
            frame: Frame::new(request, by, Section::Systems, &found.system.name),
            head: Head::new(found, Tab::General),
            form: GeneralForm::new(t, general, std::slice::from_ref(&found.shop), !edit),
            edit,
            version: found.system.version,
            changed: false,
            preset: preset_name(t, &preset),
            license_id: found
                .license
                .as_ref()
                .filter(|license| by.reach.covers(Some(&license.account_id)))
                .map(|license| license.id.clone()),
            call_url: format!("{}/oci/{}", web.gateway.public_url, found.system.slug),
        }
    }
}

/// A system as the tab General has it. A license of somebody else shows no key.
fn stored(by: &SignedIn, found: &Found) -> General {
    let own = serde_json::from_str(&found.system.settings).unwrap_or_default();
    let release = Settings::effective(&own).map_or_else(|_| Release::default(), |settings| settings.oci_version);
    let key = found.license.as_ref().map(|license| {
        let own = by.reach.covers(Some(&license.account_id));
        if own { license.key.clone() } else { crate::setup::licenses::masked(&license.key) }
    });
    General {
        shop: found.shop.slug.clone(),
        slug: found.system.slug.clone(),
        name: found.system.name.clone(),
        active: found.system.active,
        oci_version: release.as_str().to_owned(),
        license: key.unwrap_or_default(),
        preset: String::new(),
    }
}

async fn look(web: &Web, by: &SignedIn, found: &Found, typed: &str) -> Result<Finding, StoreError> {
    let (reach, shop, now) = (by.reach.clone(), found.shop.clone(), web.gateway.clock.now());
    let here = Place::System(found.system.slug.clone());
    let own = found.license.clone().filter(|license| crate::setup::licenses::masked(&license.key) == typed.trim());
    let typed = own.map_or_else(|| typed.to_owned(), |license| license.key);
    let checked = web
        .gateway
        .store
        .read(move |c| license_check::check(c, &typed, Kind::System, &shop, Some(&here), &reach, now))
        .await?;
    Ok(checked.finding)
}

/// `GET /admin/systems/{slug}`: read-only; with `?edit`, to be changed.
pub async fn general(
    request: HttpRequest,
    web: Data<Web>,
    by: SignedIn,
    slug: Path<String>,
    mode: Query<Mode>,
) -> Page {
    let found = find(&web, &by, &slug).await?;
    let general = stored(&by, &found);
    let finding = look(&web, &by, &found, &general.license).await?;
    let mut page = GeneralPage::new(&request, &web, &by, &found, &general, mode.edit.is_some());
    page.form.finding = Some(words::finding(by.texts(), &finding));
    Ok(frame::show(&request, &page))
}

/// `POST /admin/systems/{slug}`.
pub async fn save(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now, version) = (by.texts(), web.gateway.clock.now(), fields.number("version").unwrap_or_default());
    let typed = typed(&fields);
    let (reach, actor, key, wanted) = (by.reach.clone(), by.actor(), slug.clone(), typed.clone());
    let saved = web.gateway.store.write(move |c| systems::save(c, &reach, &key, version, &wanted, &actor, now)).await;
    let (faults, changed) = match saved {
        Ok(()) => return Ok(frame::done(&request, &format!("/admin/systems/{slug}"), "systems-saved", None)),
        Err(SaveError::Faults(faults)) => (faults, false),
        Err(SaveError::ChangedMeanwhile) => (Vec::new(), true),
        Err(SaveError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(PageError::not_found()),
    };
    let found = find(&web, &by, &slug).await?;
    let general = General { shop: found.shop.slug.clone(), slug: slug.clone(), ..typed };
    let finding = look(&web, &by, &found, &general.license).await?;
    let mut page = GeneralPage::new(&request, &web, &by, &found, &general, true);
    page.changed = changed;
    page.form.finding = Some(words::finding(t, &finding));
    for fault in &faults {
        page.form.fault(t, fault);
        page.form.finding = page.form.finding.filter(|_| page.form.license.error.is_none());
    }
    Ok(frame::show_again(&request, &page))
}
