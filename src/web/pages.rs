//! The gateway's own plain pages: a refusal, leaving without a cart, and what stands at `/`.
//!
//! They hold no script, no inline style and no form, so their policy allows nothing but the one
//! stylesheet. The page that carries a cart back is not among them: see [`crate::oci::page`].

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use crate::oci::page::{Form, FrameAncestors, PageTexts};
use crate::refusal::{Code, Refusal};
use crate::texts::{Language, text, text_with};
use crate::web::{caller, problem};

/// `Content-Security-Policy` of all pages here.
pub const PLAIN_PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'";

/// Tells a buyer that something did not work, and what to do.
#[derive(Template)]
#[template(path = "refusal/page.html")]
pub struct RefusalPage<'a> {
    /// `de` or `en`, as everywhere below.
    pub lang: &'a str,
    pub title: String,
    pub sentence: String,
    pub code: &'a str,
    /// Stands in the log beside the operator's sentence.
    pub reference: &'a str,
    pub code_label: String,
    pub reference_label: String,
    /// What the reference is good for.
    pub hint: String,
}

impl<'a> RefusalPage<'a> {
    pub fn new(language: Language, refusal: &Refusal, reference: &'a str) -> Self {
        let title = match refusal.code.status() {
            401 => "refusal-title-login",
            404 => "refusal-title-not-found",
            410 => "refusal-title-over",
            429 | 503 => "refusal-title-later",
            _ => "refusal-title",
        };
        Self {
            lang: language.tag(),
            title: text(language, title),
            sentence: refusal.buyer_sentence(language),
            code: refusal.code.as_str(),
            reference,
            code_label: text(language, "refusal-code"),
            reference_label: text(language, "refusal-reference"),
            hint: text(language, "refusal-hint"),
        }
    }
}

/// The end of a punchout without a cart.
#[derive(Template)]
#[template(path = "leave/page.html")]
pub struct LeavePage<'a> {
    pub lang: &'a str,
    pub title: String,
    pub sentence: String,
    /// Back into the procurement system (`OCICANCEL` of the call), if it named an address.
    pub continue_url: Option<String>,
    pub continue_label: String,
}

impl LeavePage<'_> {
    /// An address that is not plain http or https is left out: the link would come from a stranger.
    pub fn new(language: Language, continue_url: Option<String>) -> Self {
        let continue_url =
            continue_url.filter(|url| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")));
        let sentence = if continue_url.is_some() { "leave-continue-sentence" } else { "leave-sentence" };
        Self {
            lang: language.tag(),
            title: text(language, "leave-title"),
            sentence: text(language, sentence),
            continue_url,
            continue_label: text(language, "leave-continue"),
        }
    }
}

/// What `/` shows to whoever opens the gateway's address.
#[derive(Template)]
#[template(path = "home/page.html")]
pub struct HomePage<'a> {
    pub lang: &'a str,
    pub title: String,
    pub sentence: String,
    pub docs_sentence: String,
    pub docs_label: String,
    /// As a sentence: "Version 1.2.3".
    pub version: String,
}

impl HomePage<'_> {
    pub fn new(language: Language) -> Self {
        Self {
            lang: language.tag(),
            title: text(language, "home-title"),
            sentence: text(language, "home-sentence"),
            docs_sentence: text(language, "home-docs-sentence"),
            docs_label: text(language, "home-docs"),
            version: text_with(language, "home-version", &[("version", env!("CARGO_PKG_VERSION").to_owned())]),
        }
    }
}

/// Answers with one of the pages above.
pub fn plain(response: HttpResponseBuilder, page: &impl Template) -> HttpResponse {
    framed(response, page, &FrameAncestors::default())
}

/// The same for those who meet it on their way through one system: only its buyer's pages may show it in a frame.
pub fn framed(mut response: HttpResponseBuilder, page: &impl Template, frames: &FrameAncestors) -> HttpResponse {
    match page.render() {
        Ok(page) => response
            .insert_header((CONTENT_SECURITY_POLICY, frames.added_to(PLAIN_PAGE_POLICY)))
            .content_type("text/html; charset=utf-8")
            .body(page),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Answers with the page that carries a cart back, in the charset of its form.
pub fn give_back(
    mut response: HttpResponseBuilder,
    form: &Form,
    language: Language,
    frames: &FrameAncestors,
) -> HttpResponse {
    let nonce = nonce();
    let (title, explanation) = match (form.is_for_sap_gui(), form.auto_submit) {
        (true, _) => ("return-title-manual", "return-explanation-sap-gui"),
        (_, true) => ("return-title", "return-explanation"),
        (_, false) => ("return-title-manual", "return-explanation-manual"),
    };
    let (title, explanation, button) =
        (text(language, title), text(language, explanation), text(language, "return-button"));
    let texts =
        PageTexts { lang: language.tag(), title: &title, heading: &title, explanation: &explanation, button: &button };
    response
        .insert_header((CONTENT_SECURITY_POLICY, frames.added_to(&form.content_security_policy(&nonce))))
        .content_type(form.content_type())
        .body(form.encoded_page(&nonce, &texts))
}

/// Everything that is nowhere.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    problem::to_buyer(&request, &Refusal::new(Code::NotFound), caller::language(&request, None))
}

/// 128 random bits that let the page's own script and style pass its policy.
pub(super) fn nonce() -> String {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).expect("the system gives randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_shows_its_sentence_its_code_and_its_reference_in_the_buyers_language() {
        let page =
            RefusalPage::new(Language::German, &Refusal::new(Code::LoginWrong), "7K3M-9QPT").render().expect("a page");
        for part in [
            "<html lang=\"de\">",
            "Die Anmeldung hat nicht geklappt",
            "Die Zugangsdaten für diesen Shop stimmen nicht.",
            "login-wrong",
            "7K3M-9QPT",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn the_way_back_is_a_link_only_to_a_web_address() {
        let page = |url: &str| LeavePage::new(Language::English, Some(url.to_owned())).render().expect("a page");
        assert!(
            page("https://srm.example.com/back?a=1&b=\"2")
                .contains("href=\"https://srm.example.com/back?a=1&#38;b=&#34;2\"")
        );
        for url in ["javascript:alert(1)", "data:text/html,x", "SAPEVENT:POST", "", "/relative"] {
            assert!(!page(url).contains("href=\"#") && !page(url).contains("class=\"button\""), "{url}");
        }
    }

    #[test]
    fn the_pages_keep_their_own_policy() {
        let pages = [
            RefusalPage::new(Language::English, &Refusal::new(Code::NotFound), "7K3M-9QPT").render(),
            LeavePage::new(Language::English, Some("https://srm.example.com/".into())).render(),
            HomePage::new(Language::English).render(),
        ];
        for page in pages {
            let page = page.expect("a page");
            for forbidden in ["<script", "<style", "style=", "<form", "<img", "onclick"] {
                assert!(!page.contains(forbidden), "{forbidden} in {page}");
            }
        }
    }

    #[test]
    fn the_front_page_tells_the_version_and_where_the_interface_is_described() {
        let page = HomePage::new(Language::English).render().expect("a page");
        assert!(page.contains(env!("CARGO_PKG_VERSION")) && page.contains("href=\"/api/docs/\""));
    }
}
