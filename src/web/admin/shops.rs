//! Shops: their website, the way into them, their API keys.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::clock::{DAY, HOUR};
use crate::setup::shops::{self, Fault, SaveError, ShopForm};
use crate::setup::systems;
use crate::shop::Connector;
use crate::store::catalog::Version;
use crate::store::shops::{ApiKey, Shop};
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::fields::{Fields, Posted};
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words as words;
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// How long old API keys may stay good, in the order of the choices.
const OVERLAPS: [i64; 4] = [DAY, 7 * DAY, HOUR, 0];

struct Row {
    slug: String,
    name: String,
    website: String,
    systems: i64,
    customers: i64,
}

#[derive(Template)]
#[template(path = "admin/shops/list.html")]
struct ListPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
}

/// `GET /admin/shops`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn) -> Page {
    let (t, reach) = (by.texts(), by.reach.clone());
    let rows = web
        .gateway
        .store
        .read(move |c| {
            let mut rows = Vec::new();
            for shop in systems::shops(c, &reach)? {
                rows.push(Row {
                    systems: store::shops::count_systems(c, &shop.id)?,
                    customers: store::shops::count_customers(c, &shop.id)?,
                    slug: shop.slug,
                    name: shop.name,
                    website: shop.website,
                });
            }
            Ok::<_, StoreError>(rows)
        })
        .await?;
    let frame = Frame::new(&request, &by, Section::Shops, t.of("frame-shops"));
    Ok(frame::show(&request, &ListPage { t, frame, rows }))
}

/// The form of a shop.
struct FormFields {
    name: Field,
    slug: Field,
    website: Field,
    entry_url: Field,
    catalog_url: Field,
    account: Field,
}

impl FormFields {
    fn new(form: &ShopForm, read_only: bool) -> Self {
        let field = |name: &str, value: &str| Field::new(name, value).read_only(read_only);
        Self {
            name: field("name", &form.name).required(),
            slug: field("slug", &form.slug).required().hinted().placeholder("acme"),
            website: field("website", &form.website).required().hinted().placeholder("https://shop.example.com"),
            entry_url: field("entry_url", &form.entry_url)
                .required()
                .hinted()
                .placeholder("https://shop.example.com/punchout/enter"),
            catalog_url: field("catalog_url", &form.catalog_url)
                .hinted()
                .placeholder("https://shop.example.com/punchout/catalog"),
            account: field("account", &form.account).hinted().placeholder("owner@example.com"),
        }
    }

    fn fault(&mut self, t: Texts, fault: &Fault) {
        let (field, error) = match fault {
            Fault::NameMissing => (&mut self.name, t.of("systems-fault-name")),
            Fault::NameLong => (&mut self.name, t.fill("systems-fault-name-long", "most", systems::NAME_MAX)),
            Fault::Slug => (&mut self.slug, t.of("systems-fault-slug")),
            Fault::SlugTaken => (&mut self.slug, t.of("shops-fault-slug-taken")),
            Fault::Website(error) => (&mut self.website, words::website_fault(t, *error)),
            Fault::EntryUrl => (&mut self.entry_url, t.of("shops-fault-entry-url")),
            Fault::CatalogUrl => (&mut self.catalog_url, t.of("shops-fault-catalog-url")),
            Fault::AccountUnknown => (&mut self.account, t.of("shops-fault-account")),
        };
        field.error = Some(error);
    }
}

fn typed(fields: &Fields) -> ShopForm {
    let text = |name: &str| fields.get(name).to_owned();
    ShopForm {
        name: text("name"),
        slug: text("slug"),
        website: text("website"),
        entry_url: text("entry_url"),
        catalog_url: text("catalog_url"),
        account: text("account"),
    }
}

#[derive(Template)]
#[template(path = "admin/shops/new.html")]
struct NewPage {
    t: Texts,
    frame: Frame,
    form: FormFields,
}

/// `GET /admin/shops/new`.
pub async fn new(request: HttpRequest, by: SignedIn) -> Page {
    let t = by.texts();
    let frame = Frame::new(&request, &by, Section::Shops, t.of("shops-new"));
    Ok(frame::show(&request, &NewPage { t, frame, form: FormFields::new(&ShopForm::default(), false) }))
}

