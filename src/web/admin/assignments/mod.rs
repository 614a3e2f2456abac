//! The tab Customers of an OCI system: who punches out by it, and the license that pays for each.

mod new;
mod place;

pub use self::new::{assign, choices, new};
pub use self::place::{ask_remove, change, place, remove};

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::license::Kind;
use crate::setup::licenses;
use crate::store::license_list::Listed;
use crate::store::{self, StoreError};
use crate::texts::Texts;
use crate::web::admin::systems::{self, Head, Tab, place_state};
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::license_words::{self as words, Toned};
use crate::web::server::Web;
use crate::web::session::SignedIn;

/// Customers on one page.
const PAGE: usize = 50;

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

/// A free license that can be chosen instead of typing its key.
struct Free {
    key: String,
    shown: String,
    until: String,
}

impl Free {
    fn of(t: Texts, listed: Listed) -> Self {
        let license = listed.license;
        Self {
            shown: licenses::masked(&license.key),
            until: words::valid_until(t, license.valid_until),
            key: license.key,
        }
    }
}
