//! The license room: what a license key looks like, which website it is bound to, and whether it is good here and now.
//!
//! Pure: facts come in as values, a verdict goes out. It never reads a clock, a database or the network, so a login
//! cannot be made to wait for a license server.

pub mod key;
pub mod verdict;
pub mod website;

pub use key::{Key, KeyError, Kind};
pub use verdict::{Facts, Invalid, Valid, verdict};
pub use website::{Website, WebsiteError};
