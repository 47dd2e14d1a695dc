//! A published insurer in memory: definition, issuer, keys, clients, and the answers that never
//! change.

use crate::clients::Remembered;
use crate::definition::Definition;
use crate::settings::Settings;
use crate::store::{clients, insurers, signing_keys};
use axum::body::Bytes;
use db::{Conn, Db};
use oidc::Client;
use oidc::authorize::Rules;
use oidc::discovery::{Addresses, Offered};
use oidc::jose::algorithm::Algorithm;
use oidc::jose::jws::SigningKey;
use secret::Sealer;
use secret::{hash, random};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use web::Brand;

/// One insurer as every request finds it.
pub struct Realm {
    pub version: i64,
    keys_version: i64,
    pub definition: Arc<Definition>,
    pub brand: Arc<Brand>,
    pub issuer: String,
    /// The same where clients show certificates.
    pub mtls_issuer: Option<String>,
    /// The clients of the insurer's folder.
    pub clients: HashMap<String, Arc<Client>>,
    /// Those that were registered otherwise, as far as they are remembered.
    pub registered: Arc<Remembered>,
    keys: Vec<RealmKey>,
    pub secrets: Arc<Secrets>,
    pub rules: Rules,
    pub discovery: Bytes,
    pub jwks: Bytes,
}

/// A signing key and its time.
struct RealmKey {
    key: SigningKey,
    active_from: i64,
    retires_at: Option<i64>,
}

/// Keys that never leave.
pub struct Secrets {
    /// Seals opaque access tokens.
    pub tokens: Sealer,
    /// Makes pairwise subjects.
    pub pairwise: Vec<u8>,
    /// Makes DPoP nonces.
    pub nonces: Vec<u8>,
    /// Makes refresh tokens.
    pub refresh: Vec<u8>,
}

impl Realm {
    /// The insurer's id in every table.
    pub fn id(&self) -> &str {
        &self.brand.slug
    }

    /// The newest key of an algorithm that signs now.
    pub fn key(&self, algorithm: Algorithm, now: i64) -> Option<&SigningKey> {
        let mut own = self.keys.iter().filter(|key| key.key.algorithm() == algorithm);
        own.find(|key| key.active_from <= now).map(|key| &key.key)
    }

    /// The claims of a token that one of the insurer's keys signed. Times are not looked at.
    pub fn verify(&self, token: &str, now: i64) -> Option<Value> {
        let in_force = self.keys.iter().filter(|key| key.retires_at.is_none_or(|at| at > now));
        in_force.map(|key| &key.key).find_map(|key| key.verify(token))
    }

    /// The claims of an ID token of ours, whatever its age: not of any other token that the same
    /// keys signed (signed userinfo, JARM, logout and access tokens).
    pub fn id_token(&self, token: &str, now: i64) -> Option<Value> {
        let typ = oidc::jose::jwt::Unverified::parse(token)?.header("typ").map(str::to_owned);
        let claims = self.verify(token, now)?;
        let good = typ.as_deref() == Some("JWT")
            && claims["iss"] == self.issuer.as_str()
            && claims["aud"].is_string()
            && claims["sub"].is_string()
            && claims["auth_time"].is_i64()
            && claims.get("events").is_none();
        good.then_some(claims)
    }

    /// The nonces that DPoP proofs may have now, the current one first.
    pub fn dpop_nonces(&self, now: i64) -> Vec<String> {
        let at = |step: i64| {
            let mac = hash::hmac(&self.secrets.nonces, &step.to_be_bytes());
            hash::base64url(&mac[..16])
        };
        let step = now / NONCE_SECONDS;
        vec![at(step), at(step - 1)]
    }

    /// An endpoint's address as clients know it.
    pub fn endpoint(&self, path: &str, mutual: bool) -> String {
        let base = if mutual { self.mtls_issuer.as_ref() } else { None };
        format!("{}/{path}", base.unwrap_or(&self.issuer))
    }

