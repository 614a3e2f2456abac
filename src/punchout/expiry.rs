//! Sweeping up: punchouts whose token nobody redeemed or whose time ran out become `expired`, and old
//! refusals go. Nothing waits for the sweep; every step looks at the clock itself.

use std::sync::Arc;
use std::time::Duration;

use crate::account::session;
use crate::clock;
use crate::punchout::Gateway;
use crate::punchout::recorder::MOST_KEPT;
use crate::store::{self, Connection, StoreError};

const EVERY: Duration = Duration::from_secs(60);
/// Rows removed in one transaction, so that logins wait for no long one.
const BATCH: i64 = 500;
/// Such transactions in one sweep.
const BATCHES: usize = 200;

pub async fn sweep(gateway: Arc<Gateway>) {
    loop {
        let now = gateway.clock.now();
        match gateway.store.write(move |c| expire(c, now)).await {
            Ok(0) => {}
            Ok(expired) => tracing::info!(expired, "punchouts ran out"),
            Err(error) => tracing::warn!(%error, "could not look for punchouts that ran out"),
        }
        match forget(&gateway, now).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old refusals went"),
            Err(error) => tracing::warn!(%error, "could not remove old refusals"),
        }
        if let Err(error) = gateway.store.write(move |c| sweep_administration(c, now)).await {
            tracing::warn!(%error, "could not remove ended sessions and invitations");
        }
        gateway.recorder.report();
        tokio::time::sleep(EVERY).await;
    }
}

/// After a long pause there may be very many, and what is cut off would be tried in vain again and again.
fn expire(c: &mut Connection, now: i64) -> Result<usize, StoreError> {
    store::unhurried(c)?;
    store::punchouts::expire(c, now)
}

/// Ended sessions, old invitations, files of customers that nobody confirmed for a day.
fn sweep_administration(c: &mut Connection, now: i64) -> Result<(), StoreError> {
    store::unhurried(c)?;
    store::sessions::delete_ended(c, now, now - session::IDLE)?;
    store::invitations::delete_ended(c, now)?;
    store::customer_imports::delete_old(c, now - clock::DAY)?;
    store::shops::delete_ended_api_keys(c, now)
}

/// Removes refusals that are too old or too many.
async fn forget(gateway: &Gateway, now: i64) -> Result<usize, StoreError> {
    let mut oldest = clock::first_id(now - gateway.refusals_kept);
    if gateway.recorder.has_written_much() {
        let beyond = gateway.store.read(|c| store::refusals::find_beyond(c, MOST_KEPT)).await?;
        oldest = beyond.map_or(oldest.clone(), |beyond| oldest.max(beyond));
    }
    let mut removed = 0;
    for _ in 0..BATCHES {
        let before = oldest.clone();
        let gone = gateway.store.write(move |c| store::refusals::delete_before(c, &before, BATCH)).await?;
        removed += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(removed)
}
