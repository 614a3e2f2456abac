//! Punchouts and refused calls: the list, one of them in detail, cancelling.

mod detail;
mod list;
pub mod mend;
pub mod shown;

pub use detail::{ask_cancel, cancel, punchout, refusal};
pub use list::list;
