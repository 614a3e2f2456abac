//! `punchgate user …`: accounts of merchants and vendors.

use std::io::Read;

use clap::{Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

use crate::account::audit::{self, Action, Actor, Object};
use crate::account::profile;
use crate::clock::Clock;
use crate::config::Config;
use crate::credential::{password, secret::Token};
use crate::setup::licenses::{self, LicenseError};
use crate::store;

#[derive(Subcommand)]
pub enum User {
    /// Add an account, or set the role and password of an existing one
    Add {
        email: String,
        #[arg(long)]
        role: Role,
        /// Read the password from standard input; without it one is made and printed once
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    /// Owns shops and licenses
    Merchant,
    /// Issues licenses
    Vendor,
}

impl User {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let Self::Add { email, role, password_stdin } = self;
        crate::setup::customer_rules::check_email(&email).map_err(anyhow::Error::msg)?;
        let password = if password_stdin {
            read_password()?
        } else {
            SecretString::from(Token::generate().expose()[..20].to_owned())
        };
        profile::check_password(&password)?;
        let store = super::open(config)?;
        let hash = password::hash_now(&password, config.password);
        let role = match role {
            Role::Merchant => "merchant",
            Role::Vendor => "vendor",
        };
        let now = Clock::System.now();
        let account = super::block_on(store.write(move |c| {
            let account = licenses::account(c, &email, now)?;
            store::accounts::update_role(c, &account.id, role)?;
            store::accounts::update_password(c, &account.id, &hash)?;
            let object = Object { kind: "account", id: &account.id, name: &account.email, owner: Some(&account.id) };
            audit::record(c, &Actor::command_line(), Action::PasswordChanged, object, None, None, now)?;
            Ok::<_, LicenseError>(account)
        }))?;
        say!("{} may sign in as {role}", account.email);
        if !password_stdin {
            say!("password, shown only now: {}", password.expose_secret());
        }
        Ok(())
    }
}

fn read_password() -> anyhow::Result<SecretString> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}
