//! What somebody changes about his own account: password, second factor, where else he is signed in; and
//! the invitation by which he chose his first password.

use secrecy::{ExposeSecret, SecretString};

use crate::account::Accounts;
use crate::account::audit::{self, Action, Actor};
use crate::account::signin::object;
use crate::account::totp::{self, Secret};
use crate::clock::DAY;
use crate::credential::password::{PASSWORD_MAX, Verified};
use crate::credential::secret::{self, Token};
use crate::refusal::Refusal;
use crate::store::accounts::Account;
use crate::store::invitations::Invitation;
use crate::store::{self, Connection, StoreError};

/// Characters of an account's password at least. Shop customers' passwords have no rule: they are the shop's.
pub const SHORTEST_PASSWORD: usize = 10;
/// How long an invitation is good.
pub const INVITATION: i64 = 7 * DAY;

/// Why something about an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("the password is wrong")]
    PasswordWrong,
    #[error("the password must have {SHORTEST_PASSWORD} to 1,024 characters")]
    PasswordLength,
    #[error("the code is wrong")]
    CodeWrong,
    #[error("the invitation is used, too old or unknown")]
    InvitationOver,
    #[error("{}", .0.code.as_str())]
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for ProfileError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

type Result<T> = std::result::Result<T, ProfileError>;

/// The rule for passwords of accounts, wherever one is chosen.
pub fn check_password(password: &SecretString) -> Result<()> {
    let password = password.expose_secret();
    if password.chars().count() < SHORTEST_PASSWORD || password.len() > PASSWORD_MAX {
        return Err(ProfileError::PasswordLength);
    }
    Ok(())
}

impl Accounts {
    /// Changes the password; everywhere else he is signed out.
    pub async fn change_password(
        &self,
        account: &Account,
        kept_session: &[u8],
        old: SecretString,
        new: SecretString,
        actor: &Actor,
    ) -> Result<()> {
        check_password(&new)?;
        self.confirm(account, old).await?;
        let hash = self.hasher.hash(new).await?;
        let (account, actor, kept, now) = (account.clone(), actor.clone(), kept_session.to_vec(), self.clock.now());
        self.store
            .write(move |c| {
                store::accounts::update_password(c, &account.id, &hash)?;
                store::sessions::delete_others(c, &account.id, &kept)?;
                audit::record(c, &actor, Action::PasswordChanged, object(&account), None, None, now)
            })
            .await?;
        Ok(())
    }

    /// Asks for the password once more before something that matters.
    async fn confirm(&self, account: &Account, password: SecretString) -> Result<()> {
        match self.hasher.verify(password, account.password_hash.clone()).await? {
            Verified::No => Err(ProfileError::PasswordWrong),
            _ => Ok(()),
        }
    }

    /// Switches the second factor on once its device gave a right code; gives the recovery codes.
    pub async fn switch_on(
        &self,
        account: &Account,
        secret: Secret,
        password: SecretString,
        code: &str,
        actor: &Actor,
    ) -> Result<Vec<String>> {
        let now = self.clock.now();
        let step = secret.step(code, self.clock.wall()).ok_or(ProfileError::CodeWrong)?;
        self.confirm(account, password).await?;
        let codes = totp::recovery_codes();
        let digests: Vec<Vec<u8>> = codes.iter().map(|code| totp::recovery_digest(code)).collect();
        let (account, actor) = (account.clone(), actor.clone());
        self.store
            .write(move |c| {
                store::accounts::update_totp(c, &account.id, Some(secret.bytes()))?;
                store::accounts::take_totp_step(c, &account.id, step)?;
                store::recovery_codes::replace(c, &account.id, &digests)?;
                audit::record(c, &actor, Action::SecondFactorOn, object(&account), None, None, now)
            })
            .await?;
        Ok(codes)
    }

    pub async fn switch_off(&self, account: &Account, password: SecretString, actor: &Actor) -> Result<()> {
        self.confirm(account, password).await?;
        let (account, actor, now) = (account.clone(), actor.clone(), self.clock.now());
        self.store
            .write(move |c| {
                store::accounts::update_totp(c, &account.id, None)?;
                store::recovery_codes::replace(c, &account.id, &[])?;
                audit::record(c, &actor, Action::SecondFactorOff, object(&account), None, None, now)
            })
            .await?;
        Ok(())
    }

    /// Ends all sessions of an account but this one.
    pub async fn sign_out_elsewhere(&self, account: &Account, kept: &[u8], actor: &Actor) -> Result<()> {
        let (account, actor, kept, now) = (account.clone(), actor.clone(), kept.to_vec(), self.clock.now());
        self.store
            .write(move |c| {
                store::sessions::delete_others(c, &account.id, &kept)?;
                audit::record(c, &actor, Action::SignedOut, object(&account), None, None, now)
            })
            .await?;
        Ok(())
    }

    /// Whose invitation it is, if it is still good.
    pub async fn invited(&self, token: &str) -> Result<Account> {
        let (digest, now) = (secret::digest(token).to_vec(), self.clock.now());
        let found = self
            .store
            .read(move |c| match store::invitations::find(c, &digest)?.filter(|found| found.expires_at > now) {
                Some(invitation) => store::accounts::find(c, &invitation.account_id),
                None => Ok(None),
            })
            .await?;
        found.ok_or(ProfileError::InvitationOver)
    }

    /// The owner chooses his password. An invitation is good once.
    pub async fn accept_invitation(&self, token: &str, password: SecretString, address: &str) -> Result<()> {
        check_password(&password)?;
        let account = self.invited(token).await?;
        let hash = self.hasher.hash(password).await?;
        let actor = Actor { name: account.email.clone(), address: Some(address.to_owned()) };
        let (digest, now) = (secret::digest(token).to_vec(), self.clock.now());
        let taken = self
            .store
            .write(move |c| {
                if !store::invitations::take(c, &digest, now)? {
                    return Ok::<_, StoreError>(false);
                }
                store::accounts::update_password(c, &account.id, &hash)?;
                store::sessions::delete_others(c, &account.id, &[])?;
                audit::record(c, &actor, Action::PasswordChanged, object(&account), None, None, now)?;
                Ok(true)
            })
            .await?;
        if taken { Ok(()) } else { Err(ProfileError::InvitationOver) }
    }
}

/// Makes an invitation; gives what stands in its link.
pub fn invite(
    c: &mut Connection,
    account: &Account,
    actor: &Actor,
    now: i64,
) -> std::result::Result<Token, StoreError> {
    let token = Token::generate();
    let row = Invitation {
        digest: token.digest().to_vec(),
        account_id: account.id.clone(),
        created_at: now,
        expires_at: now + INVITATION,
    };
    store::invitations::replace(c, &row)?;
    audit::record(c, actor, Action::Invited, object(account), None, None, now)?;
    Ok(token)
}
