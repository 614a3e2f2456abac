//! Shop customers as the administration changes them one by one, within somebody's reach. Passwords come
//! hashed: that is slow and must not happen while the database waits.

use serde_json::{Value, json};

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor, Object};
use crate::setup::customer_rules::{check_email, check_number};
use crate::setup::shops;
use crate::store::customers::{Customer, fold_email};
use crate::store::shops::Shop;
use crate::store::{self, Connection, StoreError};

/// What the form of a customer holds.
#[derive(Debug, Clone, Default)]
pub struct CustomerForm {
    /// Technical name of the shop; only taken for a new customer.
    pub shop: String,
    /// Only taken for a new customer.
    pub number: String,
    pub email: String,
    pub active: bool,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    ShopMissing,
    Number,
    NumberTaken,
    Email,
    EmailTaken { by: String },
}

#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("there is no such customer")]
    NotFound,
    #[error("the customer changed meanwhile")]
    ChangedMeanwhile,
    #[error("{} fields have faults", .0.len())]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A customer with his shop.
pub fn find(c: &mut Connection, reach: &Reach, id: &str) -> Result<Option<(Customer, Shop)>, StoreError> {
    let Some(customer) = store::customers::find(c, id)? else { return Ok(None) };
    let shop = store::shops::find(c, &customer.shop_id)?;
    Ok(shop.filter(|shop| reach.covers(shop.account_id.as_deref())).map(|shop| (customer, shop)))
}

/// Makes a customer; his password is hashed already.
pub fn create(
    c: &mut Connection,
    reach: &Reach,
    form: &CustomerForm,
    password_hash: String,
    actor: &Actor,
    now: i64,
) -> Result<Customer, SaveError> {
    let Some(shop) = shops::find(c, reach, &form.shop)? else {
        return Err(SaveError::Faults(vec![Fault::ShopMissing]));
    };
    let number = form.number.trim();
    let mut faults = Vec::new();
    if check_number(number).is_err() {
        faults.push(Fault::Number);
    } else if store::customers::find_by_number(c, &shop.id, number)?.is_some() {
        faults.push(Fault::NumberTaken);
    }
    faults.extend(check_email_of(c, &shop.id, None, &form.email)?);
    if !faults.is_empty() {
        return Err(SaveError::Faults(faults));
    }
    let customer = Customer {
        id: ulid::Ulid::new().to_string(),
        shop_id: shop.id.clone(),
        number: number.to_owned(),
        email: form.email.trim().to_owned(),
        email_folded: fold_email(&form.email),
        password_hash,
        active: form.active,
        created_at: now,
        version: 1,
        password_origin: None,
    };
    store::customers::insert(c, &customer)?;
    audit::record(c, actor, Action::Created, object(&customer, &shop), None, Some(told(&customer)), now)?;
    Ok(customer)
}

/// Saves a customer, if nobody else did since `version`.
pub fn save(
    c: &mut Connection,
    reach: &Reach,
    id: &str,
    version: i64,
    form: &CustomerForm,
    actor: &Actor,
    now: i64,
) -> Result<Customer, SaveError> {
    let (present, shop) = find(c, reach, id)?.ok_or(SaveError::NotFound)?;
    if present.version != version {
        return Err(SaveError::ChangedMeanwhile);
    }
    let faults: Vec<Fault> = check_email_of(c, &shop.id, Some(id), &form.email)?.into_iter().collect();
    if !faults.is_empty() {
        return Err(SaveError::Faults(faults));
    }
    let customer = Customer {
        email: form.email.trim().to_owned(),
        email_folded: fold_email(&form.email),
        active: form.active,
        ..present.clone()
    };
    if customer != present {
        store::customers::update(c, &customer)?;
        audit::record(
            c,
            actor,
            Action::Changed,
            object(&customer, &shop),
            Some(told(&present)),
            Some(told(&customer)),
            now,
        )?;
    }
    Ok(customer)
}

/// Gives a customer another password.
pub fn set_password(
    c: &mut Connection,
    reach: &Reach,
    id: &str,
    password_hash: String,
    actor: &Actor,
    now: i64,
) -> Result<Customer, SaveError> {
    let (present, shop) = find(c, reach, id)?.ok_or(SaveError::NotFound)?;
    let customer = Customer { password_hash, ..present };
    store::customers::update(c, &customer)?;
    audit::record(c, actor, Action::PasswordChanged, object(&customer, &shop), None, None, now)?;
    Ok(customer)
}

/// Removes a customer with his places; past punchouts keep his name.
pub fn remove(c: &mut Connection, reach: &Reach, id: &str, actor: &Actor, now: i64) -> Result<Customer, SaveError> {
    let (customer, shop) = find(c, reach, id)?.ok_or(SaveError::NotFound)?;
    store::customers::delete(c, &customer.id)?;
    audit::record(c, actor, Action::Removed, object(&customer, &shop), Some(told(&customer)), None, now)?;
    Ok(customer)
}

fn check_email_of(
    c: &mut Connection,
    shop_id: &str,
    own_id: Option<&str>,
    email: &str,
) -> Result<Option<Fault>, StoreError> {
    if check_email(email).is_err() {
        return Ok(Some(Fault::Email));
    }
    let other = store::customers::find_by_email(c, shop_id, email)?;
    let other = other.filter(|other| Some(other.id.as_str()) != own_id);
    Ok(other.map(|other| Fault::EmailTaken { by: other.number }))
}

fn object<'a>(customer: &'a Customer, shop: &'a Shop) -> Object<'a> {
    Object { kind: "customer", id: &customer.id, name: &customer.number, owner: shop.account_id.as_deref() }
}

fn told(customer: &Customer) -> Value {
    json!({ "number": customer.number, "email": customer.email, "active": customer.active })
}
