//! `punchgate catalog …`: what a shop sells.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::catalog::file::{self, Format, Options};
use crate::catalog::record::Fault;
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::setup::catalog::{Outcome, Plan, import};
use crate::store;
use crate::store::catalog_import::KEPT_DAYS;

/// Faults that are told in full; the others are counted.
const TOLD: i64 = 100;

#[derive(Subcommand)]
pub enum Catalog {
    /// Import a catalog from CSV, BMEcat 1.2 or 2005, or JSON lines. It comes into force all at once at the end;
    /// until then, and if anything goes wrong, the old one stays
    Import(Import),
    /// Look for articles as a procurement system does, to see what buyers find
    Search {
        #[arg(long, value_name = "SLUG")]
        shop: String,
        /// Articles that are shown
        #[arg(long, default_value_t = 20)]
        limit: u16,
        text: String,
    },
    /// Show what a shop's catalog holds, and its last imports
    Show {
        #[arg(long, value_name = "SLUG")]
        shop: String,
    },
}

#[derive(clap::Args)]
pub struct Import {
    #[arg(long, value_name = "SLUG")]
    shop: String,
    /// What the file is; told by its first bytes and its name if left out
    #[arg(long)]
    format: Option<FormatName>,
    /// Articles that the file does not name stay (BMEcat updates are always so)
    #[arg(long)]
    incremental: bool,
    /// What a faulty article does: leave the old catalog in force, or be left out itself
    #[arg(long, value_enum, default_value = "stop")]
    on_fault: OnFault,
    /// Let more than half of the articles go
    #[arg(long)]
    allow_shrink: bool,
    /// BMEcat: the types of prices to take, separated by commas; of each article the first that it has
    #[arg(long, value_name = "TYPES", value_delimiter = ',', default_values_t = Options::default().price_types)]
    price_type: Vec<String>,
    /// BMEcat: what stands in front of the names of pictures, instead of the catalog's MIME_ROOT
    #[arg(long, value_name = "URL", value_parser = file::read_mime_root)]
    mime_root: Option<String>,
    /// The language of texts that name none, as de
    #[arg(long, value_name = "CODE", value_parser = file::read_language)]
    language: Option<String>,
    /// The currency of prices that name none, as EUR; in BMEcat also which of several is taken
    #[arg(long, value_name = "CODE", value_parser = file::read_currency)]
    currency: Option<String>,
    /// Write every fault into this CSV file
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// The catalog; - is standard input
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Csv,
    Bmecat,
    Jsonl,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum OnFault {
    Stop,
    Skip,
}

impl Catalog {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Import(import) => import.run(config),
            Self::Search { shop, limit, text } => search(config, &shop, text, limit.into()),
            Self::Show { shop } => show(config, &shop),
        }
    }
}

impl Import {
    fn run(self, config: &Config) -> anyhow::Result<()> {
        let clock = Clock::System;
        let options = Options {
            language: self.language.unwrap_or_default(),
            currency: self.currency,
            price_types: self.price_type,
            mime_root: self.mime_root,
            today: clock::date(clock.now()),
        };
        let format = self.format.map(|format| match format {
            FormatName::Csv => Format::Csv,
            FormatName::Bmecat => Format::Bmecat,
            FormatName::Jsonl => Format::JsonLines,
        });
        let super::Source { name, reader, length } = super::Source::open(&self.file)?;
        let bar = progress(length);
        let bytes = BufReader::with_capacity(256 * 1024, bar.wrap_read(reader));
        let opened = file::open(bytes, &name, format, &options);
        let catalog = opened.map_err(|fault| anyhow::anyhow!("{name}: {fault}"))?;
        let custom = catalog.custom_columns.join(", ");
        let mut faults = Faults::open(self.faults, &name, &bar)?;

        let store = super::open(config)?;
        let slug = self.shop.clone();
        let shop = super::wait(store.read(move |c| store::shops::find_by_slug(c, &slug)))?
            .with_context(|| format!("there is no shop \"{}\"", self.shop))?;
        let plan = Plan {
            incremental: self.incremental,
            skip_faults: self.on_fault == OnFault::Skip,
            allow_shrink: self.allow_shrink,
            source: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let imported = super::block_on(import(&store, &clock, &shop, catalog, &plan, |fault| faults.tell(fault)));
        bar.finish_and_clear();
        faults.finish()?;
        let outcome = imported.with_context(|| name)?;
        say_outcome(&outcome);
        if !custom.is_empty() {
            say!("columns kept as custom fields: {custom}");
        }
        Ok(())
    }
}

fn say_outcome(outcome: &Outcome) {
    say!(
        "{} new, {} changed, {} unchanged, {} removed, {} skipped",
        outcome.created,
        outcome.changed,
        outcome.unchanged,
        outcome.removed,
        outcome.skipped
    );
    say!("version {} with {} articles is in force", outcome.version, outcome.articles);
}

/// Bytes read, and if the length is known how long it will take.
fn progress(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (ProgressBar::new(length), "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} ({eta})"),
        None => (ProgressBar::new_spinner(), "{msg} {spinner} {bytes} {bytes_per_sec}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.with_message("importing")
}

/// Where faults are told: the first on standard error, all of them in a file if one was named.
struct Faults<'a> {
    file: Option<csv::Writer<File>>,
    path: Option<PathBuf>,
    name: &'a str,
    bar: &'a ProgressBar,
    count: i64,
    failed: Option<csv::Error>,
}

impl<'a> Faults<'a> {
    fn open(path: Option<PathBuf>, name: &'a str, bar: &'a ProgressBar) -> anyhow::Result<Self> {
        let file = match &path {
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(["line", "product_id", "field", "message"])?;
                Some(writer)
            }
            None => None,
        };
        Ok(Self { file, path, name, bar, count: 0, failed: None })
    }

