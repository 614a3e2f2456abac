//! `/admin/trial/{id}`: how a trial stands, and its next step.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use askama::Template;

use super::Met;
use crate::oci::finding::{Fault, Notice};
use crate::oci::page::Form;
use crate::oci::read::{self, ReturnedItem};
use crate::punchout::detail::{Detail, Whereabouts};
use crate::punchout::journal::State;
use crate::punchout::trial::{self, Examined, TrialError};
use crate::punchout::{state, trial::SAMPLE_CART};
use crate::refusal::{Code, Refusal};
use crate::store::punchouts::Punchout;
use crate::texts::Texts;
use crate::web::admin::punchouts::shown::{self, Event, ShownCart, ShownForm, pairs, tone, word};
use crate::web::body;
use crate::web::fields::Posted;
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// A return of many lines.
const RETURN_LIMIT: usize = 4 * body::CART_LIMIT;
/// Items that a page shows.
const ITEMS: usize = 200;

#[derive(Template)]
#[template(path = "admin/trial/page.html")]
struct TrialPage {
    t: Texts,
    frame: Frame,
    punchout: Punchout,
    system: String,
    state: String,
    tone: &'static str,
    /// Which step comes next.
    next: Next,
    /// The way into the shop, its token hidden.
    entry_url: String,
    return_url: String,
    events: Vec<Event>,
    parameters: Vec<(String, String)>,
    cart: Option<ShownCart>,
    form: Option<ShownForm>,
    items: Vec<ShownItem>,
    more_items: usize,
    check_good: String,
    notices: Vec<Notice>,
    warnings: Vec<String>,
    found: Vec<Fault>,
    /// The cart to hand over, while that is possible.
    sample: Option<Field>,
    met: Option<Met>,
    met_faults: Vec<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Enter,
    HandOver,
    Return,
    Nothing,
    /// It ended before a cart came back.
    Over,
}

/// An item as the buyer's system reads it.
struct ShownItem {
    place: usize,
    description: String,
    quantity: String,
    unit: String,
    price: String,
    per: String,
    currency: String,
}

