//! How far somebody has come with setting up.

use crate::account::Reach;
use crate::setup::systems;
use crate::store::license_list::{self, Filter};
use crate::store::{self, Connection, StoreError};

/// What is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// A license is connected.
    pub license: bool,
    pub shop: bool,
    /// An active system with a license.
    pub system: bool,
    /// A customer with a license has a place in one.
    pub customer: bool,
    /// Somebody punched out.
    pub punchout: bool,
}

pub fn find(c: &mut Connection, reach: &Reach, account_id: &str) -> Result<Steps, StoreError> {
    let mut filter = Filter { limit: 20, ..Filter::default() };
    if *reach != Reach::Everything {
        filter.account_id = Some(account_id.to_owned());
    }
    let licenses = license_list::list(c, &filter)?;
    let shops = systems::shops(c, reach)?;
    let listed = systems::list(c, reach, "", 50)?;
    let ready: Vec<_> = listed.iter().filter(|listed| listed.system.active && listed.license.is_some()).collect();
    let mut customer = false;
    for listed in &ready {
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
        system: !ready.is_empty(),
        customer,
        punchout,
    })
}
