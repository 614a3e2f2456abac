//! `punchgate demo`: gateway, demo shop and demo buyer in one process, with data in a temporary
//! folder that is gone afterwards. Shop and buyer are strangers to the gateway: they use HTTP only.

use std::io::Cursor;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use secrecy::SecretString;

use super::background;
use super::serve::{bind, stop_signal};
use crate::account::audit::Actor;
use crate::catalog::{self, file::Format};
use crate::clock::Clock;
use crate::config::Config;
use crate::credential::{password, secret};
use crate::demo::{buyer, shop};
use crate::license::Kind;
use crate::punchout::Gateway;
use crate::setup::apply::{self, ApplyError, Options};
use crate::setup::catalog::Plan;
use crate::setup::file::SetupFile;
use crate::setup::licenses::{self, LicenseError, Order};
use crate::store::{self, DatabaseUrl, Store};
use crate::{setup, telemetry, web};

const SYSTEM: &str = "demo";
const OWNER: &str = "owner@acme.example";
const VENDOR: &str = "vendor@punchgate.example";
const CUSTOMERS: [(&str, &str); 2] =
    [("10001", "buyer@acme-customer.example"), ("10002", "einkauf@muster-gmbh.example")];
const PASSWORD: &str = "punch-out-1";

#[derive(Args)]
pub struct Demo {
    /// Address and port of the gateway
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Address and port of the demo shop
    #[arg(long, value_name = "ADDRESS:PORT")]
    shop_listen: Option<SocketAddr>,
    /// Address and port of the demo buyer
    #[arg(long, value_name = "ADDRESS:PORT")]
    buyer_listen: Option<SocketAddr>,
    /// What is logged, as in RUST_LOG
    #[arg(long, default_value = "warn,punchgate=info")]
    log: String,
}

impl Demo {
    pub fn run(self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let mut config = Config::read(None, Default::default())?;
        config.database_url = DatabaseUrl::Sqlite(folder.path().join("demo.db"));
        config.metrics_listen = None;
        config.log = self.log;
        telemetry::start_logging(&config);

        let gateway = listener(self.listen, 8080, "--listen")?;
        let shop = listener(self.shop_listen, 8081, "--shop-listen")?;
        let buyer = listener(self.buyer_listen, 8082, "--buyer-listen")?;
        let url = |listener: &TcpListener| Ok::<_, std::io::Error>(format!("http://{}", listener.local_addr()?));
        let (gateway_url, shop_url, buyer_url) = (url(&gateway)?, url(&shop)?, url(&buyer)?);

        let store = super::open(&config)?;
        let api_key = secret::api_key_generate();
        fill(&store, &config, &shop_url, &buyer_url, api_key.expose())?;

        System::new().block_on(async move {
            let core = Arc::new(Gateway::new(store, &config, gateway_url.clone(), Clock::steady()).await?);
            background::start(&core)?;
            let servers = [
                web::server::serve(gateway, core.clone(), &config, web::server::Draining::default())?,
                shop::serve(
                    shop,
                    shop::Shop {
                        gateway: gateway_url.clone(),
                        api_key: SecretString::from(api_key.expose().to_owned()),
                        name: "Acme Tools".into(),
                    },
                )?,
                buyer::serve(
                    buyer,
                    buyer::Buyer {
                        call_url: format!("{gateway_url}/oci/{SYSTEM}"),
                        public_url: buyer_url.clone(),
                        user: CUSTOMERS[0].1.into(),
                        password: PASSWORD.into(),
                    },
                )?,
            ];
            let handles: Vec<_> = servers.iter().map(|server| server.handle()).collect();
            let running: Vec<_> = servers.into_iter().map(actix_web::rt::spawn).collect();

            println!("Buyer    {buyer_url}/   start here: punch out, put something into the cart, transfer it");
            println!("Shop     {shop_url}/   the demo shop as anybody sees it");
            println!(
                "Gateway  {gateway_url}/   login {} with password {PASSWORD}; API at {gateway_url}/api/docs/",
                CUSTOMERS[0].1
            );
            println!(
                "Admin    {gateway_url}/admin   licenses, systems, punchouts: sign in as {OWNER}, password {PASSWORD}"
            );
            println!("Vendor   {gateway_url}/vendor   issues licenses: sign in as {VENDOR}, password {PASSWORD}");

            stop_signal().await;
            for handle in handles {
                handle.stop(true).await;
            }
            for server in running {
                server.await??;
            }
            background::finish(&core).await;
            Ok::<_, anyhow::Error>(())
        })?;
        folder.close().context("cannot remove the temporary folder")
    }
}

