//! The vendor's pages: accounts, and the licenses that are issued to them. For a merchant none of them exists.

pub mod accounts;
pub mod licenses;
