//! A shop's catalog as it is asked for: one article, a page of a version, what changed between two versions.
//!
//! A version is a number that an import moves by one in its last transaction; what a version held can be read for
//! [`KEPT_DAYS`](super::catalog_import::KEPT_DAYS) days after it ended. So a download that goes on while an import
//! ends keeps seeing its own version. Articles come ordered by the bytes of their product id, on both databases.
//! Writing is `catalog_import`'s matter, looking for texts `catalog_search`'s.

use std::collections::HashMap;

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

use super::schema::{catalog_articles, catalog_bodies, catalog_versions, catalogs};
use super::{Connection, Result, StoreError, on};
use crate::catalog::article::Article;

pub use super::catalog_search::{Hits, search};

/// What a shop has of a catalog.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Catalog {
    pub number: i64,
    pub shop_id: String,
    /// In force; 0 before the first import has ended.
    pub version: i64,
    /// In force.
    pub articles: i64,
    pub next_row: i64,
    /// A running import, and when it last gave a sign of life.
    pub import_id: Option<String>,
    pub import_touched_at: Option<i64>,
}

/// A version of a catalog.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = catalog_versions, treat_none_as_default_value = false)]
pub struct Version {
    pub catalog: i64,
    pub version: i64,
    /// When it came into force.
    pub since: i64,
    pub articles: i64,
    /// The file's name.
    pub source: String,
    /// What the import did: JSON.
    pub outcome: String,
}

/// An article that is new or different, or the number of one that is gone.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Present(Box<Article>),
    Gone(String),
}

