//! Who signs in to the portal, the administration and the vendor's pages, what he may see there, and what he
//! changed.

pub mod audit;
pub mod profile;
pub mod reach;
pub mod session;
pub mod signin;
pub mod totp;

use std::sync::Arc;

pub use reach::Reach;

use crate::clock::Clock;
use crate::credential::password::Hasher;
use crate::credential::throttle::Throttle;
use crate::store::Store;

/// Everything that signing in takes.
pub struct Accounts {
    pub store: Store,
    pub hasher: Hasher,
    pub clock: Clock,
    /// Apart from that of the shop's customers: neither locks the other out.
    throttle: Arc<Throttle>,
}

impl Accounts {
    pub fn new(store: Store, hasher: Hasher, clock: Clock, throttle: Arc<Throttle>) -> Self {
        Self { store, hasher, clock, throttle }
    }
}
