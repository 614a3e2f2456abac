//! Sweeping up: punchouts whose token nobody redeemed or whose time ran out become `expired`.
//! Nothing waits for the sweep; every step looks at the clock itself.

use std::sync::Arc;
use std::time::Duration;

use crate::punchout::Gateway;
use crate::store;

const EVERY: Duration = Duration::from_secs(60);

pub async fn sweep(gateway: Arc<Gateway>) {
    loop {
        let now = gateway.clock.now();
        match gateway.store.write(move |c| store::punchouts::expire(c, now)).await {
            Ok(0) => {}
            Ok(expired) => tracing::info!(expired, "punchouts ran out"),
            Err(error) => tracing::warn!(%error, "could not look for punchouts that ran out"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
