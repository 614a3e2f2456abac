//! `/vendor/licenses`: what was issued to whom, and issuing, extending, suspending, resuming.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::clock::last_day;
use crate::license::Kind;
use crate::setup::customer_rules::check_email;
use crate::setup::licenses::{self as issuing, Issued, LicenseError, Order};
use crate::setup::portal::{self, State};
use crate::store::license_list;
use crate::store::licenses::{License, LicenseEvent};
use crate::store::{self, Connection, StoreError};
use crate::texts::Texts;
use crate::web::fields::{Fields, Posted};
use crate::web::form::{Field, Pager};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::portal::{EventRow, Row, Wish, kinds, states};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn, Vendor};

/// Licenses on one page.
const PAGE: usize = 50;
/// Licenses that are issued at once.
const MOST: i64 = 100;

#[derive(Template)]
#[template(path = "vendor/licenses.html")]
struct LicensesPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
    narrowed: bool,
    kind: Field,
    kinds: Vec<(String, String)>,
    state: Field,
    states: Vec<(String, String)>,
    q: Field,
    pager: Pager,
}

/// `GET /vendor/licenses`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: Vendor, wish: Query<Wish>) -> Page {
    let (t, now) = (by.0.texts(), web.gateway.clock.now());
    let filter = wish.filter(None, PAGE + 1, now);
    let mut listed = web.gateway.store.read(move |c| license_list::list(c, &filter)).await?;
    let more = listed.len() > PAGE;
    listed.truncate(PAGE);
    let last = listed.last().filter(|_| more).map(|last| last.license.id.clone());
    let page = LicensesPage {
        t,
        frame: Frame::new(&request, &by.0, Section::VendorLicenses, t.of("frame-issued-licenses")),
        narrowed: !wish.is_empty(),
        kind: Field::new("kind", &wish.kind),
        kinds: kinds(t),
        state: Field::new("state", &wish.state),
        states: states(t),
        q: Field::new("q", &wish.q),
        pager: wish.pager("/vendor/licenses", last.as_deref()),
        rows: listed.into_iter().map(|listed| Row::of(t, listed, now)).collect(),
    };
    Ok(frame::show(&request, &page))
}

#[derive(Template)]
#[template(path = "vendor/issue.html")]
struct IssuePage {
    t: Texts,
    frame: Frame,
    once: String,
    account: Field,
    kind: Field,
    kinds: Vec<(String, String)>,
    count: Field,
    valid_until: Field,
}

impl IssuePage {
    fn new(request: &HttpRequest, by: &SignedIn, fields: &Fields) -> Self {
        let t = by.texts();
        let count = if fields.has("count") { fields.get("count") } else { "1" };
        Self {
            t,
            frame: Frame::new(request, by, Section::VendorLicenses, t.of("vendor-issue")),
            once: ulid::Ulid::new().to_string(),
            account: Field::new("account", fields.get("account")).required().hinted().autocomplete("off"),
            kind: Field::new("kind", fields.get("kind")).hinted(),
            kinds: kinds(t).into_iter().skip(1).collect(),
            count: Field::new("count", count).required(),
            valid_until: Field::new("valid_until", fields.get("valid_until")).hinted(),
        }
    }
}

#[derive(Deserialize)]
pub struct For {
    #[serde(default)]
    account: String,
}

/// `GET /vendor/licenses/new`.
pub async fn new(request: HttpRequest, by: Vendor, wish: Query<For>) -> Page {
    let fields = Fields(vec![("account".into(), wish.account.clone())]);
    Ok(frame::show(&request, &IssuePage::new(&request, &by.0, &fields)))
}

#[derive(Template)]
#[template(path = "vendor/issued.html")]
struct IssuedPage {
    t: Texts,
    frame: Frame,
    account: String,
    issued: Vec<(String, String)>,
}

/// `POST /vendor/licenses/new`.
pub async fn issue(request: HttpRequest, web: Data<Web>, posted: Posted<Vendor>) -> Page {
    let Posted { by: Vendor(by), fields } = posted;
    let t = by.texts();
    let mut page = IssuePage::new(&request, &by, &fields);
    let account = fields.get("account").to_owned();
    let kind: Kind = fields.get("kind").parse().map_err(|_| PageError::not_found())?;
    let count = fields.number("count").filter(|count| (1..=MOST).contains(count));
    let day = Some(fields.get("valid_until").to_owned()).filter(|day| !day.is_empty());
    if check_email(&account).is_err() {
        page.account = page.account.error(Some(t.of("customers-fault-email")));
    }
    if count.is_none() {
        page.count = page.count.error(Some(t.fill("vendor-fault-count", "most", MOST)));
    }
    let now = web.gateway.clock.now();
    page.valid_until.error = day.as_deref().and_then(|day| day_fault(t, day, now));
    let (Some(count), None, None) = (count, &page.account.error, &page.valid_until.error) else {
        return Ok(frame::show_again(&request, &page));
    };
    let (actor, email) = (by.actor(), account.clone());
    let (id, count) = (fields.once(now), u32::try_from(count).unwrap_or(1));
    let issue = move |c: &mut Connection| {
        let order = Order { id, ..Order::new(&email, kind, count, day.as_deref()) };
        issuing::issue(c, order, &actor, now)
    };
    let issued = match web.gateway.store.write(issue).await {
        Ok(issued) => issued,
        Err(LicenseError::IssuedAlready) => {
            let back = "/vendor/licenses";
            return Ok(frame::done_already(&request, &by, Section::VendorLicenses, "vendor-issued-already", back));
        }
        Err(error) => return Err(refused(error)),
    };
    let page = IssuedPage {
        t,
        frame: Frame::new(&request, &by, Section::VendorLicenses, t.of("vendor-issued-title")),
        account: account.to_lowercase(),
        issued: issued.into_iter().map(|Issued { key, kind, .. }| (words::kind(t, &kind), key)).collect(),
    };
    Ok(frame::show(&request, &page))
}

