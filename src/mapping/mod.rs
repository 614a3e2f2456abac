//! The mapping room: the shop's cart in, OCI items out. Pure: no I/O, no clock, no database, no web.

pub mod cart;
pub mod charges;
pub mod distinct;
pub mod field;

mod apply;
mod configuration;
mod exact;
mod filters;
mod hierarchy;
mod kinship;
mod line;
mod longtext;
mod reader;
mod sources;
mod spread;
mod template;
mod template_check;
mod trial;
mod values;

pub use apply::{Mapped, Mapping};
pub use charges::Charges;
pub use field::{FieldRule, MappingError};
pub use sources::{Context, names as source_names};
