//! The gateway's own plain pages: a refusal, leaving without a cart, and what stands at `/`; and the
//! words of the return page, whose form [`crate::oci::page`] writes.
//!
//! The plain pages hold no script, no inline style and no form, so their policy allows nothing but
//! the one stylesheet.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use url::Url;

use crate::credential::secret::Token;
use crate::oci::charset::Charset;
use crate::oci::page::{Form, PageTexts};
use crate::refusal::{Code, Refusal};
use crate::texts::{Language, text, text_with};
use crate::web::{caller, problem};

/// `Content-Security-Policy` of all pages here.
pub const PLAIN_PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'";

const STYLESHEET: &str = include_str!("../../assets/punchgate.css");

/// `GET /assets/punchgate.css`. Kept by browsers for an hour: it changes with the version only.
pub async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(STYLESHEET)
}

/// Every path that no route has.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    problem::to_buyer(&request, &Refusal::new(Code::NotFound), caller::language(&request, None))
}

/// The page that says no. `reference` stands in the log beside the operator's sentence.
pub fn refusal(language: Language, refusal: &Refusal, sentence: &str, reference: &str) -> String {
    html(&RefusalPage::new(language, refusal.code, sentence, reference))
}

/// The page after leaving without a cart.
pub fn left(language: Language, continue_url: Option<String>) -> String {
    html(&LeavePage::new(language, continue_url))
}

/// The page at `/`.
pub fn home(language: Language) -> String {
    html(&HomePage::new(language))
}

/// For the one script and the one style of a return page; fresh for each answer.
pub fn nonce() -> String {
    Token::generate().expose().to_owned()
}

/// The page that carries the cart back, in the bytes of the form's charset.
pub fn return_page(form: &Form, language: Language, nonce: &str) -> Vec<u8> {
    let (title, explanation) = match form.auto_submit {
        true => ("return-title", "return-explanation"),
        false => ("return-title-manual", "return-explanation-manual"),
    };
    let title = text(language, title);
    let page = form.page(
        nonce,
        &PageTexts {
            lang: language.tag(),
            title: &title,
            heading: &title,
            explanation: &text(language, explanation),
            button: &text(language, "return-button"),
        },
    );
    Charset::read(&form.charset).unwrap_or(Charset::UTF_8).encode(&page)
}

fn html(page: &impl Template) -> String {
    page.render().expect("writing texts into a string does not fail")
}

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
    pub fn new(language: Language, code: Code, sentence: &str, reference: &'a str) -> Self {
        let title = match code.status() {
            401 => "refusal-title-login",
            404 => "refusal-title-not-found",
            410 => "refusal-title-over",
            429 | 503 => "refusal-title-later",
            _ => "refusal-title",
        };
        Self {
            lang: language.tag(),
            title: text(language, title),
            sentence: sentence.to_owned(),
            code: code.as_str(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(language: Language, code: Code) -> String {
        let no = Refusal::new(code);
        refusal(language, &no, &no.buyer_sentence(language), "7K3M-9QPT")
    }

    #[test]
    fn a_refusal_shows_its_sentence_its_code_and_its_reference_in_the_buyers_language() {
        let page = refused(Language::German, Code::LoginWrong);
        let sentence = "Die Zugangsdaten für diesen Shop stimmen nicht.";
        for part in ["<html lang=\"de\">", "Die Anmeldung hat nicht geklappt", sentence, "login-wrong", "7K3M-9QPT"] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn the_way_back_is_a_link_only_to_a_web_address() {
        let page = |url: &str| left(Language::English, Some(url.to_owned()));
        let good = page("https://srm.example.com/back?a=1&b=\"2");
        assert!(good.contains("href=\"https://srm.example.com/back?a=1&#38;b=&#34;2\""), "{good}");
        for url in ["javascript:alert(1)", "data:text/html,x", "SAPEVENT:POST", "", "/relative"] {
            assert!(!page(url).contains("<a "), "{url}");
        }
    }

    #[test]
    fn the_plain_pages_keep_their_policy() {
        let way_back = Some("https://srm.example.com/".to_owned());
        let english = Language::English;
        for page in [refused(english, Code::NotFound), left(english, way_back), home(english)] {
            for forbidden in ["<script", "<style", "style=", "<form", "<img", "onclick"] {
                assert!(!page.contains(forbidden), "{forbidden} in {page}");
            }
        }
    }

    #[test]
    fn the_front_page_tells_the_version_and_where_the_interface_is_described() {
        let page = home(Language::English);
        assert!(page.contains(env!("CARGO_PKG_VERSION")) && page.contains("href=\"/api/docs/\""));
    }
}
