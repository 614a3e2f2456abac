//! The license room.
