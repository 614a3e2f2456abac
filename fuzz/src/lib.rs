//! The bodies of the targets stand beside the tests that run them for seconds.

#[path = "../../tests/fuzz/bodies.rs"]
mod bodies;

pub use bodies::*;
