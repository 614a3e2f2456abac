//! Punchgate, a self-hosted OCI punchout gateway. The map of the house, one room a line; see
//! `ARCHITECTURE.md` for the picture. Arrows point down this list, never up.

/// The `punchgate` command, one file a subcommand.
pub mod cli;
/// A shop and a buyer to try the gateway with: strangers, they use HTTP only.
pub mod demo;
/// Load on a gateway, measured from outside: HTTP only, too.
pub mod load;
/// HTTP: the only room that knows actix.
pub mod web;

/// The story: login, entry, cart, return, leave.
pub mod punchout;
/// What operators and vendors do: apply files, customers, licenses, settings of systems.
pub mod setup;

/// The checker of returns and calls, for the command line and the page of tools.
pub mod checker;

/// Who signs in to the portal and the administration, and what he may see.
pub mod account;
/// What is configured, in memory.
pub mod snapshot;

/// Every reason to say no.
pub mod refusal;
/// The words of pages and refusals.
pub mod texts;

/// Logs and metrics.
pub mod telemetry;

/// The settings of the process.
pub mod config;

/// Passwords, failed logins, tokens.
pub mod credential;
/// What is behind us: how a buyer gets into a shop.
pub mod shop;
/// The only room that knows diesel.
pub mod store;
/// The settings of an OCI system: presets, merging, compiling.
pub mod system;

/// What a shop sells: articles, and the files they come from. Pure.
pub mod catalog;
/// Keys, websites, verdicts. Pure.
pub mod license;
/// From the shop's cart to OCI items. Pure.
pub mod mapping;
/// The protocol. Pure.
pub mod oci;

/// Time.
pub mod clock;
pub mod toml_fault;
