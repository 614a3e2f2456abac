//! Customers, and their places in OCI systems.

use super::diff::{differ, differ_license};
use super::{Done, Work, new_id, refusing};
use crate::license::Kind;
use crate::setup::customer_rules::{check_email, check_number, check_passwords};
use crate::setup::customers::{self, Rejected};
use crate::setup::file::{AssignmentEntry, CustomerEntry};
use crate::setup::licenses::Place;
use crate::store;
use crate::store::assignments::Assignment;
use crate::store::customers::{Customer, fold_email};

impl Work<'_> {
    pub(super) fn customer(&mut self, entry: &CustomerEntry, hash: Option<&String>) -> Done {
        let place = format!("customer {}/{}", entry.shop, entry.number.trim());
        let refuse = refusing(&place);
        check_number(&entry.number).and_then(|()| check_email(&entry.email)).map_err(&refuse)?;
        check_passwords(entry.password.as_deref(), entry.password_hash.as_deref())
            .map_err(|fault| refuse(fault.to_string()))?;
        let shop = store::shops::find_by_slug(self.c, &entry.shop)?
            .ok_or_else(|| refuse(format!("there is no shop \"{}\"", entry.shop)))?;
        let present = store::customers::find_by_number(self.c, &shop.id, entry.number.trim())?;
        let hash = hash
            .map(|hash| customers::kept(present.as_ref(), hash.clone()))
            .or_else(|| present.as_ref().map(|customer| customer.password_hash.clone()));
        let wanted = Customer {
            id: present.as_ref().map_or_else(new_id, |customer| customer.id.clone()),
            shop_id: shop.id,
            number: entry.number.trim().to_owned(),
            email: entry.email.trim().to_owned(),
            email_folded: fold_email(&entry.email),
            password_hash: hash.ok_or_else(|| refuse("a new customer needs password or password_hash".into()))?,
            active: entry.active.or(present.as_ref().map(|customer| customer.active)).unwrap_or(true),
            created_at: present.as_ref().map_or(self.now, |customer| customer.created_at),
            version: present.as_ref().map_or(1, |customer| customer.version),
            password_origin: present.as_ref().and_then(|customer| customer.password_origin.clone()),
        };
        let mut details = Vec::new();
        if let Some(present) = &present {
            differ(&mut details, "email", &present.email, &wanted.email);
            differ(&mut details, "active", &present.active, &wanted.active);
            if present.password_hash != wanted.password_hash {
                details.push("password: changed".into());
            }
        }
        if present.as_ref() != Some(&wanted) {
            customers::save(self.c, &wanted, present.is_none()).map_err(|rejected| match rejected {
                Rejected::Faulty(reason) => refuse(reason),
                Rejected::Store(error) => error.into(),
            })?;
        }
        self.note(place, present.is_none(), details);
        Ok(())
    }

    pub(super) fn assignment(&mut self, entry: &AssignmentEntry) -> Done {
        let place = format!("assignment {}/{}", entry.system, entry.customer.trim());
        let refuse = refusing(&place);
        let system = store::systems::find_by_slug(self.c, &entry.system)?
            .ok_or_else(|| refuse(format!("there is no system \"{}\"", entry.system)))?;
        let customer = store::customers::find_by_number(self.c, &system.shop_id, entry.customer.trim())?;
        let customer = customer
            .ok_or_else(|| refuse(format!("there is no customer {} in the system's shop", entry.customer.trim())))?;
        let shop = store::shops::list(self.c)?
            .into_iter()
            .find(|shop| shop.id == system.shop_id)
            .ok_or_else(|| refuse("its shop is gone".into()))?;
        let license = match &entry.license {
            Some(key) => {
                let here = Place::Assignment { system: entry.system.clone(), customer: customer.number.clone() };
                Some(self.license(key, Kind::Customer, &shop, &here, &refuse)?)
            }
            None => None,
        };
        let present = store::assignments::find(self.c, &system.id, &customer.id)?;
        let wanted = Assignment {
            id: present.as_ref().map_or_else(new_id, |assignment| assignment.id.clone()),
            system_id: system.id,
            customer_id: customer.id,
            license_id: license
                .map(|license| license.id)
                .or(present.as_ref().and_then(|assignment| assignment.license_id.clone())),
            created_at: present.as_ref().map_or(self.now, |assignment| assignment.created_at),
        };
        let mut details = Vec::new();
        match &present {
            None => store::assignments::insert(self.c, &wanted)?,
            Some(present) => {
                differ_license(&mut details, &self.had(&present.id, &present.license_id), &wanted.license_id);
                if *present != wanted {
                    store::assignments::update(self.c, &wanted)?;
                }
            }
        }
        if wanted.license_id.is_none() {
            self.applied.warnings.push(format!("{place}: it has no license yet, so this customer cannot punch out"));
        }
        self.note(place, present.is_none(), details);
        Ok(())
    }
}
