//! An insurer's keys: those that sign, and those that never leave. They are made when they are
//! first needed, outside of any transaction: RSA takes its time, and most of 1,400 insurers are
//! not visited in the first minute.

use crate::ids::InsurerId;
use crate::store::{insurers, signing_keys};
use axum::body::Bytes;
use db::Db;
use oidc::jose::algorithm::Algorithm;
use oidc::jose::jws::SigningKey;
use secret::{Sealer, random};
use web::Error;

/// The keys of one insurer. No `Debug`.
pub struct Keys {
    signing: Vec<RealmKey>,
    /// The key set as clients fetch it.
    pub jwks: Bytes,
    /// Seals opaque access tokens.
    pub tokens: Sealer,
    /// Seals journeys that live in browsers or wait in rows.
    pub journeys: Sealer,
    /// Makes pairwise subjects.
    pub pairwise: Vec<u8>,
    /// Makes DPoP nonces.
    pub nonces: Vec<u8>,
    /// Makes refresh tokens.
    pub refresh: Vec<u8>,
}

/// A signing key and its time.
struct RealmKey {
    key: SigningKey,
    active_from: i64,
    retires_at: Option<i64>,
}

/// Seconds that a token can outlive the key's last signature: a day, so that an ID token is still
/// a hint at sign-out in the evening.
pub const LONGEST_TOKEN_SECS: i64 = 24 * 3600;

/// The purposes of the secrets that never leave.
const SECRETS: [&str; 5] = ["tokens", "journeys", "pairwise", "nonces", "refresh"];

impl Keys {
    /// The newest key of an algorithm that signs now.
    pub fn signing(&self, algorithm: Algorithm, now: i64) -> Option<&SigningKey> {
        let mut own = self.signing.iter().filter(|key| key.key.algorithm() == algorithm);
        own.find(|key| key.active_from <= now).map(|key| &key.key)
    }

    /// Every key whose signatures are believed now.
    pub fn believed(&self, now: i64) -> impl Iterator<Item = &SigningKey> {
        let in_force = move |key: &&RealmKey| key.retires_at.is_none_or(|at| at > now);
        self.signing.iter().filter(in_force).map(|key| &key.key)
    }

    /// Whether a key has retired since they were read.
    pub fn has_retired(&self, now: i64) -> bool {
        self.signing.iter().any(|key| key.retires_at.is_some_and(|at| at <= now))
    }

    /// Reads the keys of an insurer and makes those that are missing.
    ///
    /// # Errors
    /// A fault when a sealed key cannot be opened with this key file, or the database fails.
    pub async fn ready(
        db: &Db,
        sealer: &Sealer,
        insurer: &InsurerId,
        now: i64,
    ) -> Result<Self, Error> {
        let mut conn = db.read().await?;
        let stored = signing_keys::list(&mut conn, insurer, now).await?;
        let secrets = signing_keys::secrets(&mut conn, insurer).await?;
        drop(conn);
        let missing: Vec<Algorithm> = (Algorithm::ALL.into_iter())
            .filter(|algorithm| stored.iter().all(|key| key.algorithm != algorithm.as_str()))
            .collect();
        let complete = SECRETS.iter().all(|name| secrets.iter().any(|(known, _)| known == name));
        let (stored, secrets) = match missing.is_empty() && complete {
            true => (stored, secrets),
            false => make(db, sealer, insurer, &missing, now).await?,
        };
        Self::open(sealer, insurer, stored, &secrets)
    }

