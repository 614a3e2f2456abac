//! The license portal: `/account/license`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::license::Website;
use crate::setup::license_check::SOON;
use crate::setup::licenses::{self, Place};
use crate::setup::portal::{self, ConnectError, State};
use crate::store::license_list::{self, Filter, Listed};
use crate::store::licenses::{License, LicenseEvent};
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::fields::Posted;
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// Licenses on one page.
const PAGE: usize = 50;
/// Who has more than that gets filters and a search.
const FEW: usize = 10;

/// How a list is narrowed down, as its address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    pub kind: String,
    pub state: String,
    pub q: String,
    pub before: String,
}

impl Wish {
    pub fn is_empty(&self) -> bool {
        self.kind.is_empty() && self.state.is_empty() && self.q.trim().is_empty()
    }

    pub fn filter(&self, account_id: Option<&str>, limit: usize, now: i64) -> Filter {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Filter {
            account_id: account_id.map(str::to_owned),
            kind: given(&self.kind),
            state: given(&self.state),
            search: self.q.clone(),
            before: given(&self.before),
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
            now,
            soon: now + SOON,
        }
    }

    pub fn pager(&self, path: &str, last: Option<&str>) -> Pager {
        let filters = [("kind", self.kind.as_str()), ("state", self.state.as_str()), ("q", self.q.as_str())];
        let next = |last: &str| address(path, &[filters[0], filters[1], filters[2], ("before", last)]);
        Pager { first: (!self.before.is_empty()).then(|| address(path, &filters)), next: last.map(next) }
    }
}

/// The choices of a filter by kind.
pub fn kinds(t: Texts) -> Vec<(String, String)> {
    vec![
        (String::new(), t.of("licenses-all-kinds")),
        ("system".into(), words::kind(t, "system")),
        ("customer".into(), words::kind(t, "customer")),
    ]
}

/// The choices of a filter by state.
pub fn states(t: Texts) -> Vec<(String, String)> {
    let state = |state: State| (state.as_str().to_owned(), words::state(t, state).word);
    let mut choices = vec![(String::new(), t.of("licenses-all-states"))];
    choices.extend(State::ALL.map(state));
    choices.push(("free".into(), t.of("licenses-free")));
    choices
}

/// One line of the list.
pub struct Row {
    pub id: String,
    pub kind: String,
    pub key: String,
    pub account: String,
    pub state: Toned,
    pub website: Option<String>,
    pub test: bool,
    /// Where it is used, and the page of that place.
    pub place: Option<(String, String)>,
    pub valid_until: String,
}

impl Row {
    pub fn of(t: Texts, listed: Listed, now: i64) -> Self {
        let Listed { license, account, system, customer, customer_system } = listed;
        let place = match (system, customer, customer_system) {
            (Some((slug, name)), ..) => Some((name, format!("/admin/systems/{slug}"))),
            (None, Some((number, _)), Some((slug, name))) => {
                let word = t.fill2("license-place-customer", "system", name, "customer", number);
                Some((word, format!("/admin/systems/{slug}/customers")))
            }
            _ => None,
        };
        Self {
            kind: words::kind(t, &license.kind),
            key: licenses::masked(&license.key),
            account,
            state: words::state(t, State::of(&license, now)),
            test: is_test(&license),
            place,
            valid_until: words::valid_until(t, license.valid_until),
            website: license.website,
            id: license.id,
        }
    }
}

fn is_test(license: &License) -> bool {
    license.website.as_deref().is_some_and(|website| Website::read(website).is_ok_and(|website| website.is_test()))
}

#[derive(Template)]
#[template(path = "portal/licenses.html")]
struct LicensesPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
    /// Filters and search are worth their room.
    many: bool,
    narrowed: bool,
    kind: Field,
    kinds: Vec<(String, String)>,
    state: Field,
    states: Vec<(String, String)>,
    q: Field,
    pager: Pager,
}