/// The port asked for; without a wish the usual one, or any free one when that is taken.
fn listener(wish: Option<SocketAddr>, usual: u16, option: &str) -> anyhow::Result<TcpListener> {
    let local = |port| bind(SocketAddr::from(([127, 0, 0, 1], port)), option);
    match wish {
        Some(address) => bind(address, option),
        None => local(usual).or_else(|_| local(0)),
    }
}

/// Fills the empty database the way an operator would: licenses, then a setup file.
fn fill(store: &Store, config: &Config, shop_url: &str, buyer_url: &str, api_key: &str) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let website = shop_url.to_owned();
    let keys = super::block_on(store.write(move |c| {
        let mut issued = licenses::issue(c, Order::new(OWNER, Kind::System, 1, None), &Actor::command_line(), now)?;
        issued.extend(licenses::issue(c, Order::new(OWNER, Kind::Customer, 1, None), &Actor::command_line(), now)?);
        for license in &issued {
            licenses::connect(c, &license.key, &website, &Actor::command_line(), now)?;
        }
        Ok::<_, LicenseError>(issued)
    }))?;
    // More than the demo needs, so that portal and administration have something to show.
    super::block_on(
        store.write(move |c| licenses::issue(c, Order::new(OWNER, Kind::System, 1, None), &Actor::command_line(), now)),
    )?;
    for (email, role) in [(OWNER, "merchant"), (VENDOR, "vendor")] {
        let hash = password::hash_now(&SecretString::from(PASSWORD), config.password);
        super::block_on(store.write(move |c| {
            let account = licenses::account(c, email, now)?;
            store::accounts::update_role(c, &account.id, role)?;
            store::accounts::update_password(c, &account.id, &hash)?;
            Ok::<_, LicenseError>(())
        }))?;
    }
    let mut file = format!(
        r#"
[[shop]]
slug = "acme"
name = "Acme Tools"
website = "{shop_url}"
account = "{OWNER}"
connector = {{ kind = "redirect", entry_url = "{shop_url}/punchout/enter" }}
api_key = "{api_key}"

[[system]]
shop = "acme"
slug = "{SYSTEM}"
name = "Demo procurement"
license = "{}"
hooks = ["{buyer_url}"]
"#,
        keys[0].key
    );
    for ((number, email), license) in CUSTOMERS.iter().zip(&keys[1..]) {
        file.push_str(&format!(
            r#"
[[customer]]
shop = "acme"
number = "{number}"
email = "{email}"
password = "{PASSWORD}"

[[assignment]]
system = "{SYSTEM}"
customer = "{number}"
license = "{}"
"#,
            license.key
        ));
    }
    let file = SetupFile::read(&file, |_| None)?;
    let prepared = apply::prepare(file, &Default::default(), config.password, || {});
    super::block_on(store.write(move |c| apply::apply(c, &prepared, Options::default(), now)))
        .map_err(|error: ApplyError| anyhow::Error::from(error))?;
    import(store)
}

/// What the shop sells, so that prices and searches are answered without opening it.
fn import(store: &Store) -> anyhow::Result<()> {
    let shop = super::wait(store.read(|c| store::shops::find_by_slug(c, "acme")))?.context("the shop was just made")?;
    let lines = Cursor::new(crate::demo::catalog::as_json_lines());
    let file = catalog::file::open(lines, "demo", Some(Format::JsonLines), &catalog::file::Options::default());
    let file = file.map_err(|fault| anyhow::anyhow!("the demo's catalog: {fault}"))?;
    let plan = Plan { source: "demo".into(), ..Plan::default() };
    super::block_on(setup::catalog::import(store, &Clock::System, &shop, file, &plan, |_| ()))?;
    Ok(())
}
