//! What runs beside a gateway's answers, for every command that serves.

use std::sync::Arc;

use crate::punchout::{Gateway, expiry, prune};
use crate::snapshot;

/// Starts looking for changes, sweeping up and writing refusals down.
pub fn start(gateway: &Arc<Gateway>) {
    actix_web::rt::spawn(snapshot::watch(gateway.store.clone(), gateway.snapshot.clone()));
    actix_web::rt::spawn(expiry::sweep(gateway.clone()));
    actix_web::rt::spawn(prune::repeat(gateway.clone()));
    let gateway = gateway.clone();
    actix_web::rt::spawn(async move { gateway.recorder.run(&gateway.store).await });
}

/// Writes down what still waits to be, when no more requests come.
pub async fn finish(gateway: &Gateway) {
    gateway.recorder.flush().await;
}
