//! `punchgate serve`: the gateway until a signal ends it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::background;
use crate::clock::Clock;
use crate::config::Config;
use crate::punchout::Gateway;
use crate::web::server::Draining;
use crate::{store, telemetry, web};

#[derive(Args)]
pub struct Serve {
    /// Do not touch the schema; refuse to start when it is not up to date
    #[arg(long)]
    no_migrate: bool,
}

impl Serve {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let config = Config { migrate: config.migrate && !self.no_migrate, ..config.clone() };
        telemetry::start_logging(&config);
        let _sole = store::sole::hold(&config.database_url)?;
        let store = super::open_on(&config, config.terms_of_requests())?;
        let listener = bind(config.listen, "PUNCHGATE_LISTEN")?;
        let address = listener.local_addr()?;
        let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        System::new().block_on(async move {
            let gateway = Arc::new(Gateway::new(store, &config, public_url, Clock::steady()).await?);
            background::start(&gateway)?;
            let metrics_listener = metrics_listener(&config)?;
            let metrics_address = metrics_listener.as_ref().map(TcpListener::local_addr).transpose()?;
            let metrics = match metrics_listener {
                Some(listener) => Some(web::server::serve_metrics(listener, telemetry::start_metrics()?)?),
                None => None,
            };
            let draining = Draining::default();
            let server = web::server::serve(listener, gateway.clone(), &config, draining.clone())?;
            let handles: Vec<_> = metrics.iter().map(|server| server.handle()).chain([server.handle()]).collect();
            actix_web::rt::spawn(async move {
                let drain = Duration::from_micros(config.drain.unsigned_abs());
                if stop_signal().await == Stop::InTurn && !drain.is_zero() {
                    draining.begin();
                    tracing::info!(seconds = drain.as_secs(), "draining: not ready any more, requests are still taken");
                    // Whoever asks twice wants it now.
                    tokio::select! {
                        () = tokio::time::sleep(drain) => {}
                        _ = stop_signal() => {}
                    }
                }
                tracing::info!("stopping: requests under way end, new ones are refused");
                for handle in handles {
                    handle.stop(true).await;
                }
            });
            if let Some(metrics) = metrics {
                actix_web::rt::spawn(metrics);
            }
            let metrics = metrics_address.map_or_else(|| "off".into(), |address| address.to_string());
            tracing::info!(%address, metrics, public_url = gateway.public_url, database = %config.database_url, version = env!("CARGO_PKG_VERSION"), "Punchgate is listening");
            server.await?;
            background::finish(&gateway).await;
            tracing::info!("stopped");
            Ok(())
        })
    }
}

/// The listener of `/metrics`. On one machine several gateways share the usual port, and all but the
/// first go without unless they were told another.
fn metrics_listener(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = config.metrics_listen else { return Ok(None) };
    match bind(address, "PUNCHGATE_METRICS_LISTEN") {
        Err(error) if config.metrics_by_default => {
            tracing::warn!(error = format!("{error:#}"), "running without /metrics");
            Ok(None)
        }
        bound => bound.map(Some),
    }
}

/// Binds a listener, with the sentence that tells what to do when it does not work.
pub fn bind(address: std::net::SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; is another program there? Another address goes into {setting}")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// How a process is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// SIGTERM: a supervisor, who sends requests elsewhere.
    InTurn,
    /// SIGINT: somebody at the terminal.
    AtOnce,
}

/// Waits for SIGTERM or SIGINT.
pub async fn stop_signal() -> Stop {
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => Stop::InTurn,
                _ = interrupt.recv() => Stop::AtOnce,
            }
        }
        _ => {
            tracing::warn!("signals cannot be caught; stop the process by force");
            std::future::pending().await
        }
    }
}
