//! OCI systems. Their settings are kept as JSON, just as far as they differ from the preset.

use diesel::prelude::*;

use super::schema::systems;
use super::{Connection, Result, on};

#[derive(Debug, Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = systems, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct System {
    pub id: String,
    pub shop_id: String,
    /// The technical name that stands in `/oci/{slug}`.
    pub slug: String,
    pub name: String,
    pub active: bool,
    pub license_id: Option<String>,
    pub settings: String,
    pub created_at: i64,
    /// Moves with every change: who saves what he read before is told.
    pub version: i64,
}

pub fn list(connection: &mut Connection) -> Result<Vec<System>> {
    on!(connection, c => Ok(systems::table.order(systems::slug).load(c)?))
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<System>> {
    on!(connection, c => Ok(systems::table.find(id).get_result(c).optional()?))
}

pub fn find_by_slug(connection: &mut Connection, slug: &str) -> Result<Option<System>> {
    on!(connection, c => Ok(systems::table.filter(systems::slug.eq(slug)).get_result(c).optional()?))
}

/// The system that a license is used in.
pub fn find_by_license(connection: &mut Connection, license_id: &str) -> Result<Option<System>> {
    on!(connection, c => Ok(systems::table.filter(systems::license_id.eq(license_id)).get_result(c).optional()?))
}

pub fn insert(connection: &mut Connection, system: &System) -> Result<()> {
    on!(connection, c => diesel::insert_into(systems::table).values(system).execute(c)?);
    Ok(())
}

pub fn update(connection: &mut Connection, system: &System) -> Result<()> {
    let changed = System { version: system.version + 1, ..system.clone() };
    on!(connection, c => diesel::update(systems::table.find(&system.id)).set(&changed).execute(c)?);
    Ok(())
}

pub fn delete(connection: &mut Connection, id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(systems::table.find(id)).execute(c)?);
    Ok(())
}
