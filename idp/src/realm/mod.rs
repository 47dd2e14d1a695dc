//! An insurer in memory: what was published, and the keys with which it signs.
//!
//! - `registry.rs`: all insurers, and how changes reach them
//! - `keys.rs`: signing keys and secrets that never leave, made when they are first needed
//! - `levels.rs`: the levels of login

pub mod keys;
pub mod levels;
pub mod registry;

pub use registry::Realms;

use crate::definition::Definition;
use crate::ids::{AccountId, InsurerId};
use crate::need::Need;
use crate::store::grants::Lives;
use crate::store::people;
use axum::body::Bytes;
use db::Conn;
use keys::Keys;
use levels::Level;
use oidc::Client;
use oidc::authorize::Rules;
use oidc::discovery::{Addresses, Offered};
use oidc::jose::algorithm::Algorithm;
use oidc::jose::jws::SigningKey;
use secret::hash;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use web::Brand;
use web::listen::Networks;

/// What an operator published of an insurer: no keys are needed to know it.
pub struct Published {
    pub insurer: InsurerId,
    pub version: i64,
    pub definition: Arc<Definition>,
    pub brand: Arc<Brand>,
    pub issuer: String,
    /// The same where clients show certificates.
    pub mtls_issuer: Option<String>,
    /// The clients of the insurer's folder.
    pub clients: HashMap<String, Arc<Client>>,
    pub rules: Rules,
    /// The weakest first.
    pub levels: Vec<Level>,
    /// The insurer's own networks: wrong answers from there are not counted together.
    pub spared: Networks,
    /// What signing in asks, without what a request adds.
    pub sign_in: Need,
    discovery: OnceLock<Bytes>,
}

/// One insurer with its keys, as every request finds it.
pub struct Realm {
    published: Arc<Published>,
    pub keys: Keys,
}

impl Deref for Realm {
    type Target = Published;
    fn deref(&self) -> &Published {
        &self.published
    }
}

impl Published {
    /// Prepares a definition for requests.
    ///
    /// # Errors
    /// Why this definition cannot be used, for example after an older program wrote it.
    pub fn new(
        definition: Definition,
        version: i64,
        (issuer, mtls_issuer): (String, Option<String>),
    ) -> Result<Self, String> {
        let protocol = &definition.policy.protocol;
        let rules = Rules {
            implicit: protocol.implicit,
            levels: protocol.levels.iter().map(|level| level.acr.clone()).collect(),
        };
        let levels = protocol
            .levels
            .iter()
            .map(|file| Ok(Level { acr: file.acr.clone(), need: definition.need_of_level(file)? }))
            .collect::<Result<_, String>>()?;
        let sign_in = definition.way_in()?.ok_or("no journey signs in")?;
        let clients = definition.clients.iter();
        Ok(Self {
            insurer: InsurerId::new(&definition.brand.slug),
            version,
            brand: Arc::new(definition.brand.clone()),
            issuer,
            mtls_issuer,
            clients: clients.map(|(id, c)| (id.clone(), Arc::new(c.clone()))).collect(),
            rules,
            levels,
            spared: Networks::read(&definition.policy.throttle.spared, "throttle.spared")
                .map_err(|why| why.to_string())?,
            sign_in,
            definition: Arc::new(definition),
            discovery: OnceLock::new(),
        })
    }

    /// The insurer's id in every table.
    pub fn id(&self) -> &InsurerId {
        &self.insurer
    }

    /// The document of discovery, computed when it is first asked for.
    pub fn discovery(&self) -> Bytes {
        self.discovery.get_or_init(|| self.metadata()).clone()
    }

    fn metadata(&self) -> Bytes {
        let (definition, protocol) = (&self.definition, &self.definition.policy.protocol);
        let all = |of: fn(&Client) -> &Vec<String>| {
            let mut names: Vec<String> =
                definition.clients.values().flat_map(of).cloned().collect();
            names.sort();
            names.dedup();
            names
        };
        let offered = Offered {
            rules: &self.rules,
            fapi: protocol.fapi,
            registration: protocol.registration,
            languages: &definition.brand.languages,
            scopes: all(|client| &client.scopes),
            authorization_details_types: all(|client| &client.authorization_details_types),
        };
        let addresses = Addresses { issuer: &self.issuer, mtls: self.mtls_issuer.as_deref() };
        oidc::discovery::metadata(&addresses, &offered).to_string().into()
    }

    /// An endpoint's address as clients know it.
    pub fn endpoint(&self, path: &str, mutual: bool) -> String {
        let base = if mutual { self.mtls_issuer.as_ref() } else { None };
        format!("{}/{path}", base.unwrap_or(&self.issuer))
    }
}

impl Realm {
    /// The newest key of an algorithm that signs now.
    ///
    /// # Errors
    /// A fault: every algorithm has a key.
    pub fn key(&self, algorithm: Algorithm, now: i64) -> Result<&SigningKey, web::Error> {
        let no_key = || web::Error::fault("the insurer has no key of this algorithm");
        self.keys.signing(algorithm, now).ok_or_else(no_key)
    }

    /// The claims of a token that one of the insurer's keys signed. Times are not looked at.
    pub fn verify(&self, token: &str, now: i64) -> Option<Value> {
        self.keys.believed(now).find_map(|key| key.verify(token))
    }

    /// The claims of an ID token of ours, whatever its age: not of any other token that the same
    /// keys signed (signed userinfo, JARM, logout and access tokens).
    pub fn id_token(&self, token: &str, now: i64) -> Option<Value> {
        let is_jwt = oidc::jose::jwt::Unverified::parse(token)?.has_type("jwt");
        let claims = self.verify(token, now)?;
        let good = is_jwt
            && claims["iss"] == self.issuer.as_str()
            && claims["aud"].is_string()
            && claims["sub"].is_string()
            && claims["auth_time"].is_i64()
            && claims.get("events").is_none();
        good.then_some(claims)
    }

    /// Which sessions live now: what was granted in another is over.
    pub fn lives(&self, now: i64) -> Lives {
        let idle = self.definition.policy.session.idle_minutes * 60;
        Lives { now, seen_since: now - idle }
    }

    /// Whether the person of an account left so long ago that nobody signs in with it any more.
    pub async fn is_out(&self, conn: &mut Conn, account: &AccountId, now: i64) -> db::Result<bool> {
        match self.definition.policy.after_loss.out_since(now) {
            Some(day) => people::has_left(conn, self.id(), account, &day).await,
            None => Ok(false),
        }
    }

    /// The nonces that DPoP proofs may have now, the current one first.
    pub fn dpop_nonces(&self, now: i64) -> Vec<String> {
        let at = |step: i64| {
            let mac = hash::hmac(&self.keys.nonces, &step.to_be_bytes());
            hash::base64url(&mac[..16])
        };
        let step = now / NONCE_SECONDS;
        vec![at(step), at(step - 1)]
    }
}

/// Seconds after which a DPoP nonce is followed by another.
const NONCE_SECONDS: i64 = 300;
