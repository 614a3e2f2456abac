//! The shop's customers: number, e-mail, password hash.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::license_list::{contains, escaped, lower};
use super::licenses::License;
use super::schema::{assignments, customers, licenses, systems};
use super::systems::System;
use super::{Connection, Result, on};

#[derive(Debug, Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = customers, treat_none_as_default_value = false)]
pub struct Customer {
    pub id: String,
    pub shop_id: String,
    pub number: String,
    pub email: String,
    /// [`fold_email`] of the address: what a login is compared with.
    pub email_folded: String,
    /// argon2id or bcrypt, in the text form that names its parameters.
    pub password_hash: String,
    pub active: bool,
    pub created_at: i64,
    /// Moves with every change: who saves what he read before is told.
    pub version: i64,
    /// Which hash the stored one was made of, as `credential::origin` writes it.
    pub password_origin: Option<Vec<u8>>,
}

/// A customer as the login needs him: with his place in the system he calls.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub customer: Customer,
    pub assigned: bool,
    pub license: Option<License>,
}

/// Narrows a boxed query down to customers whose number or e-mail holds a text; an empty one narrows nothing.
macro_rules! holding {
    ($query:expr, $search:expr) => {{
        let search = $search.trim().to_lowercase();
        match search.as_str() {
            "" => $query,
            search => {
                let pattern = contains(search);
                $query.filter(
                    lower(customers::number.nullable())
                        .like(pattern.clone())
                        .escape('\\')
                        .assume_not_null()
                        .or(customers::email_folded.like(pattern).escape('\\')),
                )
            }
        }
    }};
}

/// A login as it can be looked for: PostgreSQL refuses text with NUL, and no customer has one.
fn searchable(user: &str) -> String {
    user.trim().replace('\0', "\u{fffd}")
}

/// Addresses are the same whatever their case.
pub fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The customer of a shop whom a login means, and how he stands in one system: whose e-mail is `user`
/// in any case, or else whose number it is.
pub fn find_candidate(
    connection: &mut Connection,
    shop_id: &str,
    system_id: &str,
    user: &str,
) -> Result<Option<Candidate>> {
    // Two plain look-ups, each by its own index, instead of one with OR.
    macro_rules! whose {
        ($column:expr, $value:expr) => {
            on!(connection, c => customers::table
                .left_join(assignments::table.on(
                    assignments::customer_id.eq(customers::id).and(assignments::system_id.eq(system_id.to_owned()))))
                .left_join(licenses::table.on(licenses::id.nullable().eq(assignments::license_id)))
                .filter(customers::shop_id.eq(shop_id))
                .filter($column.eq($value))
                .select((customers::all_columns, assignments::id.nullable(), licenses::all_columns.nullable()))
                .get_result::<(Customer, Option<String>, Option<License>)>(c)
                .optional()?)
        };
    }
    let user = searchable(user);
    let row = match whose!(customers::email_folded, fold_email(&user)) {
        Some(row) => Some(row),
        None => whose!(customers::number, &user),
    };
    Ok(row.map(|(customer, assignment, license)| Candidate { customer, assigned: assignment.is_some(), license }))
}

