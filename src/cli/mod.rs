//! The `punchgate` command: one file a subcommand.

/// A line on standard output. Whoever closes the pipe has read enough, and the command ends.
macro_rules! say {
    ($($argument:tt)*) => { $crate::cli::write_line(format_args!($($argument)*)) };
}

mod apply;
mod background;
mod catalog;
mod check;
mod copy;
mod customer;
mod demo;
mod export;
mod license;
mod load;
mod migrate;
mod prune;
mod serve;
mod shadow;
mod user;

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};

use crate::config::{Config, SETTINGS};
use crate::shop;
use crate::store::{self, Store, StoreError, Terms};

/// Self-hosted OCI punchout gateway between procurement systems and web shops
#[derive(Parser)]
#[command(name = "punchgate", version, after_help = settings_help())]
struct Cli {
    /// Settings file; without it punchgate.toml is read if it exists
    #[arg(long, global = true, value_name = "FILE", env = "PUNCHGATE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try everything in one process with sample data: gateway, demo shop, demo buyer
    Demo(demo::Demo),
    /// Read a return page, a posted body or an OCI call as a buyer's system would, and say what is wrong with it
    Check(check::Check),
    /// Run the gateway
    Serve(serve::Serve),
    /// Bring the database schema up to date
    Migrate(migrate::Migrate),
    /// Move everything from one database into another, as from SQLite to PostgreSQL
    Copy(copy::Copy),
    /// Remove punchouts that ended long ago; how many there were is kept
    Prune(prune::Prune),
    /// Make shops, systems, customers and assignments as a TOML file says
    Apply(apply::Apply),
    /// Write the database as an apply file, without secrets
    Export(export::Export),
    /// Issue, connect and manage licenses
    #[command(subcommand)]
    License(license::License),
    /// Manage the accounts that sign in to portal and administration
    #[command(subcommand)]
    User(user::User),
    /// Manage a shop's customers
    #[command(subcommand)]
    Customer(customer::Customer),
    /// Manage what a shop sells
    #[command(subcommand)]
    Catalog(catalog::Catalog),
    /// Drive a running gateway with punchouts, and report throughput and percentiles
    Load(load::Load),
}

/// Runs the command line; errors end in one sentence on standard error and exit code 1.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Check(check) = cli.command {
        return check.run();
    }
    shop::tls::install();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "punchgate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Demo(demo) => return demo.run().map(|()| ExitCode::SUCCESS),
        Command::Load(load) => return load.run().map(|()| ExitCode::SUCCESS),
        _ => {}
    }
    let config = Config::load(cli.config.as_deref())?;
    match cli.command {
        Command::Demo(_) | Command::Check(_) | Command::Load(_) => unreachable!("ran above, without settings"),
        Command::Serve(serve) => serve.run(&config),
        Command::Migrate(migrate) => return migrate.run(&config),
        Command::Copy(copy) => copy.run(),
        Command::Prune(prune) => prune.run(&config),
        Command::Apply(apply) => apply.run(&config),
        Command::Export(export) => export.run(&config),
        Command::License(license) => license.run(&config),
        Command::User(user) => user.run(&config),
        Command::Customer(customer) => customer.run(&config),
        Command::Catalog(catalog) => catalog.run(&config),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the database with its schema up to date.
fn open(config: &Config) -> anyhow::Result<Store> {
    open_on(config, config.terms())
}

fn open_on(config: &Config, terms: Terms) -> anyhow::Result<Store> {
    open_as_it_is(config, terms).map_err(|error| {
        let said = format!("{error:#}");
        // What SQLite says of a file that was overwritten or half copied.
        match said.contains("file is not a database") || said.contains("malformed") {
            true => anyhow::anyhow!(
                "{} is damaged or no database of SQLite; nothing was written to it. Put a backup in its place ({said})",
                config.database_url
            ),
            false => error,
        }
    })
}

fn open_as_it_is(config: &Config, terms: Terms) -> anyhow::Result<Store> {
    let store = connect(config, terms)?;
    if let Some(source) = wait(store.read(store::copy::find_source))? {
        bail!(
            "{} holds an unfinished copy of {source}; continue it with punchgate copy, or take another database",
            config.database_url
        );
    }
    if config.migrate {
        block_on(migrate::migrate(&store))?;
        return Ok(store);
    }
    let schema = wait(store.read(store::migrate::inspect))?.known()?;
    if !schema.pending.is_empty() {
        let names: Vec<_> = schema.pending.iter().map(|pending| pending.name.as_str()).collect();
        bail!("the database schema is not up to date ({} missing); run: punchgate migrate", names.join(", "));
    }
    Ok(store)
}

fn connect(config: &Config, terms: Terms) -> anyhow::Result<Store> {
    Store::open_on(&config.database_url, terms).with_context(|| format!("cannot open {}", config.database_url))
}

/// Runs one job to its end on the calling thread. Commands need no more runtime than that.
fn wait<T>(job: impl Future<Output = Result<T, StoreError>>) -> anyhow::Result<T> {
    Ok(block_on(job)?)
}

fn block_on<T>(job: impl Future<Output = T>) -> T {
    // Database threads answer by waking this one, so no I/O is needed; imports pause for others.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime without I/O needs nothing from the system");
    runtime.block_on(job)
}

/// A file that the command line names; `-` is standard input.
struct Source {
    name: String,
    reader: Box<dyn Read + Send>,
    /// Bytes, if it is known.
    length: Option<u64>,
}

impl Source {
    fn open(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self { name: "standard input".into(), reader: Box::new(std::io::stdin()), length: None });
        }
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let length = file.metadata().ok().map(|metadata| metadata.len());
        Ok(Self { name, reader: Box::new(file), length })
    }
}

/// A bar for long work, on a terminal only.
fn progress(length: usize, what: &'static str) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(length as u64).with_message(what);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta})") {
        bar.set_style(style);
    }
    bar
}

fn write_line(line: std::fmt::Arguments) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

fn settings_help() -> String {
    let mut help = String::from("Settings, in punchgate.toml or as environment variables:\n");
    for (name, default, meaning) in SETTINGS {
        let default = if default.is_empty() { String::new() } else { format!(" [default: {default}]") };
        help.push_str(&format!("  {name} (PUNCHGATE_{})\n          {meaning}{default}\n", name.to_uppercase()));
    }
    help
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
