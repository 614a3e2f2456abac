//! The second step: the shop redeems the one-time token and learns who comes, and why.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::credential::secret;
use crate::oci::call::Intent;
use crate::punchout::trace::Trace;
use crate::punchout::{CallRecord, Gateway};
use crate::refusal::{Code, Refusal};
use crate::snapshot::Shop;
use crate::store::punchouts::Punchout;
use crate::store::{self, StoreError};

/// What the shop needs to log the customer in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// Names the punchout in all further calls.
    #[schema(example = "01J9ZK3W8R5T2Q4M6N8P0S1VXY")]
    pub punchout: String,
    /// Technical name of the OCI system.
    #[schema(example = "sap-srm")]
    pub system: String,
    pub customer: EntryCustomer,
    /// What the shop shall show: its start page, a product or a search.
    #[schema(example = json!({"kind": "shop"}))]
    pub intent: Intent,
    /// The buyer's language as the procurement system named it, as a primary tag like `de`.
    #[schema(example = "de")]
    pub language: Option<String>,
    /// Every parameter of the call that OCI does not know, never a secret.
    #[schema(example = json!({"costcenter": "4711"}))]
    pub extra: BTreeMap<String, String>,
    #[schema(example = "2026-11-23T18:00:00Z")]
    pub opened_at: String,
    /// Until then the cart must be handed over.
    #[schema(example = "2026-11-24T02:00:00Z")]
    pub expires_at: String,
    /// Where the buyer's browser may go to leave without a cart: the address behind a link "back without buying".
    #[schema(example = "https://gateway.example/leave/AZLx…")]
    pub leave_url: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EntryCustomer {
    #[schema(example = "10001")]
    pub number: String,
    #[schema(example = "buyer@acme-customer.example")]
    pub email: String,
}

/// Redeems a token of this shop. Of many who try, exactly one succeeds.
pub async fn redeem(gateway: &Gateway, shop: &Shop, token: &str, trace: &mut Trace) -> Result<Entry, Refusal> {
    let digest = secret::entry_digest(token.trim());
    let shop_id = shop.id.clone();
    let now = gateway.clock.now();
    let (redeemed, found) = gateway
        .store
        .write_one(move |c| match store::punchouts::redeem(c, &shop_id, &digest, now)? {
            Some(punchout) => Ok::<_, StoreError>((true, Some(punchout))),
            None => Ok((false, store::punchouts::find_by_entry(c, &shop_id, &digest)?)),
        })
        .await?;
    if let Some(punchout) = &found {
        trace.found_punchout(punchout);
    }
    match found {
        None => Err(Refusal::new(Code::EntryUnknown)),
        Some(punchout) if redeemed => entry(gateway, &punchout),
        Some(punchout) if punchout.entered_at.is_some() => Err(Refusal::new(Code::EntryUsed)),
        Some(punchout) => Err(Refusal::new(match punchout.state.as_str() {
            "closed" => Code::PunchoutClosed,
            "cancelled" => Code::PunchoutCancelled,
            _ => Code::EntryExpired,
        })),
    }
}

fn entry(gateway: &Gateway, punchout: &Punchout) -> Result<Entry, Refusal> {
    let call = CallRecord::of(punchout)?;
    tracing::info!(punchout = punchout.id, system = punchout.system_slug, "the shop redeemed the entry");
    Ok(Entry {
        punchout: punchout.id.clone(),
        system: punchout.system_slug.clone(),
        customer: EntryCustomer { number: punchout.customer_number.clone(), email: punchout.customer_email.clone() },
        intent: call.intent,
        language: call.facts.language,
        extra: call.facts.extra.into_iter().collect(),
        opened_at: rfc3339(punchout.opened_at),
        expires_at: rfc3339(punchout.expires_at),
        leave_url: gateway.leave_url(&punchout.id),
    })
}
