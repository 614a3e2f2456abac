//! Logs and metrics. The subscriber is the one thing that is global here.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Config, LogFormat};

/// Starts logging to standard error: text on a terminal, JSON otherwise, unless the settings say so.
pub fn start_logging(config: &Config) {
    let json = match config.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    // Whoever reads standard error may have gone: what cannot be written is lost, and nobody is disturbed by it. The
    // subscriber would tell of it there, and that ends the request which logs.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE)
        .log_internal_errors(false);
    // Tests start several gateways in one process; the first one's subscriber stays.
    let _ = if json {
        builder.json().flatten_event(true).with_span_list(false).try_init()
    } else {
        builder.with_target(false).try_init()
    };
}

/// Starts counting; the handle renders what was counted as Prometheus text.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().install_recorder()?;
    metrics::describe_counter!("punchgate_requests_total", "Requests by route and status");
    metrics::describe_counter!("punchgate_refusals_total", "Refused calls and requests by code");
    metrics::describe_counter!(
        "punchgate_refusals_unrecorded_total",
        "Refusals that are missing in the administration's list, by why"
    );
    metrics::describe_counter!("punchgate_punchouts_total", "Punchouts opened");
    metrics::describe_counter!(
        "punchgate_functions_total",
        "Functions of OCI that were answered without a visit to the shop, by function"
    );
    metrics::describe_counter!(
        "punchgate_shop_requests_total",
        "Products asked of shops that answer for them, by outcome"
    );
    metrics::describe_counter!("punchgate_returns_total", "Carts returned");
    metrics::describe_counter!(
        "punchgate_shared_logins_total",
        "Logins whose end was told to other nodes, heard from them, or lost on the way"
    );
    metrics::describe_counter!("punchgate_passwords_total", "Passwords checked, by hashing or from memory");
    Ok(handle)
}
