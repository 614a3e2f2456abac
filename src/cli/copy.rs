//! `punchgate copy`: everything from one database into another.

use anyhow::{Context, anyhow, bail};
use clap::Args;

use crate::store::copy::{self, Compared, Progress};
use crate::store::{DatabaseUrl, Store};

#[derive(Args)]
pub struct Copy {
    /// The database with the data, as in database_url; env:NAME takes it from the variable NAME
    #[arg(long, value_name = "URL")]
    from: String,
    /// The empty database that gets it; its schema is made first
    #[arg(long, value_name = "URL")]
    to: String,
    /// End after so many rows, as if it had been interrupted
    #[arg(long, value_name = "ROWS", hide = true)]
    stop_after: Option<u64>,
}

/// A URL may hold a password, which a command line shows to everybody on the machine; a variable does not.
/// It is not read with the other arguments, whose errors quote what was given.
fn read_url(option: &str, text: &str) -> anyhow::Result<DatabaseUrl> {
    let url = match text.strip_prefix("env:") {
        Some(name) => std::env::var(name).map_err(|_| format!("the environment has no variable {name}")),
        None => Ok(text.to_owned()),
    };
    url.and_then(|url| DatabaseUrl::read(&url)).map_err(|reason| anyhow!("{option}: {reason}"))
}

impl Copy {
    pub fn run(self) -> anyhow::Result<()> {
        let (from, to) = (read_url("--from", &self.from)?, read_url("--to", &self.to)?);
        if let DatabaseUrl::Sqlite(path) = &from {
            // Opening would make it.
            if !path.is_file() {
                bail!("there is no file {}", path.display());
            }
        }
        if from == to {
            bail!("--from and --to are the same database");
        }
        let open = |url: &DatabaseUrl| Store::open(url).with_context(|| format!("cannot open {url}"));
        let (source, target) = (open(&from)?, open(&to)?);
        let bar = super::progress(0, "copying");
        let tell = |progress| match progress {
            Progress::Total(rows) => bar.set_length(rows),
            Progress::Copied(rows) => bar.inc(rows),
            Progress::Comparing => bar.set_message("comparing"),
        };
        let compared = |tables: &[Compared]| {
            bar.finish_and_clear();
            print(tables);
        };
        let copied = super::block_on(copy::run(&source, &target, self.stop_after, tell, compared));
        bar.finish_and_clear();
        copied?;
        say!("{} is a copy of {}; set database_url to it", to, from);
        Ok(())
    }
}

fn print(tables: &[Compared]) {
    say!("{:<18} {:>12}  SHA-256 of the rows, in source and target", "table", "rows");
    for Compared { table, source, target } in tables {
        say!("{table:<18} {:>12}  {}", source.0, source.1);
        if source != target {
            say!("{:<18} {:>12}  {}  DIFFERS", "  in the target", target.0, target.1);
        }
    }
}