impl ShownItem {
    fn of(place: usize, item: &ReturnedItem) -> Self {
        let field = |name: &str| {
            item.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let description = match field("DESCRIPTION") {
            empty if empty.is_empty() => field("MATNR"),
            description => description,
        };
        Self {
            place,
            description,
            quantity: field("QUANTITY"),
            unit: field("UNIT"),
            price: field("PRICE"),
            per: field("PRICEUNIT"),
            currency: field("CURRENCY"),
        }
    }
}

/// `GET /admin/trial/{id}`; asks for itself while it waits for the shop.
pub async fn page(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let found = trial::find(&web.gateway, &by.reach, &id).await.map_err(told)?;
    Ok(frame::show(&request, &TrialPage::new(&request, &web, &by, found)))
}

/// `GET /admin/trial/{id}/enter`: into the shop, as the answer to the call would.
pub async fn enter(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    match trial::enter(&web.gateway, &by.reach, &id).await {
        Ok(location) => Ok(frame::go(&location)),
        Err(TrialError::Refused(refusal)) if refusal.code.status() < 500 => {
            Ok(frame::done(&request, &format!("/admin/trial/{id}"), "trial-entered-already", None))
        }
        Err(error) => Err(told(error)),
    }
}

/// `POST /admin/trial/{id}/cart`: the gateway plays the shop.
pub async fn hand_over(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let cart = fields.raw("cart");
    match trial::hand_over(&web.gateway, &by.reach, &id, cart).await {
        Ok(_) => Ok(frame::done(&request, &format!("/admin/trial/{id}"), "trial-handed-over", None)),
        Err(TrialError::Refused(refusal)) if refusal.code.status() < 500 => {
            let found = trial::find(&web.gateway, &by.reach, &id).await.map_err(told)?;
            let mut page = TrialPage::new(&request, &web, &by, found);
            page.refuse(cart, refusal);
            Ok(frame::show_again(&request, &page))
        }
        Err(error) => Err(told(error)),
    }
}

/// `POST /admin/trial/{id}/return`: here the cart comes back to. It changes nothing, so it asks for no form token,
/// which the return page cannot have.
pub async fn returned(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>, payload: Payload) -> Page {
    let body = body::read(payload, RETURN_LIMIT, Code::BodyTooLarge).await?;
    arrived(&request, &web, &by, &id, &body).await
}

/// `GET /admin/trial/{id}/return`: for a system whose form goes by GET.
pub async fn returned_by_get(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let query = request.query_string().as_bytes().to_vec();
    arrived(&request, &web, &by, &id, &query).await
}

/// Holds what arrived against what was sent.
async fn arrived(request: &HttpRequest, web: &Web, by: &SignedIn, id: &str, fields: &[u8]) -> Page {
    let punchout = trial::find(&web.gateway, &by.reach, id).await.map_err(told)?.punchout;
    let to = format!("/admin/trial/{}", punchout.id);
    let Some((_, form)) = punchout.form.as_deref().and_then(ShownForm::read) else { return Ok(frame::go(&to)) };
    let differences = trial::differences(&form, &read::posted(fields, &form.charset));
    if differences.is_empty() {
        return Ok(frame::done(request, &to, "trial-arrived", None));
    }
    let named: Vec<&str> = differences.iter().take(5).map(String::as_str).collect();
    Ok(frame::done(request, &to, "trial-arrived-differently", Some(&named.join(", "))))
}

fn told(error: TrialError) -> PageError {
    match error {
        TrialError::Unknown => PageError::not_found(),
        TrialError::Refused(refusal) => refusal.into(),
    }
}

impl TrialPage {
    fn new(request: &HttpRequest, web: &Web, by: &SignedIn, found: Detail) -> Self {
        let t = by.texts();
        let gateway = &web.gateway;
        let now = gateway.clock.now();
        let Detail { punchout, refused, system_name, .. } = found;
        let is = State::read(state(&punchout, now)).unwrap_or(State::Closed);
        let next = match is {
            State::Open => Next::Enter,
            State::InShop if punchout.form.is_none() => Next::HandOver,
            State::InShop => Next::Return,
            State::Returned => Next::Nothing,
            _ => Next::Over,
        };
        let read: Option<(ShownForm, Form)> = punchout.form.as_deref().and_then(ShownForm::read);
        let examined = read.as_ref().map(|(_, form)| trial::examine(form)).unwrap_or_default();
        let Examined { items, warnings, notices, faults } = examined;
        let mut all = shown::notices(&punchout.notices);
        // What the page itself tells once more stands there with the same words.
        all.extend(
            notices
                .into_iter()
                .filter(|notice| !all.iter().any(|known| known.message == notice.message))
                .collect::<Vec<_>>(),
        );
        let system = gateway.snapshot.load().system_by_id(&punchout.system_id).cloned();
        let system_name = system_name.unwrap_or_else(|| punchout.system_slug.clone());
        let handing_over = matches!(next, Next::Enter | Next::HandOver | Next::Return);
        Self {
            t,
            frame: Frame::new(request, by, Section::Systems, t.fill("trial-title", "system", &system_name)),
            system: system_name,
            state: word(t, is),
            tone: tone(is),
            next,
            entry_url: system.map(|system| system.shop.connector.entry("***")).unwrap_or_default(),
            return_url: gateway.return_url(&punchout.id),
            events: shown::events(t, &punchout, &refused, now),
            parameters: pairs(&punchout.parameters),
            cart: punchout.cart.as_deref().map(|cart| ShownCart::read(t, cart)),
            form: read.map(|(shown, _)| shown),
            check_good: t.count("trial-check-good", i64::try_from(items.len()).unwrap_or(i64::MAX)),
            more_items: items.len().saturating_sub(ITEMS),
            items: items.iter().take(ITEMS).enumerate().map(|(at, item)| ShownItem::of(at + 1, item)).collect(),
            notices: all,
            warnings,
            found: faults,
            sample: handing_over.then(|| Field::new("cart", SAMPLE_CART).hinted()),
            met: None,
            met_faults: Vec::new(),
            punchout,
        }
    }

    /// What was wrong with the cart that was just handed over, which stays as it was typed.
    fn refuse(&mut self, cart: &str, refusal: Refusal) {
        let around = Whereabouts { system: Some(self.punchout.system_slug.clone()), ..Whereabouts::default() };
        self.met = Some(Met::new(self.t, &refusal, &around));
        self.met_faults = refusal.faults;
        self.sample = Some(Field::new("cart", cart).hinted());
    }

    fn is_waiting(&self) -> bool {
        matches!(self.next, Next::Enter | Next::HandOver | Next::Return)
    }
}
