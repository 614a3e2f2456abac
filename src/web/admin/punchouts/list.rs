//! `/admin/punchouts`: every punchout and every refused call, newest first.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::shown::{money, tone, word};
use crate::punchout::journal::{self, Entry, Filter, Listed, State};
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::SignedIn;

const HERE: &str = "/admin/punchouts";

/// What stands in the address of a list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wish {
    search: String,
    state: String,
    system: String,
    customer: String,
    from: String,
    to: String,
    before: String,
}

impl Wish {
    fn filter(&self) -> Filter {
        let plain = |text: &str| text.trim().chars().filter(|c| *c != '\0').take(200).collect::<String>();
        Filter {
            state: State::read(&self.state),
            system: plain(&self.system),
            customer: plain(&self.customer),
            from: plain(&self.from),
            to: plain(&self.to),
            search: plain(&self.search),
            before: plain(&self.before),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.search, &self.state, &self.system, &self.customer, &self.from, &self.to]
            .iter()
            .all(|field| field.trim().is_empty())
    }

    fn address(&self, before: &str) -> String {
        address(
            HERE,
            &[
                ("search", self.search.trim()),
                ("state", &self.state),
                ("system", &self.system),
                ("customer", self.customer.trim()),
                ("from", &self.from),
                ("to", &self.to),
                ("before", before),
            ],
        )
    }
}

#[derive(Template)]
#[template(path = "admin/punchouts/list.html")]
struct ListPage {
    t: Texts,
    frame: Frame,
    search: Field,
    state: Field,
    states: Vec<(String, String)>,
    system: Field,
    systems: Vec<(String, String)>,
    customer: Field,
    from: Field,
    to: Field,
    filtered: bool,
    too_many_customers: bool,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    to: String,
    at: i64,
    system: String,
    customer: String,
    email: String,
    state: String,
    tone: &'static str,
    trial: bool,
    lines: String,
    total: String,
    duration: String,
    /// Of a refusal: its code and its reference.
    code: String,
    reference: String,
}

impl Row {
    fn of(t: Texts, entry: Entry, now: i64) -> Self {
        match entry {
            Entry::Punchout(line) => {
                let state = State::of(&line, now);
                let currency = line.currency.as_deref().unwrap_or_default();
                Self {
                    to: format!("{HERE}/{}", line.id),
                    at: line.opened_at,
                    state: word(t, state),
                    tone: tone(state),
                    trial: line.trial,
                    lines: line.lines.map_or_else(String::new, |lines| t.number(lines)),
                    total: line.total.as_deref().map_or_else(String::new, |total| money(t, total, currency)),
                    duration: line.ended_at.map_or_else(String::new, |end| t.duration(end - line.opened_at)),
                    system: line.system_slug,
                    customer: line.customer_number,
                    email: line.customer_email,
                    code: String::new(),
                    reference: String::new(),
                }
            }
            Entry::Refused(line) => Self {
                to: format!("/admin/refusals/{}", line.id),
                at: line.happened_at,
                state: word(t, State::Refused),
                tone: tone(State::Refused),
                trial: false,
                lines: String::new(),
                total: String::new(),
                duration: t.duration(line.took),
                system: line.system_slug,
                customer: line.customer_number.unwrap_or_default(),
                email: String::new(),
                code: line.code,
                reference: line.reference,
            },
        }
    }
}

/// `GET /admin/punchouts`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let t = by.texts();
    let now = web.gateway.clock.now();
    let (reach, filter) = (by.reach.clone(), wish.filter());
    let (listed, systems) = web
        .gateway
        .store
        .read(move |c| {
            let shops = store::shops::list(c)?;
            let within = |id: &str| {
                let owner = shops.iter().find(|shop| shop.id == id).and_then(|shop| shop.account_id.as_deref());
                reach.covers(owner)
            };
            let systems = store::systems::list(c)?.into_iter().filter(|system| within(&system.shop_id));
            let systems: Vec<(String, String)> = systems.map(|system| (system.slug, system.name)).collect();
            Ok::<_, StoreError>((journal::list(c, &reach, &filter, now)?, systems))
        })
        .await?;
    let Listed { entries, next, too_many_customers } = listed;
    let any = || (String::new(), t.of("punchouts-any"));
    let page = ListPage {
        t,
        frame: Frame::new(&request, &by, Section::Punchouts, t.of("punchouts-title")),
        search: Field::new("search", &wish.search).placeholder("7K3M-9QPT"),
        state: Field::new("state", &wish.state),
        states: std::iter::once(any())
            .chain(State::ALL.into_iter().map(|state| (state.as_str().to_owned(), word(t, state))))
            .collect(),
        system: Field::new("system", &wish.system),
        systems: std::iter::once(any()).chain(systems).collect(),
        customer: Field::new("customer", &wish.customer),
        from: Field::new("from", &wish.from),
        to: Field::new("to", &wish.to),
        filtered: !wish.is_empty(),
        too_many_customers,
        rows: entries.into_iter().map(|entry| Row::of(t, entry, now)).collect(),
        pager: Pager {
            first: (!wish.before.is_empty()).then(|| wish.address("")),
            next: next.map(|next| wish.address(&next)),
        },
    };
    Ok(frame::show(&request, &page))
}