impl Change {
    pub fn product_id(&self) -> &str {
        match self {
            Self::Present(article) => &article.product_id,
            Self::Gone(product_id) => product_id,
        }
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// Behind this product id; the cheapest way from page to page.
    After(&'a str),
    /// At this place, from 0. Skipping 100,000 articles takes some 10 ms.
    Offset(i64),
}

/// Articles of a version: those whose rows had begun and not ended.
macro_rules! visible {
    ($version:expr) => {
        catalog_articles::since.le($version).and(catalog_articles::until.gt($version))
    };
}

/// Rows that began after `from` and are there at `to`, and rows that ended in between with none after them.
macro_rules! changes {
    ($catalog:expr, $from:expr, $to:expr) => {{
        let newer = diesel::alias!(catalog_articles as newer);
        let follows = newer
            .filter(newer.field(catalog_articles::catalog).eq($catalog))
            .filter(newer.field(catalog_articles::product_id).eq(catalog_articles::product_id))
            .filter(newer.field(catalog_articles::since).le($to))
            .filter(newer.field(catalog_articles::until).gt($to));
        let began = catalog_articles::since.gt($from).and(visible!($to));
        let ended = visible!($from).and(catalog_articles::until.le($to)).and(not(exists(follows)));
        catalog_articles::table.filter(catalog_articles::catalog.eq($catalog)).filter(began.or(ended))
    }};
}

/// The catalog of a shop; nothing if none was ever imported.
pub fn of_shop(connection: &mut Connection, shop_id: &str) -> Result<Option<Catalog>> {
    on!(connection, c => Ok(catalogs::table.filter(catalogs::shop_id.eq(shop_id)).get_result(c).optional()?))
}

/// The version in force, with its time and its count.
pub fn version(connection: &mut Connection, shop_id: &str) -> Result<Option<Version>> {
    on!(connection, c => Ok(catalog_versions::table
        .inner_join(catalogs::table.on(catalogs::number.eq(catalog_versions::catalog)))
        .filter(catalogs::shop_id.eq(shop_id))
        .filter(catalog_versions::version.eq(catalogs::version))
        .select(catalog_versions::all_columns)
        .get_result(c)
        .optional()?))
}

/// A version by its number, as long as it is kept: what a TRANSACTIONID of a download stands for.
pub fn find_version(connection: &mut Connection, shop_id: &str, version: i64) -> Result<Option<Version>> {
    on!(connection, c => Ok(catalog_versions::table
        .inner_join(catalogs::table.on(catalogs::number.eq(catalog_versions::catalog)))
        .filter(catalogs::shop_id.eq(shop_id))
        .filter(catalog_versions::version.eq(version))
        .select(catalog_versions::all_columns)
        .get_result(c)
        .optional()?))
}

/// The version that was in force at a time. Nothing if that is longer ago than versions are kept, or before the first:
/// who asks for changes since then must be given everything.
pub fn version_at(connection: &mut Connection, shop_id: &str, time: i64) -> Result<Option<Version>> {
    let mut found: Vec<Version> = on!(connection, c => catalog_versions::table
        .inner_join(catalogs::table.on(catalogs::number.eq(catalog_versions::catalog)))
        .filter(catalogs::shop_id.eq(shop_id))
        .filter(catalog_versions::since.le(time))
        .order(catalog_versions::version.desc())
        .select(catalog_versions::all_columns)
        .limit(1)
        .load(c)?);
    Ok(found.pop())
}

/// The versions that are kept, the newest first.
pub fn list_versions(connection: &mut Connection, shop_id: &str) -> Result<Vec<Version>> {
    on!(connection, c => Ok(catalog_versions::table
        .inner_join(catalogs::table.on(catalogs::number.eq(catalog_versions::catalog)))
        .filter(catalogs::shop_id.eq(shop_id))
        .order(catalog_versions::version.desc())
        .select(catalog_versions::all_columns)
        .load(c)?))
}

/// How many articles a kept version has.
pub fn count(connection: &mut Connection, shop_id: &str, version: i64) -> Result<i64> {
    Ok(find_version(connection, shop_id, version)?.map_or(0, |version| version.articles))
}

/// The article in force with exactly this number.
pub fn find(connection: &mut Connection, shop_id: &str, product_id: &str) -> Result<Option<Article>> {
    let product_id = searchable(product_id);
    let body: Option<String> = on!(connection, c => catalogs::table
        .inner_join(catalog_articles::table.on(catalog_articles::catalog.eq(catalogs::number)))
        .inner_join(catalog_bodies::table.on(catalog_bodies::article_id.eq(catalog_articles::id)))
        .filter(catalogs::shop_id.eq(shop_id))
        .filter(catalog_articles::product_id.eq(product_id))
        .filter(visible!(catalogs::version))
        .select(catalog_bodies::body)
        .get_result(c)
        .optional()?);
    body.as_deref().map(read).transpose()
}

/// The articles in force with these numbers, by number; a number that is not there is missing in the map.
pub fn find_all(
    connection: &mut Connection,
    shop_id: &str,
    product_ids: &[String],
) -> Result<HashMap<String, Article>> {
    let product_ids: Vec<String> = product_ids.iter().map(|id| searchable(id)).collect();
    let bodies: Vec<String> = on!(connection, c => catalogs::table
        .inner_join(catalog_articles::table.on(catalog_articles::catalog.eq(catalogs::number)))
        .inner_join(catalog_bodies::table.on(catalog_bodies::article_id.eq(catalog_articles::id)))
        .filter(catalogs::shop_id.eq(shop_id))
        .filter(catalog_articles::product_id.eq_any(product_ids))
        .filter(visible!(catalogs::version))
        .select(catalog_bodies::body)
        .load(c)?);
    let article = |body: String| read(&body).map(|article| (article.product_id.clone(), article));
    bodies.into_iter().map(article).collect()
}

/// A page of a version's articles.
pub fn page(
    connection: &mut Connection,
    shop_id: &str,
    version: i64,
    start: Start<'_>,
    limit: i64,
) -> Result<Vec<Article>> {
    let Some(catalog) = of_shop(connection, shop_id)? else { return Ok(Vec::new()) };
    let ids: Vec<i64> = on!(connection, c => {
        let query = catalog_articles::table
            .filter(catalog_articles::catalog.eq(catalog.number))
            .filter(visible!(version))
            .order(catalog_articles::product_id)
            .select(catalog_articles::id)
            .limit(limit);
        match start {
            Start::After(after) => query.filter(catalog_articles::product_id.gt(searchable(after))).load(c)?,
            Start::Offset(offset) => query.offset(offset.max(0)).load(c)?,
        }
    });
    let mut bodies = bodies(connection, &ids)?;
    ids.iter().filter_map(|id| bodies.remove(id)).map(|body| read(&body)).collect()
}

/// What changed from one version to another, by product id.
pub fn changed(
    connection: &mut Connection,
    shop_id: &str,
    from: i64,
    to: i64,
    start: Start<'_>,
    limit: i64,
) -> Result<Vec<Change>> {
    let Some(catalog) = of_shop(connection, shop_id)? else { return Ok(Vec::new()) };
    let rows: Vec<(i64, String, i64)> = on!(connection, c => {
        let query = changes!(catalog.number, from, to)
            .order(catalog_articles::product_id)
            .select((catalog_articles::id, catalog_articles::product_id, catalog_articles::until))
            .limit(limit);
        match start {
            Start::After(after) => query.filter(catalog_articles::product_id.gt(searchable(after))).load(c)?,
            Start::Offset(offset) => query.offset(offset.max(0)).load(c)?,
        }
    });
    let present: Vec<i64> = rows.iter().filter(|(.., until)| *until > to).map(|(id, ..)| *id).collect();
    let mut bodies = bodies(connection, &present)?;
    let change = |(id, product_id, _): (i64, String, i64)| match bodies.remove(&id) {
        Some(body) => Ok(Change::Present(Box::new(read(&body)?))),
        None => Ok(Change::Gone(product_id)),
    };
    rows.into_iter().map(change).collect()
}

/// How many changes there are from one version to another.
pub fn count_changed(connection: &mut Connection, shop_id: &str, from: i64, to: i64) -> Result<i64> {
    let Some(catalog) = of_shop(connection, shop_id)? else { return Ok(0) };
    on!(connection, c => Ok(changes!(catalog.number, from, to).select(count_star()).get_result(c)?))
}

/// JSON of articles by their rows.
fn bodies(connection: &mut Connection, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> = on!(connection, c => catalog_bodies::table
        .filter(catalog_bodies::article_id.eq_any(ids))
        .load(c)?);
    Ok(rows.into_iter().collect())
}

/// Articles of rows, in the order of the rows.
pub(super) fn articles(connection: &mut Connection, ids: &[i64]) -> Result<Vec<Article>> {
    let mut bodies = bodies(connection, ids)?;
    ids.iter().filter_map(|id| bodies.remove(id)).map(|body| read(&body)).collect()
}

pub(super) fn read(body: &str) -> Result<Article> {
    serde_json::from_str(body).map_err(|error| StoreError::Query(format!("an article cannot be read: {error}")))
}

/// PostgreSQL refuses text with NUL, and no article has one in its number.
pub(super) fn searchable(product_id: &str) -> String {
    product_id.replace('\0', "\u{fffd}")
}
