//! Punchgate, a self-hosted OCI punchout gateway.

pub mod credential;
pub mod store;
pub mod license;
pub mod mapping;
pub mod oci;
