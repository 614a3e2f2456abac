//! How the functions of OCI are answered: pages in the charset of their form, and the catalog as a stream of JSON.

use std::io::Write;

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, VARY};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, stream};

use crate::oci::function_page::{Hit, hits_page, silent_page};
use crate::oci::page::{FrameAncestors, PageTexts};
use crate::punchout::functions::{Answer, Download, DownloadError};
use crate::texts::{Texts, text, text_with};
use crate::web::{caller, pages};

/// The answer of a function; `frames` may show its pages.
pub fn show(request: &HttpRequest, answer: Answer, frames: &FrameAncestors) -> HttpResponse {
    let nonce = pages::nonce();
    let mut response = HttpResponse::Ok();
    match answer {
        Answer::Validated { form, language } => {
            let language = caller::language(request, language.as_deref());
            let title = text(language, "validate-title");
            if let Some(form) = &form {
                response.content_type(form.content_type());
                response
                    .insert_header((CONTENT_SECURITY_POLICY, frames.added_to(&form.content_security_policy(&nonce))));
            } else {
                response.content_type("text/html; charset=utf-8");
                response.insert_header((CONTENT_SECURITY_POLICY, frames.added_to(pages::PLAIN_PAGE_POLICY)));
            }
            response.body(silent_page(form.as_ref(), &nonce, language.tag(), &title))
        }
        Answer::Found(found) => {
            let language = caller::language(request, found.language.as_deref());
            let (total, shown) = (found.total.to_string(), found.hits.len().to_string());
            let values = [("total", total), ("shown", shown), ("text", found.text)];
            let heading = text_with(language, "search-heading", &values);
            let leads_nowhere = found.form.action.is_empty();
            let explanation = if leads_nowhere { "search-explanation-here" } else { "search-explanation" };
            let explanation = text_with(language, explanation, &values);
            let read = |hit: Hit| Hit { price: Texts(language).decimal(&hit.price), ..hit };
            let hits: Vec<Hit> = found.hits.into_iter().map(read).collect();
            let (title, button) = (text(language, "search-title"), text(language, "search-button"));
            let texts = PageTexts {
                lang: language.tag(),
                title: &title,
                heading: &heading,
                explanation: &explanation,
                button: &button,
            };
            response
                .content_type(found.form.content_type())
                .insert_header((CONTENT_SECURITY_POLICY, frames.added_to(&found.form.content_security_policy(&nonce))))
                .body(hits_page(&found.form, &hits, &nonce, &texts))
        }
        Answer::Catalog(download) => {
            response.content_type("application/json").insert_header((VARY, ACCEPT_ENCODING.as_str()));
            if caller::accepts_gzip(request) {
                return response.insert_header((CONTENT_ENCODING, "gzip")).streaming(gzipped(*download));
            }
            response.streaming(plain(*download))
        }
    }
}

/// Whether a call wants data and no page, so that a refusal is for its program: DOWNLOADJSON, unless it asks for pages.
pub fn is_for_a_program(request: &HttpRequest, parameters: &[(String, String)]) -> bool {
    let is_download = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("FUNCTION") && value.trim().eq_ignore_ascii_case("DOWNLOADJSON")
    };
    parameters.iter().any(is_download) && !caller::asks_for_html(request)
}

/// Piece by piece, as fast as the caller takes them: the server asks for the next one when the last is on its way.
fn plain(download: Download) -> impl Stream<Item = Result<Bytes, DownloadError>> {
    stream::try_unfold(
        download,
        |mut download| async move { Ok(download.next().await?.map(|piece| (piece, download))) },
    )
}

/// The same, compressed.
fn gzipped(download: Download) -> impl Stream<Item = Result<Bytes, DownloadError>> {
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    stream::try_unfold((download, Some(encoder)), |(mut download, mut encoder)| async move {
        loop {
            let Some(open) = &mut encoder else { return Ok(None) };
            let Some(piece) = download.next().await? else {
                let rest = encoder.take().map(GzEncoder::finish).transpose().map_err(DownloadError::of)?;
                return Ok(rest.map(|rest| (Bytes::from(rest), (download, None))));
            };
            open.write_all(&piece).map_err(DownloadError::of)?;
            let packed = std::mem::take(open.get_mut());
            // An empty piece would say that this was all.
            if !packed.is_empty() {
                return Ok(Some((Bytes::from(packed), (download, encoder))));
            }
        }
    })
}
