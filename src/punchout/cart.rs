//! The third step: the shop's cart becomes the finished form of the return page.
//!
//! Everything that can be wrong with a cart is found here and told to the shop, because no message
//! will ever come back from the procurement system. What is stored is the form as it will be shown.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::mapping::cart::Total;
use crate::mapping::{Context, Mapped};
use crate::oci::finding::{self, Notice};
use crate::oci::forecast::{self, Sent};
use crate::oci::hook::HookPolicy;
use crate::oci::item::Item;
use crate::oci::page::{Composed as Finished, Form};
use crate::punchout::trace::Trace;
use crate::punchout::{CallRecord, Gateway, entry::EntryCustomer, find, over, state, trial};
use crate::refusal::{Code, Refusal};
use crate::snapshot::{Shop, System};
use crate::store::punchouts::Punchout;
use crate::store::{self, StoreError};
use crate::system::Profile;

/// Carts beyond this many bytes are large.
const LARGE: usize = 32 * 1024;

/// Where to send the buyer's browser, and what was changed on the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartAccepted {
    #[schema(example = "https://gateway.example/return/AZLx…")]
    pub return_url: String,
    pub notices: Vec<Notice>,
}

/// Takes a cart over. It replaces an earlier one that was not returned yet.
pub async fn accept(
    gateway: &Gateway,
    shop: &Arc<Shop>,
    id: &str,
    json: Bytes,
    trace: &mut Trace,
) -> Result<(Punchout, CartAccepted), Refusal> {
    let now = gateway.clock.now();
    let punchout = find(gateway, &shop.id, id).await?;
    trace.found_punchout(&punchout);
    if let Some(code) = over(&punchout, now) {
        return Err(Refusal::new(code));
    }
    let snapshot = gateway.snapshot.load_full();
    let system = snapshot.system_by_id(&punchout.system_id).cloned();
    let system = system.ok_or_else(|| Refusal::new(Code::SystemUnknown).with("system", &punchout.system_slug))?;
    let own_hooks = punchout.trial.then(|| trial::hooks(gateway, &punchout.id)).transpose()?;
    let call = CallRecord::of(&punchout)?;
    let from_https = gateway.public_url.starts_with("https:");
    let work = Work { system, shop: shop.clone(), call, json: json.clone(), own_hooks, from_https };
    let Composed { form, items, total, notices } = compose(gateway, work, &punchout).await?;
    let lines = items.len();

    let cart = store::punchouts::Cart {
        cart: String::from_utf8_lossy(&json).into_owned(),
        form: serde_json::to_string(&form).map_err(|error| StoreError::Query(error.to_string()))?,
        notices: finding::stored(&notices),
        lines: i64::try_from(lines).unwrap_or(i64::MAX),
        total: total.as_ref().map(|total| total.amount.to_string()),
        currency: total.map(|total| total.currency),
        cart_at: now,
    };
    let key = punchout.id.clone();
    let laid_down = gateway.store.write_one(move |c| store::punchouts::update_cart(c, &key, &cart, now)).await?;
    if !laid_down {
        // Somebody returned or left it between the look and the write.
        let current = find(gateway, &shop.id, id).await?;
        return Err(Refusal::new(over(&current, now).unwrap_or(Code::PunchoutClosed)));
    }
    tracing::info!(punchout = punchout.id, lines, notices = notices.len(), "took a cart over");
    let return_url = gateway.return_url(&punchout.id);
    Ok((punchout, CartAccepted { return_url, notices }))
}

/// A cart and what it takes to make a form of it.
struct Work {
    system: Arc<System>,
    shop: Arc<Shop>,
    call: CallRecord,
    json: Bytes,
    /// Of a trial: instead of the system's.
    own_hooks: Option<HookPolicy>,
    /// The return page comes by https.
    from_https: bool,
}

/// Whose settings make the form.
pub(super) struct Composer<'a> {
    pub profile: &'a Profile,
    pub shop: &'a Shop,
    /// Instead of the system's own return targets.
    pub hooks: Option<&'a HookPolicy>,
    /// The return page comes by https.
    pub from_https: bool,
}

/// A cart as it leaves.
pub(super) struct Composed {
    pub form: Form,
    pub items: Vec<Item>,
    pub total: Option<Total>,
    pub notices: Vec<Notice>,
}

