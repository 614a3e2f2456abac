//! Customers one by one, as a shop sets them over the API.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::account::audit::{self, Action, Actor, Object};
use crate::credential::origin;
use crate::credential::password::{Hasher, Verified};
use crate::refusal::{Code, Refusal};
use crate::setup::customer_rules::{check_email, check_number, check_passwords};
use crate::store::customers::{Customer, fold_email};
use crate::store::{self, Connection, Store, StoreError};

/// What of a customer shall be so from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChange {
    #[schema(example = "buyer@acme-customer.example")]
    pub email: Option<String>,
    /// 1 to 1,024 bytes, without further rules: it is the shop's password.
    #[schema(value_type = Option<String>)]
    pub password: Option<SecretString>,
    /// argon2id or bcrypt, instead of a password.
    #[schema(example = "$2y$10$…")]
    pub password_hash: Option<String>,
    pub active: Option<bool>,
}

/// A customer as he is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerState {
    #[schema(example = "10001")]
    pub number: String,
    #[schema(example = "buyer@acme-customer.example")]
    pub email: String,
    pub active: bool,
}

/// Creates or changes a customer of a shop; true when he is new.
pub async fn put(
    store: &Store,
    hasher: &Hasher,
    shop_id: &str,
    number: &str,
    change: CustomerChange,
    actor: &Actor,
    now: i64,
) -> Result<(bool, CustomerState), Refusal> {
    let faulty = |reason: &str| Refusal::new(Code::CustomerFaulty).with("reason", reason);
    let number = number.trim().to_owned();
    check_number(&number)
        .and_then(|()| change.email.as_deref().map_or(Ok(()), check_email))
        .map_err(|reason| faulty(&reason))?;
    let (shop, key) = (shop_id.to_owned(), number.clone());
    let known = store.read(move |c| store::customers::find_by_number(c, &shop, &key)).await?;

    let given = change.password.as_ref().map(ExposeSecret::expose_secret);
    check_passwords(given, change.password_hash.as_deref()).map_err(|fault| faulty(&fault.to_string()))?;
    let hash = match (change.password, change.password_hash) {
        (None, hash) => hash,
        (Some(password), _) => match &known {
            Some(known) if verifies(hasher, &password, &known.password_hash).await? => None,
            _ => Some(hasher.hash(password).await?),
        },
    };
    let (shop_id, actor) = (shop_id.to_owned(), actor.clone());
    store
        .write(move |c| {
            let known = store::customers::find_by_number(c, &shop_id, &number).map_err(Rejected::from)?;
            let before = known.clone();
            let new = known.is_none();
            let mut customer = match known {
                Some(known) => known,
                None => Customer {
                    id: ulid::Ulid::new().to_string(),
                    shop_id: shop_id.clone(),
                    number,
                    email: String::new(),
                    email_folded: String::new(),
                    password_hash: String::new(),
                    active: true,
                    created_at: now,
                    version: 1,
                    password_origin: None,
                },
            };
            if let Some(email) = change.email {
                customer.email = email.trim().to_owned();
                customer.email_folded = fold_email(&email);
            }
            if let Some(hash) = hash {
                customer.password_hash = kept(before.as_ref(), hash);
            }
            customer.active = change.active.unwrap_or(customer.active);
            if customer.email.is_empty() || customer.password_hash.is_empty() {
                return Err(Rejected::Faulty("a new customer needs an email and a password or password_hash".into()));
            }
            if before.as_ref() != Some(&customer) {
                save(c, &customer, new)?;
            }
            note(c, &customer, before.as_ref(), &actor, now)?;
            Ok((new, CustomerState { number: customer.number, email: customer.email, active: customer.active }))
        })
        .await
        .map_err(|rejected| match rejected {
            Rejected::Faulty(reason) => faulty(&reason),
            Rejected::Store(error) => error.into(),
        })
}

/// Writes a change into the audit log; nothing if nothing changed.
pub(super) fn note(
    c: &mut Connection,
    customer: &Customer,
    before: Option<&Customer>,
    actor: &Actor,
    now: i64,
) -> Result<(), StoreError> {
    let told =
        |customer: &Customer| json!({ "number": customer.number, "email": customer.email, "active": customer.active });
    let shop = store::shops::find(c, &customer.shop_id)?;
    let owner = shop.as_ref().and_then(|shop| shop.account_id.as_deref());
    let object = Object { kind: "customer", id: &customer.id, name: &customer.number, owner };
    let (was, will) = (before.map(told), told(customer));
    let password = before.is_some_and(|before| before.password_hash != customer.password_hash);
    if was.as_ref() != Some(&will) {
        let action = if before.is_some() { Action::Changed } else { Action::Created };
        audit::record(c, actor, action, object.clone(), was, Some(will), now)?;
    }
    if password {
        audit::record(c, actor, Action::PasswordChanged, object, None, None, now)?;
    }
    Ok(())
}

async fn verifies(hasher: &Hasher, password: &SecretString, stored: &str) -> Result<bool, Refusal> {
    Ok(!matches!(hasher.verify(password.clone(), Some(stored.to_owned())).await?, Verified::No))
}

/// The hash to have from now on: a login may have made a better one of the hash that comes, and that one stays.
pub fn kept(present: Option<&Customer>, hash: String) -> String {
    let of_it =
        |customer: &&Customer| origin::is_of(&hash, &customer.password_hash, customer.password_origin.as_deref());
    present.filter(of_it).map_or_else(|| hash.clone(), |customer| customer.password_hash.clone())
}

/// Why a customer cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    #[error("{0}")]
    Faulty(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Inserts or updates; an e-mail that another customer has is told in words.
pub fn save(c: &mut Connection, customer: &Customer, new: bool) -> Result<(), Rejected> {
    if let Some(other) = store::customers::find_by_email(c, &customer.shop_id, &customer.email)?
        && other.id != customer.id
    {
        return Err(Rejected::Faulty(format!("customer {} has the email {} already", other.number, customer.email)));
    }
    if new {
        store::customers::insert(c, customer)?
    } else {
        store::customers::update(c, customer)?
    }
    Ok(())
}
