//! The strangers of `punchgate demo`: a shop and a procurement system to click through.
//!
//! Both know the gateway only from outside, by its public HTTP: the shop redeems entry tokens and
//! hands carts over at `/api/v1`, the buyer makes the OCI call with a form and reads what comes
//! back. They share nothing with the rooms behind the gateway (but [`crate::oci::read`], which
//! reads a return as any buyer would), keep everything in memory and are no place for real data.

pub mod buyer;
pub mod catalog;
mod figures;
mod http;
pub mod shop;
#[cfg(test)]
mod story;
mod words;
