//! Removing what a file does not name.

use super::{Done, Work};
use crate::setup::file::SetupFile;
use crate::store;

impl Work<'_> {
    pub(super) fn prune(&mut self, file: &SetupFile) -> Done {
        let shops = store::shops::list(self.c)?;
        let systems = store::systems::list(self.c)?;
        let slug = |id: &str| shops.iter().find(|shop| shop.id == id).map_or("", |shop| shop.slug.as_str());
        for system in &systems {
            let named = file.system.iter().any(|entry| entry.slug == system.slug);
            let customers = store::customers::list_of_shop(self.c, &system.shop_id)?;
            for assignment in store::assignments::list_of_system(self.c, &system.id)? {
                let number = customers
                    .iter()
                    .find(|customer| customer.id == assignment.customer_id)
                    .map_or("", |customer| customer.number.as_str());
                if !named
                    || !file
                        .assignment
                        .iter()
                        .any(|entry| entry.system == system.slug && entry.customer.trim() == number)
                {
                    store::assignments::delete(self.c, &assignment.id)?;
                    self.removed(format!("assignment {}/{number}", system.slug));
                }
            }
            if !named {
                store::systems::delete(self.c, &system.id)?;
                self.removed(format!("system {}", system.slug));
            }
        }
        for shop in &shops {
            for customer in store::customers::list_of_shop(self.c, &shop.id)? {
                if !file
                    .customer
                    .iter()
                    .any(|entry| entry.shop == slug(&shop.id) && entry.number.trim() == customer.number)
                {
                    store::customers::delete(self.c, &customer.id)?;
                    self.removed(format!("customer {}/{}", shop.slug, customer.number));
                }
            }
            if !file.shop.iter().any(|entry| entry.slug == shop.slug) {
                store::shops::delete(self.c, &shop.id)?;
                self.removed(format!("shop {}", shop.slug));
            }
        }
        Ok(())
    }
}
