//! What both strangers need of HTTP: pages with their headers, cookies, redirects, languages.
//!
//! No `X-Frame-Options` anywhere: procurement systems open shops inside frames. No `form-action`
//! in the policy either: browsers apply it to the redirects behind a form, and those lead to
//! another origin here by design.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::words::Language;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'";

/// A page of one of the strangers, never kept by a cache.
pub fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(html),
        Err(error) => {
            tracing::error!(%error, "a page of the demo could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// A file that is part of the program: a stylesheet or an icon.
pub fn file(media_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "max-age=60"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(content)
}

/// 303: whatever was asked with, go there with GET.
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// The value of a cookie that the browser sent along.
pub fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    request
        .headers()
        .get_all(header::COOKIE)
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(sent, _)| *sent == name)
        .map(|(_, value)| value.to_owned())
}

/// Has the browser keep a cookie until it is closed. `value` must be made of letters, digits, `-`
/// and `_`; nothing is kept otherwise.
pub fn keep_cookie(response: &mut HttpResponse, name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if let (true, Ok(cookie)) = (plain, HeaderValue::from_str(&cookie)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The language of a page: the one chosen by `?lang=`, else the remembered one (cookie
/// `language`), else the one that the browser likes best.
pub fn language(request: &HttpRequest, language_cookie: &str) -> Language {
    chosen_language(request)
        .or_else(|| Language::read(&cookie(request, language_cookie)?))
        .or_else(|| Language::accepted(request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?))
        .unwrap_or_default()
}

/// Remembers a language that was chosen by `?lang=`.
pub fn remember_language(request: &HttpRequest, response: &mut HttpResponse, language_cookie: &str) {
    if let Some(language) = chosen_language(request) {
        keep_cookie(response, language_cookie, language.tag());
    }
}

fn chosen_language(request: &HttpRequest) -> Option<Language> {
    Language::read(&query_value(request, "lang")?)
}

/// A value of the query string.
pub fn query_value(request: &HttpRequest, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(sent, _)| sent == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_those_of_the_neighbours_on_other_ports() {
        let request = TestRequest::default().insert_header(("cookie", "gateway=1; shop=abc;other=2")).to_http_request();
        assert_eq!(cookie(&request, "shop").as_deref(), Some("abc"));
        assert_eq!(cookie(&request, "hop"), None);
    }

    #[test]
    fn a_chosen_language_wins_over_a_remembered_and_a_liked_one() {
        let liked = || TestRequest::default().insert_header(("accept-language", "de-DE"));
        assert_eq!(language(&liked().to_http_request(), "l"), Language::German);
        assert_eq!(language(&liked().insert_header(("cookie", "l=en")).to_http_request(), "l"), Language::English);
        assert_eq!(
            language(&liked().insert_header(("cookie", "l=en")).uri("/?lang=de").to_http_request(), "l"),
            Language::German
        );
    }

    #[test]
    fn nothing_but_a_plain_value_is_kept_as_a_cookie() {
        let mut response = HttpResponse::Ok().finish();
        keep_cookie(&mut response, "shop", "a; Domain=evil.example");
        assert!(response.headers().get(header::SET_COOKIE).is_none());
        keep_cookie(&mut response, "shop", "aB-_9");
        assert_eq!(
            response.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok()),
            Some("shop=aB-_9; Path=/; HttpOnly; SameSite=Lax")
        );
    }
}
