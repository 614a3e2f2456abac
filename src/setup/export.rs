//! The database as an apply file. Secrets are left out: passwords, their hashes unless asked for,
//! API keys. License keys are in it, because a file without them could not be applied elsewhere.

use serde_json::Value;

use crate::setup::file::{AssignmentEntry, CustomerEntry, SetupFile, ShopEntry, SystemEntry};
use crate::store::{self, Connection, Result, StoreError};

/// Everything that `apply` can make.
pub fn export(c: &mut Connection, with_password_hashes: bool) -> Result<SetupFile> {
    let mut file = SetupFile::default();
    for shop in store::shops::list(c)? {
        let account = match &shop.account_id {
            Some(id) => store::accounts::find(c, id)?.map(|account| account.email),
            None => None,
        };
        let connector = serde_json::from_str(&shop.connector)
            .map_err(|error| StoreError::Query(format!("shop {}: {error}", shop.slug)))?;
        for customer in store::customers::list_of_shop(c, &shop.id)? {
            file.customer.push(CustomerEntry {
                shop: shop.slug.clone(),
                number: customer.number,
                email: customer.email,
                password: None,
                password_hash: with_password_hashes.then_some(customer.password_hash),
                active: (!customer.active).then_some(false),
            });
        }
        file.shop.push(ShopEntry {
            slug: shop.slug,
            name: Some(shop.name),
            website: shop.website,
            account,
            connector,
            api_key: None,
        });
    }
    let shops = store::shops::list(c)?;
    for system in store::systems::list(c)? {
        let shop =
            shops.iter().find(|shop| shop.id == system.shop_id).map_or_else(String::new, |shop| shop.slug.clone());
        let customers = store::customers::list_of_shop(c, &system.shop_id)?;
        for assignment in store::assignments::list_of_system(c, &system.id)? {
            let customer = customers
                .iter()
                .find(|customer| customer.id == assignment.customer_id)
                .map_or_else(String::new, |customer| customer.number.clone());
            file.assignment.push(AssignmentEntry {
                system: system.slug.clone(),
                customer,
                license: key(c, assignment.license_id.as_deref())?,
            });
        }
        let license = key(c, system.license_id.as_deref())?;
        let mut entry = SystemEntry {
            shop,
            slug: system.slug,
            name: Some(system.name),
            active: (!system.active).then_some(false),
            license,
            hooks: None,
            preset: None,
            oci_version: None,
            call: None,
            form: None,
            units: None,
            buyer: None,
            charges: None,
            hierarchy: None,
            field: None,
            overrides: None,
        };
        if let Ok(Value::Object(settings)) = serde_json::from_str(&system.settings) {
            entry.set_settings(settings);
        }
        file.system.push(entry);
    }
    Ok(file)
}

fn key(c: &mut Connection, license_id: Option<&str>) -> Result<Option<String>> {
    match license_id {
        Some(id) => Ok(store::licenses::find(c, id)?.map(|license| license.key)),
        None => Ok(None),
    }
}
