//! The tab Customers of an OCI system: who punches out by it, and the license that pays for each.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::license::Kind;
use crate::setup::assignments::{self, AssignError};
use crate::setup::license_check;
use crate::setup::licenses;
use crate::setup::systems::Found;
use crate::store::customers::Customer;
use crate::store::license_list::Listed;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::admin::systems::{self, Head, Tab, place_state};
use crate::web::fields::{Fields, Posted};
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn, is_fragment};

/// Customers on one page.
const PAGE: usize = 50;
/// Customers that the dialog offers for what was typed.
const OFFERED: i64 = 20;

#[derive(Deserialize)]
pub struct Wish {
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
    license: Toned,
    key: Option<String>,
    last: Option<i64>,
}

#[derive(Template)]
#[template(path = "admin/systems/customers.html")]
struct CustomersPage {
    t: Texts,
    frame: Frame,
    head: Head,
    rows: Vec<Row>,
    q: Field,
    searched: bool,
    pager: Pager,
}

/// `GET /admin/systems/{slug}/customers`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>, wish: Query<Wish>) -> Page {
    let (t, now) = (by.texts(), web.gateway.clock.now());
    let found = systems::find(&web, &by, &slug).await?;
    let (id, q, after) = (found.system.id.clone(), wish.q.clone(), wish.after.clone());
    let mut customers = web
        .gateway
        .store
        .read(move |c| {
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            let mut rows = Vec::new();
            for (customer, license) in store::customers::list_of_system(c, &id, &q, &after, limit)? {
                let last = store::punchouts::find_last_of(c, &id, &customer.id)?;
                rows.push((customer, license, last));
            }
            Ok::<_, StoreError>(rows)
        })
        .await?;
    let more = customers.len() > PAGE;
    customers.truncate(PAGE);
    let last = customers.last().filter(|_| more).map(|(customer, ..)| customer.number.clone());
    let path = format!("/admin/systems/{slug}/customers");
    let rows = customers.into_iter().map(|(customer, license, last)| Row {
        license: match &license {
            None => Toned { word: t.of("systems-license-missing"), tone: "bad" },
            Some(license) => place_state(t, license, Kind::Customer, &found.shop, now),
        },
        key: license.map(|license| licenses::masked(&license.key)),
        id: customer.id,
        number: customer.number,
        email: customer.email,
        active: customer.active,
        last,
    });
    let page = CustomersPage {
        t,
        frame: Frame::new(&request, &by, Section::Systems, &found.system.name),
        head: Head::new(&found, Tab::Customers),
        rows: rows.collect(),
        q: Field::new("q", &wish.q),
        searched: !wish.q.trim().is_empty(),
        pager: Pager {
            first: (!wish.after.is_empty()).then(|| address(&path, &[("q", &wish.q)])),
            next: last.map(|last| address(&path, &[("q", &wish.q), ("after", &last)])),
        },
    };
    Ok(frame::show(&request, &page))
}

/// Somebody who can be chosen.
struct Choice {
    id: String,
    number: String,
    email: String,
}

impl Choice {
    fn of(customer: Customer) -> Self {
        Self { id: customer.id, number: customer.number, email: customer.email }
    }

    fn is(&self, chosen: &str) -> bool {
        self.id == chosen
    }
}

/// A free license that can be chosen instead of typing its key.
struct Free {
    key: String,
    shown: String,
    until: String,
}

#[derive(Template)]
#[template(path = "admin/systems/new-customer.html")]
struct NewCustomerPage {
    t: Texts,
    frame: Frame,
    head: Head,
    search: Field,
    choices: Vec<Choice>,
    chosen: String,
    customer_fault: Option<String>,
    license: Field,
    free: Vec<Free>,
    /// How many customers the shop has at all.
    any: bool,
}

/// Only what the dialog shows.
#[derive(Template)]
#[template(path = "admin/systems/new-customer-form.html")]
struct NewCustomerPart<'a> {
    t: Texts,
    frame: &'a Frame,
    head: &'a Head,
    search: &'a Field,
    choices: &'a [Choice],
    chosen: &'a str,
    customer_fault: &'a Option<String>,
    license: &'a Field,
    free: &'a [Free],
    any: bool,
}

#[derive(Template)]
#[template(path = "admin/systems/choices.html")]
struct ChoicesPart {
    t: Texts,
    choices: Vec<Choice>,
    chosen: String,
}

