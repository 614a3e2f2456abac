//! Shop customers: the list, a new one, one in detail.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::license::Kind;
use crate::refusal::Refusal;
use crate::setup::customer_forms::{self, CustomerForm, Fault, SaveError};
use crate::setup::customer_rules::check_password;
use crate::setup::{shops, systems};
use crate::store::customers::Customer;
use crate::store::shops::Shop;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::admin::systems::place_state;
use crate::web::fields::{Fields, Posted};
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::Toned;
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// Customers on one page.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    shop: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

struct Row {
    id: String,
    number: String,
    email: String,
    active: bool,
    systems: i64,
}

#[derive(Template)]
#[template(path = "admin/customers/list.html")]
struct ListPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
    shop: Field,
    shops: Vec<(String, String)>,
    q: Field,
    searched: bool,
    pager: Pager,
}

fn choices(shops: &[Shop]) -> Vec<(String, String)> {
    shops.iter().map(|shop| (shop.slug.clone(), shop.name.clone())).collect()
}

/// `GET /admin/customers`: of one shop, the first if none is named.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let (t, reach) = (by.texts(), by.reach.clone());
    let (wanted, q, after) = (wish.shop.clone(), wish.q.clone(), wish.after.clone());
    let read = web
        .gateway
        .store
        .read(move |c| {
            let shops = systems::shops(c, &reach)?;
            let shop = match wanted.is_empty() {
                true => shops.first().cloned(),
                false => shops.iter().find(|shop| shop.slug == wanted).cloned(),
            };
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            let customers = match &shop {
                Some(shop) => store::customers::list_page(c, &shop.id, &q, &after, limit)?,
                None => Vec::new(),
            };
            Ok::<_, StoreError>((shops, shop, customers))
        })
        .await?;
    let (shops, shop, mut customers) = read;
    if shop.is_none() && !wish.shop.is_empty() {
        return Err(PageError::not_found());
    }
    let slug = shop.map(|shop| shop.slug).unwrap_or_default();
    let more = customers.len() > PAGE;
    customers.truncate(PAGE);
    let last = customers.last().filter(|_| more).map(|(customer, _)| customer.number.clone());
    let to = |after: &str| address("/admin/customers", &[("shop", &slug), ("q", &wish.q), ("after", after)]);
    let page = ListPage {
        t,
        frame: Frame::new(&request, &by, Section::Customers, t.of("frame-customers")),
        rows: customers
            .into_iter()
            .map(|(customer, systems)| Row {
                id: customer.id,
                number: customer.number,
                email: customer.email,
                active: customer.active,
                systems,
            })
            .collect(),
        shop: Field::new("shop", &slug),
        shops: choices(&shops),
        q: Field::new("q", &wish.q),
        searched: !wish.q.trim().is_empty(),
        pager: Pager { first: (!wish.after.is_empty()).then(|| to("")), next: last.map(|last| to(&last)) },
    };
    Ok(frame::show(&request, &page))
}

/// The form of a customer.
struct FormFields {
    shop: Field,
    shops: Vec<(String, String)>,
    number: Field,
    email: Field,
    active: Field,
    password: Field,
}

impl FormFields {
    fn new(form: &CustomerForm, shops: &[Shop], read_only: bool) -> Self {
        Self {
            shop: Field::new("shop", &form.shop),
            shops: choices(shops),
            number: Field::new("number", &form.number).required().hinted().placeholder("10001"),
            email: Field::new("email", &form.email).required().autocomplete("off").read_only(read_only),
            active: Field::ticked("active", form.active).hinted().read_only(read_only),
            password: Field::new("password", "").required().hinted().autocomplete("new-password"),
        }
    }

    fn fault(&mut self, t: Texts, fault: &Fault) {
        let (field, error) = match fault {
            Fault::ShopMissing => (&mut self.shop, t.of("systems-fault-shop")),
            Fault::Number => (&mut self.number, t.of("customers-fault-number")),
            Fault::NumberTaken => (&mut self.number, t.of("customers-fault-number-taken")),
            Fault::Email => (&mut self.email, t.of("customers-fault-email")),
            Fault::EmailTaken { by } => (&mut self.email, t.fill("customers-fault-email-taken", "number", by)),
        };
        field.error = Some(error);
    }
}

