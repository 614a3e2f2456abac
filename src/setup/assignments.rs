//! Customers in OCI systems, with the licenses that pay for them.

use serde_json::json;

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor, Object};
use crate::license::Kind;
use crate::setup::license_check::{self, Finding};
use crate::setup::licenses::{self, Place};
use crate::setup::systems::{self, Found};
use crate::store::assignments::Assignment;
use crate::store::customers::Customer;
use crate::store::{self, Connection, StoreError};

/// Why a customer was not given his place.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    #[error("there is no such system or customer")]
    NotFound,
    #[error("choose a customer")]
    CustomerMissing,
    #[error("the customer is in this system already")]
    AlreadyThere,
    #[error("the license cannot be put there")]
    License(Finding),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a customer of the shop a place in its system. Only a license that can be put there is taken; without
/// one the place waits for it.
pub fn assign(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    customer_id: &str,
    key: &str,
    actor: &Actor,
    now: i64,
) -> Result<Customer, AssignError> {
    let found = systems::find(c, reach, slug)?.ok_or(AssignError::NotFound)?;
    let customer = store::customers::find(c, customer_id)?;
    let customer = customer.filter(|customer| customer.shop_id == found.system.shop_id);
    let customer = customer.ok_or(AssignError::CustomerMissing)?;
    if store::assignments::find(c, &found.system.id, &customer.id)?.is_some() {
        return Err(AssignError::AlreadyThere);
    }
    let license_id = license(c, &found, &customer, key, reach, now)?;
    let assignment = Assignment {
        id: ulid::Ulid::new().to_string(),
        system_id: found.system.id.clone(),
        customer_id: customer.id.clone(),
        license_id,
        created_at: now,
    };
    store::assignments::insert(c, &assignment)?;
    note(c, &found, &customer, &assignment, Action::Created, actor, now)?;
    Ok(customer)
}

/// Puts another license there, or none. What is left alone stays, though it could not be put there today.
pub fn change_license(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    customer_id: &str,
    key: &str,
    actor: &Actor,
    now: i64,
) -> Result<Customer, AssignError> {
    let (found, customer, mut assignment) = place(c, reach, slug, customer_id)?;
    let present = match &assignment.license_id {
        Some(id) => store::licenses::find(c, id)?,
        None => None,
    };
    let stays = match &present {
        // The field shows a masked key of somebody else's license.
        Some(license) => [license.key.clone(), licenses::masked(&license.key)].iter().any(|shown| shown == key.trim()),
        None => key.trim().is_empty(),
    };
    if stays {
        return Ok(customer);
    }
    assignment.license_id = license(c, &found, &customer, key, reach, now)?;
    store::assignments::update(c, &assignment)?;
    note(c, &found, &customer, &assignment, Action::Changed, actor, now)?;
    Ok(customer)
}

/// Takes a customer out of a system; his license is free again.
pub fn remove(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    customer_id: &str,
    actor: &Actor,
    now: i64,
) -> Result<Customer, AssignError> {
    let (found, customer, assignment) = place(c, reach, slug, customer_id)?;
    store::assignments::delete(c, &assignment.id)?;
    note(c, &found, &customer, &assignment, Action::Removed, actor, now)?;
    Ok(customer)
}

/// A system, a customer of its shop, and his place there.
pub fn place(
    c: &mut Connection,
    reach: &Reach,
    slug: &str,
    customer_id: &str,
) -> Result<(Found, Customer, Assignment), AssignError> {
    let found = systems::find(c, reach, slug)?.ok_or(AssignError::NotFound)?;
    let assignment = store::assignments::find(c, &found.system.id, customer_id)?.ok_or(AssignError::NotFound)?;
    let customer = store::customers::find(c, customer_id)?.ok_or(AssignError::NotFound)?;
    Ok((found, customer, assignment))
}

fn license(
    c: &mut Connection,
    found: &Found,
    customer: &Customer,
    key: &str,
    reach: &Reach,
    now: i64,
) -> Result<Option<String>, AssignError> {
    let here = Place::Assignment { system: found.system.slug.clone(), customer: customer.number.clone() };
    let checked = license_check::check(c, key, Kind::Customer, &found.shop, Some(&here), reach, now)?;
    match checked.finding {
        Finding::Empty => Ok(None),
        finding if finding.storable() => Ok(checked.license.map(|license| license.id)),
        finding => Err(AssignError::License(finding)),
    }
}

fn note(
    c: &mut Connection,
    found: &Found,
    customer: &Customer,
    assignment: &Assignment,
    action: Action,
    actor: &Actor,
    now: i64,
) -> Result<(), StoreError> {
    let license = match &assignment.license_id {
        Some(id) => store::licenses::find(c, id)?.map(|license| licenses::masked(&license.key)),
        None => None,
    };
    let name = format!("{}/{}", found.system.slug, customer.number);
    let owner = found.shop.account_id.as_deref();
    let object = Object { kind: "assignment", id: &assignment.id, name: &name, owner };
    let told = Some(json!({ "license": license }));
    let (before, after) = if action == Action::Removed { (told, None) } else { (None, told) };
    audit::record(c, actor, action, object, before, after, now)
}
