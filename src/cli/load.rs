//! `punchgate load`: a running gateway, driven and measured from outside.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use secrecy::SecretString;

use crate::config::read_span;
use crate::load::drive::{Driven, Plan, drive};
use crate::load::mix::{Kind, Mix};
use crate::load::record::{Record, Run};
use crate::load::visit::{Target, User, cart};

/// Punchouts are really made: drive a gateway that is there to be driven, with a shop and customers of its own.
#[derive(Args)]
#[command(after_help = HELP)]
pub struct Load {
    /// The gateway
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The OCI system that is called
    #[arg(long, value_name = "SLUG")]
    system: String,
    /// The customer who logs in; the password is read from PUNCHGATE_LOAD_PASSWORD
    #[arg(long, value_name = "EMAIL", conflicts_with = "users", required_unless_present = "users")]
    user: Option<String>,
    /// Customers who log in, one after another: CSV with the columns email and password
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// Where carts would go to: a HOOK_URL that the system allows. Nothing is sent to it
    #[arg(long, value_name = "URL")]
    hook: String,
    /// The shop's API key, for round trips
    #[arg(long, value_name = "KEY", env = "PUNCHGATE_LOAD_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// What visits are: warm, cold, round-trip, validate, flood; several with weights, as round-trip=3,warm=1
    #[arg(long, default_value = "round-trip")]
    mix: Mix,
    /// Open loop: visits that begin a second, whatever became of those before
    #[arg(long, value_name = "PER-SECOND", conflicts_with = "concurrency")]
    rate: Option<f64>,
    /// Closed loop: visits at a time [default: 16]
    #[arg(long, value_name = "VISITS")]
    concurrency: Option<usize>,
    /// How long is measured
    #[arg(long, value_name = "SPAN", default_value = "10s")]
    duration: String,
    /// How long is driven before, without being counted
    #[arg(long, value_name = "SPAN", default_value = "1s")]
    warm_up: String,
    /// Lines of a cart
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    lines: u16,
    /// The article that VALIDATE asks for
    #[arg(long, value_name = "PRODUCT_ID", default_value = "SW-00001")]
    product: String,
    /// Say (X-Forwarded-For) that calls come from so many addresses: the limit on failed logins counts by address. The
    /// gateway must have this machine among its trusted_proxies
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=16_000_000))]
    addresses: u32,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
With --rate a latency counts from the moment at which the visit should have begun: a gateway that stands still for a
second is not forgiven for the visits that had to wait (no coordinated omission). Without it as many visits as
--concurrency says follow each other, which finds out the most that a gateway can do. Exit code 1 if nothing went well.

  PUNCHGATE_LOAD_PASSWORD='correct horse' punchgate load --system srm --user buyer@example.com \\
      --hook https://srm.example.com/return --api-key \"$KEY\" --mix round-trip --rate 50 --duration 30s";

/// Visits of an open loop that may be under way.
const UNDER_WAY: usize = 10_000;

