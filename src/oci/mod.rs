//! The oci room.

pub mod amount;
pub mod finding;
pub mod item;
pub mod rules;
pub mod text;
pub mod units;
