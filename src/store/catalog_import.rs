//! Writing a catalog: an import begins, applies batches, ends.
//!
//! A batch writes rows that begin with the version after the one in force and closes those that they replace, so nobody
//! sees any of it until [`finish`] moves the version. Whatever a died import left behind, [`clear`] takes back. Every
//! batch proves that the import is still the one that was begun, so that two never write at once.

use diesel::connection::SimpleConnection;
use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use std::ops::RangeInclusive;

use super::catalog::{Catalog, Version, of_shop};
use super::schema::{catalog_articles, catalog_bodies, catalog_versions, catalogs};
use super::{Connection, Result, on};
use crate::catalog::search::Columns;
use crate::clock::MINUTE;

/// A version that ended longer ago is removed by the next import: downloads of it end, and changes since then can no
/// longer be told from everything.
pub const KEPT_DAYS: i64 = 7;
/// An import that gave no sign of life for that long has died.
const DEAD: i64 = 2 * MINUTE;
/// The end of a row that no version has ended.
const OPEN: i64 = i64::MAX;
/// Bits of an article's id that count the articles of one catalog; above them is the catalog's number.
const ROW_BITS: u32 = 40;
/// Rows in one statement to PostgreSQL, which takes 65,535 values at most.
const ROWS_AT_ONCE: usize = 500;

/// An import that may write.
#[derive(Debug, Clone)]
pub struct Import {
    pub id: String,
    pub catalog: i64,
    /// That stays in force until the end.
    pub in_force: i64,
    /// Articles in force.
    pub articles: i64,
}

impl Import {
    /// The version that it makes.
    pub fn version(&self) -> i64 {
        self.in_force + 1
    }
}

/// Whether an import may begin.
#[derive(Debug, Clone)]
pub enum Begun {
    Begun(Import),
    /// Another one is at work; the time of its last sign of life.
    Busy(i64),
}

/// An article as it is written.
#[derive(Debug, Clone)]
pub struct NewArticle {
    pub product_id: String,
    pub digest: i64,
    pub columns: Columns,
    pub body: String,
}

/// The row that an import would replace.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Current {
    pub id: i64,
    pub product_id: String,
    pub since: i64,
    pub digest: i64,
}

#[derive(Insertable)]
#[diesel(table_name = catalog_articles)]
struct Row<'a> {
    id: i64,
    catalog: i64,
    product_id: &'a str,
    since: i64,
    until: i64,
    digest: i64,
    numbers: &'a str,
    title: &'a str,
    words: &'a str,
}

#[derive(Insertable)]
#[diesel(table_name = catalog_bodies)]
struct Body<'a> {
    article_id: i64,
    body: &'a str,
}

macro_rules! current {
    ($import:expr) => {
        catalog_articles::table
            .filter(catalog_articles::catalog.eq($import.catalog))
            .filter(catalog_articles::until.eq(OPEN))
            .select((
                catalog_articles::id,
                catalog_articles::product_id,
                catalog_articles::since,
                catalog_articles::digest,
            ))
    };
}

/// The ids that articles of a catalog may have.
pub(super) fn rows_of(catalog: i64) -> RangeInclusive<i64> {
    (catalog << ROW_BITS)..=((catalog << ROW_BITS) | ((1 << ROW_BITS) - 1))
}

/// Makes an import the only one that may write to a shop's catalog.
pub fn begin(connection: &mut Connection, shop_id: &str, import_id: &str, now: i64) -> Result<Begun> {
    let catalog = match of_shop(connection, shop_id)? {
        Some(catalog) => catalog,
        None => insert(connection, shop_id)?,
    };
    let taken = on!(connection, c => diesel::update(catalogs::table.find(catalog.number)
            .filter(catalogs::import_id.is_null().or(catalogs::import_touched_at.lt(now - DEAD))))
        .set((catalogs::import_id.eq(import_id), catalogs::import_touched_at.eq(now)))
        .execute(c)?);
    if taken == 0 {
        return Ok(Begun::Busy(catalog.import_touched_at.unwrap_or(now)));
    }
    prepare(connection)?;
    // Read again: what ended in between counts.
    let catalog = of_shop(connection, shop_id)?.unwrap_or(catalog);
    Ok(Begun::Begun(Import {
        id: import_id.to_owned(),
        catalog: catalog.number,
        in_force: catalog.version,
        articles: catalog.articles,
    }))
}

