//! Reading request bodies, each up to the limit of its route.

use actix_web::web::{Bytes, Payload};

use crate::refusal::{Code, Refusal};

/// An OCI call: some dozens of parameters.
pub const CALL_LIMIT: usize = 64 * 1024;
/// A cart: 10,000 lines with descriptions.
pub const CART_LIMIT: usize = 4 * 1024 * 1024;
/// Everything else that shops send.
pub const SMALL_LIMIT: usize = 64 * 1024;

/// The whole body, or the refusal `too_large`.
pub async fn read(payload: Payload, limit: usize, too_large: Code) -> Result<Bytes, Refusal> {
    match payload.to_bytes_limited(limit).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(Refusal::new(Code::BodyMalformed).with("reason", error.to_string())),
        Err(_) => Err(Refusal::new(too_large).with("limit", format!("{} KiB", limit / 1024))),
    }
}
