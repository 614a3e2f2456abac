//! What runs beside a gateway's answers, for every command that serves.

use std::sync::Arc;

use crate::punchout::{Gateway, expiry, prune};
use crate::snapshot;
use crate::store::StoreError;
use crate::store::news::News;

/// Starts looking for changes, sweeping up and writing refusals down.
pub fn start(gateway: &Arc<Gateway>) -> Result<(), StoreError> {
    let News { changes, failed_logins } = gateway.store.listen()?;
    actix_web::rt::spawn(snapshot::watch(gateway.store.clone(), gateway.snapshot.clone(), changes));
    actix_web::rt::spawn(expiry::sweep(gateway.clone()));
    actix_web::rt::spawn(prune::repeat(gateway.clone()));
    let (teller, hearer, gateway) = (gateway.clone(), gateway.clone(), gateway.clone());
    actix_web::rt::spawn(async move { teller.tell_neighbors().await });
    actix_web::rt::spawn(async move { hearer.hear_neighbors(failed_logins).await });
    actix_web::rt::spawn(async move { gateway.recorder.run(&gateway.store).await });
    Ok(())
}

/// Writes down what still waits to be, when no more requests come.
pub async fn finish(gateway: &Gateway) {
    gateway.recorder.flush().await;
}
