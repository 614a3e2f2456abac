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
    pub shop_slug: Option<String>,
    /// The system as it is called today, if it is there.
    pub system_slug: Option<String>,
    pub system_license: Option<String>,
    /// The customer, if he is there.
    pub customer_id: Option<String>,
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
    let system = match &refused.system_id {
        Some(id) => store::systems::find(c, id)?,
        None => None,
    };
    let customer = match &refused.customer_id {
        Some(id) => store::customers::find(c, id)?,
        None => None,
    };
    let assignment = match (&system, &customer) {
        (Some(system), Some(customer)) => store::assignments::find(c, &system.id, &customer.id)?,
        _ => None,
    };
    let shop = match &refused.shop_id {
        Some(id) => store::shops::find(c, id)?,
        None => None,
    };
    Ok(Some(RefusalDetail {
        shop_slug: shop.map(|shop| shop.slug),
        system_license: system.as_ref().and_then(|system| system.license_id.clone()),
        system_slug: system.map(|system| system.slug),
        customer_license: assignment.and_then(|assignment| assignment.license_id),
        customer_id: customer.map(|customer| customer.id),
        refused,
    }))
}