/// What is wrong with a last day that somebody chose. To end a license there is suspending, which asks first.
fn day_fault(t: Texts, day: &str, now: i64) -> Option<String> {
    match issuing::read_last_day(day) {
        Ok(Some(end)) if end <= now => Some(t.of("vendor-fault-day-past")),
        Ok(_) => None,
        Err(_) => Some(t.of("vendor-fault-day")),
    }
}

pub(super) fn refused(error: LicenseError) -> PageError {
    match error {
        LicenseError::Store(error) => error.into(),
        _ => PageError::not_found(),
    }
}

#[derive(Template)]
#[template(path = "vendor/license.html")]
struct LicensePage {
    t: Texts,
    frame: Frame,
    id: String,
    kind: String,
    key: String,
    account: String,
    account_id: String,
    state: Toned,
    suspended: bool,
    expired: bool,
    website: Option<String>,
    place: Option<String>,
    valid_from: String,
    valid_until: String,
    customers: i64,
    until: Field,
    events: Vec<EventRow>,
}

fn has_ended(license: &License, now: i64) -> bool {
    license.valid_until.is_some_and(|end| end <= now)
}

struct Facts {
    license: License,
    account: String,
    place: Option<issuing::Place>,
    customers: i64,
    events: Vec<LicenseEvent>,
}

async fn facts(web: &Web, id: &str) -> Result<Facts, PageError> {
    let id = id.to_owned();
    let found = web
        .gateway
        .store
        .read(move |c| {
            let Some(license) = store::licenses::find(c, &id)? else { return Ok(None) };
            let account = store::accounts::find(c, &license.account_id)?;
            Ok::<_, StoreError>(Some(Facts {
                account: account.map_or_else(String::new, |account| account.email),
                place: issuing::place(c, &license)?,
                customers: portal::consequences(c, &license)?.customers,
                events: store::licenses::list_events(c, &license.id)?,
                license,
            }))
        })
        .await?;
    found.ok_or_else(PageError::not_found)
}

impl LicensePage {
    fn new(request: &HttpRequest, by: &SignedIn, facts: Facts, now: i64) -> Self {
        let t = by.texts();
        let Facts { license, account, place, customers, events } = facts;
        let kind = words::kind(t, &license.kind);
        Self {
            t,
            frame: Frame::new(request, by, Section::VendorLicenses, &kind),
            state: words::state(t, State::of(&license, now)),
            suspended: license.suspended,
            expired: has_ended(&license, now),
            place: place.map(|place| words::place(t, &place)),
            valid_from: t.day(license.valid_from),
            valid_until: words::valid_until(t, license.valid_until),
            until: Field::new("valid_until", license.valid_until.map(last_day).unwrap_or_default()).hinted(),
            events: events.into_iter().rev().map(|event| EventRow::of(t, event)).collect(),
            id: license.id,
            key: license.key,
            account_id: license.account_id,
            website: license.website,
            account,
            kind,
            customers,
        }
    }
}

/// `GET /vendor/licenses/{id}`.
pub async fn license(request: HttpRequest, web: Data<Web>, by: Vendor, id: Path<String>) -> Page {
    let facts = facts(&web, &id).await?;
    Ok(frame::show(&request, &LicensePage::new(&request, &by.0, facts, web.gateway.clock.now())))
}

/// `POST /vendor/licenses/{id}/{change}`: `extend`, `suspend` or `resume`.
pub async fn change(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<Vendor>,
    path: Path<(String, String)>,
) -> Page {
    let Posted { by: Vendor(by), fields } = posted;
    let (id, change) = path.into_inner();
    let (actor, now) = (by.actor(), web.gateway.clock.now());
    let facts = facts(&web, &id).await?;
    let key = facts.license.key.clone();
    let to = format!("/vendor/licenses/{id}");
    let (changed, said) = match change.as_str() {
        "extend" => {
            let day = Some(fields.get("valid_until")).filter(|day| !day.is_empty()).unwrap_or(issuing::WITHOUT_END);
            if let Some(fault) = day_fault(by.texts(), day, now) {
                let mut page = LicensePage::new(&request, &by, facts, now);
                page.until = Field::new("valid_until", day).hinted().error(Some(fault));
                return Ok(frame::show_again(&request, &page));
            }
            let day = day.to_owned();
            let changed = web.gateway.store.write(move |c| issuing::extend(c, &key, &day, &actor, now)).await;
            (changed, "vendor-extended")
        }
        "suspend" => {
            (web.gateway.store.write(move |c| issuing::suspend(c, &key, &actor, now)).await, "vendor-suspended")
        }
        "resume" => {
            let said = if has_ended(&facts.license, now) { "vendor-resumed-expired" } else { "vendor-resumed" };
            (web.gateway.store.write(move |c| issuing::resume(c, &key, &actor, now)).await, said)
        }
        _ => return Err(PageError::not_found()),
    };
    match changed {
        Ok(_) => Ok(frame::done(&request, &to, said, None)),
        Err(error) => Err(refused(error)),
    }
}
