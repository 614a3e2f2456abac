//! The fourth step, the return: the browser fetches the form that carries the cart home.
//!
//! The first look makes the punchout `returned`, durably and before the form is shown; a reload
//! shows the same form again.

use crate::oci::page::{Form, FrameAncestors};
use crate::punchout::trace::Trace;
use crate::punchout::{CallRecord, Gateway, state};
use crate::refusal::{Code, Refusal};
use crate::store::punchouts::Punchout;
use crate::store::{self, StoreError};

/// What the return page shows.
pub struct Return {
    pub form: Form,
    /// As the procurement system named it.
    pub language: Option<String>,
    /// Who may show the page in a frame, as its system says today.
    pub frame_ancestors: FrameAncestors,
}

/// Returns the cart of the punchout that the ticket names.
pub async fn by_ticket(gateway: &Gateway, ticket: &str, trace: &mut Trace) -> Result<Return, Refusal> {
    let id = gateway.tickets.read(ticket).ok_or_else(|| Refusal::new(Code::TicketUnknown))?;
    by_id(gateway, &id, trace).await
}

/// Returns the cart of a punchout whose shop hands the page on itself.
pub async fn by_id(gateway: &Gateway, id: &str, trace: &mut Trace) -> Result<Return, Refusal> {
    let now = gateway.clock.now();
    let key = id.to_owned();
    let known = gateway.store.read(move |c| store::punchouts::find(c, &key)).await?;
    let known = known.ok_or_else(|| Refusal::new(Code::TicketUnknown))?;
    trace.found_punchout(&known);
    let call = CallRecord::of(&known)?;
    if matches!(state(&known, now), "in_shop" | "returned") {
        still_allowed(gateway, &known, &call)?;
    }
    let language = call.facts.language;
    if known.state == "returned" {
        return page(gateway, &known, language, trace);
    }
    let key = id.to_owned();
    let (returned, punchout) = gateway
        .store
        .write_one(move |c| match store::punchouts::return_cart(c, &key, now)? {
            Some(punchout) => Ok::<_, StoreError>((true, Some(punchout))),
            None => Ok((false, store::punchouts::find(c, &key)?)),
        })
        .await?;
    let punchout = punchout.ok_or_else(|| Refusal::new(Code::TicketUnknown))?;
    if returned {
        metrics::counter!("punchgate_returns_total").increment(1);
        tracing::info!(punchout = punchout.id, "returned a cart");
        return page(gateway, &punchout, language, trace);
    }
    match state(&punchout, now) {
        "returned" => page(gateway, &punchout, language, trace),
        "cancelled" => Err(Refusal::new(Code::PunchoutCancelled)),
        "expired" => Err(Refusal::new(Code::PunchoutExpired)),
        "closed" => Err(Refusal::new(Code::PunchoutClosed)),
        _ => Err(Refusal::new(Code::NothingToReturn)),
    }
}

/// The list of return targets may have become shorter since the cart was handed over: nobody is sent to what is not on it
/// any more (digest section 9, rule 1). A trial returns to the gateway itself.
fn still_allowed(gateway: &Gateway, punchout: &Punchout, call: &CallRecord) -> Result<(), Refusal> {
    let snapshot = gateway.snapshot.load();
    match snapshot.system_by_id(&punchout.system_id) {
        Some(system) if !punchout.trial => {
            system.profile.of(&punchout.customer_number).hooks.allow(&call.hook)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn page(gateway: &Gateway, punchout: &Punchout, language: Option<String>, trace: &Trace) -> Result<Return, Refusal> {
    let form = punchout.form.as_deref().ok_or_else(|| Refusal::new(Code::NothingToReturn))?;
    let form = serde_json::from_str(form).map_err(|error| {
        tracing::error!(punchout = punchout.id, %error, "a stored form cannot be read");
        Refusal::new(Code::Internal)
    })?;
    let frame_ancestors = trace.frame_ancestors(&gateway.snapshot.load());
    Ok(Return { form, language, frame_ancestors })
}