/// Makes the form. A large cart takes a good part of a second and does so on a thread of its own,
/// as many at a time as there are cores, so that nobody else waits for it.
async fn compose(gateway: &Gateway, work: Work, punchout: &Punchout) -> Result<Composed, Refusal> {
    let (number, email) = (punchout.customer_number.clone(), punchout.customer_email.clone());
    if work.json.len() <= LARGE {
        return work.compose(&number, &email);
    }
    let internal = |reason: String| {
        tracing::error!(reason, "a large cart could not be read");
        Refusal::new(Code::Internal)
    };
    let turn = gateway.large_carts.clone().acquire_owned().await.map_err(|error| internal(error.to_string()))?;
    let composed = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work.compose(&number, &email)
    });
    composed.await.map_err(|error| internal(error.to_string()))?
}

impl Work {
    fn compose(&self, customer_number: &str, customer_email: &str) -> Result<Composed, Refusal> {
        let composer = Composer {
            profile: &self.system.profile,
            shop: &self.shop,
            hooks: self.own_hooks.as_ref(),
            from_https: self.from_https,
        };
        composer.compose(&self.call, &self.json, customer_number, customer_email)
    }
}

impl Composer<'_> {
    /// The form of a cart, or why it cannot leave.
    pub(super) fn compose(
        &self,
        call: &CallRecord,
        json: &[u8],
        customer_number: &str,
        customer_email: &str,
    ) -> Result<Composed, Refusal> {
        let context = Context { customer_number, customer_email, ..self.shop.context() }.with_call(&call.facts);
        let profile = self.profile.of(customer_number);
        let Mapped { items, mut notices, total } = profile.mapping.read(json, &context)?;
        // The hook is held against the system's list once more: it may have changed meanwhile.
        let hook = self.hooks.unwrap_or(&profile.hooks).allow(&call.hook)?;
        let finished = Form::compose(&hook, &call.facts, &profile.form, &profile.layout, items)?;
        let Finished { form, items, notices: more } = finished;
        notices.extend(more);
        let sent = Sent { first_index: profile.layout.first_index, from_https: self.from_https };
        notices.extend(forecast::forecast(&profile.buyer, &form, &items, sent));
        notices.sort_by_key(|notice| notice.line.parse::<usize>().unwrap_or_default());
        Ok(Composed { form, items, total, notices })
    }
}

/// What a shop can ask about a punchout.
#[derive(Debug, Serialize, ToSchema)]
pub struct PunchoutStatus {
    #[schema(example = "01J9ZK3W8R5T2Q4M6N8P0S1VXY")]
    pub punchout: String,
    #[schema(schema_with = described_states)]
    pub state: String,
    #[schema(example = "sap-srm")]
    pub system: String,
    pub customer: EntryCustomer,
    pub opened_at: String,
    /// When the shop redeemed the entry token.
    pub entered_at: Option<String>,
    /// When the last cart was handed over.
    pub cart_at: Option<String>,
    pub returned_at: Option<String>,
    /// When it came to its end, whichever way.
    pub ended_at: Option<String>,
    pub expires_at: String,
    /// Where the buyer's browser finds the form, if there is a cart.
    pub return_url: Option<String>,
    /// Where the buyer's browser may go to leave without a cart, while that is possible.
    pub leave_url: Option<String>,
}

/// The API's description names them; a list of its own, since that of the journal has one more.
fn described_states() -> utoipa::openapi::schema::Object {
    utoipa::openapi::schema::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(["open", "in_shop", "returned", "closed", "cancelled", "expired"]))
        .examples(["in_shop"])
        .build()
}

/// Tells a shop how one of its punchouts stands.
pub async fn status(gateway: &Gateway, shop: &Shop, id: &str) -> Result<PunchoutStatus, Refusal> {
    let punchout = find(gateway, &shop.id, id).await?;
    let now = gateway.clock.now();
    let running = over(&punchout, now).is_none_or(|code| code == Code::PunchoutNotEntered);
    let showable = punchout.form.is_some() && (running || punchout.returned_at.is_some());
    Ok(PunchoutStatus {
        state: state(&punchout, now).to_owned(),
        opened_at: rfc3339(punchout.opened_at),
        entered_at: punchout.entered_at.map(rfc3339),
        cart_at: punchout.cart_at.map(rfc3339),
        returned_at: punchout.returned_at.map(rfc3339),
        ended_at: punchout.ended_at.map(rfc3339),
        expires_at: rfc3339(punchout.expires_at),
        return_url: showable.then(|| gateway.return_url(&punchout.id)),
        leave_url: running.then(|| gateway.leave_url(&punchout.id)),
        customer: EntryCustomer { number: punchout.customer_number, email: punchout.customer_email },
        system: punchout.system_slug,
        punchout: punchout.id,
    })
}