/// FTS5 is told to hold a whole batch before it writes, and to merge what it wrote late: as it comes it does both so
/// early that the index takes twice as long. It keeps this in the database.
pub(super) fn prepare(connection: &mut Connection) -> Result<()> {
    if let Connection::Sqlite(c) = connection {
        for (setting, value) in [("hashsize", 16 << 20), ("automerge", 16), ("crisismerge", 64)] {
            sql_query("INSERT INTO catalog_index (catalog_index, rank) VALUES (?, ?)")
                .bind::<Text, _>(setting)
                .bind::<BigInt, _>(value)
                .execute(c)?;
        }
    }
    Ok(())
}

fn insert(connection: &mut Connection, shop_id: &str) -> Result<Catalog> {
    let last: Option<i64> = on!(connection, c => catalogs::table.select(max(catalogs::number)).get_result(c)?);
    let catalog = Catalog {
        number: last.unwrap_or(0) + 1,
        shop_id: shop_id.to_owned(),
        version: 0,
        articles: 0,
        next_row: 0,
        import_id: None,
        import_touched_at: None,
    };
    on!(connection, c => diesel::insert_into(catalogs::table)
        .values((
            catalogs::number.eq(catalog.number),
            catalogs::shop_id.eq(shop_id),
            catalogs::version.eq(0),
            catalogs::articles.eq(0),
            catalogs::next_row.eq(0),
        ))
        .execute(c)?);
    Ok(catalog)
}

/// Takes some of what a died or stopped import left back; true when nothing is left of it.
pub fn clear(connection: &mut Connection, import: &Import, limit: i64) -> Result<bool> {
    let written: Vec<i64> = on!(connection, c => catalog_articles::table
        .filter(catalog_articles::catalog.eq(import.catalog))
        .filter(catalog_articles::since.gt(import.in_force))
        .select(catalog_articles::id)
        .limit(limit)
        .load(c)?);
    delete_rows(connection, &written)?;
    let closed: Vec<i64> = on!(connection, c => catalog_articles::table
        .filter(catalog_articles::catalog.eq(import.catalog))
        .filter(catalog_articles::until.gt(import.in_force).and(catalog_articles::until.ne(OPEN)))
        .select(catalog_articles::id)
        .limit(limit)
        .load(c)?);
    set_until(connection, &closed, OPEN)?;
    Ok(written.is_empty() && closed.is_empty())
}

/// A sign of life. False when another import has taken over: then nothing more may be written.
pub fn touch(connection: &mut Connection, import: &Import, now: i64) -> Result<bool> {
    let touched = on!(connection, c => diesel::update(catalogs::table.find(import.catalog)
            .filter(catalogs::import_id.eq(&import.id)))
        .set(catalogs::import_touched_at.eq(now))
        .execute(c)?);
    Ok(touched == 1)
}

/// The rows that stand for some numbers: in force still, or written by this import.
pub fn list_current(connection: &mut Connection, import: &Import, product_ids: &[&str]) -> Result<Vec<Current>> {
    let mut found = Vec::with_capacity(product_ids.len());
    match connection {
        // One prepared statement is quicker there than one with a thousand values.
        Connection::Sqlite(c) => {
            for product_id in product_ids {
                let row: Option<Current> =
                    current!(import).filter(catalog_articles::product_id.eq(product_id)).get_result(c).optional()?;
                found.extend(row);
            }
        }
        Connection::Postgres(c) => {
            found.extend(
                current!(import).filter(catalog_articles::product_id.eq_any(product_ids)).load::<Current>(&mut **c)?,
            );
        }
    }
    Ok(found)
}

