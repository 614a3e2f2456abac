//! Importing a file of customers: choose, look at every row, confirm, watch.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::setup::customer_rules::CustomerFault;
use crate::setup::import::{self, Effect, Fault, ImportError, MOST_ROWS, Preview};
use crate::setup::{shops, systems};
use crate::store::customer_imports::{self, CustomerImport};
use crate::store::shops::Shop;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::fields::{self, Posted};
use crate::web::form::{Field, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn, is_fragment};

#[derive(Template)]
#[template(path = "admin/import/choose.html")]
struct ChoosePage {
    t: Texts,
    frame: Frame,
    shop: Field,
    shops: Vec<(String, String)>,
    fault: Option<String>,
}

impl ChoosePage {
    async fn new(
        request: &HttpRequest,
        web: &Web,
        by: &SignedIn,
        shop: &str,
        fault: Option<String>,
    ) -> Result<Self, StoreError> {
        let (t, reach) = (by.texts(), by.reach.clone());
        let shops = web.gateway.store.read(move |c| systems::shops(c, &reach)).await?;
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Customers, t.of("import-title")),
            shop: Field::new("shop", shop),
            shops: shops.into_iter().map(|shop| (shop.slug, shop.name)).collect(),
            fault,
        })
    }
}

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    shop: String,
}

/// `GET /admin/customers/import`.
pub async fn choose(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    Ok(frame::show(&request, &ChoosePage::new(&request, &web, &by, &wish.shop, None).await?))
}

/// What the form of the file sends.
#[derive(MultipartForm)]
pub struct Upload {
    #[multipart(rename = "form-token")]
    token: Text<String>,
    shop: Text<String>,
    #[multipart(limit = "10MB")]
    file: Bytes,
}

