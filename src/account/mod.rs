//! Who signs in to the portal, the administration and the vendor's pages, what he may see there, and what he
//! changed.

pub mod audit;
pub mod reach;
pub mod session;

pub use reach::Reach;
