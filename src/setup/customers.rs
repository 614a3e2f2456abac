//! Customers one by one over the API, or many at once from a CSV file.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::credential::password::{self, Hasher, PASSWORD_MAX, Parameters, Verified};
use crate::refusal::{Code, Refusal};
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
    now: i64,
) -> Result<(bool, CustomerState), Refusal> {
    let faulty = |reason: &str| Refusal::new(Code::CustomerFaulty).with("reason", reason);
    let number = number.trim().to_owned();
    check_number(&number)
        .and_then(|()| change.email.as_deref().map_or(Ok(()), check_email))
        .and_then(|()| change.password.as_ref().map_or(Ok(()), |password| check_password(password.expose_secret())))
        .map_err(|reason| faulty(&reason))?;
    let (shop, key) = (shop_id.to_owned(), number.clone());
    let known = store.read(move |c| store::customers::find_by_number(c, &shop, &key)).await?;

    let hash = match (change.password, change.password_hash) {
        (Some(_), Some(_)) => return Err(faulty("give password or password_hash, not both")),
        (None, Some(hash)) if !password::readable(&hash) => {
            return Err(faulty("password_hash must be argon2id ($argon2id$…) or bcrypt ($2a$, $2b$, $2y$)"));
        }
        (None, hash) => hash,
        (Some(password), None) => match &known {
            Some(known) if verifies(hasher, &password, &known.password_hash).await? => None,
            _ => Some(hasher.hash(password).await?),
        },
    };
    let shop_id = shop_id.to_owned();
    store
        .write(move |c| {
            let known = store::customers::find_by_number(c, &shop_id, &number).map_err(Rejected::from)?;
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
                },
            };
            if let Some(email) = change.email {
                customer.email = email.trim().to_owned();
                customer.email_folded = fold_email(&email);
            }
            if let Some(hash) = hash {
                customer.password_hash = hash;
            }
            customer.active = change.active.unwrap_or(customer.active);
            if customer.email.is_empty() || customer.password_hash.is_empty() {
                return Err(Rejected::Faulty("a new customer needs an email and a password or password_hash".into()));
            }
            save(c, &customer, new)?;
            Ok((new, CustomerState { number: customer.number, email: customer.email, active: customer.active }))
        })
        .await
        .map_err(|rejected| match rejected {
            Rejected::Faulty(reason) => faulty(&reason),
            Rejected::Store(error) => error.into(),
        })
}

async fn verifies(hasher: &Hasher, password: &SecretString, stored: &str) -> Result<bool, Refusal> {
    Ok(!matches!(hasher.verify(password.clone(), Some(stored.to_owned())).await?, Verified::No))
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

/// A number is what stands in the shop: anything printable, up to 64 characters.
pub fn check_number(number: &str) -> Result<(), String> {
    let printable = !number.chars().any(char::is_control);
    if number.trim().is_empty() || number.chars().count() > 64 || !printable {
        return Err(format!("\"{number}\" is not a customer number: 1 to 64 printable characters"));
    }
    Ok(())
}

/// Shops accept all kinds of addresses; only what can be none is refused.
pub fn check_email(email: &str) -> Result<(), String> {
    let email = email.trim();
    let parts = email.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if parts.is_none() || email.chars().count() > 254 || email.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(format!("\"{email}\" is not an e-mail address"));
    }
    Ok(())
}

/// Shops have passwords of all kinds; only with these nobody could ever log in.
pub fn check_password(password: &str) -> Result<(), String> {
    if password.is_empty() || password.len() > PASSWORD_MAX {
        return Err("the password must have 1 to 1,024 bytes".into());
    }
    Ok(())
}

