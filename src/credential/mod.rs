//! The credential room: whether someone is who he says, and the secrets we hand out.
//!
//! Passwords are compared on a bounded pool ([`password`]), what was right is remembered for minutes ([`recent`]),
//! what was wrong is counted ([`throttle`]), on all nodes together; tokens, tickets and API keys are made in [`secret`]. Nothing here knows
//! the database: stored hashes come in as text.

mod count;
mod guesses;
mod memory;
pub mod origin;
pub mod password;
pub mod recent;
pub mod secret;
mod stored;
pub mod throttle;
mod told;

pub use password::{Busy, Hasher};
pub use recent::Recent;
pub use secret::{TicketKey, Token};
pub use stored::{PASSWORD_MAX, Parameters, Verified, readable};
pub use throttle::{Limits, Tell, Throttle, TooMany};
pub use told::Told;