impl NewCustomerPage {
    async fn new(
        request: &HttpRequest,
        web: &Web,
        by: &SignedIn,
        found: &Found,
        search: &str,
        chosen: &str,
        key: &str,
    ) -> Result<Self, PageError> {
        let (t, now) = (by.texts(), web.gateway.clock.now());
        let (shop, system, account) = (found.shop.clone(), found.system.id.clone(), by.account.id.clone());
        let (text, chosen_id) = (search.to_owned(), chosen.to_owned());
        let (customers, free) = web
            .gateway
            .store
            .read(move |c| {
                let mut customers = store::customers::list_unassigned(c, &shop.id, &system, &text, OFFERED)?;
                if let Some(chosen) = store::customers::find(c, &chosen_id)?
                    && chosen.shop_id == shop.id
                    && !customers.iter().any(|customer| customer.id == chosen.id)
                {
                    customers.insert(0, chosen);
                }
                let owner = shop.account_id.clone().unwrap_or(account);
                let free = license_check::list_free(c, &owner, Kind::Customer, &shop, now)?;
                Ok::<_, StoreError>((customers, free))
            })
            .await?;
        let free = free.into_iter().map(|Listed { license, .. }| Free {
            shown: licenses::masked(&license.key),
            until: words::valid_until(t, license.valid_until),
            key: license.key,
        });
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Systems, t.of("assign-new")),
            head: Head::new(found, Tab::Customers),
            search: Field::new("q", search).placeholder(t.of("assign-search-placeholder")).autocomplete("off"),
            any: !customers.is_empty() || !search.is_empty(),
            choices: customers.into_iter().map(Choice::of).collect(),
            chosen: chosen.to_owned(),
            customer_fault: None,
            license: Field::new("license", key).placeholder("PGC-XXXXX-XXXXX-XXXXX-XXXXX").autocomplete("off"),
            free: free.collect(),
        })
    }

    fn part(&self) -> NewCustomerPart<'_> {
        NewCustomerPart {
            t: self.t,
            frame: &self.frame,
            head: &self.head,
            search: &self.search,
            choices: &self.choices,
            chosen: &self.chosen,
            customer_fault: &self.customer_fault,
            license: &self.license,
            free: &self.free,
            any: self.any,
        }
    }
}

/// `GET /admin/systems/{slug}/customers/new`: the page, or with a script the dialog.
pub async fn new(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>, wish: Query<Wish>) -> Page {
    let found = systems::find(&web, &by, &slug).await?;
    let page = NewCustomerPage::new(&request, &web, &by, &found, &wish.q, "", "").await?;
    if is_fragment(&request) {
        return Ok(frame::show(&request, &page.part()));
    }
    Ok(frame::show(&request, &page))
}

#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    customer: String,
}

/// `GET /admin/systems/{slug}/customers/choices`: the drop-down, for what was typed so far.
pub async fn choices(
    request: HttpRequest,
    web: Data<Web>,
    by: SignedIn,
    slug: Path<String>,
    search: Query<Search>,
) -> Page {
    let found = systems::find(&web, &by, &slug).await?;
    let q = search.q.clone();
    let customers = web
        .gateway
        .store
        .read(move |c| store::customers::list_unassigned(c, &found.shop.id, &found.system.id, &q, OFFERED))
        .await?;
    let choices = customers.into_iter().map(Choice::of).collect();
    Ok(frame::show(&request, &ChoicesPart { t: by.texts(), choices, chosen: search.customer.clone() }))
}

/// The key that was typed, or that of the license that was chosen.
fn key(fields: &Fields) -> String {
    let typed = fields.get("license");
    if typed.is_empty() { fields.get("free").to_owned() } else { typed.to_owned() }
}

/// `POST /admin/systems/{slug}/customers/new`.
pub async fn assign(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let (t, now) = (by.texts(), web.gateway.clock.now());
    let found = systems::find(&web, &by, &slug).await?;
    let (reach, actor, name) = (by.reach.clone(), by.actor(), slug.clone());
    let (chosen, typed) = (fields.get("customer").to_owned(), key(&fields));
    if fields.has("search") {
        // Without a script, searching posts the form: nothing is stored, and nothing of the typing is lost.
        let page = NewCustomerPage::new(&request, &web, &by, &found, fields.get("q"), &chosen, fields.get("license"));
        return Ok(frame::show(&request, &page.await?));
    }
    let assigned =
        web.gateway.store.write(move |c| assignments::assign(c, &reach, &name, &chosen, &typed, &actor, now)).await;
    let mut page = NewCustomerPage::new(
        &request,
        &web,
        &by,
        &found,
        fields.get("q"),
        fields.get("customer"),
        fields.get("license"),
    )
    .await?;
    match assigned {
        Ok(customer) => {
            let to = format!("/admin/systems/{slug}/customers");
            return Ok(frame::done(&request, &to, "assign-done", Some(&customer.number)));
        }
        Err(AssignError::CustomerMissing) => page.customer_fault = Some(t.of("assign-fault-customer")),
        Err(AssignError::AlreadyThere) => page.customer_fault = Some(t.of("assign-fault-there")),
        Err(AssignError::License(finding)) => {
            page.license = page.license.error(Some(words::finding(t, &finding).word));
        }
        Err(AssignError::NotFound) => return Err(PageError::not_found()),
        Err(AssignError::Store(error)) => return Err(error.into()),
    }
    if is_fragment(&request) {
        return Ok(frame::show_again(&request, &page.part()));
    }
    Ok(frame::show_again(&request, &page))
}

#[derive(Template)]
#[template(path = "admin/systems/customer.html")]
struct PlacePage {
    t: Texts,
    frame: Frame,
    head: Head,
    id: String,
    number: String,
    email: String,
    license: Field,
    finding: Option<Toned>,
    license_id: Option<String>,
    free: Vec<Free>,
}

