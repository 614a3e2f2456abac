//! Customers one by one over the API, or many at once from a CSV file.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::account::audit::{self, Action, Actor, Object};
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
fn note(
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

/// A full line is waited out: an import has time.
async fn hash_patiently(hasher: &Hasher, password: &SecretString, known: Option<&Customer>) -> String {
    loop {
        let same = match known {
            Some(known) => match hasher.verify(password.clone(), Some(known.password_hash.clone())).await {
                Ok(verified) => Ok((!matches!(verified, Verified::No)).then(|| known.password_hash.clone())),
                Err(busy) => Err(busy),
            },
            None => Ok(None),
        };
        let hashed = match same {
            Ok(Some(hash)) => Ok(hash),
            Ok(None) => hasher.hash(password.clone()).await,
            Err(busy) => Err(busy),
        };
        match hashed {
            Ok(hash) => return hash,
            Err(busy) => tokio::time::sleep(std::time::Duration::from_secs(busy.retry_after_seconds.into())).await,
        }
    }
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

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    #[error("{0}")]
    Malformed(String),
    #[error("active must be true or false")]
    Active,
    #[error("this is not a customer number: 1 to 64 printable characters")]
    Number,
    #[error("this is not an e-mail address")]
    Email,
    #[error("give password or password_hash, not both")]
    BothPasswords,
    #[error("the password must have 1 to 1,024 bytes")]
    PasswordLength,
    #[error("password_hash must be argon2id ($argon2id$…) or bcrypt ($2a$, $2b$, $2y$)")]
    Hash,
    #[error("the customer or his email stands in the file twice")]
    Twice,
}

/// A row as it was read: good, or with what is wrong.
pub struct ReadRow {
    pub line: u64,
    pub number: String,
    pub email: String,
    pub fault: Option<RowFault>,
    row: Option<Row>,
}

impl ReadRow {
    /// Whether the row says something about the password.
    pub fn has_password(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.password.is_some() || row.password_hash.is_some())
    }

    pub fn active(&self) -> Option<bool> {
        self.row.as_ref().and_then(|row| row.active)
    }
}

/// Reads a file row by row; an error concerns the whole of it.
pub fn read_rows(mut source: impl Read) -> Result<Vec<ReadRow>, Rejected> {
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
            return Err(faulty(format!("the first line must name the columns, and \"{needed}\" is not among them")));
        }
    }
    if let Some(unknown) =
        headers.iter().find(|name| !["number", "email", "password", "password_hash", "active"].contains(name))
    {
        return Err(faulty(format!(
            "unknown column \"{unknown}\"; known are number, email, password, password_hash, active"
        )));
    }
    let column = |name: &str| headers.iter().position(|header| header == name);
    let (number_at, email_at) = (column("number"), column("email"));
    let (mut rows, mut numbers, mut emails) = (Vec::new(), HashSet::new(), HashSet::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                // The parser's words name no value of the line, which may be a secret.
                let fault = Some(RowFault::Malformed("the line does not have as many fields as the first one".into()));
                rows.push(ReadRow { line, number: String::new(), email: String::new(), fault, row: None });
                continue;
            }
        };
        let at = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
        let (line, number, email) = (record.position().map_or(0, csv::Position::line), at(number_at), at(email_at));
        let read = record.deserialize::<Row>(Some(&headers)).map_err(|_| RowFault::Active).and_then(|mut row| {
            row.line = line;
            row.password = row.password.filter(|text| !text.is_empty());
            row.password_hash = row.password_hash.filter(|text| !text.is_empty());
            check_row(&row)?;
            if !numbers.insert(number.clone()) || !emails.insert(fold_email(&email)) {
                return Err(RowFault::Twice);
            }
            Ok(row)
        });
        let (fault, row) = match read {
            Ok(row) => (None, Some(row)),
            Err(fault) => (Some(fault), None),
        };
        rows.push(ReadRow { line, number, email, fault, row });
    }
    Ok(rows)
}

fn check_row(row: &Row) -> Result<(), RowFault> {
    check_number(&row.number).map_err(|_| RowFault::Number)?;
    check_email(&row.email).map_err(|_| RowFault::Email)?;
    check_passwords(row.password.as_deref(), row.password_hash.as_deref())
}

/// A password or its hash, not both, and only what somebody could log in with.
pub fn check_passwords(password: Option<&str>, hash: Option<&str>) -> Result<(), RowFault> {
    if password.is_some() && hash.is_some() {
        return Err(RowFault::BothPasswords);
    }
    if password.is_some_and(|password| check_password(password).is_err()) {
        return Err(RowFault::PasswordLength);
    }
    if hash.is_some_and(|hash| !password::readable(hash.trim())) {
        return Err(RowFault::Hash);
    }
    Ok(())
}

impl CustomerFile {
    /// Reads and checks all of it; the error names every faulty line.
    pub fn read(source: impl Read) -> Result<Self, Rejected> {
        let rows = read_rows(source)?;
        let told = |row: &ReadRow| {
            row.fault.as_ref().map(|fault| format!("line {}: customer \"{}\": {fault}", row.line, row.number))
        };
        let faults: Vec<String> = rows.iter().filter_map(told).collect();
        if faults.is_empty() { Ok(Self::of(rows)) } else { Err(Rejected::Faulty(faults.join("\n"))) }
    }

    /// The good rows among what was read.
    pub fn of(rows: Vec<ReadRow>) -> Self {
        Self { rows: rows.into_iter().filter_map(|read| read.row).collect() }
    }

    /// Takes the rows of some lines out.
    pub fn without(mut self, lines: &HashSet<u64>) -> Self {
        self.rows.retain(|row| !lines.contains(&row.line));
        self
    }

    /// Hashes passwords on the pool, one at a time, so that logins go on meanwhile.
    pub async fn hash_on(
        &mut self,
        hasher: &Hasher,
        known: &HashMap<String, Customer>,
        mut progress: impl AsyncFnMut(usize) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut done = 0;
        for row in &mut self.rows {
            if let Some(password) = row.password.take() {
                let password = SecretString::from(password);
                row.password_hash = Some(hash_patiently(hasher, &password, known.get(row.number.trim())).await);
            }
            done += 1;
            progress(done).await?;
        }
        Ok(())
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
