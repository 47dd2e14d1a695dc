//! All insurers, and how what operators publish reaches them.

use super::{Keys, Published, Realm};
use crate::definition::Definition;
use crate::ids::InsurerId;
use crate::settings::Settings;
use crate::store::insurers;
use db::Db;
use secret::Sealer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use tokio::sync::OnceCell;

/// All insurers. Reads are a lock and a clone of an `Arc`.
#[derive(Default)]
pub struct Realms {
    slots: RwLock<HashMap<String, Arc<Slot>>>,
    /// Versions that cannot be used, so that each is told once.
    unusable: Mutex<HashMap<String, i64>>,
}

/// An insurer, with its keys once somebody needed them.
struct Slot {
    published: Arc<Published>,
    keys_version: i64,
    realm: OnceCell<Arc<Realm>>,
}

impl Slot {
    fn is_old(&self, version: i64, keys_version: i64, now: i64) -> bool {
        self.published.version != version || self.has_old_keys(keys_version, now)
    }

    fn has_old_keys(&self, keys_version: i64, now: i64) -> bool {
        self.keys_version != keys_version
            || self.realm.get().is_some_and(|realm| realm.keys.has_retired(now))
    }
}

impl Realms {
    /// What was published of the insurer that a path names: enough to draw a page.
    pub fn published(&self, slug: &str) -> Option<Arc<Published>> {
        self.slot(slug).map(|slot| slot.published.clone())
    }

    /// The insurer with its keys, made now when it has none yet.
    ///
    /// # Errors
    /// A fault when its keys cannot be read or made.
    pub async fn find(
        &self,
        slug: &str,
        db: &Db,
        sealer: &Sealer,
        now: i64,
    ) -> Result<Option<Arc<Realm>>, web::Error> {
        let Some(slot) = self.slot(slug) else { return Ok(None) };
        let ready = slot.realm.get_or_try_init(async || {
            let keys = Keys::ready(db, sealer, &slot.published.insurer, now).await?;
            Ok::<_, web::Error>(Arc::new(Realm { published: slot.published.clone(), keys }))
        });
        Ok(Some(ready.await?.clone()))
    }

    fn slot(&self, slug: &str) -> Option<Arc<Slot>> {
        self.slots.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(slug).cloned()
    }

    /// Takes over versions and keys that were published since. An insurer that cannot be used is
    /// told once and keeps its last version; the others go on.
    pub async fn refresh(&self, db: &Db, settings: &Settings, now: i64) -> Result<(), db::Error> {
        let mut conn = db.read().await?;
        let versions = insurers::versions(&mut conn).await?;
        let stale = |(slug, version, keys): &(InsurerId, i64, i64)| {
            self.slot(slug).is_none_or(|slot| slot.is_old(*version, *keys, now))
        };
        for (insurer, version, keys_version) in versions.into_iter().filter(stale) {
            if self.unusable(&insurer) == Some(version) {
                // Its last version stays in force, but never with keys that were taken back.
                let slot = self.slot(&insurer);
                if let Some(slot) = slot.filter(|slot| slot.has_old_keys(keys_version, now)) {
                    self.put(&insurer, slot.published.clone(), keys_version);
                }
                continue;
            }
            let text = db::published::version(&mut conn, &insurer, version).await?;
            let Some(text) = text else { continue };
            match prepare(&text, version, settings) {
                Ok(published) => {
                    self.put(&insurer, Arc::new(published), keys_version);
                    tracing::debug!(%insurer, version, "insurer loaded");
                }
                Err(why) => {
                    tracing::error!(%insurer, version, why, "an insurer cannot be used: apply its folder again");
                    let mut unusable = self.unusable.lock().unwrap_or_else(|p| p.into_inner());
                    unusable.insert(insurer.to_string(), version);
                }
            }
        }
        Ok(())
    }

    fn put(&self, insurer: &InsurerId, published: Arc<Published>, keys_version: i64) {
        let slot = Slot { published, keys_version, realm: OnceCell::new() };
        let mut slots = self.slots.write().unwrap_or_else(|p| p.into_inner());
        slots.insert(insurer.to_string(), Arc::new(slot));
    }

    fn unusable(&self, slug: &str) -> Option<i64> {
        self.unusable.lock().unwrap_or_else(|p| p.into_inner()).get(slug).copied()
    }
}

fn prepare(text: &str, version: i64, settings: &Settings) -> Result<Published, String> {
    let definition: Definition = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let at = |base: &str| format!("{base}/{}", definition.brand.slug);
    let mtls = &settings.mtls.public_url;
    let issuers = (at(&settings.public_url), (!mtls.is_empty()).then(|| at(mtls)));
    Published::new(definition, version, issuers)
}
