//! Assignments: a customer in an OCI system, with the customer license that pays for it.

use diesel::prelude::*;

use super::schema::{assignments, customers, systems};
use super::{Connection, Result, on};

#[derive(Debug, Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = assignments, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Assignment {
    pub id: String,
    pub system_id: String,
    pub customer_id: String,
    pub license_id: Option<String>,
    pub created_at: i64,
}

pub fn find(connection: &mut Connection, system_id: &str, customer_id: &str) -> Result<Option<Assignment>> {
    on!(connection, c => Ok(assignments::table
        .filter(assignments::system_id.eq(system_id))
        .filter(assignments::customer_id.eq(customer_id))
        .get_result(c)
        .optional()?))
}

/// Where a customer license is used: the slug of the system and the number of the customer.
pub fn find_place_of_license(connection: &mut Connection, license_id: &str) -> Result<Option<(String, String)>> {
    on!(connection, c => Ok(assignments::table
        .inner_join(customers::table)
        .inner_join(systems::table)
        .filter(assignments::license_id.eq(license_id))
        .select((systems::slug, customers::number))
        .get_result(c)
        .optional()?))
}

pub fn list_of_system(connection: &mut Connection, system_id: &str) -> Result<Vec<Assignment>> {
    on!(connection, c => Ok(assignments::table.filter(assignments::system_id.eq(system_id)).order(assignments::id).load(c)?))
}

/// How many active customers punch out with that license: as their own, or as that of their active system.
pub fn count_paid_by(connection: &mut Connection, license_id: &str) -> Result<i64> {
    on!(connection, c => Ok(assignments::table
        .inner_join(customers::table)
        .inner_join(systems::table)
        .filter(assignments::license_id.is_not_null())
        .filter(customers::active.eq(true))
        .filter(systems::active.eq(true))
        .filter(assignments::license_id.eq(license_id).or(systems::license_id.eq(license_id)))
        .count()
        .get_result(c)?))
}

pub fn insert(connection: &mut Connection, assignment: &Assignment) -> Result<()> {
    on!(connection, c => diesel::insert_into(assignments::table).values(assignment).execute(c)?);
    Ok(())
}

pub fn update(connection: &mut Connection, assignment: &Assignment) -> Result<()> {
    on!(connection, c => diesel::update(assignments::table.find(&assignment.id)).set(assignment).execute(c)?);
    Ok(())
}

pub fn delete(connection: &mut Connection, id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(assignments::table.find(id)).execute(c)?);
    Ok(())
}
