//! `punchgate export`.

use clap::Args;

use crate::config::Config;
use crate::setup::export;

#[derive(Args)]
pub struct Export {
    /// Add the customers' password hashes, so that the customers can be made elsewhere; licenses are not in the file
    #[arg(long)]
    with_password_hashes: bool,
}

impl Export {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let store = super::open(config)?;
        let file = super::wait(store.read(move |c| export::export(c, self.with_password_hashes)))?;
        toml::to_string(&file)?.lines().for_each(|line| say!("{line}"));
        Ok(())
    }
}
