//! The other end: the buyer leaves without a cart.

use crate::oci::page::FrameAncestors;
use crate::punchout::trace::Trace;
use crate::punchout::{CallRecord, Gateway, find, state};
use crate::refusal::{Code, Refusal};
use crate::snapshot::Shop;
use crate::store::punchouts::Punchout;
use crate::store::{self, StoreError};

/// Where the browser may go now.
pub struct Left {
    /// The cancel address of the call, if it has one that the system's list allows.
    pub continue_url: Option<String>,
    pub language: Option<String>,
    /// Who may show the page in a frame, as its system says today.
    pub frame_ancestors: FrameAncestors,
}

/// The browser leaves, by the ticket in the link. May be repeated.
pub async fn by_ticket(gateway: &Gateway, ticket: &str, trace: &mut Trace) -> Result<Left, Refusal> {
    let unknown = || Refusal::new(Code::TicketUnknown);
    let id = gateway.tickets.read(ticket).ok_or_else(unknown)?;
    let punchout = end(gateway, &id, trace).await?.ok_or_else(unknown)?;
    trace.found_punchout(&punchout);
    let call = CallRecord::of(&punchout)?;
    let snapshot = gateway.snapshot.load_full();
    let allowed = |url: &str| {
        let system = snapshot.system_by_id(&punchout.system_id)?;
        system
            .profile
            .of(&punchout.customer_number)
            .hooks
            .allow(url)
            .ok()
            .filter(|hook| !hook.is_sapevent())
            .map(|hook| hook.as_received().to_owned())
    };
    Ok(Left {
        continue_url: call.cancel.as_deref().and_then(allowed),
        language: call.facts.language,
        frame_ancestors: trace.frame_ancestors(&snapshot),
    })
}

/// The shop leaves on the buyer's behalf. May be repeated.
pub async fn by_shop(gateway: &Gateway, shop: &Shop, id: &str, trace: &mut Trace) -> Result<(), Refusal> {
    let punchout = find(gateway, &shop.id, id).await?;
    end(gateway, &punchout.id, trace).await?;
    Ok(())
}

async fn end(gateway: &Gateway, id: &str, trace: &mut Trace) -> Result<Option<Punchout>, Refusal> {
    let now = gateway.clock.now();
    let key = id.to_owned();
    let (ended, punchout) = gateway
        .store
        .write(move |c| {
            let ended = store::punchouts::end(c, &key, "closed", now)?;
            Ok::<_, StoreError>((ended, store::punchouts::find(c, &key)?))
        })
        .await?;
    if let (false, Some(punchout)) = (ended, &punchout) {
        trace.found_punchout(punchout);
        match state(punchout, now) {
            "returned" => return Err(Refusal::new(Code::PunchoutReturned)),
            "cancelled" => return Err(Refusal::new(Code::PunchoutCancelled)),
            "expired" => return Err(Refusal::new(Code::PunchoutExpired)),
            _ => {}
        }
    } else if ended {
        tracing::info!(punchout = id, "left without a cart");
    }
    Ok(punchout)
}
