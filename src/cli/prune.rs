//! `punchgate prune`: punchouts that ended long ago.

use clap::Args;

use crate::clock::Clock;
use crate::config::{Config, read_span};
use crate::punchout::prune::{self, LEAST_KEPT};
use crate::store;

#[derive(Args)]
pub struct Prune {
    /// Remove punchouts that ended longer ago, such as 90d; 1d at least. How many there were is kept, by day and system
    #[arg(long, value_name = "SPAN", value_parser = span)]
    older_than: i64,
    /// Only say how many there are
    #[arg(long)]
    dry_run: bool,
}

fn span(text: &str) -> Result<i64, String> {
    read_span(text)
        .filter(|span| *span >= LEAST_KEPT)
        .ok_or_else(|| "it must be a span of time of at least 1d, such as 90d".into())
}

impl Prune {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let store = super::open(config)?;
        let before = Clock::System.now() - self.older_than;
        let found = super::wait(store.read(move |c| store::punchout_counts::count_ended(c, before)))?;
        if self.dry_run {
            say!("{found} punchouts would be removed; nothing was done, this was a dry run");
            return Ok(());
        }
        let bar = super::progress(usize::try_from(found).unwrap_or(0), "removing");
        let removed = super::wait(prune::run(&store, before, true, |gone| bar.inc(gone)));
        bar.finish_and_clear();
        say!("{} punchouts removed", removed?);
        Ok(())
    }
}