/// `POST /admin/shops/new`: shows the API key, once.
pub async fn create(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now, form) = (by.texts(), web.gateway.clock.now(), typed(&fields));
    let (reach, actor, wanted) = (by.reach.clone(), by.actor(), form.clone());
    match web.gateway.store.write(move |c| shops::create(c, &reach, &wanted, &actor, now)).await {
        Ok((shop, key)) => show_key(&request, &web, &by, &shop, key.expose()),
        Err(SaveError::Faults(faults)) => {
            let mut form = FormFields::new(&form, false);
            faults.iter().for_each(|fault| form.fault(t, fault));
            let frame = Frame::new(&request, &by, Section::Shops, t.of("shops-new"));
            Ok(frame::show_again(&request, &NewPage { t, frame, form }))
        }
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

#[derive(Template)]
#[template(path = "admin/shops/key.html")]
struct KeyPage {
    t: Texts,
    frame: Frame,
    slug: String,
    name: String,
    key: String,
    redeem: String,
}

fn show_key(request: &HttpRequest, web: &Web, by: &SignedIn, shop: &Shop, key: &str) -> Page {
    let t = by.texts();
    let redeem = format!(
        "curl -X POST {}/api/v1/entries/redeem \\\n  -H 'Authorization: Bearer {key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"token\":\"…\"}}'",
        web.gateway.public_url
    );
    let page = KeyPage {
        t,
        frame: Frame::new(request, by, Section::Shops, t.of("shops-key-title")),
        slug: shop.slug.clone(),
        name: shop.name.clone(),
        key: key.to_owned(),
        redeem,
    };
    Ok(frame::show(request, &page))
}

struct KeyRow {
    id: String,
    hint: String,
    created_at: i64,
    expires_at: Option<i64>,
}

/// What a shop's catalog holds.
struct CatalogCard {
    articles: i64,
    since: i64,
    source: String,
    /// What the last import did, in words.
    done: Vec<String>,
}

impl CatalogCard {
    fn of(t: Texts, version: &Version) -> Self {
        let outcome: serde_json::Value = serde_json::from_str(&version.outcome).unwrap_or_default();
        let count = |name: &str| outcome.get(name).and_then(serde_json::Value::as_i64).unwrap_or_default();
        let done = [
            ("created", "shops-catalog-created"),
            ("changed", "shops-catalog-changed"),
            ("removed", "shops-catalog-removed"),
            ("skipped", "shops-catalog-skipped"),
        ];
        let done = done.into_iter().filter(|(name, _)| count(name) > 0);
        Self {
            articles: version.articles,
            since: version.since,
            source: version.source.clone(),
            done: done.map(|(name, key)| t.fill(key, "count", t.number(count(name)))).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/shops/shop.html")]
struct ShopPage {
    t: Texts,
    frame: Frame,
    slug: String,
    name: String,
    form: FormFields,
    edit: bool,
    vendor: bool,
    version: i64,
    changed: bool,
    in_use: bool,
    keys: Vec<KeyRow>,
    once: String,
    overlap: Field,
    overlaps: Vec<(String, String)>,
    systems: i64,
    customers: i64,
    api_url: String,
    catalog: Option<CatalogCard>,
    answers_itself: bool,
}

struct Stored {
    shop: Shop,
    account: Option<String>,
    keys: Vec<ApiKey>,
    systems: i64,
    customers: i64,
    catalog: Option<Version>,
}

async fn find(web: &Web, by: &SignedIn, slug: &str) -> Result<Stored, PageError> {
    let (reach, slug, now) = (by.reach.clone(), slug.to_owned(), web.gateway.clock.now());
    let found = web
        .gateway
        .store
        .read(move |c| {
            let Some(shop) = shops::find(c, &reach, &slug)? else { return Ok(None) };
            let account = match &shop.account_id {
                Some(id) => store::accounts::find(c, id)?.map(|account| account.email),
                None => None,
            };
            let mut keys = store::shops::list_api_keys_of(c, &shop.id)?;
            keys.retain(|key| key.expires_at.is_none_or(|end| end > now));
            let (systems, customers) =
                (store::shops::count_systems(c, &shop.id)?, store::shops::count_customers(c, &shop.id)?);
            let catalog = store::catalog::version(c, &shop.id)?;
            Ok::<_, StoreError>(Some(Stored { shop, account, keys, systems, customers, catalog }))
        })
        .await?;
    found.ok_or_else(PageError::not_found)
}

impl ShopPage {
    fn new(
        request: &HttpRequest,
        web: &Web,
        by: &SignedIn,
        stored: Stored,
        form: Option<ShopForm>,
        edit: bool,
    ) -> Self {
        let t = by.texts();
        let Stored { shop, account, keys, systems, customers, catalog } = stored;
        let form = form.unwrap_or_else(|| {
            let connector = serde_json::from_str(&shop.connector)
                .map(|Connector::Redirect { entry_url, catalog_url }| (entry_url, catalog_url.unwrap_or_default()));
            let (entry_url, catalog_url) = connector.unwrap_or_default();
            ShopForm {
                name: shop.name.clone(),
                slug: shop.slug.clone(),
                website: shop.website.clone(),
                entry_url,
                catalog_url,
                account: account.unwrap_or_default(),
            }
        });
        let overlap = |micros: i64| {
            let label = match micros {
                DAY => t.of("shops-overlap-day"),
                HOUR => t.of("shops-overlap-hour"),
                0 => t.of("shops-overlap-none"),
                _ => t.of("shops-overlap-week"),
            };
            (micros.to_string(), label)
        };
        Self {
            t,
            frame: Frame::new(request, by, Section::Shops, &shop.name),
            form: FormFields::new(&form, !edit),
            edit,
            vendor: by.is_vendor(),
            version: shop.version,
            changed: false,
            in_use: systems > 0 || customers > 0,
            keys: keys
                .into_iter()
                .map(|key| KeyRow {
                    id: key.id,
                    hint: key.hint,
                    created_at: key.created_at,
                    expires_at: key.expires_at,
                })
                .collect(),
            once: ulid::Ulid::new().to_string(),
            overlap: Field::new("overlap", "").hinted(),
            overlaps: OVERLAPS.map(overlap).into(),
            systems,
            customers,
            catalog: catalog.map(|version| CatalogCard::of(t, &version)),
            answers_itself: !form.catalog_url.trim().is_empty(),
            api_url: format!("{}/api/v1", web.gateway.public_url),
            slug: shop.slug,
            name: shop.name,
        }
    }
}

#[derive(Deserialize)]
pub struct Mode {
    edit: Option<String>,
}

/// `GET /admin/shops/{slug}`.
pub async fn shop(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>, mode: Query<Mode>) -> Page {
    let stored = find(&web, &by, &slug).await?;
    Ok(frame::show(&request, &ShopPage::new(&request, &web, &by, stored, None, mode.edit.is_some())))
}

/// `POST /admin/shops/{slug}`.
pub async fn save(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now, version) = (by.texts(), web.gateway.clock.now(), fields.number("version").unwrap_or_default());
    let form = typed(&fields);
    let (reach, actor, key, wanted) = (by.reach.clone(), by.actor(), slug.clone(), form.clone());
    let saved = web.gateway.store.write(move |c| shops::save(c, &reach, &key, version, &wanted, &actor, now)).await;
    let (faults, changed) = match saved {
        Ok(()) => return Ok(frame::done(&request, &format!("/admin/shops/{slug}"), "shops-saved", None)),
        Err(SaveError::Faults(faults)) => (faults, false),
        Err(SaveError::ChangedMeanwhile) => (Vec::new(), true),
        Err(SaveError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(PageError::not_found()),
    };
    let stored = find(&web, &by, &slug).await?;
    let mut page = ShopPage::new(&request, &web, &by, stored, Some(form), true);
    page.changed = changed;
    faults.iter().for_each(|fault| page.form.fault(t, fault));
    Ok(frame::show_again(&request, &page))
}

/// `POST /admin/shops/{slug}/keys`: another API key, shown once.
pub async fn rotate(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let overlap = fields.number("overlap").filter(|wish| OVERLAPS.contains(wish)).unwrap_or(DAY);
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    let wish = (fields.once(now), overlap);
    let made = web.gateway.store.write(move |c| shops::rotate_key(c, &reach, &key, wish, &actor, now)).await;
    match made {
        Ok(key) => {
            let stored = find(&web, &by, &slug).await?;
            show_key(&request, &web, &by, &stored.shop, key.expose())
        }
        Err(SaveError::MadeAlready) => {
            let back = format!("/admin/shops/{slug}");
            Ok(frame::done_already(&request, &by, Section::Shops, "shops-key-made-already", &back))
        }
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

/// `POST /admin/shops/{slug}/keys/{id}/revoke`.
pub async fn revoke(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let by = posted.by;
    let (slug, id) = path.into_inner();
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    match web.gateway.store.write(move |c| shops::revoke_key(c, &reach, &key, &id, &actor, now)).await {
        Ok(()) => Ok(frame::done(&request, &format!("/admin/shops/{slug}"), "shops-key-revoked", None)),
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

/// `POST /admin/shops/{slug}/remove`.
pub async fn remove(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let by = posted.by;
    let (reach, actor, now, key) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    match web.gateway.store.write(move |c| shops::remove(c, &reach, &key, &actor, now)).await {
        Ok(()) => Ok(frame::done(&request, "/admin/shops", "shops-removed", Some(slug.as_str()))),
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(SaveError::InUse) => Ok(frame::go(&format!("/admin/shops/{slug}"))),
        Err(_) => Err(PageError::not_found()),
    }
}
