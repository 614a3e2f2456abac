//! OCI systems. Their settings are kept as JSON, just as far as they differ from the preset.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::licenses::License;
use super::schema::{assignments, licenses, systems};
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

/// Systems of some shops after a technical name, with their license and how many customers they have.
pub fn list_of_shops(
    connection: &mut Connection,
    shops: &[String],
    after: &str,
    limit: i64,
) -> Result<Vec<(System, Option<License>, i64)>> {
    let rows: Vec<(System, Option<License>)> = on!(connection, c => systems::table
        .left_join(licenses::table.on(licenses::id.nullable().eq(systems::license_id)))
        .filter(systems::shop_id.eq_any(shops))
        .filter(systems::slug.gt(after))
        .order(systems::slug)
        .limit(limit)
        .select((systems::all_columns, licenses::all_columns.nullable()))
        .load(c)?);
    let ids: Vec<&String> = rows.iter().map(|(system, _)| &system.id).collect();
    let counts: Vec<(String, i64)> = on!(connection, c => assignments::table
        .filter(assignments::system_id.eq_any(ids))
        .group_by(assignments::system_id)
        .select((assignments::system_id, count_star()))
        .load(c)?);
    let customers = |id: &str| counts.iter().find(|(system, _)| system == id).map_or(0, |(_, count)| *count);
    Ok(rows
        .into_iter()
        .map(|(system, license)| {
            let count = customers(&system.id);
            (system, license, count)
        })
        .collect())
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