    /// The level that proofs reach: the last of the policy's whose proofs are all there.
    pub fn acr(&self, proofs: &[String]) -> Option<String> {
        let levels = self.definition.policy.protocol.levels.iter().rev();
        let reached = |needed: &[String]| needed.iter().all(|kind| proofs.contains(kind));
        let mut found = levels.filter(|level| reached(&level.proofs));
        found.next().map(|level| level.acr.clone())
    }

    /// Whether proofs reach a level.
    pub fn reaches(&self, acr: &str, proofs: &[String]) -> bool {
        let levels = &self.definition.policy.protocol.levels;
        let level = levels.iter().find(|level| level.acr == acr);
        level.is_some_and(|level| level.proofs.iter().all(|kind| proofs.contains(kind)))
    }

    fn is_old(&self, version: i64, keys_version: i64, now: i64) -> bool {
        let retired = |key: &RealmKey| key.retires_at.is_some_and(|at| at <= now);
        self.version != version
            || self.keys_version != keys_version
            || self.keys.iter().any(retired)
    }
}

/// Seconds after which a DPoP nonce is followed by another.
const NONCE_SECONDS: i64 = 300;

/// All insurers. Reads are a lock and a clone of an `Arc`.
#[derive(Default)]
pub struct Realms(RwLock<HashMap<String, Arc<Realm>>>, Arc<Remembered>);

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

    /// Takes over versions and keys that were published since; makes the keys of new insurers.
    pub async fn refresh(
        &self,
        db: &Db,
        sealer: &Sealer,
        settings: &Settings,
        now: i64,
    ) -> Result<(), web::Error> {
        let mut conn = db.read().await?;
        self.1.see(clients::changes(&mut conn).await?);
        let versions = insurers::versions(&mut conn).await?;
        drop(conn);
        for (slug, version, keys_version) in versions {
            let known = self.find(&slug);
            if known.as_ref().is_some_and(|realm| !realm.is_old(version, keys_version, now)) {
                continue;
            }
            let found = insurers::current(&mut db.read().await?, &slug).await?;
            let Some((version, definition)) = found else { continue };
            let secrets = match &known {
                Some(realm) => realm.secrets.clone(),
                None => Arc::new(first_keys(db, sealer, &slug, now).await?),
            };
            let keys = keys(&mut db.read().await?, sealer, &slug, now).await?;
            let at = |base: &str| format!("{base}/{slug}");
            let mtls = &settings.mtls.public_url;
            let mtls_issuer = (!mtls.is_empty()).then(|| at(mtls));
            let issuer = at(&settings.public_url);
            let protocol = &definition.policy.protocol;
            let rules = Rules {
                implicit: protocol.implicit,
                levels: protocol.levels.iter().map(|level| level.acr.clone()).collect(),
            };
            let all = |of: fn(&Client) -> &Vec<String>| {
                let mut names: Vec<String> =
                    definition.clients.values().flat_map(of).cloned().collect();
                names.sort();
                names.dedup();
                names
            };
            let offered = Offered {
                rules: &rules,
                fapi: protocol.fapi,
                registration: protocol.registration,
                languages: &definition.brand.languages,
                scopes: all(|client| &client.scopes),
                authorization_details_types: all(|client| &client.authorization_details_types),
            };
            let addresses = Addresses { issuer: &issuer, mtls: mtls_issuer.as_deref() };
            let clients = definition.clients.iter();
            let realm = Realm {
                version,
                keys_version,
                brand: Arc::new(definition.brand.clone()),
                discovery: oidc::discovery::metadata(&addresses, &offered).to_string().into(),
                jwks: oidc::jose::jws::jwks(keys.iter().map(|key| &key.key)).to_string().into(),
                clients: clients.map(|(id, c)| (id.clone(), Arc::new(c.clone()))).collect(),
                registered: self.1.clone(),
                definition: Arc::new(definition),
                issuer,
                mtls_issuer,
                keys,
                secrets,
                rules,
            };
            tracing::info!(insurer = slug, version, "insurer loaded");
            let mut realms = self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            realms.insert(slug, Arc::new(realm));
        }
        Ok(())
    }
}