    fn open(
        sealer: &Sealer,
        insurer: &InsurerId,
        stored: Vec<signing_keys::Stored>,
        secrets: &[(String, Vec<u8>)],
    ) -> Result<Self, Error> {
        let signing = stored
            .into_iter()
            .map(|stored| {
                let unknown = || Error::fault("a signing key of an unknown algorithm");
                let algorithm = Algorithm::parse(&stored.algorithm).ok_or_else(unknown)?;
                let opened = sealer.open(&purpose(insurer), &stored.sealed)?;
                let key = SigningKey::parse(algorithm, &opened)?;
                Ok(RealmKey { key, active_from: stored.active_from, retires_at: stored.retires_at })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let secret = |name: &str| -> Result<Vec<u8>, Error> {
            let found = secrets.iter().find(|(known, _)| known == name);
            let (_, sealed) = found.ok_or_else(|| Error::fault("a secret was not made"))?;
            Ok(sealer.open(&format!("{name}:{insurer}"), sealed)?)
        };
        Ok(Self {
            jwks: oidc::jose::jws::jwks(signing.iter().map(|key| &key.key)).to_string().into(),
            tokens: Sealer::from_key(&secret("tokens")?)?,
            journeys: Sealer::from_key(&secret("journeys")?)?,
            pairwise: secret("pairwise")?,
            nonces: secret("nonces")?,
            refresh: secret("refresh")?,
            signing,
        })
    }
}

/// What a signing key is sealed for.
pub fn purpose(insurer: &InsurerId) -> String {
    format!("key:{insurer}")
}

type Made = (Vec<signing_keys::Stored>, Vec<(String, Vec<u8>)>);

/// Makes what is missing. Two nodes that need it at once make two sets; the second finds the
/// first's in the transaction and throws its own away.
async fn make(
    db: &Db,
    sealer: &Sealer,
    insurer: &InsurerId,
    missing: &[Algorithm],
    now: i64,
) -> Result<Made, Error> {
    let made = generated(sealer, insurer, missing, now).await?;
    let mut tx = db.begin().await?;
    insurers::lock(&mut tx, insurer).await?;
    let stored = signing_keys::list(&mut tx, insurer, now).await?;
    for key in made {
        if stored.iter().all(|known| known.algorithm != key.algorithm) {
            signing_keys::insert(&mut tx, insurer, &key, now).await?;
        }
    }
    let known = signing_keys::secrets(&mut tx, insurer).await?;
    for name in SECRETS.iter().filter(|name| known.iter().all(|(known, _)| known != *name)) {
        let sealed = sealer.seal(&format!("{name}:{insurer}"), &random::bytes(32));
        signing_keys::insert_secret(&mut tx, insurer, name, &sealed).await?;
    }
    let stored = signing_keys::list(&mut tx, insurer, now).await?;
    let secrets = signing_keys::secrets(&mut tx, insurer).await?;
    tx.commit().await?;
    Ok((stored, secrets))
}

/// New keys, sealed; RSA is made on threads of its own.
async fn generated(
    sealer: &Sealer,
    insurer: &InsurerId,
    algorithms: &[Algorithm],
    active_from: i64,
) -> Result<Vec<signing_keys::Stored>, Error> {
    let mut made = Vec::new();
    for algorithm in algorithms.iter().copied() {
        let key = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm));
        made.push(signing_keys::Stored {
            algorithm: algorithm.as_str().to_owned(),
            sealed: sealer.seal(&purpose(insurer), &key.await.map_err(Error::fault)??),
            active_from,
            retires_at: None,
        });
    }
    Ok(made)
}

/// When new keys sign, and until when the old ones are believed; seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Rotation {
    pub active_from: i64,
    pub old_retire_at: i64,
}

/// Makes new keys of every algorithm, shown at once; the old ones retire.
pub async fn rotate(
    db: &Db,
    sealer: &Sealer,
    insurer: &InsurerId,
    rotation: Rotation,
    now: i64,
) -> Result<(), Error> {
    let made = generated(sealer, insurer, &Algorithm::ALL, rotation.active_from).await?;
    let mut tx = db.begin().await?;
    insurers::lock(&mut tx, insurer).await?;
    let known = signing_keys::list(&mut tx, insurer, now).await?;
    for mut key in made {
        // An insurer that nobody visited has no older key to sign with in the meantime.
        if known.iter().all(|known| known.algorithm != key.algorithm) {
            key.active_from = now;
        }
        signing_keys::retire(&mut tx, insurer, &key.algorithm, rotation.old_retire_at).await?;
        signing_keys::insert(&mut tx, insurer, &key, now).await?;
    }
    signing_keys::touch(&mut tx, insurer).await?;
    tx.commit().await?;
    Ok(())
}
