//! The web: the only room that knows actix.
//!
//! [`app`] lists every route on one page; handlers extract, call [`crate::punchout`] and render.
//! No rule of the product is decided here.

pub mod admin;
pub mod api;
pub mod app;
pub mod assets;
pub mod body;
pub mod caller;
pub mod fields;
pub mod form;
pub mod frame;
pub mod functions;
pub mod health;
pub mod license_words;
pub mod pages;
pub mod portal;
pub mod problem;
pub mod procurement;
pub mod profile;
pub mod server;
pub mod session;
pub mod signin;
pub mod vendor;