/// A customer file: CSV with a header line, `;` or `,` between fields.
///
/// Columns `number`, `email`, and `password` or `password_hash`; `active` (`true`/`false`) if wanted.
pub struct CustomerFile {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    number: String,
    email: String,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    password_hash: Option<String>,
    #[serde(default)]
    active: Option<bool>,
    #[serde(skip)]
    line: u64,
}

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl CustomerFile {
    /// Reads and checks all of it; the error names the line.
    pub fn read(mut source: impl Read) -> Result<Self, Rejected> {
        let faulty = |reason: String| Rejected::Faulty(reason);
        let mut text = String::new();
        source.read_to_string(&mut text).map_err(|error| faulty(format!("the file is not UTF-8 text: {error}")))?;
        let text = text.trim_start_matches('\u{feff}');
        let header = text.lines().next().unwrap_or_default();
        let delimiter = if header.contains(';') { b';' } else { b',' };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::Headers).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| faulty(error.to_string()))?.clone();
        for needed in ["number", "email"] {
            if !headers.iter().any(|name| name == needed) {
                return Err(faulty(format!(
                    "the first line must name the columns, and \"{needed}\" is not among them"
                )));
            }
        }
        if let Some(unknown) =
            headers.iter().find(|name| !["number", "email", "password", "password_hash", "active"].contains(name))
        {
            return Err(faulty(format!(
                "unknown column \"{unknown}\"; known are number, email, password, password_hash, active"
            )));
        }
        let (mut rows, mut numbers, mut emails) = (Vec::new(), HashSet::new(), HashSet::new());
        for record in reader.records() {
            let record = record.map_err(|error| faulty(error.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            let at = |reason: String| faulty(format!("line {line}: {reason}"));
            // The values of a line may be secrets, so its errors name the line only.
            let mut row: Row =
                record.deserialize(Some(&headers)).map_err(|_| at("active must be true or false".into()))?;
            row.line = line;
            row.password = row.password.filter(|text| !text.is_empty());
            row.password_hash = row.password_hash.filter(|text| !text.is_empty());
            check_number(&row.number).and_then(|()| check_email(&row.email)).map_err(at)?;
            if row.password.is_some() && row.password_hash.is_some() {
                return Err(at("give password or password_hash, not both".into()));
            }
            row.password.as_deref().map_or(Ok(()), check_password).map_err(at)?;
            if row.password_hash.as_deref().is_some_and(|hash| !password::readable(hash)) {
                return Err(at("password_hash must be argon2id ($argon2id$…) or bcrypt ($2a$, $2b$, $2y$)".into()));
            }
            if !numbers.insert(row.number.trim().to_owned()) || !emails.insert(fold_email(&row.email)) {
                return Err(at(format!("customer {} or his email stands in the file twice", row.number)));
            }
            rows.push(row);
        }
        Ok(Self { rows })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Hashes what came as passwords, telling each row to `progress`. A password that still
    /// verifies against what `known` has is no change. Slow: some 25 ms of a core a password.
    pub fn hash(&mut self, known: &[Customer], parameters: Parameters, progress: impl Fn() + Sync) {
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
        let share = self.rows.len().div_ceil(threads).max(1);
        let known: HashMap<&str, &Customer> =
            known.iter().map(|customer| (customer.number.as_str(), customer)).collect();
        std::thread::scope(|scope| {
            for rows in self.rows.chunks_mut(share) {
                scope.spawn(|| {
                    for row in rows {
                        if let Some(password) = row.password.take() {
                            let password = SecretString::from(password);
                            let same = known
                                .get(row.number.trim())
                                .filter(|customer| password::verify_now(&password, &customer.password_hash));
                            row.password_hash = Some(same.map_or_else(
                                || password::hash_now(&password, parameters),
                                |customer| customer.password_hash.clone(),
                            ));
                        }
                        progress();
                    }
                });
            }
        });
    }

    /// Stores all of it or nothing; to be called inside a write job, after [`CustomerFile::hash`].
    pub fn store(self, c: &mut Connection, shop_id: &str, now: i64) -> Result<Imported, Rejected> {
        let mut imported = Imported::default();
        for row in self.rows {
            let known = store::customers::find_by_number(c, shop_id, row.number.trim())?;
            let at = |rejected: Rejected| match rejected {
                Rejected::Faulty(reason) => Rejected::Faulty(format!("line {}: {reason}", row.line)),
                other => other,
            };
            let hash = row.password_hash.or_else(|| known.as_ref().map(|customer| customer.password_hash.clone()));
            let hash =
                hash.ok_or_else(|| at(Rejected::Faulty("a new customer needs a password or password_hash".into())))?;
            let customer = Customer {
                id: known.as_ref().map_or_else(|| ulid::Ulid::new().to_string(), |customer| customer.id.clone()),
                shop_id: shop_id.to_owned(),
                number: row.number.trim().to_owned(),
                email: row.email.trim().to_owned(),
                email_folded: fold_email(&row.email),
                password_hash: hash,
                active: row.active.or(known.as_ref().map(|customer| customer.active)).unwrap_or(true),
                created_at: known.as_ref().map_or(now, |customer| customer.created_at),
                version: known.as_ref().map_or(1, |customer| customer.version),
            };
            if known.as_ref() == Some(&customer) {
                imported.unchanged += 1;
                continue;
            }
            save(c, &customer, known.is_none()).map_err(at)?;
            if known.is_some() { imported.changed += 1 } else { imported.created += 1 }
        }
        Ok(imported)
    }
}