/// Articles of rows, in the order of the rows.
pub fn list_bodies(connection: &mut Connection, ids: &[i64]) -> Result<Vec<crate::catalog::article::Article>> {
    super::catalog::articles(connection, ids)
}

/// Writes articles that are new or different.
pub fn insert_all(connection: &mut Connection, import: &Import, articles: &[NewArticle]) -> Result<()> {
    if articles.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(articles.len()).unwrap_or(i64::MAX);
    let next: i64 = on!(connection, c => diesel::update(catalogs::table.find(import.catalog))
        .set(catalogs::next_row.eq(catalogs::next_row + count))
        .returning(catalogs::next_row)
        .get_result(c)?);
    let first = rows_of(import.catalog).start() + next - count;
    let rows: Vec<(Row, Body)> = (first..).zip(articles).map(|(id, article)| row(id, import, article)).collect();
    match connection {
        Connection::Sqlite(c) => {
            for (row, body) in rows {
                diesel::insert_into(catalog_articles::table).values(row).execute(c)?;
                diesel::insert_into(catalog_bodies::table).values(body).execute(c)?;
            }
        }
        Connection::Postgres(c) => {
            let (mut rows, mut bodies): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
            while !rows.is_empty() {
                let share = rows.len().min(ROWS_AT_ONCE);
                let rows: Vec<Row> = rows.drain(..share).collect();
                diesel::insert_into(catalog_articles::table).values(rows).execute(&mut **c)?;
                let bodies: Vec<Body> = bodies.drain(..share).collect();
                diesel::insert_into(catalog_bodies::table).values(bodies).execute(&mut **c)?;
            }
        }
    }
    index_rows(connection, first, first + count - 1)
}

/// Puts new rows into the index of searches. PostgreSQL's follows by itself.
pub(super) fn index_rows(connection: &mut Connection, first: i64, last: i64) -> Result<()> {
    if let Connection::Sqlite(c) = connection {
        sql_query(
            "INSERT INTO catalog_index (rowid, text) SELECT id, numbers || title || words \
             FROM catalog_articles WHERE id BETWEEN ? AND ? ORDER BY id",
        )
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last)
        .execute(c)?;
    }
    Ok(())
}

fn row<'a>(id: i64, import: &Import, article: &'a NewArticle) -> (Row<'a>, Body<'a>) {
    let row = Row {
        id,
        catalog: import.catalog,
        product_id: &article.product_id,
        since: import.version(),
        until: OPEN,
        digest: article.digest,
        numbers: &article.columns.numbers,
        title: &article.columns.title,
        words: &article.columns.words,
    };
    (row, Body { article_id: id, body: &article.body })
}

/// Closes rows: from the import's version on they are gone.
pub fn close(connection: &mut Connection, import: &Import, ids: &[i64]) -> Result<()> {
    set_until(connection, ids, import.version())
}

/// Takes rows back that this import wrote.
pub fn delete_rows(connection: &mut Connection, ids: &[i64]) -> Result<()> {
    match connection {
        Connection::Sqlite(c) => {
            for id in ids {
                diesel::delete(catalog_articles::table.find(id)).execute(c)?;
            }
        }
        Connection::Postgres(c) => {
            diesel::delete(catalog_articles::table.filter(catalog_articles::id.eq_any(ids))).execute(&mut **c)?;
        }
    }
    Ok(())
}

fn set_until(connection: &mut Connection, ids: &[i64], until: i64) -> Result<()> {
    let until = catalog_articles::until.eq(until);
    match connection {
        Connection::Sqlite(c) => {
            for id in ids {
                diesel::update(catalog_articles::table.find(id)).set(until).execute(c)?;
            }
        }
        Connection::Postgres(c) => {
            let rows = catalog_articles::table.filter(catalog_articles::id.eq_any(ids));
            diesel::update(rows).set(until).execute(&mut **c)?;
        }
    }
    Ok(())
}

