//! The listeners: built on sockets that are bound already, so that a test may ask for port 0 and
//! read the real one, and stopped gracefully by a signal.

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::{Server, Service, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::DefaultHeaders;
use actix_web::web::Data;
use actix_web::{App, Error, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;
use tracing::Span;
use tracing_actix_web::{DefaultRootSpanBuilder, RootSpanBuilder, TracingLogger};
use utoipa::OpenApi;

use crate::account::Accounts;
use crate::config::Config;
use crate::punchout::Gateway;
use crate::web::session::Cookies;
use crate::web::{api, app, tools};

/// A client that takes longer to send its request's head is cut off.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether the process is about to stop: it is not ready any more, and every answer ends its connection, so that a load
/// balancer opens its next one elsewhere.
#[derive(Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What handlers share.
pub struct Web {
    pub gateway: Arc<Gateway>,
    pub trusted_proxies: Vec<IpAddr>,
    pub cookies: Cookies,
    pub accounts: Accounts,
    pub draining: Draining,
    /// Of the checker that anybody may use.
    pub desk: tools::Desk,
    /// The description of the API, rendered once.
    pub openapi: String,
}

/// The gateway on its listener. Runs when awaited.
pub fn serve(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    config: &Config,
    draining: Draining,
) -> std::io::Result<Server> {
    let openapi = api::Description::openapi().to_pretty_json().map_err(std::io::Error::other)?;
    let cookies = Cookies::new(&gateway.public_url);
    let accounts =
        Accounts::new(gateway.store.clone(), gateway.hasher.clone(), gateway.clock.clone(), gateway.sign_ins.clone());
    let (desk, trusted_proxies) = (tools::Desk::default(), config.trusted_proxies.clone());
    let stops = draining.clone();
    let web = Data::new(Web { gateway, cookies, accounts, draining, desk, trusted_proxies, openapi });
    let server = HttpServer::new(move || {
        let stops = stops.clone();
        App::new()
            .app_data(web.clone())
            .wrap(
                // No X-Frame-Options: procurement systems show the shop in frames.
                DefaultHeaders::new()
                    .add(("Cache-Control", "no-store"))
                    .add(("Referrer-Policy", "no-referrer"))
                    .add(("X-Content-Type-Options", "nosniff")),
            )
            .wrap(TracingLogger::<QuietSpan>::new())
            .wrap_fn(move |request, service| {
                let (answer, stops) = (service.call(request), stops.clone());
                async move {
                    let mut answer = answer.await?;
                    if stops.has_begun() {
                        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
                    }
                    Ok(answer)
                }
            })
            .configure(app::routes)
    })
    .workers(config.workers)
    .client_request_timeout(REQUEST_TIMEOUT)
    .shutdown_timeout((config.shutdown_timeout / crate::clock::SECOND).unsigned_abs())
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// `/metrics` on a listener of its own, which need not be reachable from outside.
pub fn serve_metrics(listener: TcpListener, handle: PrometheusHandle) -> std::io::Result<Server> {
    let handle = Data::new(handle);
    let server = HttpServer::new(move || App::new().app_data(handle.clone()).configure(app::monitoring))
        .workers(1)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// A span that names the route and never the address: queries hold passwords, paths hold tickets.
struct QuietSpan;

impl RootSpanBuilder for QuietSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        tracing::info_span!("request", method = %request.method(), route = request.match_pattern().as_deref().unwrap_or("none"), otel.status_code = tracing::field::Empty, http.status_code = tracing::field::Empty, exception.message = tracing::field::Empty, exception.details = tracing::field::Empty)
    }

    fn on_request_end<B: actix_web::body::MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        if let Ok(response) = outcome {
            let route = response.request().match_pattern().unwrap_or_else(|| "none".into());
            metrics::counter!("punchgate_requests_total", "route" => route, "status" => response.status().as_u16().to_string()).increment(1);
        }
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}
