//! Signing in: e-mail and password, then the second factor where there is one.
//!
//! A wrong guess tells nothing: unknown address, wrong password and an account without a password cost one
//! hash each and get the same answer. Tries are counted by account and by address.

use std::net::IpAddr;

use secrecy::SecretString;

use crate::account::Accounts;
use crate::account::audit::{self, Action, Actor, Object};
use crate::account::session::{self, Session};
use crate::account::totp::{self, Secret};
use crate::credential::secret::Token;
use crate::refusal::Refusal;
use crate::store::accounts::Account;
use crate::store::{self, StoreError};

/// From where somebody signs in.
#[derive(Debug, Clone)]
pub struct From {
    pub address: IpAddr,
    pub browser: String,
}

/// Somebody who gave the right password.
pub struct SignedIn {
    /// The value of his cookie.
    pub token: Token,
    /// The second factor is still to come.
    pub awaits_code: bool,
}

impl Accounts {
    /// Begins a session, or gives nothing if the login was wrong.
    pub async fn sign_in(&self, email: &str, password: SecretString, from: &From) -> Result<Option<SignedIn>, Refusal> {
        let now = self.clock.now();
        let throttled = format!("password\n{}", email.trim().to_lowercase());
        self.throttle.admit(&throttled, from.address, now)?;
        let checked = self.check(email, password).await;
        let (account, right) = checked.inspect_err(|_| self.throttle.withdrawn(&throttled, from.address, now))?;
        let Some(account) = account.filter(|_| right) else {
            self.throttle.failed(&throttled, from.address, now);
            self.note_wrong(email, from, now).await?;
            return Ok(None);
        };
        self.throttle.succeeded(&throttled, from.address, now);
        let awaits_code = account.totp_secret.is_some();
        let token = self.begin(&account, awaits_code, from, now).await?;
        Ok(Some(SignedIn { token, awaits_code }))
    }

    /// One hash, whatever is wrong.
    async fn check(&self, email: &str, password: SecretString) -> Result<(Option<Account>, bool), Refusal> {
        let email = email.to_owned();
        let account = self.store.read(move |c| store::accounts::find_by_email(c, &email)).await?;
        let stored = account.as_ref().and_then(|account| account.password_hash.clone());
        let right = self.hasher.verify(password, stored).await?.is_yes();
        Ok((account, right))
    }

    async fn note_wrong(&self, email: &str, from: &From, now: i64) -> Result<(), StoreError> {
        let (email, address) = (email.to_owned(), from.address.to_string());
        self.store
            .write(move |c| {
                let Some(account) = store::accounts::find_by_email(c, &email)? else { return Ok(()) };
                note(c, &account, &address, Action::SignInRefused, now)
            })
            .await
    }

    /// Takes the second factor: a code of the device, or a recovery code. The session that waited for it ends,
    /// and a new one begins, so that what somebody knew of the old one is worth nothing.
    pub async fn give_code(&self, waiting: &Session, code: &str, from: &From) -> Result<Option<Token>, Refusal> {
        let now = self.clock.now();
        let account = &waiting.account;
        let throttled = format!("code\n{}", account.id);
        self.throttle.admit(&throttled, from.address, now)?;
        let taken = self.take_code(account, code, now).await;
        if !taken.inspect_err(|_| self.throttle.withdrawn(&throttled, from.address, now))? {
            self.throttle.failed(&throttled, from.address, now);
            self.note_wrong(&account.email, from, now).await?;
            return Ok(None);
        }
        self.throttle.succeeded(&throttled, from.address, now);
        session::close(&self.store, waiting.digest.clone()).await?;
        Ok(Some(self.begin(account, false, from, now).await?))
    }

    /// True if the code is right and was not used before.
    async fn take_code(&self, account: &Account, code: &str, now: i64) -> Result<bool, StoreError> {
        let step = account.totp_secret.clone().and_then(|secret| Secret::stored(secret).step(code, self.clock.wall()));
        let (id, recovery) = (account.id.clone(), totp::recovery_digest(code));
        self.store
            .write(move |c| match step {
                Some(step) => store::accounts::take_totp_step(c, &id, step),
                None => store::recovery_codes::take(c, &id, &recovery, now),
            })
            .await
    }

    async fn begin(&self, account: &Account, awaits_code: bool, from: &From, now: i64) -> Result<Token, Refusal> {
        let address = from.address.to_string();
        let token = session::open(&self.store, &account.id, awaits_code, &address, &from.browser, now).await?;
        if !awaits_code {
            let account = account.clone();
            self.store.write(move |c| note(c, &account, &address, Action::SignedIn, now)).await?;
        }
        Ok(token)
    }

    /// Ends a session.
    pub async fn sign_out(&self, digest: Vec<u8>, account: &Account, actor: &Actor) -> Result<(), StoreError> {
        let (account, actor, now) = (account.clone(), actor.clone(), self.clock.now());
        self.store
            .write(move |c| {
                store::sessions::delete(c, &digest)?;
                audit::record(c, &actor, Action::SignedOut, object(&account), None, None, now)
            })
            .await
    }
}

fn note(
    c: &mut store::Connection,
    account: &Account,
    address: &str,
    action: Action,
    now: i64,
) -> Result<(), StoreError> {
    let actor = Actor { name: account.email.clone(), address: Some(address.to_owned()) };
    audit::record(c, &actor, action, object(account), None, None, now)
}

pub(super) fn object(account: &Account) -> Object<'_> {
    Object { kind: "account", id: &account.id, name: &account.email, owner: Some(&account.id) }
}
