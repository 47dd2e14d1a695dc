//! The insurers as every request finds them. One that cannot be used stops nobody else.

use super::definition::Definition;
use db::{Db, published};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use web::Brand;

/// One insurer in the version that is in force.
pub struct Insurer {
    pub version: i64,
    pub brand: Arc<Brand>,
    pub definition: Definition,
}

impl Insurer {
    /// Reads a published definition.
    ///
    /// # Errors
    /// Why this program cannot use it, and what to do.
    pub fn read(version: i64, text: &str) -> Result<Self, String> {
        let definition: Definition = serde_json::from_str(text).map_err(|error| {
            format!(
                "its definition cannot be read ({error}): apply its folder with this program, \
                 `portal insurer apply FOLDER`"
            )
        })?;
        Ok(Self { version, brand: Arc::new(definition.brand.clone()), definition })
    }

    fn with_theme(self, has_theme: impl Fn(&str) -> bool) -> Result<Self, String> {
        let theme = &self.brand.theme;
        if has_theme(theme) {
            return Ok(self);
        }
        Err(format!(
            "the theme {theme:?} was not loaded at the start: put its folder into `themes` (the \
             log says why it was left out when it is there) and restart, or apply the insurer \
             with another theme"
        ))
    }
}

/// All insurers by slug.
#[derive(Default)]
pub struct Registry {
    insurers: RwLock<HashMap<String, Arc<Insurer>>>,
    /// The versions that cannot be used: each is logged once.
    refused: Mutex<HashMap<String, i64>>,
}

impl Registry {
    /// The insurer that a path names.
    pub fn find(&self, slug: &str) -> Option<Arc<Insurer>> {
        self.insurers.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(slug).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Insurer>> {
        let insurers = self.insurers.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        insurers.values().cloned().collect()
    }

    /// Takes over what operators published since and returns it. A version that cannot be used is
    /// logged once with what to do; until then the version before it stays in force.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refresh(
        &self,
        db: &Db,
        has_theme: impl Fn(&str) -> bool,
    ) -> Result<Vec<Arc<Insurer>>, db::Error> {
        let mut taken = Vec::new();
        let versions = published::versions(&mut db.read().await?).await?;
        for (slug, version) in versions {
            if self.find(&slug).is_some_and(|known| known.version == version)
                || self.is_refused(&slug, version)
            {
                continue;
            }
            let found = published::current(&mut db.read().await?, &slug).await?;
            let Some((version, text)) = found else { continue };
            let insurer = Insurer::read(version, &text);
            match insurer.and_then(|insurer| insurer.with_theme(&has_theme)) {
                Ok(insurer) => {
                    tracing::info!(insurer = slug, version, "insurer loaded");
                    let insurer = Arc::new(insurer);
                    taken.push(insurer.clone());
                    let mut insurers = self.insurers.write().unwrap_or_else(|p| p.into_inner());
                    insurers.insert(slug, insurer);
                }
                Err(why) => {
                    tracing::error!(insurer = slug, version, why, "insurer left out");
                    let mut refused = self.refused.lock().unwrap_or_else(|p| p.into_inner());
                    refused.insert(slug, version);
                }
            }
        }
        Ok(taken)
    }

    fn is_refused(&self, slug: &str, version: i64) -> bool {
        let refused = self.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        refused.get(slug) == Some(&version)
    }
}

#[cfg(test)]
mod tests {
    use super::Registry;
    use crate::insurers::definition::{Definition, HouseholdPolicy};
    use db::{Db, published};
    use web::Brand;

    fn definition(slug: &str, theme: &str) -> String {
        let brand = Brand { slug: slug.into(), theme: theme.into(), ..Brand::nobody() };
        let definition = Definition {
            brand,
            signin: Default::default(),
            app: None,
            staff: None,
            household: HouseholdPolicy::Never,
            after_loss: Default::default(),
            levels: Default::default(),
            mail: Default::default(),
            plugins: Vec::new(),
        };
        serde_json::to_string(&definition).unwrap()
    }

    async fn publish(db: &Db, slug: &str, version: i64, text: &str) {
        let mut tx = db.begin().await.unwrap();
        published::publish(&mut tx, slug, version, text, 0).await.unwrap();
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn an_insurer_that_cannot_be_used_stops_nobody_else() {
        db::testing::each_engine(&crate::app::migrations().unwrap(), async |db| {
            let registry = Registry::default();
            let refresh = async || {
                let taken = registry.refresh(&db, |theme| theme == "base").await.unwrap();
                let mut slugs: Vec<_> = taken.iter().map(|i| i.brand.slug.clone()).collect();
                slugs.sort_unstable();
                slugs
            };
            publish(&db, "aozora", 1, "{\"brand\":").await;
            publish(&db, "kaede", 1, &definition("kaede", "gone")).await;
            publish(&db, "minato", 1, &definition("minato", "base")).await;
            publish(&db, "nagisa", 1, &definition("nagisa", "base")).await;
            assert_eq!(refresh().await, ["minato", "nagisa"]);
            assert!(registry.find("aozora").is_none() && registry.find("kaede").is_none());
            assert!(registry.is_refused("aozora", 1) && registry.is_refused("kaede", 1));

            // A version that cannot be used leaves the one before it in force.
            publish(&db, "nagisa", 2, "{}").await;
            assert!(refresh().await.is_empty());
            assert_eq!(registry.find("nagisa").map(|insurer| insurer.version), Some(1));
            // Mended, it is taken over.
            publish(&db, "aozora", 2, &definition("aozora", "base")).await;
            assert_eq!(refresh().await, ["aozora"]);
        })
        .await;
    }
}
