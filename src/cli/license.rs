//! `punchgate license …`: what vendors and owners do to licenses.

use std::str::FromStr;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::account::audit::Actor;
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::license::{Kind, Website};
use crate::setup::licenses::{self, Description, Event, LicenseError, Order};
use crate::store::licenses::License as Row;
use crate::store::{self, Connection};

#[derive(Subcommand)]
pub enum License {
    /// Issue licenses to an account and print their keys, one a line; a system license brings a customer license
    Issue(Issue),
    /// Connect a license with a website
    Connect {
        key: String,
        /// Address of the shop's website
        #[arg(long)]
        website: String,
    },
    /// Disconnect a license from its website
    Disconnect { key: String },
    /// Make a license of no use until it is resumed
    Suspend { key: String },
    /// Make a suspended license good again
    Resume { key: String },
    /// Set the last day on which a license is good (UTC); 9999-12-31 for no end
    Extend {
        key: String,
        #[arg(long, value_name = "YYYY-MM-DD")]
        valid_until: String,
    },
    /// Show one license and its history
    Show {
        key: String,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show all licenses
    List {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub struct Issue {
    /// E-mail of the account; it is made if it does not exist
    #[arg(long)]
    account: String,
    /// system or customer
    #[arg(long, value_parser = Kind::from_str)]
    kind: Kind,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
    /// Last good day (UTC); without it the license does not end
    #[arg(long, value_name = "YYYY-MM-DD")]
    valid_until: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

type Job = Box<dyn FnOnce(&mut Connection) -> Result<Row, LicenseError> + Send>;

/// What `show --json` prints.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    license: Description,
    history: Vec<Event>,
}

impl License {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let store = super::open(config)?;
        let now = Clock::System.now();
        let write = |job: Job, done: &str| {
            let license = super::block_on(store.write(job))?;
            say!("{} {done} ({})", license.key, website(license.website.as_deref(), "no website"));
            Ok(())
        };
        match self {
            Self::Issue(issue) => {
                let json = issue.json;
                crate::setup::customer_rules::check_email(&issue.account).map_err(anyhow::Error::msg)?;
                let issued = super::block_on(store.write(move |c| {
                    let order = Order::new(&issue.account, issue.kind, issue.count, issue.valid_until.as_deref());
                    licenses::issue(c, order, &Actor::command_line(), now)
                }))?;
                if json {
                    say!("{}", serde_json::to_string(&issued)?);
                } else {
                    issued.iter().for_each(|license| say!("{}", license.key));
                }
                Ok(())
            }
            Self::Connect { key, website } => write(
                Box::new(move |c| licenses::connect(c, &key, &website, &Actor::command_line(), now)),
                "is connected",
            ),
            Self::Disconnect { key } => {
                write(Box::new(move |c| licenses::disconnect(c, &key, &Actor::command_line(), now)), "is disconnected")
            }
            Self::Suspend { key } => {
                write(Box::new(move |c| licenses::suspend(c, &key, &Actor::command_line(), now)), "is suspended")
            }
            Self::Resume { key } => {
                write(Box::new(move |c| licenses::resume(c, &key, &Actor::command_line(), now)), "is in force")
            }
            Self::Extend { key, valid_until } => {
                let is_over = licenses::read_last_day(&valid_until)?.is_some_and(|end| end <= now);
                write(
                    Box::new(move |c| licenses::extend(c, &key, &valid_until, &Actor::command_line(), now)),
                    if is_over { "has ended: that day is past" } else { "is extended" },
                )
            }
            Self::Show { key, json } => {
                let (license, history) = super::block_on(store.read(move |c| {
                    let license = licenses::find(c, &key)?;
                    let history = licenses::history(c, &license)?;
                    Ok::<_, LicenseError>((licenses::describe(c, license)?, history))
                }))?;
                if json {
                    say!("{}", serde_json::to_string(&Shown { license, history })?);
                    return Ok(());
                }
                print(&license);
                for event in history {
                    say!("  {} {} {}", event.at, event.event, event.detail.unwrap_or_default());
                }
                Ok(())
            }
            Self::List { json } => {
                let licenses = super::block_on(store.read(|c| {
                    let licenses = store::licenses::list(c)?;
                    licenses
                        .into_iter()
                        .map(|license| licenses::describe(c, license))
                        .collect::<Result<Vec<_>, LicenseError>>()
                }))?;
                if json {
                    say!("{}", serde_json::to_string(&licenses)?);
                } else {
                    licenses.iter().for_each(print);
                }
                Ok(())
            }
        }
    }
}

fn print(license: &Description) {
    let website = website(license.website.as_deref(), "not connected");
    let until = license.valid_until.as_deref().map_or_else(|| "without end".to_owned(), |day| format!("until {day}"));
    let is_over =
        license.valid_until.as_deref().and_then(clock::end_of_day).is_some_and(|end| end < Clock::System.now());
    let state = match license.suspended {
        true => "suspended",
        false if is_over => "expired",
        false => "in force",
    };
    let used = license.used_by.as_deref().unwrap_or("not used");
    say!("{}  {:8}  {}  {website}  {until}  {state}  {used}", license.key, license.kind, license.account);
}

/// A website that exists only on its owner's computer is shown as what it is.
fn website(connected: Option<&str>, none: &str) -> String {
    match connected {
        Some(website) if Website::read(website).is_ok_and(|website| website.is_test()) => {
            format!("{website}, a test website")
        }
        Some(website) => website.to_owned(),
        None => none.to_owned(),
    }
}