/// `GET /account/license`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let (t, now) = (by.texts(), web.gateway.clock.now());
    let filter = wish.filter(Some(&by.account.id), PAGE + 1, now);
    let mut listed = web.gateway.store.read(move |c| license_list::list(c, &filter)).await?;
    let more = listed.len() > PAGE;
    listed.truncate(PAGE);
    let last = listed.last().filter(|_| more).map(|last| last.license.id.clone());
    let page = LicensesPage {
        t,
        frame: Frame::new(&request, &by, Section::Licenses, t.of("frame-licenses")),
        many: listed.len() > FEW || more || !wish.is_empty() || !wish.before.is_empty(),
        narrowed: !wish.is_empty(),
        kind: Field::new("kind", &wish.kind),
        kinds: kinds(t),
        state: Field::new("state", &wish.state),
        states: states(t),
        q: Field::new("q", &wish.q),
        pager: wish.pager("/account/license", last.as_deref()),
        rows: listed.into_iter().map(|listed| Row::of(t, listed, now)).collect(),
    };
    Ok(frame::show(&request, &page))
}

/// A license as its page shows it.
struct Facts {
    license: License,
    place: Option<Place>,
    customers: i64,
    events: Vec<LicenseEvent>,
    /// The other one of a bundle.
    bundle: Option<License>,
}

async fn facts(web: &Web, by: &SignedIn, id: &str) -> Result<Facts, PageError> {
    let (reach, id) = (by.reach.clone(), id.to_owned());
    let found = web
        .gateway
        .store
        .read(move |c| {
            let Some(license) = portal::find(c, &reach, &id)? else { return Ok(None) };
            let bundle = match &license.bundled_with {
                Some(system) => store::licenses::find(c, system)?,
                None => store::licenses::list_bundled(c, &license.id)?.into_iter().next(),
            };
            Ok::<_, StoreError>(Some(Facts {
                place: licenses::place(c, &license)?,
                customers: portal::consequences(c, &license)?.customers,
                events: store::licenses::list_events(c, &license.id)?,
                bundle,
                license,
            }))
        })
        .await?;
    found.ok_or_else(PageError::not_found)
}

#[derive(Template)]
#[template(path = "portal/license.html")]
struct LicensePage {
    t: Texts,
    frame: Frame,
    id: String,
    kind: String,
    system: bool,
    key: String,
    state: Toned,
    valid_from: String,
    valid_until: String,
    /// Days until the end, when they are few.
    days_left: Option<i64>,
    connected: Option<String>,
    test: bool,
    website: Field,
    place: Option<(String, String)>,
    /// Id and kind of the license that came together with this one.
    bundle: Option<(String, String)>,
    events: Vec<EventRow>,
}

/// One line of a license's history.
pub struct EventRow {
    pub at: i64,
    pub what: String,
    pub detail: Option<String>,
    pub actor: String,
}

impl LicensePage {
    fn new(request: &HttpRequest, by: &SignedIn, facts: Facts, now: i64) -> Self {
        let t = by.texts();
        let Facts { license, place, events, bundle, .. } = facts;
        let kind = words::kind(t, &license.kind);
        let ends_soon = |end: &i64| (now..=now + SOON).contains(end);
        let place = place.map(|place| {
            let slug = match &place {
                Place::System(slug) => format!("/admin/systems/{slug}"),
                Place::Assignment { system, .. } => format!("/admin/systems/{system}/customers"),
            };
            (words::place(t, &place), slug)
        });
        Self {
            t,
            frame: Frame::new(request, by, Section::Licenses, &kind),
            system: license.kind == "system",
            state: words::state(t, State::of(&license, now)),
            valid_from: t.day(license.valid_from),
            valid_until: words::valid_until(t, license.valid_until),
            days_left: license.valid_until.filter(ends_soon).map(|end| (end - now) / crate::clock::DAY),
            test: is_test(&license),
            website: Field::new("website", "").required().hinted().placeholder("shop.example.com"),
            bundle: bundle.map(|other| (other.id, words::kind(t, &other.kind))),
            events: events.into_iter().rev().map(|event| EventRow::of(t, event)).collect(),
            id: license.id,
            key: license.key,
            connected: license.website,
            kind,
            place,
        }
    }
}

