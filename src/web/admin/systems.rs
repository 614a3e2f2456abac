//! OCI systems: the overview, a new one, the tab General.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::license::Kind;
use crate::oci::rules::Release;
use crate::setup::license_check::{self, Finding};
use crate::setup::licenses::Place;
use crate::setup::portal::State;
use crate::setup::systems::{self, Fault, Found, General, SaveError};
use crate::store::shops::Shop;
use crate::store::{self, StoreError};
use crate::system::{self, Settings};
use crate::texts::Texts;
use crate::web::fields::{Fields, Posted};
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// Systems on one page.
const PAGE: usize = 50;

/// Which tab of a system a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    General,
    Customers,
    Login,
    Return,
    Fields,
    Units,
}

/// What stands above all tabs of a system.
pub struct Head {
    pub slug: String,
    pub name: String,
    pub shop: String,
    pub active: bool,
    pub tab: Tab,
}

impl Head {
    pub fn new(found: &Found, tab: Tab) -> Self {
        Self {
            slug: found.system.slug.clone(),
            name: found.system.name.clone(),
            shop: found.shop.name.clone(),
            active: found.system.active,
            tab,
        }
    }

    pub fn is(&self, tab: Tab) -> bool {
        self.tab == tab
    }
}

/// A system within reach of who asks.
pub async fn find(web: &Web, by: &SignedIn, slug: &str) -> Result<Found, PageError> {
    let (reach, slug) = (by.reach.clone(), slug.to_owned());
    let found = web.gateway.store.read(move |c| systems::find(c, &reach, &slug)).await?;
    found.ok_or_else(PageError::not_found)
}

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    after: String,
}

struct Row {
    slug: String,
    name: String,
    shop: String,
    active: bool,
    license: Toned,
    customers: i64,
    last: Option<i64>,
}

#[derive(Template)]
#[template(path = "admin/systems/list.html")]
struct ListPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
    shops: usize,
    pager: Pager,
}

/// `GET /admin/systems`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let (t, now, reach, after) = (by.texts(), web.gateway.clock.now(), by.reach.clone(), wish.after.clone());
    let (mut systems, shops) = web
        .gateway
        .store
        .read(move |c| {
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            Ok::<_, StoreError>((systems::list(c, &reach, &after, limit)?, systems::shops(c, &reach)?))
        })
        .await?;
    let more = systems.len() > PAGE;
    systems.truncate(PAGE);
    let last = systems.last().filter(|_| more).map(|last| last.system.slug.clone());
    let row = |listed: systems::Overview| {
        let license = match &listed.license {
            None => Toned { word: t.of("systems-license-missing"), tone: "bad" },
            Some(license) => place_state(t, license, Kind::System, &listed.shop, now),
        };
        Row {
            slug: listed.system.slug,
            name: listed.system.name,
            shop: listed.shop.name,
            active: listed.system.active,
            license,
            customers: listed.customers,
            last: listed.last_punchout,
        }
    };
    let page = ListPage {
        t,
        frame: Frame::new(&request, &by, Section::Systems, t.of("frame-systems")),
        rows: systems.into_iter().map(row).collect(),
        shops: shops.len(),
        pager: Pager {
            first: (!wish.after.is_empty()).then(|| "/admin/systems".to_owned()),
            next: last.map(|last| address("/admin/systems", &[("after", &last)])),
        },
    };
    Ok(frame::show(&request, &page))
}

/// How a license stands in its place: its own state, unless it is connected with another website.
pub fn place_state(t: Texts, license: &store::licenses::License, kind: Kind, shop: &Shop, now: i64) -> Toned {
    let state = State::of(license, now);
    let website = crate::license::Website::read(&shop.website);
    let fits = website.is_ok_and(|website| license.verdict(kind, &website, now).is_ok());
    match state {
        State::Valid | State::Expiring if !fits => Toned { word: t.of("systems-license-other-website"), tone: "bad" },
        state => words::state(t, state),
    }
}

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

/// A preset as people call the buyer.
pub fn preset_name(t: Texts, preset: &str) -> String {
    match preset {
        "generic" => t.of("systems-preset-generic"),
        "sap-srm" => "SAP SRM".into(),
        "sap-me" => "SAP ERP / MM".into(),
        "s4hana" => "SAP S/4HANA".into(),
        "basware" => "Basware".into(),
        "ifs" => "IFS".into(),
        "unite" => "Unite".into(),
        "onventis" => "Onventis".into(),
        "odoo" => "Odoo".into(),
        other => other.to_owned(),
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
