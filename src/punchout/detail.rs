//! One punchout, or one refusal, with everything that helps to understand it.

use crate::account::Reach;
use crate::punchout::journal::owners;
use crate::store::punchouts::Punchout;
use crate::store::refusals::Refused;
use crate::store::{self, Connection, StoreError};

/// Refused steps that are shown of one punchout.
const ATTEMPTS: i64 = 100;

/// A punchout and what was refused on its way.
pub struct Detail {
    pub punchout: Punchout,
    /// In the order it happened.
    pub refused: Vec<Refused>,
    pub shop_name: Option<String>,
    /// The system still is there, under this name.
    pub system_name: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
}

/// A refusal and where it could be mended.
pub struct RefusalDetail {
    pub refused: Refused,
    pub whereabouts: Whereabouts,
}

/// What is there today of what a refusal was about: slugs and ids for links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub shop: Option<String>,
    pub system: Option<String>,
    pub system_license: Option<String>,
    pub customer: Option<String>,
    pub customer_license: Option<String>,
}

/// The punchout of that id, if it is within reach.
pub fn find(c: &mut Connection, reach: &Reach, id: &str) -> Result<Option<Detail>, StoreError> {
    let Ok(id) = ulid::Ulid::from_string(id) else { return Ok(None) };
    let Some(punchout) = store::punchouts::find(c, &id.to_string())? else { return Ok(None) };
    if !owners(c)?.is_within(reach, Some(&punchout.shop_id)) {
        return Ok(None);
    }
    let refused = store::refusals::list_of_punchout(c, &punchout.id, ATTEMPTS)?;
    let shop = store::shops::find(c, &punchout.shop_id)?;
    let system_name = store::systems::find(c, &punchout.system_id)?.map(|system| system.name);
    let (shop_name, owner) = shop.map(|shop| (shop.name, shop.account_id)).unzip();
    Ok(Some(Detail { punchout, refused, shop_name, system_name, owner: owner.flatten() }))
}

/// The refusal of that id, if it is within reach.
pub fn find_refusal(c: &mut Connection, reach: &Reach, id: &str) -> Result<Option<RefusalDetail>, StoreError> {
    let Ok(id) = ulid::Ulid::from_string(id) else { return Ok(None) };
    let Some(refused) = store::refusals::find(c, &id.to_string())? else { return Ok(None) };
    if !owners(c)?.is_within(reach, refused.shop_id.as_deref()) {
        return Ok(None);
    }
    let ids = (refused.shop_id.as_deref(), refused.system_id.as_deref(), refused.customer_id.as_deref());
    let whereabouts = whereabouts(c, ids)?;
    Ok(Some(RefusalDetail { refused, whereabouts }))
}

/// Looks up what there is today of a shop, a system and a customer.
fn whereabouts(
    c: &mut Connection,
    (shop, system, customer): (Option<&str>, Option<&str>, Option<&str>),
) -> Result<Whereabouts, StoreError> {
    let shop = match shop {
        Some(id) => store::shops::find(c, id)?,
        None => None,
    };
    let system = match system {
        Some(id) => store::systems::find(c, id)?,
        None => None,
    };
    let customer = match customer {
        Some(id) => store::customers::find(c, id)?,
        None => None,
    };
    let assignment = match (&system, &customer) {
        (Some(system), Some(customer)) => store::assignments::find(c, &system.id, &customer.id)?,
        _ => None,
    };
    Ok(Whereabouts {
        shop: shop.map(|shop| shop.slug),
        system_license: system.as_ref().and_then(|system| system.license_id.clone()),
        system: system.map(|system| system.slug),
        customer_license: assignment.and_then(|assignment| assignment.license_id),
        customer: customer.map(|customer| customer.id),
    })
}

/// The same for who names them as a call does: by the system and the customer's number or e-mail.
pub fn whereabouts_of_call(
    c: &mut Connection,
    shop_id: &str,
    system_id: &str,
    user: &str,
) -> Result<Whereabouts, StoreError> {
    let customer = store::customers::find_candidate(c, shop_id, system_id, user)?.map(|found| found.customer.id);
    whereabouts(c, (Some(shop_id), Some(system_id), customer.as_deref()))
}
