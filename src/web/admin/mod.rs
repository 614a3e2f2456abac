//! The administration: what shop operators set up and look at.

pub mod punchouts;
pub mod trial;
