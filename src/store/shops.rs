//! Shops and their API keys. A key is stored as its SHA-256 digest only.

use diesel::prelude::*;

use super::schema::{api_keys, customers, shops, systems};
use super::{Connection, Result, on};

#[derive(Debug, Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = shops, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Shop {
    pub id: String,
    pub slug: String,
    pub name: String,
    /// The origin as it was entered; licenses compare its normalised host.
    pub website: String,
    pub account_id: Option<String>,
    /// How the buyer gets into the shop, as JSON.
    pub connector: String,
    pub created_at: i64,
    /// Moves with every change: who saves what he read before is told.
    pub version: i64,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct ApiKey {
    pub id: String,
    pub shop_id: String,
    pub digest: Vec<u8>,
    pub created_at: i64,
    /// Good until then; None: without end.
    pub expires_at: Option<i64>,
    /// Its first characters, by which its owner knows it again.
    pub hint: String,
}

pub fn list(connection: &mut Connection) -> Result<Vec<Shop>> {
    on!(connection, c => Ok(shops::table.order(shops::slug).load(c)?))
}

pub fn find_by_slug(connection: &mut Connection, slug: &str) -> Result<Option<Shop>> {
    on!(connection, c => Ok(shops::table.filter(shops::slug.eq(slug)).get_result(c).optional()?))
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<Shop>> {
    on!(connection, c => Ok(shops::table.find(id).get_result(c).optional()?))
}

pub fn insert(connection: &mut Connection, shop: &Shop) -> Result<()> {
    on!(connection, c => diesel::insert_into(shops::table).values(shop).execute(c)?);
    Ok(())
}

pub fn update(connection: &mut Connection, shop: &Shop) -> Result<()> {
    let changed = Shop { version: shop.version + 1, ..shop.clone() };
    on!(connection, c => diesel::update(shops::table.find(&shop.id)).set(&changed).execute(c)?);
    Ok(())
}

pub fn delete(connection: &mut Connection, id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(shops::table.find(id)).execute(c)?);
    Ok(())
}

pub fn list_api_keys(connection: &mut Connection) -> Result<Vec<ApiKey>> {
    on!(connection, c => Ok(api_keys::table.order(api_keys::id).load(c)?))
}

pub fn list_api_keys_of(connection: &mut Connection, shop_id: &str) -> Result<Vec<ApiKey>> {
    on!(connection, c => Ok(api_keys::table.filter(api_keys::shop_id.eq(shop_id)).order(api_keys::id).load(c)?))
}

pub fn insert_api_key(connection: &mut Connection, key: &ApiKey) -> Result<()> {
    on!(connection, c => diesel::insert_into(api_keys::table).values(key).execute(c)?);
    Ok(())
}

/// Lets the keys of a shop that have no end yet end then.
pub fn expire_api_keys_of(connection: &mut Connection, shop_id: &str, end: i64) -> Result<()> {
    on!(connection, c => diesel::update(api_keys::table
        .filter(api_keys::shop_id.eq(shop_id))
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(end)).assume_not_null()))
        .set(api_keys::expires_at.eq(end))
        .execute(c)?);
    Ok(())
}

pub fn delete_api_key(connection: &mut Connection, id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(api_keys::table.find(id)).execute(c)?);
    Ok(())
}

pub fn delete_ended_api_keys(connection: &mut Connection, now: i64) -> Result<()> {
    on!(connection, c => diesel::delete(api_keys::table.filter(api_keys::expires_at.le(now))).execute(c)?);
    Ok(())
}

pub fn count_systems(connection: &mut Connection, shop_id: &str) -> Result<i64> {
    on!(connection, c => Ok(systems::table.filter(systems::shop_id.eq(shop_id)).count().get_result(c)?))
}

pub fn count_customers(connection: &mut Connection, shop_id: &str) -> Result<i64> {
    on!(connection, c => Ok(customers::table.filter(customers::shop_id.eq(shop_id)).count().get_result(c)?))
}

pub fn delete_api_keys_of(connection: &mut Connection, shop_id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(api_keys::table.filter(api_keys::shop_id.eq(shop_id))).execute(c)?);
    Ok(())
}
