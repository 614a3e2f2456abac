//! The mapping room.
