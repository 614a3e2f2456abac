//! The administration: OCI systems, shops, customers, punchouts, the audit log.

pub mod assignments;
pub mod shops;
pub mod systems;
