//! How far somebody has come with setting up.

use serde_json::Value;

use crate::account::Reach;
use crate::license::{Kind, Website};
use crate::setup::systems::{self, Overview};
use crate::store::license_list::{self, Filter};
use crate::store::{self, Connection, StoreError};
use crate::system::Settings;

/// What is there already.
#[derive(Debug, Clone)]
pub struct Steps {
    /// A license is connected.
    pub license: bool,
    pub shop: bool,
    /// An active system that takes calls.
    pub system: bool,
    /// What one still lacks that seems done, while none takes calls.
    pub lack: Option<(Overview, Lack)>,
    /// A customer with a license has a place in one.
    pub customer: bool,
    /// Somebody punched out.
    pub punchout: bool,
}

/// Why an active system with a license refuses every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Its license is not in force.
    License,
    /// Nowhere may a cart go back to.
    Hooks,
}

pub fn find(c: &mut Connection, reach: &Reach, account_id: &str, now: i64) -> Result<Steps, StoreError> {
    let mut filter = Filter { limit: 20, ..Filter::default() };
    if *reach != Reach::Everything {
        filter.account_id = Some(account_id.to_owned());
    }
    let licenses = license_list::list(c, &filter)?;
    let shops = systems::shops(c, reach)?;
    let listed = systems::list(c, reach, "", 50)?;
    let paid: Vec<_> = listed.iter().filter(|listed| listed.system.active && listed.license.is_some()).collect();
    let system = paid.iter().any(|listed| lack(listed, now).is_none());
    let lacking = paid.iter().find_map(|listed| lack(listed, now).map(|lack| ((*listed).clone(), lack)));
    let mut customer = false;
    for listed in &paid {
        let license = listed.system.license_id.as_deref().unwrap_or_default();
        customer = customer || store::assignments::count_paid_by(c, license)? > 0;
    }
    let mut punchout = listed.iter().any(|listed| listed.last_punchout.is_some());
    for listed in &listed {
        punchout = punchout || store::punchout_counts::has_any(c, &listed.system.id)?;
    }
    Ok(Steps {
        license: licenses.iter().any(|listed| listed.license.website.is_some()),
        shop: !shops.is_empty(),
        system,
        lack: lacking.filter(|_| !system),
        customer,
        punchout,
    })
}

fn lack(listed: &Overview, now: i64) -> Option<Lack> {
    let website = Website::read(&listed.shop.website).ok()?;
    let license = listed.license.as_ref()?;
    if license.verdict(Kind::System, &website, now).is_err() {
        return Some(Lack::License);
    }
    (!has_hooks(&listed.system.settings)).then_some(Lack::Hooks)
}

/// Whether a cart may go back to anywhere, if only for a customer with settings of his own.
fn has_hooks(settings: &str) -> bool {
    let own: Value = serde_json::from_str(settings).unwrap_or_default();
    let some = |hooks: Option<&Value>| hooks.and_then(Value::as_array).is_some_and(|hooks| !hooks.is_empty());
    let overrides = own.get("override").and_then(Value::as_object);
    Settings::effective(&own).is_ok_and(|settings| !settings.hooks.is_empty())
        || overrides.is_some_and(|overrides| overrides.values().any(|his| some(his.get("hooks"))))
}
