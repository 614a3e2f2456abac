//! The administration: OCI systems, shops, customers, punchouts, the audit log.

pub mod assignments;
pub mod audit;
pub mod customers;
pub mod import;
pub mod punchouts;
pub mod settings;
pub mod shops;
pub mod start;
pub mod systems;
pub mod trial;
