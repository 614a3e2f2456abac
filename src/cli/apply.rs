//! `punchgate apply FILE`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use crate::clock::Clock;
use crate::config::Config;
use crate::punchout::preview;
use crate::setup::apply::{self, Applied, ApplyError, Options};
use crate::setup::file::SetupFile;

#[derive(Args)]
pub struct Apply {
    /// TOML file with [[shop]], [[system]], [[customer]] and [[assignment]] tables
    file: PathBuf,
    /// Show what would change, and change nothing; settings of systems are tried on the last recorded carts
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: on how many carts of each changed system, at most 100
    #[arg(long, value_name = "N", default_value_t = preview::CARTS, value_parser = carts, requires = "dry_run")]
    carts: usize,
    /// Remove shops, systems, customers and assignments that the file does not name
    #[arg(long)]
    prune: bool,
}

impl Apply {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let name = self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file).with_context(|| format!("cannot read {name}"))?;
        let file = SetupFile::read(&text, |variable| std::env::var(variable).ok()).with_context(|| name.clone())?;
        let store = super::open(config)?;

        let known = super::wait(store.read(apply::known_hashes))?;
        let bar = super::progress(file.customer.len(), "checking passwords");
        let prepared = Arc::new(apply::prepare(file, &known, config.password, || bar.inc(1)));
        bar.finish_and_clear();

        let (options, now) = (Options { dry_run: self.dry_run, prune: self.prune }, Clock::System.now());
        match super::block_on(store.write(move |c| apply::apply(c, &prepared, options, now))) {
            Ok(applied) => {
                changes(&applied);
                conclude(&applied, false);
            }
            Err(ApplyError::DryRun(applied)) => {
                changes(&applied);
                for draft in &applied.drafts {
                    super::shadow::run(&store, draft, self.carts)?;
                }
                conclude(&applied, true);
            }
            Err(error) => return Err(anyhow::Error::new(error).context(name)),
        }
        Ok(())
    }
}

fn carts(text: &str) -> Result<usize, String> {
    let most = preview::MOST_CARTS;
    text.parse().ok().filter(|count| (1..=most).contains(count)).ok_or_else(|| format!("a number from 1 to {most}"))
}

fn changes(applied: &Applied) {
    for change in &applied.changes {
        say!("{change}");
    }
}

fn conclude(applied: &Applied, dry_run: bool) {
    let count = match applied.changes.len() {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    match dry_run && !applied.changes.is_empty() {
        true => say!("{count}; nothing was done, this was a dry run"),
        false => say!("{count}"),
    }
    if !dry_run {
        for (shop, key) in &applied.new_api_keys {
            say!("API key of shop {shop}, shown only now: {key}");
        }
    }
    for warning in &applied.warnings {
        eprintln!("warning: {warning}");
    }
}
