//! The dialog "New customer"; without a script, a page.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{Free, Wish};
use crate::license::Kind;
use crate::setup::assignments::{self, AssignError};
use crate::setup::license_check;
use crate::setup::systems::Found;
use crate::store::customers::Customer;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::admin::systems::{self, Head, Tab};
use crate::web::fields::{Fields, Posted};
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn, is_fragment};

/// Customers that the dialog offers for what was typed.
const OFFERED: i64 = 20;

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
        let free = free.into_iter().map(|listed| Free::of(t, listed));
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
