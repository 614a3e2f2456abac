//! Licenses and their history.
//!
//! Keys are kept in clear: their owner reads them in the portal, and a key alone opens nothing.

use diesel::prelude::*;

use super::schema::{license_events, licenses, systems};
use super::{Connection, Result, on};
use crate::license::{self, Facts, Invalid, Kind, Valid, Website};

#[derive(Debug, Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = licenses, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct License {
    pub id: String,
    pub key: String,
    /// `system` or `customer`.
    pub kind: String,
    pub account_id: String,
    /// The system license that this customer license came with.
    pub bundled_with: Option<String>,
    /// Normalised, once connected.
    pub website: Option<String>,
    pub valid_from: i64,
    /// Good while now is before it; None: without end.
    pub valid_until: Option<i64>,
    pub suspended: bool,
    pub created_at: i64,
}

impl License {
    /// Whether this license pays for a place in a shop with that website, now. That it is used in
    /// one place only is the database's law (`UNIQUE`), so a license that was found through its
    /// place of use is used nowhere else.
    pub fn verdict(&self, wanted: Kind, shop: &Website, now: i64) -> std::result::Result<Valid, Invalid> {
        // Reading takes longer than everything else here, and equal texts are the same website.
        let read =
            |website: &str| if website == shop.as_str() { Some(shop.clone()) } else { Website::read(website).ok() };
        let website = self.website.as_deref().and_then(read);
        let facts = Facts {
            kind: if self.kind == Kind::System.as_str() { Kind::System } else { Kind::Customer },
            website: website.as_ref(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            suspended: self.suspended,
            used_elsewhere: false,
        };
        license::verdict(&facts, wanted, shop, now)
    }
}

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = license_events, treat_none_as_default_value = false)]
pub struct LicenseEvent {
    pub id: String,
    pub license_id: String,
    pub happened_at: i64,
    /// `issued`, `connected`, `disconnected`, `suspended`, `resumed` or `extended`.
    pub kind: String,
    /// The website or the new end of validity.
    pub detail: Option<String>,
    /// Who did it, as in the audit log.
    pub actor: String,
}

pub fn find(connection: &mut Connection, id: &str) -> Result<Option<License>> {
    on!(connection, c => Ok(licenses::table.find(id).get_result(c).optional()?))
}

pub fn find_by_key(connection: &mut Connection, key: &str) -> Result<Option<License>> {
    on!(connection, c => Ok(licenses::table.filter(licenses::key.eq(key)).get_result(c).optional()?))
}

pub fn list(connection: &mut Connection) -> Result<Vec<License>> {
    on!(connection, c => Ok(licenses::table.order(licenses::id).load(c)?))
}

/// The licenses that systems use, whatever their kind.
pub fn list_of_systems(connection: &mut Connection) -> Result<Vec<License>> {
    on!(connection, c => Ok(licenses::table
        .filter(licenses::id.nullable().eq_any(systems::table.select(systems::license_id)))
        .order(licenses::id)
        .load(c)?))
}

/// Licenses that came with a system license.
pub fn list_bundled(connection: &mut Connection, system_license_id: &str) -> Result<Vec<License>> {
    on!(connection, c => Ok(licenses::table
        .filter(licenses::bundled_with.eq(system_license_id))
        .order(licenses::id)
        .load(c)?))
}

pub fn insert(connection: &mut Connection, license: &License) -> Result<()> {
    on!(connection, c => diesel::insert_into(licenses::table).values(license).execute(c)?);
    Ok(())
}

pub fn update(connection: &mut Connection, license: &License) -> Result<()> {
    on!(connection, c => diesel::update(licenses::table.find(&license.id)).set(license).execute(c)?);
    Ok(())
}

pub fn insert_event(connection: &mut Connection, event: &LicenseEvent) -> Result<()> {
    on!(connection, c => diesel::insert_into(license_events::table).values(event).execute(c)?);
    Ok(())
}

pub fn list_events(connection: &mut Connection, license_id: &str) -> Result<Vec<LicenseEvent>> {
    on!(connection, c => Ok(license_events::table
        .filter(license_events::license_id.eq(license_id))
        .order((license_events::happened_at, license_events::id))
        .load(c)?))
}
