//! Files of customers: CSV, read and checked row by row.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use secrecy::SecretString;
use serde::Deserialize;

use crate::account::audit::Actor;
use crate::credential::password::{self, Hasher, Parameters, Verified};
use crate::setup::customer_rules::{CustomerFault, check_email, check_number, check_passwords};
use crate::setup::customers::{Rejected, kept, note, save};
use crate::store::customers::{Customer, fold_email};
use crate::store::{self, Connection, StoreError};

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

/// A row as it was read: good, or with what is wrong.
pub struct ReadRow {
    pub line: u64,
    pub number: String,
    pub email: String,
    pub fault: Option<CustomerFault>,
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
    let mut lines = Lines { text, counted: 0, line: 1 };
    for record in reader.records() {
        // Its words name no value of the line, which may be a secret.
        let mut malformed = |line: u64, reason: &str| {
            let fault = CustomerFault::Malformed(reason.to_owned());
            rows.push(ReadRow { line, number: String::new(), email: String::new(), fault: Some(fault), row: None });
        };
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                malformed(lines.of(error.position()), "the line does not have as many fields as the first one");
                continue;
            }
        };
        let line = lines.of(record.position());
        // Nobody's number, address or password has two lines.
        if record.iter().any(|value| value.contains(['\n', '\r'])) {
            malformed(line, "a value goes on in the next line; is a quotation mark not closed?");
            continue;
        }
        let at = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
        let (number, email) = (at(number_at), at(email_at));
        let read = record.deserialize::<Row>(Some(&headers)).map_err(|_| CustomerFault::Active).and_then(|mut row| {
            row.line = line;
            row.password = row.password.filter(|text| !text.is_empty());
            row.password_hash = row.password_hash.filter(|text| !text.is_empty());
            check_row(&row)?;
            if !numbers.insert(number.clone()) || !emails.insert(fold_email(&email)) {
                return Err(CustomerFault::Twice);
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

/// Lines as an editor numbers them. The parser's own count knows no empty lines, and stands still at the `\n` of a `\r\n`.
struct Lines<'a> {
    text: &'a str,
    /// Bytes whose line breaks are in `line`.
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a record; to be asked in their order.
    fn of(&mut self, place: Option<&csv::Position>) -> u64 {
        let bytes = self.text.as_bytes();
        let begin =
            place.and_then(|place| usize::try_from(place.byte()).ok()).unwrap_or(self.counted).max(self.counted);
        let skipped = bytes[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let breaks = bytes[self.counted..begin + skipped].iter().filter(|byte| **byte == b'\n').count();
        self.counted = begin + skipped;
        self.line += breaks as u64;
        self.line
    }
}

fn check_row(row: &Row) -> Result<(), CustomerFault> {
    check_number(&row.number).map_err(|_| CustomerFault::Number)?;
    check_email(&row.email).map_err(|_| CustomerFault::Email)?;
    check_passwords(row.password.as_deref(), row.password_hash.as_deref())
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

    /// Stores all of it or nothing; to be called inside a write job, after [`CustomerFile::hash`]. What became of a customer
    /// who was there before stands in the audit log; of the new ones whoever calls tells the number.
    pub fn store(self, c: &mut Connection, shop_id: &str, actor: &Actor, now: i64) -> Result<Imported, Rejected> {
        let mut imported = Imported::default();
        for row in self.rows {
            let known = store::customers::find_by_number(c, shop_id, row.number.trim())?;
            let at = |rejected: Rejected| match rejected {
                Rejected::Faulty(reason) => Rejected::Faulty(format!("line {}: {reason}", row.line)),
                other => other,
            };
            let hash = row
                .password_hash
                .map(|hash| kept(known.as_ref(), hash.trim().to_owned()))
                .or_else(|| known.as_ref().map(|customer| customer.password_hash.clone()));
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
                password_origin: known.as_ref().and_then(|customer| customer.password_origin.clone()),
            };
            if known.as_ref() == Some(&customer) {
                imported.unchanged += 1;
                continue;
            }
            save(c, &customer, known.is_none()).map_err(at)?;
            match known {
                Some(before) => {
                    note(c, &customer, Some(&before), actor, now)?;
                    imported.changed += 1;
                }
                None => imported.created += 1,
            }
        }
        Ok(imported)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_as_an_editor_does_however_they_end() {
        let rows =
            ["number,email,password", "1,a@b.example,x", "", "2,broken,x", "3,c@d.example", "4,d@e.example,x", ""];
        for end in ["\n", "\r\n"] {
            for start in ["", "\u{feff}"] {
                let text = format!("{start}{}", rows.join(end));
                let read = read_rows(text.as_bytes()).unwrap();
                let lines: Vec<(u64, bool)> = read.iter().map(|row| (row.line, row.fault.is_some())).collect();
                assert_eq!(lines, [(2, false), (4, true), (5, true), (6, false)], "{text:?}");
            }
        }
    }
}