/// Customers of any shop with that e-mail or number, once for each system they are assigned to, or once without any.
pub fn list_by_login(connection: &mut Connection, user: &str) -> Result<Vec<(Customer, Option<String>)>> {
    let user = searchable(user);
    on!(connection, c => Ok(customers::table
        .left_join(assignments::table)
        .filter(customers::email_folded.eq(fold_email(&user)).or(customers::number.eq(&user)))
        .order((customers::id, assignments::system_id))
        .select((customers::all_columns, assignments::system_id.nullable()))
        .load(c)?))
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<Customer>> {
    on!(connection, c => Ok(customers::table.find(id).get_result(c).optional()?))
}

/// Customers of a shop who are not in a system yet and whose number or e-mail holds a text, by number.
pub fn list_unassigned(
    connection: &mut Connection,
    shop_id: &str,
    system_id: &str,
    search: &str,
    limit: i64,
) -> Result<Vec<Customer>> {
    on!(connection, c => {
        let place = assignments::table
            .filter(assignments::customer_id.eq(customers::id))
            .filter(assignments::system_id.eq(system_id));
        let query = customers::table
            .filter(customers::shop_id.eq(shop_id))
            .filter(customers::active.eq(true))
            .filter(diesel::dsl::not(diesel::dsl::exists(place)))
            .into_boxed();
        Ok(holding!(query, search).order(customers::number).limit(limit).load(c)?)
    })
}

/// The customers of a system after a number, with their licenses.
pub fn list_of_system(
    connection: &mut Connection,
    system_id: &str,
    search: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(Customer, Option<License>)>> {
    on!(connection, c => {
        let query = customers::table
            .inner_join(assignments::table.on(assignments::customer_id.eq(customers::id)))
            .left_join(licenses::table.on(licenses::id.nullable().eq(assignments::license_id)))
            .filter(assignments::system_id.eq(system_id))
            .filter(customers::number.gt(after))
            .into_boxed();
        Ok(holding!(query, search)
            .order(customers::number)
            .limit(limit)
            .select((customers::all_columns, licenses::all_columns.nullable()))
            .load(c)?)
    })
}

pub fn find_by_number(connection: &mut Connection, shop_id: &str, number: &str) -> Result<Option<Customer>> {
    on!(connection, c => Ok(customers::table
        .filter(customers::shop_id.eq(shop_id))
        .filter(customers::number.eq(number))
        .get_result(c)
        .optional()?))
}

pub fn find_by_email(connection: &mut Connection, shop_id: &str, email: &str) -> Result<Option<Customer>> {
    on!(connection, c => Ok(customers::table
        .filter(customers::shop_id.eq(shop_id))
        .filter(customers::email_folded.eq(fold_email(email)))
        .get_result(c)
        .optional()?))
}

/// Customers of some shops whose number or e-mail begins so, the first of them by number.
pub fn list_beginning(
    connection: &mut Connection,
    shop_ids: &[String],
    beginning: &str,
    limit: i64,
) -> Result<Vec<Customer>> {
    let beginning = begins(&fold_email(beginning));
    on!(connection, c => Ok(customers::table
        .filter(customers::shop_id.eq_any(shop_ids))
        .filter(lower(customers::number.nullable()).like(&beginning).escape('\\').assume_not_null()
            .or(customers::email_folded.like(&beginning).escape('\\')))
        .order((customers::number, customers::id))
        .limit(limit)
        .load(c)?))
}

/// `LIKE` for what begins so.
fn begins(beginning: &str) -> String {
    format!("{}%", escaped(beginning))
}

/// Customers of a shop after a number whose number or e-mail holds a text; with how many systems each is in.
pub fn list_page(
    connection: &mut Connection,
    shop_id: &str,
    search: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(Customer, i64)>> {
    let rows: Vec<Customer> = on!(connection, c => {
        let query = customers::table
            .filter(customers::shop_id.eq(shop_id))
            .filter(customers::number.gt(after))
            .into_boxed();
        holding!(query, search).order(customers::number).limit(limit).load(c)?
    });
    let ids: Vec<&String> = rows.iter().map(|customer| &customer.id).collect();
    let counts: Vec<(String, i64)> = on!(connection, c => assignments::table
        .filter(assignments::customer_id.eq_any(ids))
        .group_by(assignments::customer_id)
        .select((assignments::customer_id, count_star()))
        .load(c)?);
    let systems = |id: &str| counts.iter().find(|(customer, _)| customer == id).map_or(0, |(_, count)| *count);
    Ok(rows
        .into_iter()
        .map(|customer| {
            let count = systems(&customer.id);
            (customer, count)
        })
        .collect())
}

/// The systems that a customer has a place in, with the license that pays for it.
pub fn list_places(connection: &mut Connection, customer_id: &str) -> Result<Vec<(System, Option<License>)>> {
    on!(connection, c => Ok(assignments::table
        .inner_join(systems::table)
        .left_join(licenses::table.on(licenses::id.nullable().eq(assignments::license_id)))
        .filter(assignments::customer_id.eq(customer_id))
        .order(systems::slug)
        .select((systems::all_columns, licenses::all_columns.nullable()))
        .load(c)?))
}

pub fn list_of_shop(connection: &mut Connection, shop_id: &str) -> Result<Vec<Customer>> {
    on!(connection, c => Ok(customers::table.filter(customers::shop_id.eq(shop_id)).order(customers::number).load(c)?))
}

pub fn insert(connection: &mut Connection, customer: &Customer) -> Result<()> {
    on!(connection, c => diesel::insert_into(customers::table).values(customer).execute(c)?);
    Ok(())
}

pub fn update(connection: &mut Connection, customer: &Customer) -> Result<()> {
    let changed = Customer { version: customer.version + 1, ..customer.clone() };
    on!(connection, c => diesel::update(customers::table.find(&customer.id)).set(&changed).execute(c)?);
    Ok(())
}

/// Replaces a hash by a better one of the same password, unless it was changed in between. No version moves: to everybody
/// else the customer is what he was.
pub fn update_hash(connection: &mut Connection, id: &str, old: &str, new: &str, origin: &[u8]) -> Result<()> {
    on!(connection, c => diesel::update(customers::table.find(id).filter(customers::password_hash.eq(old)))
        .set((customers::password_hash.eq(new), customers::password_origin.eq(origin)))
        .execute(c)?);
    Ok(())
}

pub fn delete(connection: &mut Connection, id: &str) -> Result<()> {
    on!(connection, c => diesel::delete(customers::table.find(id)).execute(c)?);
    Ok(())
}
