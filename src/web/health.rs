//! Whether the process lives, whether it can do its work, and how much of it it did.

use actix_web::HttpResponse;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Data;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::store;
use crate::web::server::Web;

/// `GET /health/live`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

/// `GET /health/ready`: the database answers, so logins can be taken, and the process is not about to stop.
pub async fn ready(web: Data<Web>) -> HttpResponse {
    if web.draining.has_begun() {
        return HttpResponse::ServiceUnavailable()
            .insert_header((RETRY_AFTER, "5"))
            .json(serde_json::json!({ "status": "stopping" }));
    }
    match web.gateway.store.read(store::revision::find).await {
        Ok(_) => HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header((RETRY_AFTER, "5"))
                .json(serde_json::json!({ "status": "database-unavailable" }))
        }
    }
}

/// `GET /metrics`, on its own listener.
pub async fn metrics(handle: Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render())
}
