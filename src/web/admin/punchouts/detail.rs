//! One punchout, one refusal, and the way to cancel.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::mend::{self, Place};
use super::shown::{self, Event, ShownCart, ShownForm, money, pairs, tone, word};
use crate::oci::finding::{Fault, Notice};
use crate::oci::forecast::is_forecast;
use crate::punchout::cancel::{self as ending, Outcome};
use crate::punchout::detail::{self, Detail, RefusalDetail};
use crate::punchout::journal::State;
use crate::punchout::state;
use crate::store::punchouts::Punchout;
use crate::store::refusals::Refused;
use crate::texts::Texts;
use crate::web::fields::Posted;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

#[derive(Template)]
#[template(path = "admin/punchouts/punchout.html")]
struct PunchoutPage {
    t: Texts,
    frame: Frame,
    punchout: Punchout,
    state: String,
    tone: &'static str,
    open: bool,
    shop: Option<String>,
    /// Still there, so that it can be linked to.
    system: Option<String>,
    lines: String,
    total: String,
    duration: String,
    events: Vec<Event>,
    parameters: Vec<(String, String)>,
    cart: Option<ShownCart>,
    form: Option<ShownForm>,
    notices: Vec<Notice>,
    /// What the buyer's system will make of it.
    forecast: Vec<Notice>,
}

/// `GET /admin/punchouts/{id}`.
pub async fn punchout(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let t = by.texts();
    let Detail { punchout, refused, shop_name, system_name, .. } = find(&web, &by, id.into_inner()).await?;
    let now = web.gateway.clock.now();
    let is = State::read(state(&punchout, now)).unwrap_or(State::Closed);
    let currency = punchout.currency.as_deref().unwrap_or_default();
    let (forecast, notices) = shown::notices(&punchout.notices).into_iter().partition(|one| is_forecast(&one.code));
    let page = PunchoutPage {
        t,
        frame: Frame::new(&request, &by, Section::Punchouts, t.of("punchouts-one-title")),
        state: word(t, is),
        tone: tone(is),
        open: matches!(is, State::Open | State::InShop),
        shop: shop_name,
        system: system_name,
        lines: punchout.lines.map_or_else(String::new, |lines| t.number(lines)),
        total: punchout.total.as_deref().map_or_else(String::new, |total| money(t, total, currency)),
        duration: punchout.ended_at.map_or_else(String::new, |end| t.duration(end - punchout.opened_at)),
        events: shown::events(t, &punchout, &refused, now),
        parameters: pairs(&punchout.parameters),
        cart: punchout.cart.as_deref().map(|cart| ShownCart::read(t, cart)),
        form: punchout.form.as_deref().and_then(ShownForm::read).map(|(shown, _)| shown),
        notices,
        forecast,
        punchout,
    };
    Ok(frame::show(&request, &page))
}

async fn find(web: &Web, by: &SignedIn, id: String) -> Result<Detail, PageError> {
    let reach = by.reach.clone();
    let found = web.gateway.store.read(move |c| detail::find(c, &reach, &id)).await?;
    found.ok_or_else(PageError::not_found)
}

#[derive(Template)]
#[template(path = "admin/punchouts/cancel.html")]
struct CancelPage {
    t: Texts,
    frame: Frame,
    punchout: Punchout,
}

/// `GET /admin/punchouts/{id}/cancel`: asks first.
pub async fn ask_cancel(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let t = by.texts();
    let punchout = find(&web, &by, id.into_inner()).await?.punchout;
    if !matches!(state(&punchout, web.gateway.clock.now()), "open" | "in_shop") {
        let to = format!("/admin/punchouts/{}", punchout.id);
        return Ok(frame::done(&request, &to, "punchouts-over-already", None));
    }
    let frame = Frame::new(&request, &by, Section::Punchouts, t.of("punchouts-cancel-title"));
    Ok(frame::show(&request, &CancelPage { t, frame, punchout }))
}

/// `POST /admin/punchouts/{id}/cancel`.
pub async fn cancel(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let (reach, actor, id) = (posted.by.reach.clone(), posted.by.actor(), id.into_inner());
    let to = format!("/admin/punchouts/{id}");
    let now = web.gateway.clock.now();
    match web.gateway.store.write(move |c| ending::cancel(c, &reach, &actor, &id, now)).await? {
        Outcome::Cancelled => Ok(frame::done(&request, &to, "punchouts-cancelled", None)),
        Outcome::Over => Ok(frame::done(&request, &to, "punchouts-over-already", None)),
        Outcome::Unknown => Err(PageError::not_found()),
    }
}

#[derive(Template)]
#[template(path = "admin/punchouts/refusal.html")]
struct RefusalPage {
    t: Texts,
    frame: Frame,
    refused: Refused,
    step: String,
    buyer_sentence: String,
    sentence: Vec<(bool, String)>,
    place: Option<Place>,
    others: Option<String>,
    parameters: Vec<(String, String)>,
    faults: Vec<Fault>,
}

/// `GET /admin/refusals/{id}`.
pub async fn refusal(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let t = by.texts();
    let (reach, id) = (by.reach.clone(), id.into_inner());
    let found = web.gateway.store.read(move |c| detail::find_refusal(c, &reach, &id)).await?;
    let found: RefusalDetail = found.ok_or_else(PageError::not_found)?;
    let refusal = mend::restore(&found.refused);
    let step = match found.refused.step.as_str() {
        "entry" => "punchouts-step-entry",
        "cart" => "punchouts-step-cart",
        "return" => "punchouts-step-return",
        "leave" => "punchouts-step-leave",
        _ => "punchouts-step-call",
    };
    let page = RefusalPage {
        t,
        frame: Frame::new(&request, &by, Section::Punchouts, t.of("punchouts-refusal-title")),
        step: t.of(step),
        buyer_sentence: refusal.as_ref().map_or_else(String::new, |refusal| refusal.buyer_sentence(t.0)),
        sentence: shown::prose(&mend::sentence(t, &found.refused)),
        place: refusal.as_ref().and_then(|refusal| mend::place(refusal, &found.whereabouts)),
        others: mend::others(&found.refused),
        parameters: pairs(&found.refused.parameters),
        faults: refusal.map(|refusal| refusal.faults).unwrap_or_default(),
        refused: found.refused,
    };
    Ok(frame::show(&request, &page))
}
