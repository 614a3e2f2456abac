//! Sessions: an opaque cookie, of which the database keeps the digest. Any node knows any session, and
//! signing out ends it everywhere.

use crate::account::Reach;
use crate::clock::{HOUR, MINUTE};
use crate::credential::secret::{self, Token};
use crate::store::accounts::Account;
use crate::store::sessions::Session as Row;
use crate::store::{self, Store, StoreError};

/// A session that nobody used for that long has ended.
pub const IDLE: i64 = 12 * HOUR;
/// A session ends after that long, however busy it is.
pub const LONGEST: i64 = 7 * 24 * HOUR;
/// How long the second factor may be waited for.
pub const CODE_WAIT: i64 = 10 * MINUTE;
/// How often the last use is written down.
const TOUCH: i64 = 5 * MINUTE;

/// Somebody who is signed in, or is about to give his second factor.
#[derive(Clone)]
pub struct Session {
    pub digest: Vec<u8>,
    pub account: Account,
    pub reach: Reach,
    /// The password was right and the code is still to come: good for nothing else.
    pub awaits_code: bool,
}

/// Begins a session; the token is the cookie's value.
pub async fn open(
    store: &Store,
    account_id: &str,
    awaits_code: bool,
    address: &str,
    browser: &str,
    now: i64,
) -> Result<Token, StoreError> {
    let token = Token::generate();
    let row = Row {
        digest: token.digest().to_vec(),
        account_id: account_id.to_owned(),
        awaits_code,
        address: address.to_owned(),
        browser: browser.chars().take(200).collect(),
        created_at: now,
        seen_at: now,
        expires_at: now + if awaits_code { CODE_WAIT } else { LONGEST },
    };
    store.write(move |c| store::sessions::insert(c, &row)).await?;
    Ok(token)
}

/// The session of a cookie, if it has not ended.
pub async fn find(store: &Store, cookie: &str, now: i64) -> Result<Option<Session>, StoreError> {
    let digest = secret::digest(cookie).to_vec();
    let key = digest.clone();
    let found = store
        .read(move |c| {
            let Some(row) = store::sessions::find(c, &key)? else { return Ok(None) };
            let Some(account) = store::accounts::find(c, &row.account_id)? else { return Ok(None) };
            let merchants = store::accounts::count_merchants(c)?;
            Ok::<_, StoreError>(Some((row, account, merchants)))
        })
        .await?;
    let Some((row, account, merchants)) = found else { return Ok(None) };
    if row.expires_at <= now || row.seen_at + IDLE <= now {
        return Ok(None);
    }
    if row.seen_at + TOUCH <= now {
        store.write(move |c| store::sessions::update_seen(c, &row.digest, now)).await?;
    }
    let reach = Reach::of(&account, merchants == 1);
    Ok(Some(Session { digest, account, reach, awaits_code: row.awaits_code }))
}

/// Ends a session.
pub async fn close(store: &Store, digest: Vec<u8>) -> Result<(), StoreError> {
    store.write(move |c| store::sessions::delete(c, &digest)).await
}
