//! The oci room.

pub mod call;
pub mod charset;
pub mod facts;
pub mod hook;
pub mod page;
pub mod parameters;
pub mod read;
