//! Load: procurement systems and shops by the thousand, played against a running gateway over HTTP.
//!
//! What a visit does is `visit`'s, when visits begin is `drive`'s, what came of them is `record`'s. Nothing here knows the
//! gateway's own code: it is measured from outside, like any other.

pub mod drive;
pub mod mix;
pub mod record;
pub mod visit;