fn typed(fields: &Fields) -> CustomerForm {
    let text = |name: &str| fields.get(name).to_owned();
    CustomerForm { shop: text("shop"), number: text("number"), email: text("email"), active: fields.has("active") }
}

/// The password of a form, hashed; or nothing if it can be none.
async fn hash(web: &Web, fields: &Fields) -> Result<Option<String>, PageError> {
    let password = SecretString::from(fields.raw("password").to_owned());
    if check_password(password.expose_secret()).is_err() {
        return Ok(None);
    }
    Ok(Some(web.gateway.hasher.hash(password).await.map_err(Refusal::from)?))
}

#[derive(Template)]
#[template(path = "admin/customers/new.html")]
struct NewPage {
    t: Texts,
    frame: Frame,
    form: FormFields,
}

async fn shops_of(web: &Web, by: &SignedIn) -> Result<Vec<Shop>, StoreError> {
    let reach = by.reach.clone();
    web.gateway.store.read(move |c| systems::shops(c, &reach)).await
}

/// `GET /admin/customers/new`.
pub async fn new(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let t = by.texts();
    let form = CustomerForm { shop: wish.shop.clone(), active: true, ..CustomerForm::default() };
    let form = FormFields::new(&form, &shops_of(&web, &by).await?, false);
    let frame = Frame::new(&request, &by, Section::Customers, t.of("customers-new"));
    Ok(frame::show(&request, &NewPage { t, frame, form }))
}

/// `POST /admin/customers/new`.
pub async fn create(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now, form) = (by.texts(), web.gateway.clock.now(), typed(&fields));
    // Nobody has a shop checked whose password was hashed for nothing.
    let (reach, slug) = (by.reach.clone(), form.shop.clone());
    web.gateway.store.read(move |c| shops::find(c, &reach, &slug)).await?.ok_or_else(PageError::not_found)?;
    let hashed = hash(&web, &fields).await?;
    let (reach, actor, wanted) = (by.reach.clone(), by.actor(), form.clone());
    let saved = match hashed {
        None => Err(SaveError::Faults(Vec::new())),
        Some(hashed) => {
            web.gateway.store.write(move |c| customer_forms::create(c, &reach, &wanted, hashed, &actor, now)).await
        }
    };
    match saved {
        Ok(customer) => {
            let to = format!("/admin/customers/{}", customer.id);
            Ok(frame::done(&request, &to, "customers-created", Some(&customer.number)))
        }
        Err(SaveError::Faults(faults)) => {
            let mut form = FormFields::new(&form, &shops_of(&web, &by).await?, false);
            if faults.is_empty() {
                form.password.error = Some(t.of("customers-fault-password"));
            }
            faults.iter().for_each(|fault| form.fault(t, fault));
            let frame = Frame::new(&request, &by, Section::Customers, t.of("customers-new"));
            Ok(frame::show_again(&request, &NewPage { t, frame, form }))
        }
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

struct PlaceRow {
    slug: String,
    name: String,
    license: Toned,
}

#[derive(Template)]
#[template(path = "admin/customers/customer.html")]
struct CustomerPage {
    t: Texts,
    frame: Frame,
    id: String,
    number: String,
    shop: String,
    active: bool,
    version: i64,
    form: FormFields,
    edit: bool,
    changed: bool,
    places: Vec<PlaceRow>,
    punchouts: String,
}

#[derive(Deserialize)]
pub struct Mode {
    edit: Option<String>,
}

impl CustomerPage {
    async fn new(
        request: &HttpRequest,
        web: &Web,
        by: &SignedIn,
        id: &str,
        form: Option<CustomerForm>,
        edit: bool,
    ) -> Result<Self, PageError> {
        let (t, now, reach, id) = (by.texts(), web.gateway.clock.now(), by.reach.clone(), id.to_owned());
        let found = web
            .gateway
            .store
            .read(move |c| {
                let Some((customer, shop)) = customer_forms::find(c, &reach, &id)? else { return Ok(None) };
                let places = store::customers::list_places(c, &customer.id)?;
                Ok::<_, StoreError>(Some((customer, shop, places)))
            })
            .await?;
        let (customer, shop, places) = found.ok_or_else(PageError::not_found)?;
        let form = form.unwrap_or_else(|| stored(&customer));
        let places = places.into_iter().map(|(system, license)| PlaceRow {
            slug: system.slug,
            name: system.name,
            license: match &license {
                None => Toned { word: t.of("systems-license-missing"), tone: "bad" },
                Some(license) => place_state(t, license, Kind::Customer, &shop, now),
            },
        });
        let title = t.fill("assign-customer", "customer", &customer.number);
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Customers, title),
            places: places.collect(),
            punchouts: address("/admin/punchouts", &[("customer", &customer.number)]),
            form: FormFields::new(&form, &[], !edit),
            shop: shop.name,
            active: customer.active,
            version: customer.version,
            id: customer.id,
            number: customer.number,
            edit,
            changed: false,
        })
    }
}

