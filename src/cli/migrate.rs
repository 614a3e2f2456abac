//! `punchgate migrate`.

use std::process::ExitCode;

use clap::Args;

use crate::config::Config;
use crate::store::migrate::{self, Kind, MigrateError, Schema};
use crate::store::{DatabaseUrl, Store};

/// What `--check` answers with, besides 0 (up to date) and 1 (an error, or a database newer than this program).
const PENDING: u8 = 3;
const PENDING_CONTRACT: u8 = 4;

#[derive(Args)]
pub struct Migrate {
    /// Only say what would be done. Exit code 0: up to date; 3: something is pending, and gateways of an older version
    /// may go on beside it; 4: something is pending for which they must be stopped; 1: an error, or a newer database
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        if self.check {
            return check(config);
        }
        let store = super::connect(config, config.terms())?;
        for name in super::block_on(migrate(&store))? {
            say!("{name} applied");
        }
        say!("{} is up to date", config.database_url);
        Ok(ExitCode::SUCCESS)
    }
}

fn check(config: &Config) -> anyhow::Result<ExitCode> {
    let schema = if is_missing(&config.database_url) {
        Schema::missing()?
    } else {
        super::wait(super::connect(config, config.terms())?.read(migrate::inspect))?
    };
    let schema = schema.known()?;
    for pending in &schema.pending {
        let beside = match pending.kind {
            Kind::Expand => "gateways of an older version may go on beside it",
            Kind::Contract => "stop gateways of an older version before",
        };
        say!("{} would be applied; {beside}", pending.name);
    }
    if schema.pending.is_empty() {
        say!("{} is up to date", config.database_url);
        return Ok(ExitCode::SUCCESS);
    }
    let contracts = schema.pending.iter().any(|pending| pending.kind == Kind::Contract);
    Ok(ExitCode::from(if contracts { PENDING_CONTRACT } else { PENDING }))
}

/// Opening a SQLite database makes its file, and whoever asks wants nothing to be made.
fn is_missing(url: &DatabaseUrl) -> bool {
    match url {
        DatabaseUrl::Sqlite(path) => std::fs::metadata(path).map_or(true, |metadata| metadata.len() == 0),
        DatabaseUrl::Postgres(_) => false,
    }
}

/// Applies what is missing. Looks first, so that an up-to-date database is not locked.
pub async fn migrate(store: &Store) -> Result<Vec<String>, MigrateError> {
    if store.read(migrate::inspect).await?.known()?.pending.is_empty() {
        return Ok(Vec::new());
    }
    store.write(migrate::run).await
}
