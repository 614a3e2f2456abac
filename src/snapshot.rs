//! What is configured, held in memory: read on every login, rebuilt when the change counter of the
//! database moves. Customers and assignments are not here: there may be very many, and a login
//! reads its one customer anyway.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::license::Website;
use crate::mapping::Context;
use crate::shop::Connector;
use crate::store::licenses::License;
use crate::store::{self, Store, StoreError};
use crate::system::Profile;

/// How often the change counter is looked at: what another process writes is in force after that.
const LOOK: Duration = Duration::from_millis(500);
/// The same where changes are told: only for those that were told while nobody could hear.
const LOOK_AFTER: Duration = Duration::from_millis(1_500);

/// One consistent view of shops and systems.
pub struct Snapshot {
    revision: i64,
    /// With the moment until which the key is good.
    shops_by_key: HashMap<Vec<u8>, (Arc<Shop>, Option<i64>)>,
    systems_by_slug: HashMap<String, Arc<System>>,
    systems_by_id: HashMap<String, Arc<System>>,
}

pub struct Shop {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub website: Website,
    pub connector: Connector,
}

impl Shop {
    /// What a mapping may say of the shop; customer and call are still to be added.
    pub fn context(&self) -> Context<'_> {
        let (shop_name, shop_slug, shop_website) = (self.name.as_str(), self.slug.as_str(), self.website.as_str());
        Context { shop_name, shop_slug, shop_website, ..Context::default() }
    }
}

/// An OCI system with everything a login needs, compiled.
pub struct System {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub active: bool,
    pub shop: Arc<Shop>,
    pub license: Option<License>,
    pub profile: Profile,
}

impl Snapshot {
    pub fn shop_by_api_key(&self, digest: &[u8], now: i64) -> Option<&Arc<Shop>> {
        let (shop, expires_at) = self.shops_by_key.get(digest)?;
        expires_at.is_none_or(|end| now < end).then_some(shop)
    }

    pub fn system(&self, slug: &str) -> Option<&Arc<System>> {
        self.systems_by_slug.get(slug)
    }

    pub fn system_by_id(&self, id: &str) -> Option<&Arc<System>> {
        self.systems_by_id.get(id)
    }

    /// All systems, in no order.
    pub fn systems(&self) -> impl Iterator<Item = &Arc<System>> {
        self.systems_by_id.values()
    }

    /// Reads everything. A system whose stored settings make no sense is left out with a line in
    /// the log, so that it does not take the others down.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let (revision, shops, keys, systems, licenses) = store
            .read(|c| {
                Ok::<_, StoreError>((
                    store::revision::find(c)?,
                    store::shops::list(c)?,
                    store::shops::list_api_keys(c)?,
                    store::systems::list(c)?,
                    store::licenses::list_of_systems(c)?,
                ))
            })
            .await?;
        let shops: HashMap<String, Arc<Shop>> =
            shops.into_iter().filter_map(|row| Some((row.id.clone(), Arc::new(shop(row)?)))).collect();
        let licenses: HashMap<String, License> =
            licenses.into_iter().map(|license| (license.id.clone(), license)).collect();
        let systems: Vec<Arc<System>> = systems
            .into_iter()
            .filter_map(|row| {
                let shop = shops.get(&row.shop_id)?.clone();
                let license = row.license_id.as_ref().and_then(|id| licenses.get(id)).cloned();
                system(row, shop, license).map(Arc::new)
            })
            .collect();
        Ok(Self {
            revision,
            shops_by_key: keys
                .into_iter()
                .filter_map(|key| Some((key.digest, (shops.get(&key.shop_id)?.clone(), key.expires_at))))
                .collect(),
            systems_by_slug: systems.iter().map(|system| (system.slug.clone(), system.clone())).collect(),
            systems_by_id: systems.iter().map(|system| (system.id.clone(), system.clone())).collect(),
        })
    }
}

/// Keeps the snapshot fresh for as long as the gateway runs: at once when a change is told, and anyway after a while.
pub async fn watch(store: Store, snapshot: Arc<ArcSwap<Snapshot>>, changes: Arc<Notify>) {
    let look = if store.hears() { LOOK_AFTER } else { LOOK };
    let mut reachable = true;
    loop {
        tokio::select! {
            () = changes.notified() => {}
            () = tokio::time::sleep(look) => {}
        }
        let looked = refresh(&store, &snapshot).await;
        match &looked {
            Err(error) if reachable => {
                tracing::error!(%error, "cannot look for changes of the configuration; the known one stays in force")
            }
            Ok(()) if !reachable => tracing::info!("looking for changes of the configuration again"),
            _ => {}
        }
        reachable = looked.is_ok();
    }
}

/// Rebuilds the snapshot if the change counter moved.
pub async fn refresh(store: &Store, snapshot: &ArcSwap<Snapshot>) -> Result<(), StoreError> {
    let revision = store.read(store::revision::find).await?;
    if revision != snapshot.load().revision {
        let fresh = Snapshot::load(store).await?;
        tracing::info!(revision = fresh.revision, systems = fresh.systems_by_id.len(), "the configuration changed");
        snapshot.store(Arc::new(fresh));
    }
    Ok(())
}

/// A stored shop, unless it makes no sense, which the log tells.
pub fn shop(row: store::shops::Shop) -> Option<Shop> {
    let website = Website::read(&row.website)
        .inspect_err(|error| tracing::error!(shop = row.slug, %error, "the shop's website cannot be used"))
        .ok()?;
    let connector = serde_json::from_str(&row.connector)
        .inspect_err(|error| tracing::error!(shop = row.slug, %error, "the shop's connector cannot be used"))
        .ok()?;
    Some(Shop { id: row.id, slug: row.slug, name: row.name, website, connector })
}

fn system(row: store::systems::System, shop: Arc<Shop>, license: Option<License>) -> Option<System> {
    match Profile::read(&row.settings) {
        Ok(profile) => {
            Some(System { id: row.id, slug: row.slug, name: row.name, active: row.active, shop, license, profile })
        }
        Err(error) => {
            tracing::error!(system = row.slug, %error, "the system's settings cannot be used; calls to it are refused");
            None
        }
    }
}
