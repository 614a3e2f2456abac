//! The demo buyer: "your procurement system", with nothing in it but the catalog button.
//!
//! It shows the OCI call as a form that can be edited before it goes out, and later the return as
//! an ERP would take it, beside every field as it came. It keeps no state at all: the return has
//! everything. Whatever comes back is a stranger's and shown as text.

mod receipt;

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use askama::Template;

use self::receipt::{Charset, Receipt};
use super::http;
use super::words::{BuyerWords, Language};

/// What the buyer has to know. No `Debug`: there is a password in it.
pub struct Buyer {
    /// Where the OCI call goes: `http://127.0.0.1:8080/oci/demo`.
    pub call_url: String,
    /// The buyer's own origin, as the browser sees it: `http://127.0.0.1:8082`.
    pub public_url: String,
    /// The login of the shop customer, shown on the page.
    pub user: String,
    pub password: String,
}

/// Runs the buyer until the server is stopped. It does not listen to signals: whoever runs it
/// beside other servers stops it by its handle.
pub fn serve(listener: TcpListener, buyer: Buyer) -> std::io::Result<Server> {
    let buyer = web::Data::new(buyer);
    let server = HttpServer::new(move || {
        App::new().app_data(buyer.clone()).app_data(web::PayloadConfig::new(LARGEST_RETURN)).configure(routes)
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// Bytes of a return; a thousand items with long texts are about 2 MiB.
const LARGEST_RETURN: usize = 16 * 1024 * 1024;
const LANGUAGE_COOKIE: &str = "demo-buyer-language";

fn routes(routes: &mut web::ServiceConfig) {
    routes
        .route("/", web::get().to(start))
        .route("/return", web::get().to(returned))
        .route("/return", web::post().to(returned))
        .route(
            "/style.css",
            web::get().to(async || {
                http::file("text/css; charset=utf-8", include_str!("../../templates/demo/buyer/style.css"))
            }),
        )
        .route(
            "/icon.svg",
            web::get().to(async || http::file("image/svg+xml", include_str!("../../templates/demo/buyer/icon.svg"))),
        )
        .default_service(web::to(missing));
}

/// A field of the OCI call with what it is for.
struct Field {
    name: &'static str,
    value: String,
    note: &'static str,
}

impl Field {
    /// Whether a call of that function carries it: a file has no place to return to.
    fn is_kept(&self, function: &str) -> bool {
        function != "DOWNLOADJSON" || matches!(self.name, "USERNAME" | "PASSWORD" | "OCI_VERSION")
    }
}

/// What can be asked without opening the shop.
struct Question {
    function: &'static str,
    note: &'static str,
    button: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    /// The answer is looked at in a window of its own.
    aside: bool,
}

#[derive(Template)]
#[template(path = "demo/buyer/start.html")]
struct Start<'a> {
    words: &'static BuyerWords,
    language: Language,
    step: u8,
    call_url: &'a str,
    fields: Vec<Field>,
    questions: [Question; 3],
}

#[derive(Template)]
#[template(path = "demo/buyer/returned.html")]
struct Returned {
    words: &'static BuyerWords,
    language: Language,
    step: u8,
    receipt: Receipt,
    /// Name and value of every field, in the order of the return.
    raw: Vec<(String, String)>,
    charset: Charset,
}

#[derive(Template)]
#[template(path = "demo/buyer/missing.html")]
struct Missing {
    words: &'static BuyerWords,
    language: Language,
    step: u8,
}

async fn start(request: HttpRequest, buyer: web::Data<Buyer>) -> HttpResponse {
    let language = http::language(&request, LANGUAGE_COOKIE);
    let words = BuyerWords::of(language);
    let (fields, questions) = (call(&buyer, words, language), questions(words));
    let page = Start { words, language, step: 1, call_url: &buyer.call_url, fields, questions };
    let mut response = http::page(StatusCode::OK, &page);
    http::remember_language(&request, &mut response, LANGUAGE_COOKIE);
    response
}

/// The call as SAP makes it (OCI 4.0, call structure): the login first, SAP's own parameters last.
fn call(buyer: &Buyer, words: &BuyerWords, language: Language) -> Vec<Field> {
    let field = |name, value: &str, note| Field { name, value: value.to_owned(), note };
    vec![
        field("USERNAME", &buyer.user, words.user),
        field("PASSWORD", &buyer.password, words.password),
        field("HOOK_URL", &format!("{}/return", buyer.public_url.trim_end_matches('/')), words.hook),
        field("OCI_VERSION", "4.0", words.version),
        field("language", language.tag(), words.language),
        field("~OkCode", "ADDI", words.okcode),
        field("~TARGET", "_top", words.frame),
        field("~CALLER", "CTLG", words.caller),
        field("http_content_charset", "utf-8", words.charset),
        field("returntarget", "_top", words.returntarget),
    ]
}

fn questions(words: &BuyerWords) -> [Question; 3] {
    [
        Question {
            function: "VALIDATE",
            note: words.validate,
            button: words.validate_button,
            arguments: &[("PRODUCTID", "AC-2001"), ("QUANTITY", "250")],
            aside: false,
        },
        Question {
            function: "BACKGROUND_SEARCH",
            note: words.search,
            button: words.search_button,
            arguments: &[("SEARCHSTRING", "M8")],
            aside: false,
        },
        Question {
            function: "DOWNLOADJSON",
            note: words.download,
            button: words.download_button,
            arguments: &[("PAGESIZE", "5"), ("REQUESTEDPAGE", "1")],
            aside: true,
        },
    ]
}

/// Takes the return by POST and by GET; what stands in the query of the hook comes first.
async fn returned(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let language = http::language(&request, LANGUAGE_COOKIE);
    let form = [request.query_string().as_bytes(), &body].join(&b'&');
    let (raw, charset) = receipt::fields(&form);
    let receipt = Receipt::read(&raw, language);
    http::page(StatusCode::OK, &Returned { words: BuyerWords::of(language), language, step: 4, receipt, raw, charset })
}

async fn missing(request: HttpRequest) -> HttpResponse {
    let language = http::language(&request, LANGUAGE_COOKIE);
    http::page(StatusCode::NOT_FOUND, &Missing { words: BuyerWords::of(language), language, step: 0 })
}
