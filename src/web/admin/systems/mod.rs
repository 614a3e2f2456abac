//! OCI systems: the overview, a new one, the tab General, removing one.

mod check;
mod general;
mod remove;

pub use self::check::check_license;
pub use self::general::{create, general, new, save};
pub use self::remove::{ask_remove, remove};

use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::license::Kind;
use crate::setup::portal::State;
use crate::setup::systems::{self, Found};
use crate::store::shops::Shop;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::form::{Pager, address};
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
