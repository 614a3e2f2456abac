//! OCI systems.

use serde::Deserialize;
use serde_json::Value;

use super::diff::{differ, differ_license, differ_settings};
use super::{Done, Draft, Work, new_id, refusing};
use crate::license::Kind;
use crate::oci::units::Units;
use crate::setup::file::{SetupFile, SystemEntry};
use crate::setup::licenses::Place;
use crate::setup::slug;
use crate::store;
use crate::store::systems::System;
use crate::system::Profile;

impl Work<'_> {
    pub(super) fn system(&mut self, entry: &SystemEntry) -> Done {
        let place = format!("system {}", entry.slug);
        let refuse = refusing(&place);
        slug::check(&entry.slug).map_err(&refuse)?;
        let shop = store::shops::find_by_slug(self.c, &entry.shop)?
            .ok_or_else(|| refuse(format!("there is no shop \"{}\"", entry.shop)))?;
        let settings = entry.settings().map_err(|error| refuse(error.to_string()))?;
        let written = settings.to_string();
        let profile = Profile::read(&written).map_err(|error| refuse(error.to_string()))?;
        if profile.hooks.is_empty() {
            self.applied.warnings.push(format!(
                "{place}: hooks is empty, so every call will be refused; name the allowed return targets"
            ));
        }
        let units = settings.get("units").and_then(|units| Units::deserialize(units).ok()).unwrap_or_default();
        for (key, code) in units.doubtful() {
            self.applied.warnings.push(format!(
                "{place}: units.{key} is \"{code}\", which is no code of UN/ECE Recommendation 20 of at most three characters; the \
                 buyer's system may not take it"
            ));
        }
        let present = store::systems::find_by_slug(self.c, &entry.slug)?;
        if let Some(present) = present.as_ref().filter(|present| present.shop_id != shop.id) {
            let other = store::shops::find(self.c, &present.shop_id)?.map_or_else(String::new, |shop| shop.slug);
            return Err(refuse(format!("it belongs to another shop ({other})")));
        }
        let license = match &entry.license {
            Some(key) => Some(self.license(key, Kind::System, &shop, &Place::System(entry.slug.clone()), &refuse)?),
            None => None,
        };
        let wanted = System {
            id: present.as_ref().map_or_else(new_id, |system| system.id.clone()),
            shop_id: shop.id.clone(),
            slug: entry.slug.clone(),
            name: entry.name.clone().unwrap_or_else(|| entry.slug.clone()),
            active: entry.active.or(present.as_ref().map(|system| system.active)).unwrap_or(true),
            license_id: license
                .map(|license| license.id)
                .or(present.as_ref().and_then(|system| system.license_id.clone())),
            settings: written,
            created_at: present.as_ref().map_or(self.now, |system| system.created_at),
            version: present.as_ref().map_or(1, |system| system.version),
        };
        let mut details = Vec::new();
        match &present {
            None => store::systems::insert(self.c, &wanted)?,
            Some(present) => {
                differ(&mut details, "name", &present.name, &wanted.name);
                differ(&mut details, "active", &present.active, &wanted.active);
                differ_license(&mut details, &self.had(&present.id, &present.license_id), &wanted.license_id);
                let was: Value = serde_json::from_str(&present.settings).unwrap_or_default();
                differ_settings(&mut details, "", &was, &settings);
                if was != settings {
                    let (system_id, slug) = (present.id.clone(), present.slug.clone());
                    self.applied.drafts.push(Draft { system_id, slug, settings: wanted.settings.clone() });
                }
                if *present != wanted {
                    store::systems::update(self.c, &wanted)?;
                }
            }
        }
        if wanted.license_id.is_none() {
            self.applied.warnings.push(format!("{place}: it has no license yet, so nobody can punch out"));
        }
        self.note(place, present.is_none(), details);
        Ok(())
    }

    /// Overrides of customers whom nobody knows: they may come later, or be a slip of the pen.
    pub(super) fn warn_of_strangers(&mut self, file: &SetupFile) -> Done {
        for entry in &file.system {
            let Some(overrides) = entry.overrides.as_ref().and_then(|overrides| overrides.as_table()) else { continue };
            let Some(shop) = store::shops::find_by_slug(self.c, &entry.shop)? else { continue };
            for number in overrides.keys() {
                if store::customers::find_by_number(self.c, &shop.id, number.trim())?.is_none() {
                    self.applied.warnings.push(format!(
                        "system {}: override.\"{number}\": there is no such customer yet in the shop {}",
                        entry.slug, entry.shop
                    ));
                }
            }
        }
        Ok(())
    }
}