impl Load {
    pub fn run(self) -> anyhow::Result<()> {
        let (target, plan) = (self.target()?, self.plan()?);
        let record = Arc::new(Record::default());
        let bar = self.bar(&plan);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let driven = runtime.block_on(async {
            let (shown, ticking) = (bar.clone(), record.clone());
            let tick = tokio::spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                    let (good, others) = ticking.counts();
                    shown.set_message(format!("{good} good, {others} others"));
                    shown.set_position(shown.elapsed().as_secs());
                }
            });
            let driven = drive(Arc::new(target), record.clone(), &plan).await;
            tick.abort();
            driven
        });
        bar.finish_and_clear();
        self.tell(&record, &plan, &driven)
    }

    fn target(&self) -> anyhow::Result<Target> {
        let users = match (&self.users, &self.user) {
            (Some(file), _) => read_users(file)?,
            (None, Some(email)) => {
                let password = std::env::var("PUNCHGATE_LOAD_PASSWORD")
                    .context("the password is missing; put it into PUNCHGATE_LOAD_PASSWORD")?;
                vec![User { email: email.clone(), password: SecretString::from(password) }]
            }
            (None, None) => bail!("say who logs in: --user or --users"),
        };
        if self.mix.has(Kind::RoundTrip) && self.api_key.is_none() {
            bail!("a round trip needs the shop's API key; give it with --api-key or PUNCHGATE_LOAD_API_KEY");
        }
        let mut target = Target::new(&self.url, &self.system, users, &self.hook)?;
        target.api_key = self.api_key.clone().map(SecretString::from);
        target.cart = cart(self.lines.into());
        target.product = self.product.clone();
        target.addresses = self.addresses;
        Ok(target)
    }

    fn plan(&self) -> anyhow::Result<Plan> {
        let span = |name: &str, text: &str| {
            let span = read_span(text).and_then(|span| u64::try_from(span).ok()).map(Duration::from_micros);
            span.with_context(|| format!("--{name} {text}: it must be a span of time such as 30s or 5m"))
        };
        if let Some(rate) = self.rate
            && !(0.01..=1_000_000.0).contains(&rate)
        {
            bail!("--rate {rate}: it must be from 0.01 to 1000000");
        }
        let concurrency = match self.concurrency {
            Some(0) => bail!("--concurrency must be at least 1"),
            Some(concurrency) => concurrency,
            None if self.rate.is_some() => UNDER_WAY,
            None => 16,
        };
        let (warm_up, time) = (span("warm-up", &self.warm_up)?, span("duration", &self.duration)?);
        if time.is_zero() {
            bail!("--duration must be at least 1s");
        }
        Ok(Plan { mix: self.mix.clone(), rate: self.rate, concurrency, warm_up, time })
    }

    /// On a terminal only.
    fn bar(&self, plan: &Plan) -> indicatif::ProgressBar {
        let bar = indicatif::ProgressBar::new((plan.warm_up + plan.time).as_secs());
        if let Ok(style) = indicatif::ProgressStyle::with_template("{wide_bar} {pos}/{len} s  {msg}") {
            bar.set_style(style);
        }
        bar
    }

    fn tell(&self, record: &Record, plan: &Plan, driven: &Driven) -> anyhow::Result<()> {
        let run = Run {
            url: self.url.clone(),
            mix: plan.mix.to_string(),
            rate: plan.rate,
            concurrency: plan.concurrency,
            time: driven.time,
            not_begun: driven.not_begun,
        };
        if self.json {
            say!("{:#}", record.json(&run));
        } else {
            let how = match plan.rate {
                Some(rate) => format!("open loop, {rate} visits a second"),
                None => format!("closed loop, {} visits at a time", plan.concurrency),
            };
            say!("{} of {}, {how}, {:.1} s", run.mix, run.url, run.time.as_secs_f64());
            say!("{}", record.table(&run).trim_end());
            if run.not_begun > 0 {
                say!("{} visits could not begin: {} were under way", run.not_begun, plan.concurrency);
            }
        }
        if record.counts().0 == 0 {
            bail!("nothing went well; is this the gateway's address, and are system, user and hook right?");
        }
        if record.no_trip_succeeded() {
            bail!("no visit came through to its return; is the shop's API key right?");
        }
        Ok(())
    }
}

fn read_users(file: &PathBuf) -> anyhow::Result<Vec<User>> {
    #[derive(serde::Deserialize)]
    struct Row {
        email: String,
        password: String,
    }
    let named = || format!("cannot read {}", file.display());
    let mut reader = csv::Reader::from_path(file).with_context(named)?;
    let users: Vec<User> = reader
        .deserialize()
        .map(|row| row.map(|Row { email, password }| User { email, password: SecretString::from(password) }))
        .collect::<Result<_, _>>()
        .with_context(named)?;
    if users.is_empty() {
        bail!("{} names no user", file.display());
    }
    Ok(users)
}