impl PlacePage {
    async fn new(request: &HttpRequest, web: &Web, by: &SignedIn, slug: &str, id: &str) -> Result<Self, PageError> {
        let (t, now) = (by.texts(), web.gateway.clock.now());
        let (reach, slug, id, account) = (by.reach.clone(), slug.to_owned(), id.to_owned(), by.account.id.clone());
        let read = web
            .gateway
            .store
            .read(move |c| {
                let (found, customer, assignment) = assignments::place(c, &reach, &slug, &id)?;
                let license = match &assignment.license_id {
                    Some(id) => store::licenses::find(c, id)?,
                    None => None,
                };
                let here = licenses::Place::Assignment { system: slug, customer: customer.number.clone() };
                let key = license.as_ref().map(|license| license.key.clone()).unwrap_or_default();
                let shop = found.shop.clone();
                let checked = license_check::check(c, &key, Kind::Customer, &shop, Some(&here), &reach, now)?;
                let owner = shop.account_id.clone().unwrap_or(account);
                let free = license_check::list_free(c, &owner, Kind::Customer, &shop, now)?;
                Ok::<_, AssignError>((found, customer, license, checked.finding, free))
            })
            .await;
        let (found, customer, license, finding, free) = match read {
            Ok(read) => read,
            Err(AssignError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(PageError::not_found()),
        };
        let own = license.filter(|license| by.reach.covers(Some(&license.account_id)));
        let free = free.into_iter().map(|Listed { license, .. }| Free {
            shown: licenses::masked(&license.key),
            until: words::valid_until(t, license.valid_until),
            key: license.key,
        });
        let title = t.fill("assign-customer", "customer", &customer.number);
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Systems, title),
            head: Head::new(&found, Tab::Customers),
            license: Field::new("license", own.as_ref().map(|license| license.key.clone()).unwrap_or_default())
                .placeholder("PGC-XXXXX-XXXXX-XXXXX-XXXXX")
                .autocomplete("off"),
            finding: Some(words::finding(t, &finding)),
            license_id: own.map(|license| license.id),
            free: free.collect(),
            id: customer.id,
            number: customer.number,
            email: customer.email,
        })
    }
}

/// `GET /admin/systems/{slug}/customers/{id}`.
pub async fn place(request: HttpRequest, web: Data<Web>, by: SignedIn, path: Path<(String, String)>) -> Page {
    let (slug, id) = path.into_inner();
    Ok(frame::show(&request, &PlacePage::new(&request, &web, &by, &slug, &id).await?))
}

/// `POST /admin/systems/{slug}/customers/{id}`: another license.
pub async fn change(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let Posted { by, fields } = posted;
    let (slug, id) = path.into_inner();
    let now = web.gateway.clock.now();
    let (reach, actor, name, customer) = (by.reach.clone(), by.actor(), slug.clone(), id.clone());
    let typed =
        if fields.get("free").is_empty() { fields.get("license").to_owned() } else { fields.get("free").to_owned() };
    let changed = web
        .gateway
        .store
        .write(move |c| assignments::change_license(c, &reach, &name, &customer, &typed, &actor, now))
        .await;
    match changed {
        Ok(customer) => {
            let to = format!("/admin/systems/{slug}/customers");
            Ok(frame::done(&request, &to, "assign-changed", Some(&customer.number)))
        }
        Err(AssignError::License(finding)) => {
            let mut page = PlacePage::new(&request, &web, &by, &slug, &id).await?;
            page.finding = None;
            page.license.value = fields.get("license").to_owned();
            page.license = page.license.error(Some(words::finding(by.texts(), &finding).word));
            Ok(frame::show_again(&request, &page))
        }
        Err(AssignError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}

#[derive(Template)]
#[template(path = "admin/systems/remove-customer.html")]
struct RemovePage {
    t: Texts,
    frame: Frame,
    head: Head,
    id: String,
    number: String,
}

/// `GET /admin/systems/{slug}/customers/{id}/remove`.
pub async fn ask_remove(request: HttpRequest, web: Data<Web>, by: SignedIn, path: Path<(String, String)>) -> Page {
    let (slug, id) = path.into_inner();
    let PlacePage { t, frame, head, id, number, .. } = PlacePage::new(&request, &web, &by, &slug, &id).await?;
    Ok(frame::show(&request, &RemovePage { t, frame, head, id, number }))
}

/// `POST /admin/systems/{slug}/customers/{id}/remove`.
pub async fn remove(
    request: HttpRequest,
    web: Data<Web>,
    posted: Posted<SignedIn>,
    path: Path<(String, String)>,
) -> Page {
    let by = posted.by;
    let (slug, id) = path.into_inner();
    let (reach, actor, now, name) = (by.reach.clone(), by.actor(), web.gateway.clock.now(), slug.clone());
    match web.gateway.store.write(move |c| assignments::remove(c, &reach, &name, &id, &actor, now)).await {
        Ok(customer) => {
            let to = format!("/admin/systems/{slug}/customers");
            Ok(frame::done(&request, &to, "assign-removed", Some(&customer.number)))
        }
        Err(AssignError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::not_found()),
    }
}
