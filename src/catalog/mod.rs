//! Catalogs: what a shop sells, as the functions of OCI need it.
//!
//! Pure: an [`article::Article`] and the readers that make it of files. Where articles are kept is the store's
//! business, who asks for them is the punchout's.

pub mod article;
pub mod download;
pub mod line;
pub mod search;
