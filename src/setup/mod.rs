//! Setting up: what operators and vendors do to shops, systems, customers and licenses, whichever
//! way they do it: by file ([`apply`], [`export`]), by API or CSV ([`customers`]), by command
//! ([`licenses`]).

pub mod apply;
pub mod assignments;
pub mod catalog;
mod catalog_batch;
pub mod customer_file;
pub mod customer_forms;
pub mod customer_rules;
pub mod customers;
pub mod export;
pub mod file;
pub mod import;
pub mod license_check;
pub mod licenses;
pub mod portal;
pub mod settings;
pub mod shops;
pub mod slug;
pub mod steps;
pub mod systems;
