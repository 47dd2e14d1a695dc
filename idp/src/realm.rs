//! A published insurer in memory: definition, issuer, keys, and the answers that never change.

use crate::definition::Definition;
use crate::store::{insurers, signing_keys};
use axum::body::Bytes;
use db::Db;
use oidc::client::Algorithm;
use oidc::jws::SigningKey;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use web::Brand;
use web::seal::Sealer;

/// One insurer as every request finds it.
pub struct Realm {
    pub version: i64,
    pub definition: Definition,
    pub brand: Arc<Brand>,
    pub issuer: String,
    pub keys: Arc<Vec<SigningKey>>,
    pub discovery: Bytes,
    pub jwks: Bytes,
}

impl Realm {
    /// The insurer's id in every table.
    pub fn id(&self) -> &str {
        &self.brand.slug
    }

    /// The newest key of an algorithm.
    pub fn key(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.algorithm() == algorithm)
    }
}

/// All insurers. Reads are a lock and a clone of an `Arc`.
#[derive(Default)]
pub struct Realms(RwLock<HashMap<String, Arc<Realm>>>);

impl Realms {
    /// The insurer that a path names.
    pub fn find(&self, slug: &str) -> Option<Arc<Realm>> {
        self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(slug).cloned()
    }

    /// Some insurer, to draw pages that belong to none.
    pub fn any(&self) -> Option<Arc<Realm>> {
        let realms = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        realms.iter().min_by_key(|(slug, _)| slug.as_str()).map(|(_, realm)| realm.clone())
    }

    /// Takes over versions that were published since; makes the keys of new insurers.
    pub async fn refresh(
        &self,
        db: &Db,
        sealer: &Sealer,
        public_url: &str,
        now: i64,
    ) -> Result<(), web::Error> {
        let versions = insurers::versions(&mut db.read().await?).await?;
        for (slug, version) in versions {
            let known = self.find(&slug);
            if known.as_ref().is_some_and(|realm| realm.version == version) {
                continue;
            }
            let found = insurers::current(&mut db.read().await?, &slug).await?;
            let Some((version, definition)) = found else { continue };
            let keys = match known {
                Some(realm) => realm.keys.clone(),
                None => Arc::new(keys(db, sealer, &slug, now).await?),
            };
            let issuer = format!("{public_url}/{slug}");
            let realm = Realm {
                version,
                brand: Arc::new(definition.brand.clone()),
                definition,
                discovery: oidc::discovery::metadata(&issuer).to_string().into(),
                jwks: oidc::jws::jwks(keys.iter()).to_string().into(),
                issuer,
                keys,
            };
            tracing::info!(insurer = slug, version, "insurer loaded");
            let mut realms = self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            realms.insert(slug, Arc::new(realm));
        }
        Ok(())
    }
}

/// The insurer's keys; made at the first start, sealed at rest.
async fn keys(
    db: &Db,
    sealer: &Sealer,
    slug: &str,
    now: i64,
) -> Result<Vec<SigningKey>, web::Error> {
    let purpose = format!("key:{slug}");
    let mut tx = db.begin().await?;
    // Two nodes that meet a new insurer at once must not make two sets of keys.
    insurers::lock(&mut tx, slug).await?;
    for algorithm in [Algorithm::ES256, Algorithm::RS256] {
        if signing_keys::list(&mut tx, slug).await?.iter().all(|(a, _)| *a != algorithm.as_str()) {
            let sealed = sealer.seal(&purpose, &SigningKey::generate(algorithm)?);
            signing_keys::insert(&mut tx, slug, algorithm.as_str(), &sealed, now).await?;
        }
    }
    let stored = signing_keys::list(&mut tx, slug).await?;
    tx.commit().await?;
    stored
        .into_iter()
        .map(|(algorithm, sealed)| {
            let algorithm = match algorithm.as_str() {
                "RS256" => Algorithm::RS256,
                _ => Algorithm::ES256,
            };
            Ok(SigningKey::parse(algorithm, &sealer.open(&purpose, &sealed)?)?)
        })
        .collect()
}
