//! Stylesheet, scripts and icon, from inside the binary.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;

/// What `/assets/punchgate.css` answers.
pub const STYLESHEET: &str = include_str!("../../assets/punchgate.css");

pub async fn stylesheet() -> HttpResponse {
    file("text/css; charset=utf-8", STYLESHEET)
}

/// Copying, dialogs, local times: our own.
pub async fn script() -> HttpResponse {
    file("text/javascript; charset=utf-8", include_str!("../../assets/punchgate.js"))
}

/// htmx 2.0.11 (0BSD), as its package has it.
pub async fn htmx() -> HttpResponse {
    file("text/javascript; charset=utf-8", include_str!("../../assets/htmx.min.js"))
}

pub async fn icon() -> HttpResponse {
    file("image/svg+xml", include_str!("../../assets/icon.svg"))
}

fn file(kind: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=3600")).content_type(kind).body(text)
}
