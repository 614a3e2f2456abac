//! `punchgate customer …`: a shop's customers.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use crate::account::audit::{self, Action, Actor, Object};
use crate::clock::Clock;
use crate::config::Config;
use crate::setup::customer_file::CustomerFile;
use crate::setup::customers::Rejected;
use crate::store;

#[derive(Subcommand)]
pub enum Customer {
    /// Create and change customers from a CSV file with the columns number, email and password or
    /// password_hash (argon2id or bcrypt), and active if wanted: all of it or nothing
    Import {
        #[arg(long, value_name = "SLUG")]
        shop: String,
        /// - is standard input
        file: PathBuf,
    },
}

impl Customer {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let Self::Import { shop, file } = self;
        let super::Source { name, reader, .. } = super::Source::open(&file)?;
        let mut customers = CustomerFile::read(reader).with_context(|| name.clone())?;
        let store = super::open(config)?;
        let slug = shop.clone();
        let found = super::wait(store.read(move |c| {
            let Some(shop) = store::shops::find_by_slug(c, &slug)? else { return Ok(None) };
            let known = store::customers::list_of_shop(c, &shop.id)?;
            Ok(Some((shop, known)))
        }))?;
        let (shop, known) = found.with_context(|| format!("there is no shop \"{shop}\""))?;
        let bar = super::progress(customers.len(), "hashing passwords");
        customers.hash(&known, config.password, || bar.inc(1));
        bar.finish_and_clear();
        let now = Clock::System.now();
        let imported =
            super::block_on(store.write(move |c| {
                let actor = Actor::command_line();
                let imported = customers.store(c, &shop.id, &actor, now)?;
                let told = serde_json::json!({ "created": imported.created, "changed": imported.changed, "unchanged": imported.unchanged });
                let object = Object { kind: "shop", id: &shop.id, name: &shop.slug, owner: shop.account_id.as_deref() };
                audit::record(c, &actor, Action::Imported, object, None, Some(told), now)?;
                Ok::<_, Rejected>(imported)
            }))
            .with_context(|| name)?;
        say!("{} created, {} changed, {} unchanged", imported.created, imported.changed, imported.unchanged);
        Ok(())
    }
}
