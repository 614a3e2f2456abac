//! The mapping room: the shop's cart in, OCI items out. Pure: no I/O, no clock, no database, no web.

pub mod cart;
pub mod field;

mod apply;
mod kinship;
mod reader;

pub use apply::{Mapped, Mapping};
pub use field::{Context, FieldRule, MappingError};