impl EventRow {
    pub fn of(t: Texts, event: LicenseEvent) -> Self {
        let what = match event.kind.as_str() {
            "issued" => "license-event-issued",
            "connected" => "license-event-connected",
            "disconnected" => "license-event-disconnected",
            "suspended" => "license-event-suspended",
            "resumed" => "license-event-resumed",
            _ => "license-event-extended",
        };
        // Of issuing and extending the detail is the last good day, else a website.
        let day = |day: &str| match licenses::read_last_day(day) {
            Ok(Some(end)) => Some(t.fill("license-event-until", "until", t.last_day(end))),
            Ok(None) => Some(t.of("license-without-end")),
            Err(_) => None,
        };
        let detail = event.detail.map(|detail| day(&detail).unwrap_or(detail));
        Self { at: event.happened_at, what: t.of(what), detail, actor: event.actor }
    }
}

/// `GET /account/license/{id}`.
pub async fn license(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let facts = facts(&web, &by, &id).await?;
    Ok(frame::show(&request, &LicensePage::new(&request, &by, facts, web.gateway.clock.now())))
}

/// `POST /account/license/{id}/connect`.
pub async fn connect(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let (reach, actor, now) = (by.reach.clone(), by.actor(), web.gateway.clock.now());
    let (key, website) = (id.clone(), fields.get("website").to_owned());
    let connected = web.gateway.store.write(move |c| portal::connect(c, &reach, &key, &website, &actor, now)).await;
    let t = by.texts();
    let fault = match connected {
        Ok(license) => {
            let website = license.website.unwrap_or_default();
            return Ok(frame::done(&request, &own_page(&id), "license-connected", Some(&website)));
        }
        Err(ConnectError::NotFound) => return Err(PageError::not_found()),
        Err(ConnectError::Store(error)) => return Err(error.into()),
        Err(ConnectError::Website(error)) => words::website_fault(t, error),
        Err(ConnectError::Connected(website)) => t.fill("license-connected-already", "website", website),
    };
    let facts = facts(&web, &by, &id).await?;
    let mut page = LicensePage::new(&request, &by, facts, now);
    page.website.value = fields.get("website").to_owned();
    page.website = page.website.error(Some(fault));
    Ok(frame::show_again(&request, &page))
}

fn own_page(id: &str) -> String {
    format!("/account/license/{id}")
}

#[derive(Template)]
#[template(path = "portal/disconnect.html")]
struct DisconnectPage {
    t: Texts,
    frame: Frame,
    id: String,
    website: String,
    place: Option<String>,
    customers: i64,
}

/// `GET /account/license/{id}/disconnect`: asks first, and says what it will break.
pub async fn ask_disconnect(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let facts = facts(&web, &by, &id).await?;
    let t = by.texts();
    let Some(website) = facts.license.website.clone() else { return Ok(frame::go(&own_page(&id))) };
    let page = DisconnectPage {
        t,
        frame: Frame::new(&request, &by, Section::Licenses, t.of("license-disconnect-title")),
        id: facts.license.id,
        website,
        place: facts.place.map(|place| words::place(t, &place)),
        customers: facts.customers,
    };
    Ok(frame::show(&request, &page))
}

/// `POST /account/license/{id}/disconnect`.
pub async fn disconnect(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let by = posted.by;
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), id.clone());
    match web.gateway.store.write(move |c| portal::disconnect(c, &reach, &key, &actor, now)).await {
        Ok(()) => Ok(frame::done(&request, &own_page(&id), "license-disconnected", None)),
        Err(ConnectError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}
