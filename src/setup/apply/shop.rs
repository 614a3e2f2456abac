//! Shops, whose they are, and their API keys.

use super::diff::differ;
use super::{ApplyError, Done, Work, json, new_id, refusing};
use crate::credential::secret;
use crate::license::Website;
use crate::setup::customer_rules::check_email;
use crate::setup::file::ShopEntry;
use crate::setup::{licenses, slug};
use crate::store::shops::{ApiKey, Shop};
use crate::store::{self, Connection, StoreError};

/// Characters an API key should have at least, to be beyond guessing.
const API_KEY_ADVICE: usize = 20;

impl Work<'_> {
    pub(super) fn shop(&mut self, entry: &ShopEntry) -> Done {
        let place = format!("shop {}", entry.slug);
        let refuse = refusing(&place);
        slug::check(&entry.slug).map_err(&refuse)?;
        Website::read(&entry.website).map_err(|error| refuse(format!("website \"{}\": {error}", entry.website)))?;
        entry.connector.check().map_err(|error| refuse(format!("connector: {error}")))?;
        let present = store::shops::find_by_slug(self.c, &entry.slug)?;
        let account_id = self.owner(entry, present.as_ref(), &refuse)?;
        let wanted = Shop {
            id: present.as_ref().map_or_else(new_id, |shop| shop.id.clone()),
            slug: entry.slug.clone(),
            name: entry.name.clone().unwrap_or_else(|| entry.slug.clone()),
            website: entry.website.trim().to_owned(),
            account_id,
            connector: json(&entry.connector),
            created_at: present.as_ref().map_or(self.now, |shop| shop.created_at),
            version: present.as_ref().map_or(1, |shop| shop.version),
        };
        let mut details = Vec::new();
        match &present {
            None => store::shops::insert(self.c, &wanted)?,
            Some(present) => {
                differ(&mut details, "name", &present.name, &wanted.name);
                differ(&mut details, "website", &present.website, &wanted.website);
                differ(&mut details, "connector", &present.connector, &wanted.connector);
                if present.account_id != wanted.account_id {
                    let email = |c: &mut Connection, id: &Option<String>| match id {
                        Some(id) => Ok::<_, StoreError>(
                            store::accounts::find(c, id)?.map_or_else(String::new, |account| account.email),
                        ),
                        None => Ok("none".to_owned()),
                    };
                    let (was, will) = (email(self.c, &present.account_id)?, email(self.c, &wanted.account_id)?);
                    differ(&mut details, "account", &was, &will);
                }
                if !details.is_empty() {
                    store::shops::update(self.c, &wanted)?;
                }
            }
        }
        self.api_key(entry, &wanted, &mut details, &refuse)?;
        self.note(place, present.is_none(), details);
        Ok(())
    }

    pub(super) fn owner(
        &mut self,
        entry: &ShopEntry,
        present: Option<&Shop>,
        refuse: &impl Fn(String) -> ApplyError,
    ) -> Result<Option<String>, ApplyError> {
        if let Some(email) = &entry.account {
            check_email(email).map_err(refuse)?;
            if store::accounts::find_by_email(self.c, email)?.is_none() {
                self.note(
                    format!(
                        "account {} (no password yet; set one with: punchgate user add)",
                        email.trim().to_lowercase()
                    ),
                    true,
                    Vec::new(),
                );
            }
            let account = licenses::account(self.c, email, self.now).map_err(|error| refuse(error.to_string()))?;
            return Ok(Some(account.id));
        }
        if let Some(account) = present.and_then(|shop| shop.account_id.clone()) {
            return Ok(Some(account));
        }
        let merchants = store::accounts::list_merchants(self.c)?;
        match merchants.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.id.clone())),
            several => {
                let emails: Vec<&str> = several.iter().map(|account| account.email.as_str()).collect();
                Err(refuse(format!("say whose shop it is with account = \"…\"; there are {}", emails.join(", "))))
            }
        }
    }

    pub(super) fn api_key(
        &mut self,
        entry: &ShopEntry,
        shop: &Shop,
        details: &mut Vec<String>,
        refuse: &impl Fn(String) -> ApplyError,
    ) -> Done {
        let present = store::shops::list_api_keys_of(self.c, &shop.id)?;
        let key = match &entry.api_key {
            Some(key) if key.trim().is_empty() => return Err(refuse("api_key is empty".into())),
            Some(key) => key.trim().to_owned(),
            None if present.is_empty() => {
                let key = secret::api_key_generate().expose().to_owned();
                self.applied.new_api_keys.push((shop.slug.clone(), key.clone()));
                key
            }
            None => return Ok(()),
        };
        let digest = secret::digest(&key).to_vec();
        if present.iter().any(|known| known.digest == digest) {
            return Ok(());
        }
        if key.chars().count() < API_KEY_ADVICE {
            self.applied.warnings.push(format!("shop {}: the API key is short enough to be guessed; use {API_KEY_ADVICE} random characters or more, or leave it out and one is made", shop.slug));
        }
        store::shops::delete_api_keys_of(self.c, &shop.id)?;
        let row = ApiKey {
            id: new_id(),
            shop_id: shop.id.clone(),
            digest,
            created_at: self.now,
            expires_at: None,
            hint: secret::hint(&key),
        };
        store::shops::insert_api_key(self.c, &row).map_err(|error| match error {
            StoreError::Conflict(_) => refuse("another shop has the same API key".into()),
            other => other.into(),
        })?;
        if !present.is_empty() {
            details.push("api_key: replaced".into());
        }
        Ok(())
    }
}
