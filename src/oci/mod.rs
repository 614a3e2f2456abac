//! The protocol: SAP's Open Catalog Interface, releases 2.0 to 5.0, as a supplier's side speaks it.
//!
//! Pure: no I/O, no clock, no database, no web, and nothing else of ours. What comes in is a
//! [`call::Call`] and a [`hook::AllowedHook`]; what goes out are [`item::Item`]s, checked by
//! [`rules`], on the [`page::Form`] of the return. [`read`] reads a return back, as buyers do.

pub mod amount;
pub mod call;
pub mod charset;
pub mod difference;
pub mod download;
pub mod facts;
pub mod finding;
pub mod forecast;
mod form;
pub mod form_fields;
mod frames;
mod function;
pub mod function_page;
pub mod hook;
mod html;
pub mod item;
mod item_name;
mod letters;
pub mod masked;
pub mod new_item;
pub mod page;
pub mod parameters;
mod placeholder;
mod policy;
pub mod read;
pub mod rules;
pub mod sentence;
mod simple_html;
mod submission;
mod tags;
pub mod text;
mod transport;
pub mod units;
pub mod xml;
