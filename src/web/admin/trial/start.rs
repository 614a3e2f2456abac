//! `/admin/systems/{slug}/test`: as whom, with what, and what the list of return targets says beside it.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::Met;
use crate::punchout::detail::{self, Whereabouts};
use crate::punchout::trial::{self, TrialError, Wish};
use crate::refusal::{Code, Refusal};
use crate::snapshot::System;
use crate::store;
use crate::texts::Texts;
use crate::web::admin::punchouts::shown::prose;
use crate::web::fields::{Fields, Posted};
use crate::web::form::Field;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// Customers to choose from at once; who is looking for another searches.
const SHOWN: usize = 20;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// A part of a customer's number or e-mail.
    search: String,
    /// A return address to hold against the system's list.
    hook: String,
}

#[derive(Template)]
#[template(path = "admin/trial/start.html")]
struct StartPage {
    t: Texts,
    frame: Frame,
    slug: String,
    name: String,
    active: bool,
    /// No return target is allowed: whatever a trial says, real calls are refused.
    no_hooks: bool,
    search: Field,
    /// The search is of use: there are more customers than are shown.
    searchable: bool,
    customers: Vec<Choice>,
    chosen: String,
    more: Field,
    met: Option<Met>,
    hook: Field,
    hook_good: bool,
    hook_met: Option<Met>,
}

struct Choice {
    number: String,
    email: String,
    active: bool,
}

/// `GET /admin/systems/{slug}/test`.
pub async fn ask(request: HttpRequest, web: Data<Web>, by: SignedIn, slug: Path<String>, asked: Query<Asked>) -> Page {
    let system = find(&web, &by, &slug).await?;
    let page = StartPage::new(&request, &web, &by, &system, &asked).await?;
    Ok(frame::show(&request, &page))
}

/// `POST /admin/systems/{slug}/test`.
pub async fn start(request: HttpRequest, web: Data<Web>, posted: Posted<SignedIn>, slug: Path<String>) -> Page {
    let Posted { by, fields } = posted;
    let wish = Wish {
        slug: slug.to_string(),
        customer: fields.get("customer").to_owned(),
        more: more(fields.raw("more")),
        actor: by.actor(),
        address: by.visitor.address,
    };
    match trial::start(&web.gateway, &by.reach, wish).await {
        Ok(id) => Ok(frame::done(&request, &format!("/admin/trial/{id}"), "trial-started", None)),
        Err(TrialError::Unknown) => Err(PageError::not_found()),
        Err(TrialError::Refused(refusal)) => {
            let page = StartPage::again(&request, &web, &by, &slug, &fields, refusal).await?;
            Ok(frame::show_again(&request, &page))
        }
    }
}

async fn find(web: &Web, by: &SignedIn, slug: &str) -> Result<Arc<System>, PageError> {
    trial::system(&web.gateway, &by.reach, slug).await?.ok_or_else(PageError::not_found)
}

/// `name=value`, one a line.
fn more(text: &str) -> Vec<(String, String)> {
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    text.lines().map(pair).filter(|(name, _)| !name.is_empty()).collect()
}

impl StartPage {
    async fn new(
        request: &HttpRequest,
        web: &Web,
        by: &SignedIn,
        system: &System,
        asked: &Asked,
    ) -> Result<Self, PageError> {
        let t = by.texts();
        let (id, search) = (system.id.clone(), asked.search.chars().take(200).collect::<String>());
        let customers = web
            .gateway
            .store
            .read(move |c| store::customers::list_of_system(c, &id, &search, "", SHOWN as i64 + 1))
            .await?;
        let searchable = customers.len() > SHOWN || !asked.search.trim().is_empty();
        let chosen =
            customers.iter().find(|(customer, _)| customer.active).map(|(customer, _)| customer.number.clone());
        let hook = asked.hook.trim();
        let judged = (!hook.is_empty()).then(|| system.profile.hooks.allow(hook));
        let around = Whereabouts { system: Some(system.slug.clone()), ..Whereabouts::default() };
        let hook_met = match &judged {
            Some(Err(error)) => Some(Met::new(t, &Refusal::from(error.clone()), &around)),
            _ => None,
        };
        Ok(Self {
            t,
            frame: Frame::new(request, by, Section::Systems, t.fill("trial-title", "system", &system.name)),
            slug: system.slug.clone(),
            name: system.name.clone(),
            active: system.active,
            no_hooks: system.profile.hooks.is_empty(),
            search: Field::new("search", asked.search.trim()),
            searchable,
            customers: customers
                .into_iter()
                .take(SHOWN)
                .map(|(customer, _)| Choice { number: customer.number, email: customer.email, active: customer.active })
                .collect(),
            chosen: chosen.unwrap_or_default(),
            more: Field::new("more", "").hinted().placeholder("sap-language=DE"),
            met: None,
            hook: Field::new("hook", hook).hinted().placeholder("https://srm.example.com/return"),
            hook_good: matches!(judged, Some(Ok(_))),
            hook_met,
        })
    }

    /// With what was typed, and what the call met.
    async fn again(
        request: &HttpRequest,
        web: &Web,
        by: &SignedIn,
        slug: &str,
        fields: &Fields,
        refusal: Refusal,
    ) -> Result<Self, PageError> {
        let system = find(web, by, slug).await?;
        let (shop, id, user) = (system.shop.id.clone(), system.id.clone(), fields.get("customer").to_owned());
        let around = web.gateway.store.read(move |c| detail::whereabouts_of_call(c, &shop, &id, &user)).await?;
        let mut page = Self::new(request, web, by, &system, &Asked::default()).await?;
        let chosen = fields.get("customer");
        if !chosen.is_empty() && !page.customers.iter().any(|customer| customer.number == chosen) {
            let choice = Choice { number: chosen.to_owned(), email: String::new(), active: true };
            page.customers.insert(0, choice);
        }
        page.chosen = chosen.to_owned();
        page.more.value = fields.raw("more").to_owned();
        let mut met = Met::new(by.texts(), &refusal, &around);
        if chosen.is_empty() && matches!(refusal.code, Code::LoginMissing | Code::LoginWrong) {
            met = Met { sentence: prose(&by.texts().of("trial-no-customer-chosen")), place: None, ..met };
        } else if refusal.code == Code::LoginWrong {
            // Nobody asked for a password, so the usual sentence would mislead.
            met = Met { sentence: prose(&by.texts().fill("trial-customer-inactive", "customer", chosen)), ..met };
        }
        page.met = Some(met);
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_parameters_are_written_one_a_line() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let read = more("sap-language=DE\r\n\r\n NEW_ITEM-VENDOR = 100234\nflag\n=x\na=b=c");
        assert_eq!(
            read,
            [pair("sap-language", "DE"), pair("NEW_ITEM-VENDOR", "100234"), pair("flag", ""), pair("a", "b=c")]
        );
    }
}
