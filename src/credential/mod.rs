//! The credential room.
