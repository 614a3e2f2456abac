//! The store: the only room that knows diesel.
//!
//! [`Store`] runs jobs on database threads (see [`engine`]); the files below hold plain functions
//! that take a [`Connection`] and read like their SQL, one file an aggregate. The same function
//! serves SQLite and PostgreSQL. Verbs are fixed: `find`, `list`, `insert`, `update`, `delete`.
//!
//! One row is taken with `get_result`, never with `first`: that adds `LIMIT ?`, and SQLite plans a
//! statement anew whenever a bound limit is set again, which halves the rate of look-ups.

pub mod accounts;
pub mod assignments;
pub mod audit;
pub mod catalog;
pub mod catalog_import;
pub mod catalog_search;
pub mod copy;
pub mod customer_imports;
pub mod customers;
pub mod engine;
pub mod invitations;
pub mod journal;
pub mod keys;
pub mod license_list;
pub mod licenses;
mod line;
pub mod migrate;
pub mod news;
mod postgres;
pub mod punchout_counts;
pub mod punchouts;
mod reach;
pub mod recovery_codes;
pub mod refusals;
pub mod revision;
mod schema;
pub mod sessions;
pub mod shops;
pub mod sole;
pub mod systems;
mod tls;
mod together;
mod url;

pub(crate) use engine::on;
pub use engine::{Connection, Store, StoreError, Terms, unhurried};
pub use url::DatabaseUrl;

/// What every query function gives.
pub type Result<T> = std::result::Result<T, StoreError>;