/// Rows in force that the import neither wrote nor closed, behind an id: among them are those that a full import
/// does not have any more.
pub fn list_untouched(connection: &mut Connection, import: &Import, after: i64, limit: i64) -> Result<Vec<i64>> {
    let rows = rows_of(import.catalog);
    on!(connection, c => Ok(catalog_articles::table
        .filter(catalog_articles::id.gt(after.max(rows.start() - 1)))
        .filter(catalog_articles::id.le(*rows.end()))
        .filter(catalog_articles::since.le(import.in_force))
        .filter(catalog_articles::until.eq(OPEN))
        .order(catalog_articles::id)
        .select(catalog_articles::id)
        .limit(limit)
        .load(c)?))
}

/// How many articles there will be once the import has ended.
pub fn count_next(connection: &mut Connection, import: &Import) -> Result<i64> {
    on!(connection, c => Ok(catalog_articles::table
        .filter(catalog_articles::catalog.eq(import.catalog))
        .filter(catalog_articles::until.eq(OPEN))
        .select(count_star())
        .get_result(c)?))
}

/// Brings the version into force. False when another import has taken over.
pub fn finish(connection: &mut Connection, import: &Import, version: &Version) -> Result<bool> {
    let moved = on!(connection, c => diesel::update(catalogs::table.find(import.catalog)
            .filter(catalogs::import_id.eq(&import.id)))
        .set((
            catalogs::version.eq(version.version),
            catalogs::articles.eq(version.articles),
            catalogs::import_id.eq(None::<String>),
            catalogs::import_touched_at.eq(None::<i64>),
        ))
        .execute(c)?);
    if moved == 0 {
        return Ok(false);
    }
    on!(connection, c => diesel::insert_into(catalog_versions::table).values(version).execute(c)?);
    Ok(true)
}

/// Lets the next import begin; the catalog in force stays.
pub fn release(connection: &mut Connection, import: &Import) -> Result<()> {
    on!(connection, c => diesel::update(catalogs::table.find(import.catalog)
            .filter(catalogs::import_id.eq(&import.id)))
        .set((catalogs::import_id.eq(None::<String>), catalogs::import_touched_at.eq(None::<i64>)))
        .execute(c)?);
    Ok(())
}

/// Forgets versions that ended before a time. Gives the oldest that is kept, whose rows [`delete_ended`] must leave.
pub fn forget_versions(connection: &mut Connection, import: &Import, before: i64) -> Result<i64> {
    let versions: Vec<(i64, i64)> = on!(connection, c => catalog_versions::table
        .filter(catalog_versions::catalog.eq(import.catalog))
        .order(catalog_versions::version)
        .select((catalog_versions::version, catalog_versions::since))
        .load(c)?);
    // A version ends when the next one begins.
    let ended = versions.windows(2).take_while(|pair| pair[1].1 < before).count();
    let oldest = versions.get(ended).map_or(0, |(version, _)| *version);
    on!(connection, c => diesel::delete(catalog_versions::table
            .filter(catalog_versions::catalog.eq(import.catalog))
            .filter(catalog_versions::version.lt(oldest)))
        .execute(c)?);
    Ok(oldest)
}

/// Removes rows that no version from `oldest` on has; gives how many.
pub fn delete_ended(connection: &mut Connection, import: &Import, oldest: i64, limit: i64) -> Result<usize> {
    let ids: Vec<i64> = on!(connection, c => catalog_articles::table
        .filter(catalog_articles::catalog.eq(import.catalog))
        .filter(catalog_articles::until.le(oldest))
        .select(catalog_articles::id)
        .limit(limit)
        .load(c)?);
    delete_rows(connection, &ids)?;
    Ok(ids.len())
}

/// What the databases want to be told after much was written.
pub fn tidy(connection: &mut Connection) -> Result<()> {
    match connection {
        Connection::Sqlite(_) => {}
        // Statistics, and what the index has only noted so far.
        Connection::Postgres(c) => c.batch_execute(
            "ANALYZE catalog_articles; \
             SELECT gin_clean_pending_list(indexrelid) FROM pg_index WHERE indexrelid = to_regclass('catalog_index')",
        )?,
    }
    Ok(())
}