fn purpose(slug: &str) -> String {
    format!("key:{slug}")
}

/// Makes what a new insurer needs, sealed at rest.
async fn first_keys(db: &Db, sealer: &Sealer, slug: &str, now: i64) -> Result<Secrets, web::Error> {
    let mut tx = db.begin().await?;
    // Two nodes that meet a new insurer at once must not make two sets of keys.
    insurers::lock(&mut tx, slug).await?;
    let stored = signing_keys::list(&mut tx, slug, now).await?;
    for algorithm in Algorithm::ALL {
        if stored.iter().all(|key| key.algorithm != algorithm.as_str()) {
            add_key(&mut tx, sealer, slug, algorithm, now, now).await?;
        }
    }
    let mut secrets = Vec::new();
    for name in ["tokens", "pairwise", "nonces", "refresh"] {
        let purpose = format!("{name}:{slug}");
        secrets.push(match signing_keys::secret(&mut tx, slug, name).await? {
            Some(sealed) => sealer.open(&purpose, &sealed)?,
            None => {
                let secret = random::bytes(32);
                let sealed = sealer.seal(&purpose, &secret);
                signing_keys::insert_secret(&mut tx, slug, name, &sealed).await?;
                secret
            }
        });
    }
    tx.commit().await?;
    let mut next = || secrets.remove(0);
    let tokens = Sealer::from_key(&next())?;
    Ok(Secrets { tokens, pairwise: next(), nonces: next(), refresh: next() })
}

async fn add_key(
    conn: &mut Conn,
    sealer: &Sealer,
    slug: &str,
    algorithm: Algorithm,
    active_from: i64,
    now: i64,
) -> Result<(), web::Error> {
    let key = signing_keys::Stored {
        algorithm: algorithm.as_str().to_owned(),
        sealed: sealer.seal(&purpose(slug), &SigningKey::generate(algorithm)?),
        active_from,
        retires_at: None,
    };
    signing_keys::insert(conn, slug, &key, now).await?;
    Ok(())
}

async fn keys(
    conn: &mut Conn,
    sealer: &Sealer,
    slug: &str,
    now: i64,
) -> Result<Vec<RealmKey>, web::Error> {
    let stored = signing_keys::list(conn, slug, now).await?;
    stored
        .into_iter()
        .map(|stored| {
            let unknown = || web::Error::fault("a signing key of an unknown algorithm");
            let algorithm = Algorithm::parse(&stored.algorithm).ok_or_else(unknown)?;
            let key = SigningKey::parse(algorithm, &sealer.open(&purpose(slug), &stored.sealed)?)?;
            Ok(RealmKey { key, active_from: stored.active_from, retires_at: stored.retires_at })
        })
        .collect()
}

/// Makes new keys of every algorithm: shown at once, signing from `active_from`; the old ones are
/// believed until `retires_at`.
pub async fn rotate(
    db: &Db,
    sealer: &Sealer,
    slug: &str,
    (active_from, retires_at): (i64, i64),
    now: i64,
) -> Result<(), web::Error> {
    let mut tx = db.begin().await?;
    insurers::lock(&mut tx, slug).await?;
    for algorithm in Algorithm::ALL {
        signing_keys::retire(&mut tx, slug, algorithm.as_str(), retires_at).await?;
        add_key(&mut tx, sealer, slug, algorithm, active_from, now).await?;
    }
    signing_keys::touch(&mut tx, slug).await?;
    tx.commit().await?;
    Ok(())
}

/// Seconds that a token can outlive the key's last signature: a day, so that an ID token is still
/// a hint at sign-out in the evening.
pub const LONGEST_TOKEN: i64 = 24 * 3600;
