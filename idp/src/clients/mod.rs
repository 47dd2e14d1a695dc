//! Finds clients and their keys: in the insurer's folder, or registered since.

use crate::app::App;
use crate::realm::Realm;
use crate::store::clients;
use db::Conn;
use oidc::Client;
use oidc::jose::jwk::VerifyingKey;
use secret::hash;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};

/// The client of an id, of this insurer or of all.
pub async fn find(
    conn: &mut Conn,
    realm: &Realm,
    client_id: &str,
) -> Result<Option<Arc<Client>>, db::Error> {
    if let Some(client) = realm.clients.get(client_id) {
        return Ok(Some(client.clone()));
    }
    if let Some(client) = realm.registered.get(realm.id(), client_id) {
        return Ok(Some(client));
    }
    let found = clients::by_id(conn, realm.id(), client_id).await?;
    let found = found.map(|registered| Arc::new(registered.client));
    if let Some(client) = &found {
        realm.registered.keep(realm.id(), client.clone());
    }
    Ok(found)
}

/// The same without a connection at hand: one is asked for only when it is needed.
pub async fn lookup(app: &App, realm: &Realm, id: &str) -> Result<Option<Arc<Client>>, db::Error> {
    let known = realm.clients.get(id).cloned();
    match known.or_else(|| realm.registered.get(realm.id(), id)) {
        Some(client) => Ok(Some(client)),
        None => find(&mut app.db.read().await?, realm, id).await,
    }
}

/// Registered clients in memory, for all insurers. A change by this process is seen at once, one
/// by another node or a command within a second, like that of an insurer's folder.
#[derive(Default)]
pub struct Remembered {
    changes: AtomicI64,
    clients: RwLock<HashMap<(String, String), Arc<Client>>>,
}

/// Clients remembered at once.
const REMEMBERED: usize = 20_000;

impl Remembered {
    fn get(&self, insurer: &str, client_id: &str) -> Option<Arc<Client>> {
        let clients = self.clients.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        clients.get(&(insurer.to_owned(), client_id.to_owned())).cloned()
    }

    fn keep(&self, insurer: &str, client: Arc<Client>) {
        let mut clients = self.clients.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if clients.len() >= REMEMBERED {
            clients.clear();
        }
        clients.insert((insurer.to_owned(), client.client_id.clone()), client);
    }

    /// Forgets all: somebody changed a client.
    pub fn forget(&self) {
        self.clients.write().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    /// Forgets all when the count of changes is another than last time.
    pub fn see(&self, changes: i64) {
        if self.changes.swap(changes, Ordering::Relaxed) != changes {
            self.forget();
        }
    }
}

/// A client whose credentials failed, read anew. `None` when it is of the folder, has gone or is
/// just as it was.
pub async fn look_again(
    app: &App,
    realm: &Realm,
    id: &str,
) -> Result<Option<Arc<Client>>, db::Error> {
    if realm.clients.contains_key(id) {
        return Ok(None);
    }
    let remembered = realm.registered.get(realm.id(), id);
    let found = clients::by_id(&mut app.db.read().await?, realm.id(), id).await?;
    let found = found
        .map(|registered| Arc::new(registered.client))
        .filter(|client| remembered.as_ref() != Some(client));
    if let Some(client) = &found {
        realm.registered.keep(realm.id(), client.clone());
    }
    Ok(found)
}

/// The keys to which ID tokens for a client are encrypted: fetched before any transaction begins.
pub async fn encryption_keys(app: &App, client: &Client) -> Option<Arc<Value>> {
    client.id_token_encrypted_response_alg?;
    Some(jwks(app, client, false).await)
}

/// The keys that a client published, fetched when they are at an address. What cannot be fetched
/// is an empty set: then nothing verifies.
pub async fn jwks(app: &App, client: &Client, insist: bool) -> Arc<Value> {
    match (&client.jwks, &client.jwks_uri) {
        (Some(jwks), _) => Arc::new(jwks.clone()),
        (None, Some(uri)) => match app.outbound.json(uri, insist, app.now()).await {
            Ok(jwks) => jwks,
            Err(error) => {
                tracing::warn!(client = client.client_id, %error, "jwks_uri cannot be fetched");
                Arc::new(Value::Null)
            }
        },
        (None, None) => Arc::new(Value::Null),
    }
}

/// The client's keys for a token: fetched anew when none has the token's `kid`.
pub async fn keys_for(app: &App, client: &Client, token: &str) -> (Arc<Value>, Vec<VerifyingKey>) {
    let kid = oidc::jose::jwt::Unverified::parse(token)
        .and_then(|token| token.header("kid").map(str::to_owned));
    let known = jwks(app, client, false).await;
    let keys = VerifyingKey::set(&known);
    let missing = kid.is_none_or(|kid| !keys.iter().any(|key| key.kid.as_ref() == Some(&kid)));
    if missing && client.jwks_uri.is_some() {
        let fresh = jwks(app, client, true).await;
        let keys = VerifyingKey::set(&fresh);
        return (fresh, keys);
    }
    (known, keys)
}

/// The secrets in clear that are in force: only `client_secret_jwt` needs them.
pub fn secrets(app: &App, realm: &Realm, client: &Client) -> Vec<Vec<u8>> {
    let now = app.now();
    let in_force = client.secrets.iter().filter(|s| s.expires_at.is_none_or(|until| until > now));
    in_force
        .filter_map(|secret| {
            let sealed = hash::from_base64url(secret.sealed.as_deref()?)?;
            // A client of all insurers was sealed for none of them.
            let own = app.sealer.open(&sealed_for(realm.id()), &sealed);
            own.or_else(|_| app.sealer.open(&sealed_for(clients::ALL), &sealed)).ok()
        })
        .collect()
}

/// The purpose under which an insurer's client secrets are sealed.
pub fn sealed_for(insurer: &str) -> String {
    format!("client:{insurer}")
}

/// Rules that need a fetch: the document of `sector_identifier_uri` must list every redirect URI
/// (OpenID Connect Core §8.1, Registration §5).
pub async fn sector_fault(app: &App, client: &Client) -> Option<&'static str> {
    let uri = client.sector_identifier_uri.as_ref()?;
    let document: Value = match app.outbound.get(uri).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        Err(error) => {
            tracing::info!(%error, "sector_identifier_uri");
            return Some("sector_identifier_uri cannot be fetched");
        }
    };
    let listed =
        |uri: &String| document.as_array().is_some_and(|all| all.iter().any(|one| one == uri));
    let all = client.redirect_uris.iter().all(listed);
    (!all).then_some("sector_identifier_uri does not list every redirect URI")
}

/// Makes a new secret for a client: shown once, kept hashed; sealed only where the protocol needs
/// the secret itself.
pub fn new_secret(
    app_sealer: &secret::Sealer,
    insurer: &str,
    client: &Client,
    clear: &str,
) -> oidc::client::Secret {
    let jwt = client.token_endpoint_auth_method == oidc::client::AuthMethod::ClientSecretJwt;
    let sealed =
        jwt.then(|| hash::base64url(app_sealer.seal(&sealed_for(insurer), clear.as_bytes())));
    oidc::client::Secret { hash: hash::s256(clear), sealed, expires_at: None }
}