struct Row {
    line: u64,
    number: String,
    email: String,
    word: String,
    tone: &'static str,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/import/preview.html")]
struct PreviewPage {
    t: Texts,
    frame: Frame,
    id: String,
    key: String,
    back: String,
    rows: Vec<Row>,
    faulty: usize,
    good: usize,
}

/// `POST /admin/customers/import`: shows every row; nothing is imported yet.
pub async fn preview(
    request: HttpRequest,
    web: Data<Web>,
    by: SignedIn,
    upload: Result<MultipartForm<Upload>, actix_web::Error>,
) -> Page {
    fields::from_here(&request)?;
    let t = by.texts();
    let Ok(MultipartForm(upload)) = upload else {
        let fault = t.of("import-fault-upload");
        return Ok(frame::show_again(&request, &ChoosePage::new(&request, &web, &by, "", Some(fault)).await?));
    };
    fields::check_token(&by, &upload.token)?;
    let slug = upload.shop.to_string();
    let file_name = upload.file.file_name.clone().unwrap_or_default();
    let (reach, account, now, wanted) =
        (by.reach.clone(), by.account.id.clone(), web.gateway.clock.now(), slug.clone());
    let previewed = web
        .gateway
        .store
        .write(move |c| {
            let shop = shops::find(c, &reach, &wanted)?.ok_or(ImportError::NotFound)?;
            import::preview(c, &shop, &account, &file_name, &upload.file.data, now)
        })
        .await;
    let (id, key, previews) = match previewed {
        Ok(previewed) => previewed,
        Err(ImportError::Store(error)) => return Err(error.into()),
        Err(ImportError::NotFound) => return Err(PageError::not_found()),
        Err(error) => {
            let fault = match error {
                ImportError::TooManyRows => t.fill("import-fault-rows", "most", t.number(MOST_ROWS)),
                error => t.fill("import-fault-file", "reason", error),
            };
            return Ok(frame::show_again(&request, &ChoosePage::new(&request, &web, &by, &slug, Some(fault)).await?));
        }
    };
    let mut rows: Vec<Row> = previews.into_iter().map(|preview| row(t, preview)).collect();
    // What has to be mended is read first.
    rows.sort_by_key(|row| (row.fault.is_none(), row.line));
    let faulty = rows.iter().filter(|row| row.fault.is_some()).count();
    let page = PreviewPage {
        t,
        frame: Frame::new(&request, &by, Section::Customers, t.of("import-title")),
        id,
        key,
        back: address("/admin/customers/import", &[("shop", &slug)]),
        faulty,
        good: rows.len() - faulty,
        rows,
    };
    Ok(frame::show(&request, &page))
}

fn row(t: Texts, preview: Preview) -> Row {
    let (key, tone, fault) = match &preview.effect {
        Effect::New => ("import-new", "good", None),
        Effect::Changed => ("import-changed", "warn", None),
        Effect::Unchanged => ("import-unchanged", "plain", None),
        Effect::Faulty(fault) => ("import-faulty", "bad", Some(fault_word(t, fault))),
    };
    Row { line: preview.line, number: preview.number, email: preview.email, word: t.of(key), tone, fault }
}

fn fault_word(t: Texts, fault: &Fault) -> String {
    match fault {
        Fault::NoPassword => t.of("import-fault-no-password"),
        Fault::EmailTaken { by } => t.fill("customers-fault-email-taken", "number", by),
        Fault::Row(fault) => t.of(match fault {
            CustomerFault::Malformed(_) => "import-fault-malformed",
            CustomerFault::Active => "import-fault-active",
            CustomerFault::Number => "customers-fault-number",
            CustomerFault::Email => "customers-fault-email",
            CustomerFault::BothPasswords => "import-fault-both",
            CustomerFault::PasswordLength => "customers-fault-password",
            CustomerFault::Hash => "import-fault-hash",
            CustomerFault::Twice => "import-fault-twice",
        }),
    }
}

async fn find(web: &Web, by: &SignedIn, id: &str) -> Result<(CustomerImport, Shop), PageError> {
    let (reach, id) = (by.reach.clone(), id.to_owned());
    let found = web
        .gateway
        .store
        .read(move |c| {
            let Some(import) = customer_imports::find(c, &id)? else { return Ok(None) };
            let shop = store::shops::find(c, &import.shop_id)?;
            let shop = shop.filter(|shop| reach.covers(shop.account_id.as_deref()));
            Ok::<_, StoreError>(shop.map(|shop| (import, shop)))
        })
        .await?;
    found.ok_or_else(PageError::not_found)
}

/// `POST /admin/customers/import/{id}`: from now on it runs.
pub async fn confirm(web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let (import, shop) = find(&web, &by, &id).await?;
    let (key, actor, now) = (fields.raw("key").to_owned(), by.actor(), web.gateway.clock.now());
    let confirmed = web.gateway.store.write(move |c| import::confirm(c, &import, &shop, &key, &actor, now)).await;
    match confirmed {
        Ok(confirmed) => {
            let gateway = &web.gateway;
            let run = confirmed.run(gateway.store.clone(), gateway.hasher.clone(), gateway.clock.clone());
            actix_web::rt::spawn(run);
        }
        Err(ImportError::Store(error)) => return Err(error.into()),
        // Confirmed twice: the first time counts, and its page tells.
        Err(_) => {}
    }
    Ok(frame::go(&format!("/admin/customers/import/{id}")))
}

#[derive(Template)]
#[template(path = "admin/import/progress.html")]
struct ProgressPage {
    t: Texts,
    frame: Frame,
    id: String,
    shop: String,
    file_name: String,
    rows: i64,
    rows_done: i64,
    running: bool,
    failed: bool,
    created: i64,
    changed: i64,
    unchanged: i64,
}

#[derive(Template)]
#[template(path = "admin/import/progress-part.html")]
struct ProgressPart<'a> {
    t: Texts,
    id: &'a str,
    shop: &'a str,
    rows: i64,
    rows_done: i64,
    running: bool,
    failed: bool,
    created: i64,
    changed: i64,
    unchanged: i64,
}

/// `GET /admin/customers/import/{id}`: how far it is, and what came of it.
pub async fn progress(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let (import, shop) = find(&web, &by, &id).await?;
    if import.state == "previewed" {
        return Ok(frame::go(&address("/admin/customers/import", &[("shop", &shop.slug)])));
    }
    let t = by.texts();
    let outcome: Value = import.outcome.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let count = |name: &str| outcome.get(name).and_then(Value::as_i64).unwrap_or_default();
    let dead = import::is_dead(&import, web.gateway.clock.now());
    let page = ProgressPage {
        t,
        frame: Frame::new(&request, &by, Section::Customers, t.of("import-title")),
        running: import.state == "running" && !dead,
        failed: import.state == "failed" || dead,
        created: count("created"),
        changed: count("changed"),
        unchanged: count("unchanged"),
        rows: import.rows,
        rows_done: import.rows_done,
        file_name: import.file_name,
        id: import.id,
        shop: shop.slug,
    };
    if is_fragment(&request) {
        let ProgressPage { rows, rows_done, running, failed, created, changed, unchanged, .. } = page;
        let (id, shop) = (page.id.as_str(), page.shop.as_str());
        let part = ProgressPart { t, id, shop, rows, rows_done, running, failed, created, changed, unchanged };
        return Ok(frame::show(&request, &part));
    }
    Ok(frame::show(&request, &page))
}
