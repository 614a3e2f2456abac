//! Catalogs: what a shop sells, as the functions of OCI need it.
//!
//! Pure: an [`article::Article`], the readers that make it of files ([`file::open`]), and the folding by which it is
//! found ([`search`]). Where articles are kept is the store's business, who asks for them is the punchout's.

pub mod article;
pub mod bmecat;
mod bmecat_article;
mod check;
mod csv;
pub mod download;
pub mod file;
mod jsonl;
mod language;
pub mod line;
pub mod record;
pub mod search;
mod source;
mod tree;
