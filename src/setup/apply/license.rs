//! Licenses in the places that a file gives them.

use super::{ApplyError, Done, Work};
use crate::license::{self, Kind, Website};
use crate::setup::file::SetupFile;
use crate::setup::licenses::{self, LicenseError, Place};
use crate::store;
use crate::store::licenses::License;
use crate::store::shops::Shop;

impl Work<'_> {
    /// The license of that key, if it can ever serve here. What may still become right (not yet
    /// connected, suspended, expired) is stored with a warning.
    pub(super) fn license(
        &mut self,
        key: &str,
        kind: Kind,
        shop: &Shop,
        here: &Place,
        refuse: &impl Fn(String) -> ApplyError,
    ) -> Result<License, ApplyError> {
        let license = licenses::find(self.c, key).map_err(|error| match error {
            LicenseError::Store(error) => ApplyError::Store(error),
            other => refuse(format!("license: {other}")),
        })?;
        if license.kind != kind.as_str() {
            let belongs = match kind {
                Kind::System => "a customer license; it belongs into an [[assignment]]",
                Kind::Customer => "a system license; it belongs into a [[system]]",
            };
            return Err(refuse(format!("license: this is {belongs}")));
        }
        if let Some(place) = licenses::place(self.c, &license)?.filter(|place| place != here) {
            return Err(refuse(format!(
                "license: it is in use by {place}; every system and every customer in a system needs a license of its own"
            )));
        }
        if let Ok(website) = Website::read(&shop.website)
            && let Err(invalid) = license.verdict(kind, &website, self.now)
        {
            let why = explain(invalid, &license, &website);
            self.applied.warnings.push(format!("{here}: the license is none for calls as it stands: {why}"));
        }
        Ok(license)
    }

    /// Lets go of the licenses that the file puts elsewhere, so that two objects may swap theirs.
    pub(super) fn release_licenses(&mut self, file: &SetupFile) -> Done {
        for entry in file.system.iter().filter(|entry| entry.license.is_some()) {
            if let Some(mut system) = store::systems::find_by_slug(self.c, &entry.slug)?
                && self.moves(entry.license.as_deref(), system.license_id.as_deref())?
                && file.system.iter().any(|other| other.slug != entry.slug && other.license.is_some())
            {
                self.released.extend(system.license_id.take().map(|license| (system.id.clone(), license)));
                store::systems::update(self.c, &system)?;
            }
        }
        for entry in file.assignment.iter().filter(|entry| entry.license.is_some()) {
            let Some(system) = store::systems::find_by_slug(self.c, &entry.system)? else { continue };
            let Some(customer) = store::customers::find_by_number(self.c, &system.shop_id, entry.customer.trim())?
            else {
                continue;
            };
            if let Some(mut assignment) = store::assignments::find(self.c, &system.id, &customer.id)?
                && self.moves(entry.license.as_deref(), assignment.license_id.as_deref())?
            {
                self.released.extend(assignment.license_id.take().map(|license| (assignment.id.clone(), license)));
                store::assignments::update(self.c, &assignment)?;
            }
        }
        Ok(())
    }

    /// The license that a system or assignment had before this run.
    pub(super) fn had(&self, id: &str, present: &Option<String>) -> Option<String> {
        present.clone().or_else(|| self.released.get(id).cloned())
    }

    pub(super) fn moves(&mut self, wanted_key: Option<&str>, present_id: Option<&str>) -> Result<bool, ApplyError> {
        let (Some(key), Some(present)) = (wanted_key, present_id) else { return Ok(false) };
        // A key that does not exist is told later, with its place.
        Ok(licenses::find(self.c, key).is_ok_and(|license| license.id != present))
    }
}

fn explain(invalid: license::Invalid, license: &License, shop: &Website) -> String {
    use license::Invalid;
    match invalid {
        Invalid::NotConnected => {
            format!("it is not connected with a website; its owner connects it with {shop}")
        }
        Invalid::OtherWebsite => format!(
            "it is connected with {}, and the shop's website is {}",
            license.website.as_deref().unwrap_or_default(),
            shop
        ),
        Invalid::NotYetValid => "it is not valid yet".into(),
        Invalid::Expired => "it has expired".into(),
        Invalid::Suspended => "it is suspended".into(),
        Invalid::WrongKind => "it is of the wrong kind".into(),
        Invalid::InUse => "it is in use elsewhere".into(),
    }
}
