//! The story of a punchout, one file a step: [`login`] → [`entry`] → [`cart`] → [`giveback`] (the
//! return), or [`leave`]; [`expiry`] sweeps up behind. What is refused on the way is noted by
//! [`recorder`], with what its [`trace`] found; logins that failed are told to other nodes by [`neighbors`].
//!
//! [`functions`] are what a call may want besides a visit to the shop: they are answered at once and open no punchout.
//!
//! [`prune`] forgets those that ended long ago. Beside the way stands what operators do: [`journal`] and [`detail`] show
//! what happened, [`cancel`] ends a punchout, [`trial`] plays the buyer, [`preview`] tries settings on carts that came before.
//!
//! Each step takes what the step before proved, as a type, or gives a [`Refusal`]. Nothing here
//! knows of HTTP.

pub mod cancel;
pub mod cart;
pub mod detail;
pub mod entry;
pub mod expiry;
pub mod functions;
pub mod giveback;
pub mod journal;
pub mod leave;
pub mod login;
pub mod neighbors;
pub mod preview;
pub mod prune;
mod reading;
pub mod recorder;
pub mod trace;
pub mod trial;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::config::Config;
use crate::credential::password::Hasher;
use crate::credential::recent::Recent;
use crate::credential::secret::TicketKey;
use crate::credential::throttle::Throttle;
use crate::oci::call::{Facts, Intent};
use crate::punchout::neighbors::{Neighbors, Who};
use crate::punchout::recorder::Recorder;
use crate::refusal::{Code, Refusal};
use crate::shop::catalog::Catalogs;
use crate::snapshot::Snapshot;
use crate::store::customers::Candidate;
use crate::store::punchouts::Punchout;
use crate::store::{self, Store, StoreError};

/// Everything the steps share.
pub struct Gateway {
    pub store: Store,
    pub snapshot: Arc<ArcSwap<Snapshot>>,
    pub hasher: Hasher,
    pub recent: Arc<Recent<Candidate>>,
    pub throttle: Throttle,
    /// Of the accounts that sign in. Apart from that of the shops' customers: neither locks the other out.
    pub sign_ins: Arc<Throttle>,
    pub neighbors: Neighbors,
    pub tickets: TicketKey,
    /// Shops that answer for their products themselves.
    pub catalogs: Catalogs,
    /// Turns for carts that take long to read.
    pub large_carts: Arc<Semaphore>,
    pub clock: Clock,
    /// Without a slash at the end.
    pub public_url: String,
    /// Microseconds.
    pub entry_lifetime: i64,
    pub punchout_lifetime: i64,
    pub refusals_kept: i64,
    pub punchouts_kept: Option<i64>,
    pub recorder: Recorder,
}

impl Gateway {
    /// Makes a gateway over an open store whose schema is up to date.
    pub async fn new(store: Store, config: &Config, public_url: String, clock: Clock) -> Result<Self, StoreError> {
        let key = key(&store, "return tickets").await?;
        let (limits, neighbors) = (config.login_limits(), Neighbors::default());
        let (throttle, sign_ins) = if store.hears() {
            let key = self::key(&store, "failed logins").await?;
            let shared = |who| Throttle::shared(limits, &key, neighbors.tell(who));
            (shared(Who::Customers), shared(Who::Accounts))
        } else {
            (Throttle::new(limits), Throttle::new(limits))
        };
        let snapshot = Snapshot::load(&store).await?;
        Ok(Self {
            snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
            hasher: Hasher::start(config.hash_threads, config.hash_queue, config.password),
            recent: Arc::new(Recent::new(config.recent_logins, 10_000)),
            throttle,
            sign_ins: Arc::new(sign_ins),
            neighbors,
            tickets: TicketKey::new(key),
            catalogs: Catalogs::new(Duration::from_micros(config.shop_timeout.unsigned_abs()))
                .map_err(|error| StoreError::Unavailable(format!("no HTTP client for shops: {error}")))?,
            large_carts: Arc::new(Semaphore::new(config.workers)),
            clock,
            public_url,
            entry_lifetime: config.entry_lifetime,
            punchout_lifetime: config.punchout_lifetime,
            refusals_kept: config.refusals_kept,
            punchouts_kept: config.punchouts_kept,
            recorder: Recorder::default(),
            store,
        })
    }

    /// The address of the return page of a punchout.
    pub fn return_url(&self, punchout: &str) -> String {
        format!("{}/return/{}", self.public_url, self.tickets.issue(punchout))
    }

    /// The address by which the browser leaves without a cart.
    pub fn leave_url(&self, punchout: &str) -> String {
        format!("{}/leave/{}", self.public_url, self.tickets.issue(punchout))
    }
}

/// A random key of the installation, the same on every node.
async fn key(store: &Store, name: &'static str) -> Result<[u8; 32], StoreError> {
    let mut fresh = [0u8; 32];
    getrandom::fill(&mut fresh).map_err(|error| StoreError::Unavailable(format!("no randomness: {error}")))?;
    let key = store.write(move |c| store::keys::find_or_insert(c, name, &fresh)).await?;
    key.try_into().map_err(|_| StoreError::Query(format!("the key of {name} has the wrong length")))
}

/// What of a call is kept with its punchout: all that shapes the answer, never a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The return target as it was received and allowed.
    pub hook: String,
    /// Where the buyer goes who leaves without a cart, if his system said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
    pub intent: Intent,
    pub facts: Facts,
}

impl CallRecord {
    fn of(punchout: &Punchout) -> Result<Self, Refusal> {
        serde_json::from_str(&punchout.call).map_err(|error| {
            tracing::error!(punchout = punchout.id, %error, "a stored call cannot be read");
            Refusal::new(Code::Internal)
        })
    }
}

/// Why a punchout is past the step that somebody wants to take, or `None` while it is in the shop.
fn over(punchout: &Punchout, now: i64) -> Option<Code> {
    match state(punchout, now) {
        "in_shop" => None,
        "open" => Some(Code::PunchoutNotEntered),
        "returned" => Some(Code::PunchoutReturned),
        "cancelled" => Some(Code::PunchoutCancelled),
        "expired" => Some(Code::PunchoutExpired),
        _ => Some(Code::PunchoutClosed),
    }
}

/// The state at this moment: time may have run out before the sweep wrote it down.
pub fn state(punchout: &Punchout, now: i64) -> &str {
    match punchout.state.as_str() {
        "open" if punchout.entry_expires_at <= now || punchout.expires_at <= now => "expired",
        "in_shop" if punchout.expires_at <= now => "expired",
        state => state,
    }
}

/// Finds a punchout of a shop; another shop's is as unknown as none.
async fn find(gateway: &Gateway, shop_id: &str, id: &str) -> Result<Punchout, Refusal> {
    let unknown = || Refusal::new(Code::PunchoutUnknown);
    let id = ulid::Ulid::from_string(id).map_err(|_| unknown())?.to_string();
    let found = gateway.store.read(move |c| store::punchouts::find(c, &id)).await?;
    found.filter(|punchout| punchout.shop_id == shop_id).ok_or_else(unknown)
}
