//! Forgetting punchouts that ended long ago: their rows go, with everything about buyers and carts, and what stays is how
//! many there were. Only the span decides; what is still open is never touched, however old.
//!
//! `serve` does it once an hour when `punchouts_kept` is set, `punchgate prune` when somebody asks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::DAY;
use crate::punchout::Gateway;
use crate::store::{self, Store, StoreError};

/// Younger ones are never forgotten: a reload of the return page and a shop's question for its state find them.
pub const LEAST_KEPT: i64 = DAY;
const EVERY: Duration = Duration::from_secs(3_600);
/// Punchouts in one transaction, so that logins wait for no long one.
const BATCH: i64 = 100;

/// Removes punchouts that ended before a time, oldest first; `each` hears of every batch. Gives how many went, which is
/// fewer than there were when another node is at it already and `beside` is false.
pub async fn run(store: &Store, before: i64, beside: bool, mut each: impl FnMut(u64)) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let began = Instant::now();
        let gone = store
            .write(move |c| {
                if !beside && !store::punchout_counts::take_turn(c)? {
                    return Ok(0);
                }
                store::punchout_counts::remove_ended(c, before, BATCH)
            })
            .await?;
        if gone == 0 {
            return Ok(removed);
        }
        removed += gone;
        each(gone);
        // As long for the others as for this: on SQLite all of them wait for one writer, some in another process.
        tokio::time::sleep(began.elapsed()).await;
    }
}

/// Does it once an hour, for gateways that are told to.
pub async fn repeat(gateway: Arc<Gateway>) {
    let Some(kept) = gateway.punchouts_kept else { return };
    loop {
        match run(&gateway.store, gateway.clock.now() - kept, false, |_| ()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old punchouts went"),
            Err(error) => tracing::warn!(%error, "could not remove old punchouts"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