fn stored(customer: &Customer) -> CustomerForm {
    CustomerForm { email: customer.email.clone(), active: customer.active, ..CustomerForm::default() }
}

/// `GET /admin/customers/{id}`.
pub async fn customer(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>, mode: Query<Mode>) -> Page {
    Ok(frame::show(&request, &CustomerPage::new(&request, &web, &by, &id, None, mode.edit.is_some()).await?))
}

/// `POST /admin/customers/{id}`.
pub async fn save(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now, version) = (by.texts(), web.gateway.clock.now(), fields.number("version").unwrap_or_default());
    let form = typed(&fields);
    let (reach, actor, key, wanted) = (by.reach.clone(), by.actor(), id.clone(), form.clone());
    let saved =
        web.gateway.store.write(move |c| customer_forms::save(c, &reach, &key, version, &wanted, &actor, now)).await;
    let (faults, changed) = match saved {
        Ok(_) => return Ok(frame::done(&request, &format!("/admin/customers/{id}"), "customers-saved", None)),
        Err(SaveError::Faults(faults)) => (faults, false),
        Err(SaveError::ChangedMeanwhile) => (Vec::new(), true),
        Err(SaveError::Store(error)) => return Err(error.into()),
        Err(SaveError::NotFound) => return Err(PageError::not_found()),
    };
    let mut page = CustomerPage::new(&request, &web, &by, &id, Some(form), true).await?;
    page.changed = changed;
    faults.iter().for_each(|fault| page.form.fault(t, fault));
    Ok(frame::show_again(&request, &page))
}

/// `POST /admin/customers/{id}/password`.
pub async fn set_password(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let now = web.gateway.clock.now();
    // Found before anything is hashed: a stranger's guess costs nothing.
    let mut page = CustomerPage::new(&request, &web, &by, &id, None, false).await?;
    let Some(hashed) = hash(&web, &fields).await? else {
        page.form.password.error = Some(by.texts().of("customers-fault-password"));
        return Ok(frame::show_again(&request, &page));
    };
    let (reach, actor, key) = (by.reach.clone(), by.actor(), id.clone());
    match web.gateway.store.write(move |c| customer_forms::set_password(c, &reach, &key, hashed, &actor, now)).await {
        Ok(_) => Ok(frame::done(&request, &format!("/admin/customers/{id}"), "customers-password-set", None)),
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

#[derive(Template)]
#[template(path = "admin/customers/remove.html")]
struct RemovePage {
    t: Texts,
    frame: Frame,
    id: String,
    number: String,
    places: Vec<PlaceRow>,
}

/// `GET /admin/customers/{id}/remove`.
pub async fn ask_remove(request: HttpRequest, web: Data<Web>, by: SignedIn, id: Path<String>) -> Page {
    let CustomerPage { t, frame, id, number, places, .. } =
        CustomerPage::new(&request, &web, &by, &id, None, false).await?;
    Ok(frame::show(&request, &RemovePage { t, frame, id, number, places }))
}

/// `POST /admin/customers/{id}/remove`.
pub async fn remove(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, id: Path<String>) -> Page {
    let by = posted.by;
    let (reach, actor, now) = (by.reach.clone(), by.actor(), web.gateway.clock.now());
    let id = id.into_inner();
    match web.gateway.store.write(move |c| customer_forms::remove(c, &reach, &id, &actor, now)).await {
        Ok(customer) => Ok(frame::done(&request, "/admin/customers", "customers-removed", Some(&customer.number))),
        Err(SaveError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}