    fn tell(&mut self, fault: &Fault) {
        self.count += 1;
        // Whatever comes after a fatal one is not known, so that is always told.
        if self.count <= TOLD || fault.fatal {
            self.bar.suspend(|| eprintln!("{}: {fault}", self.name));
        }
        if let Some(file) = &mut self.file {
            let line = fault.line.to_string();
            let product_id = fault.product_id.as_deref().unwrap_or_default();
            let written = file.write_record([line.as_str(), product_id, &fault.field, &fault.message]);
            self.failed = self.failed.take().or(written.err());
        }
    }

    fn finish(mut self) -> anyhow::Result<()> {
        if self.count > TOLD {
            eprintln!("{}: and {} more faults", self.name, self.count - TOLD);
        }
        if let Some(error) = self.failed {
            let path = self.path.unwrap_or_default();
            bail!("cannot write {}: {error}", path.display());
        }
        Ok(self.file.as_mut().map_or(Ok(()), csv::Writer::flush)?)
    }
}

fn search(config: &Config, slug: &str, text: String, limit: i64) -> anyhow::Result<()> {
    let store = super::open(config)?;
    let wanted = slug.to_owned();
    let shop = super::wait(store.read(move |c| store::shops::find_by_slug(c, &wanted)))?
        .with_context(|| format!("there is no shop \"{slug}\""))?;
    let began = std::time::Instant::now();
    let hits = super::wait(store.read(move |c| store::catalog::search(c, &shop.id, &text, limit)))?;
    let took = began.elapsed().as_millis();
    for article in &hits.articles {
        let name = article.texts.first().map_or("", |text| &text.name);
        let price =
            article.prices.first().map_or_else(String::new, |price| format!("{} {}", price.net, article.currency));
        say!("{}  {name}  {price}", article.product_id);
    }
    say!("{} of {} articles, in {took} ms", hits.articles.len(), hits.total);
    Ok(())
}

fn show(config: &Config, slug: &str) -> anyhow::Result<()> {
    let store = super::open(config)?;
    let wanted = slug.to_owned();
    let found = super::wait(store.read(move |c| {
        let Some(shop) = store::shops::find_by_slug(c, &wanted)? else { return Ok(None) };
        let catalog = store::catalog::of_shop(c, &shop.id)?;
        let versions = store::catalog::list_versions(c, &shop.id)?;
        let is_indexed = store::catalog_search::is_indexed(c)?;
        Ok(Some((catalog, versions, is_indexed)))
    }))?;
    let (catalog, versions, is_indexed) = found.with_context(|| format!("there is no shop \"{slug}\""))?;
    match &catalog {
        Some(catalog) if catalog.version > 0 => {
            say!("version {} with {} articles is in force", catalog.version, catalog.articles);
        }
        _ => say!("nothing was imported yet"),
    }
    if let Some(touched) = catalog.as_ref().and_then(|catalog| catalog.import_touched_at) {
        say!("an import is running, or was stopped; last sign of life {}", clock::rfc3339(touched));
    }
    if !versions.is_empty() {
        say!("versions that downloads may still use (kept for {KEPT_DAYS} days after their end):");
    }
    for version in versions {
        let did: serde_json::Value = serde_json::from_str(&version.outcome).unwrap_or_default();
        let number = |name: &str| did[name].as_i64().unwrap_or(0);
        say!(
            "  {}  since {}  {} articles  {}: {} new, {} changed, {} unchanged, {} removed, {} skipped",
            version.version,
            clock::rfc3339(version.since),
            version.articles,
            version.source,
            number("created"),
            number("changed"),
            number("unchanged"),
            number("removed"),
            number("skipped")
        );
    }
    if !is_indexed {
        say!("searches read every article, because PostgreSQL has no pg_trgm; see docs/catalog.md");
    }
    Ok(())
}
