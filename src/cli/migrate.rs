//! `punchgate migrate`.

use clap::Args;

use crate::config::Config;
use crate::store::{self, Store, StoreError};

#[derive(Args)]
pub struct Migrate {
    /// Only say what would be done
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let store = super::connect(config, config.terms())?;
        if self.check {
            let pending = super::wait(store.read(store::migrate::list_pending))?;
            for name in &pending {
                say!("{name} would be applied");
            }
            if pending.is_empty() {
                say!("{} is up to date", config.database_url);
            }
            return Ok(());
        }
        for name in super::wait(migrate(&store))? {
            say!("{name} applied");
        }
        say!("{} is up to date", config.database_url);
        Ok(())
    }
}

/// Applies what is missing. Looks first, so that an up-to-date database is not locked.
pub async fn migrate(store: &Store) -> Result<Vec<String>, StoreError> {
    if store.read(store::migrate::list_pending).await.is_ok_and(|pending| pending.is_empty()) {
        return Ok(Vec::new());
    }
    store.write(store::migrate::run).await
}
