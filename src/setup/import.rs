//! Importing a file of customers from a page: first shown row by row, then, once confirmed, stored all at once.
//!
//! The file may hold passwords. Between preview and confirmation it lies in the database sealed with a key that
//! only the previewing page has, so neither the database nor the page alone gives them away.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use serde_json::json;

use crate::account::audit::{self, Action, Actor, Object};
use crate::clock::{Clock, MINUTE};
use crate::credential::password::Hasher;
use crate::setup::customer_file::{CustomerFile, ReadRow, read_rows};
use crate::setup::customer_rules::CustomerFault;
use crate::setup::customers::Rejected;
use crate::store::customer_imports::{self as imports, CustomerImport};
use crate::store::customers::{Customer, fold_email};
use crate::store::shops::Shop;
use crate::store::{self, Connection, Store, StoreError};

/// Rows of one file at most; the command line takes any number.
pub const MOST_ROWS: usize = 10_000;
/// An import that nobody worked on for that long has died with its process.
const DEAD: i64 = 2 * MINUTE;

/// What a row would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    New,
    Changed,
    Unchanged,
    Faulty(Fault),
}

/// Why a row is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Row(CustomerFault),
    /// A new customer without a password.
    NoPassword,
    EmailTaken {
        by: String,
    },
}

/// One row of the preview.
#[derive(Debug, Clone)]
pub struct Preview {
    pub line: u64,
    pub number: String,
    pub email: String,
    pub effect: Effect,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file as a whole cannot be read.
    #[error("{0}")]
    File(String),
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    /// Unknown, or begun already, or opened with a wrong key.
    #[error("there is no such import")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at a file, and keeps it for the confirmation. Gives its id and the key that opens it.
pub fn preview(
    c: &mut Connection,
    shop: &Shop,
    account_id: &str,
    file_name: &str,
    file: &[u8],
    now: i64,
) -> Result<(String, String, Vec<Preview>), ImportError> {
    let rows = read(file)?;
    let previews = judge(c, shop, &rows)?;
    let (sealed, key) = seal(file)?;
    let import = CustomerImport {
        id: ulid::Ulid::new().to_string(),
        shop_id: shop.id.clone(),
        account_id: account_id.to_owned(),
        file_name: file_name.chars().filter(|c| !c.is_control()).take(100).collect(),
        sealed,
        state: "previewed".into(),
        rows: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        rows_done: 0,
        outcome: None,
        created_at: now,
        touched_at: now,
    };
    imports::insert(c, &import)?;
    Ok((import.id, key, previews))
}

fn read(file: &[u8]) -> Result<Vec<ReadRow>, ImportError> {
    let rows = read_rows(file).map_err(|rejected| match rejected {
        Rejected::Faulty(reason) => ImportError::File(reason),
        Rejected::Store(error) => error.into(),
    })?;
    if rows.len() > MOST_ROWS { Err(ImportError::TooManyRows) } else { Ok(rows) }
}

fn judge(c: &mut Connection, shop: &Shop, rows: &[ReadRow]) -> Result<Vec<Preview>, StoreError> {
    let known = store::customers::list_of_shop(c, &shop.id)?;
    let by_number: HashMap<&str, &Customer> = known.iter().map(|known| (known.number.as_str(), known)).collect();
    let by_email: HashMap<&str, &Customer> = known.iter().map(|known| (known.email_folded.as_str(), known)).collect();
    let effect = |row: &ReadRow| {
        if let Some(fault) = &row.fault {
            return Effect::Faulty(Fault::Row(fault.clone()));
        }
        let present = by_number.get(row.number.as_str());
        if let Some(other) = by_email.get(fold_email(&row.email).as_str())
            && other.number != row.number
        {
            return Effect::Faulty(Fault::EmailTaken { by: other.number.clone() });
        }
        match present {
            None if !row.has_password() => Effect::Faulty(Fault::NoPassword),
            None => Effect::New,
            Some(present) => {
                let same = present.email == row.email
                    && row.active().is_none_or(|active| active == present.active)
                    && !row.has_password();
                if same { Effect::Unchanged } else { Effect::Changed }
            }
        }
    };
    Ok(rows
        .iter()
        .map(|row| Preview {
            line: row.line,
            number: row.number.clone(),
            email: row.email.clone(),
            effect: effect(row),
        })
        .collect())
}

/// A confirmed import, ready to run.
pub struct Confirmed {
    id: String,
    shop: Shop,
    file: CustomerFile,
    known: HashMap<String, Customer>,
    actor: Actor,
}

/// Takes a previewed file at its word: the good rows are imported. Only once.
pub fn confirm(
    c: &mut Connection,
    import: &CustomerImport,
    shop: &Shop,
    key: &str,
    actor: &Actor,
    now: i64,
) -> Result<Confirmed, ImportError> {
    let file = open(&import.sealed, key).ok_or(ImportError::NotFound)?;
    let rows = read(&file)?;
    let judged = judge(c, shop, &rows)?;
    let faulty: HashSet<u64> =
        judged.iter().filter(|row| matches!(row.effect, Effect::Faulty(_))).map(|row| row.line).collect();
    let file = CustomerFile::of(rows).without(&faulty);
    if !imports::begin(c, &import.id, i64::try_from(file.len()).unwrap_or(i64::MAX), now)? {
        return Err(ImportError::NotFound);
    }
    let known = store::customers::list_of_shop(c, &shop.id)?;
    Ok(Confirmed {
        id: import.id.clone(),
        shop: shop.clone(),
        file,
        known: known.into_iter().map(|customer| (customer.number.clone(), customer)).collect(),
        actor: actor.clone(),
    })
}

impl Confirmed {
    /// Hashes the passwords, then stores everything in one transaction, or nothing.
    pub async fn run(mut self, store: Store, hasher: Hasher, clock: Clock) {
        let id = self.id.clone();
        let hashed = self
            .file
            .hash_on(&hasher, &self.known, async |done| {
                // Each write is a transaction: ten rows a piece are often enough for a bar that moves.
                if done % 10 == 0 {
                    let (id, now, done) = (id.clone(), clock.now(), i64::try_from(done).unwrap_or(i64::MAX));
                    store.write(move |c| imports::update_progress(c, &id, done, now)).await?;
                }
                Ok(())
            })
            .await;
        let now = clock.now();
        let Self { id, shop, file, actor, .. } = self;
        let ended = match hashed {
            Err(error) => Err(Rejected::Store(error)),
            Ok(()) => {
                let id = id.clone();
                store.write(move |c| finish(c, &id, &shop, file, &actor, now)).await
            }
        };
        if let Err(rejected) = ended {
            let why = json!({ "failed": rejected.to_string() }).to_string();
            let failed = store.write(move |c| imports::end(c, &id, "failed", &why, now)).await;
            if let Err(error) = failed {
                tracing::error!(%error, "an import failed, and that could not be written down");
            }
        }
    }
}

fn finish(
    c: &mut Connection,
    id: &str,
    shop: &Shop,
    file: CustomerFile,
    actor: &Actor,
    now: i64,
) -> Result<(), Rejected> {
    store::unhurried(c)?;
    let rows = i64::try_from(file.len()).unwrap_or(i64::MAX);
    let imported = file.store(c, &shop.id, actor, now)?;
    let told = json!({ "created": imported.created, "changed": imported.changed, "unchanged": imported.unchanged });
    imports::update_progress(c, id, rows, now)?;
    imports::end(c, id, "done", &told.to_string(), now)?;
    let object = Object { kind: "shop", id: &shop.id, name: &shop.slug, owner: shop.account_id.as_deref() };
    audit::record(c, actor, Action::Imported, object, None, Some(told), now)?;
    Ok(())
}

/// Whether the process that ran it is gone.
pub fn is_dead(import: &CustomerImport, now: i64) -> bool {
    import.state == "running" && import.touched_at + DEAD < now
}

fn seal(file: &[u8]) -> Result<(Vec<u8>, String), ImportError> {
    let failed = |what: &str| ImportError::Store(StoreError::Unavailable(what.to_owned()));
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|_| failed("no randomness"))?;
    // A key is used for one file only, so the nonce need not be another secret.
    let cipher = ChaCha20Poly1305::new(&Key::from(key));
    let sealed = cipher.encrypt(&Nonce::default(), file).map_err(|_| failed("the file could not be sealed"))?;
    Ok((sealed, URL_SAFE_NO_PAD.encode(key)))
}

fn open(sealed: &[u8], key: &str) -> Option<Vec<u8>> {
    let key: [u8; 32] = URL_SAFE_NO_PAD.decode(key).ok()?.try_into().ok()?;
    ChaCha20Poly1305::new(&Key::from(key)).decrypt(&Nonce::default(), sealed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_file_opens_with_its_key_alone() {
        let (sealed, key) = seal(b"number;email;password\n1;a@b.example;secret").expect("sealed");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(open(&sealed, &key).expect("opened"), b"number;email;password\n1;a@b.example;secret");
        let (_, other) = seal(b"x").expect("sealed");
        assert!(open(&sealed, &other).is_none() && open(&sealed, "").is_none());
    }
}
