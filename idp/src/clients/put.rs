//! The one way in which a registered client is written: by an operator, the admin API or itself.

use super::secrets::ClearSecret;
use crate::definition::client_secret::new_secret;
use crate::ids::InsurerId;
use crate::store::clients::{self, Origin, Registered};
use db::Tx;
use oidc::Client;
use secret::{Sealer, hash, random};

/// What is to be written, and what was there.
pub struct Put<'a> {
    pub insurer: &'a InsurerId,
    /// Its secrets are decided here.
    pub client: Client,
    /// The client as it was read, if it is this insurer's own.
    pub old: Option<&'a Registered>,
    /// A secret that the operator chose.
    pub chosen_secret: Option<&'a str>,
    pub origin: Origin,
    /// A new token with which it manages itself, hashed.
    pub registration_hash: Option<Vec<u8>>,
}

/// A client as it was written, and its new secret if it got one.
pub struct Written {
    pub client: Client,
    pub clear: Option<ClearSecret>,
}

/// Writes a client. As long as it authenticates in the same way it keeps its secrets; a new one
/// that needs a secret gets one. The caller has asked [`super::Clients::sector_fault`] before the
/// transaction began, and forgets the cache after it. `None` when the client was
/// changed, removed or made by somebody else since it was read.
pub async fn put(
    tx: &mut Tx,
    sealer: &Sealer,
    put: Put<'_>,
    now: i64,
) -> Result<Option<Written>, db::Error> {
    let Put { insurer, mut client, old, chosen_secret, origin, registration_hash } = put;
    let mut clear = None;
    client.secrets.clear();
    if client.token_endpoint_auth_method.by_secret() {
        let same = old
            .map(|old| &old.client)
            .filter(|old| old.token_endpoint_auth_method == client.token_endpoint_auth_method);
        match (chosen_secret, same) {
            (Some(chosen), _) => {
                client.secrets = vec![new_secret(sealer, insurer, &client, chosen)];
            }
            (None, Some(old)) => client.secrets.clone_from(&old.secrets),
            (None, None) => {
                let made = random::secret();
                client.secrets = vec![new_secret(sealer, insurer, &client, &made)];
                clear = Some(ClearSecret(made));
            }
        }
    }
    let written = match old {
        Some(old) => clients::replace(tx, old, &client, now).await?,
        None => clients::insert(tx, insurer, &client, origin, registration_hash, now).await?,
    };
    Ok(written.then_some(Written { client, clear }))
}

/// Allows `uses` dynamic registrations until a time; the token is shown once.
pub async fn invite(
    tx: &mut Tx,
    insurer: &InsurerId,
    uses: i64,
    until: i64,
) -> Result<ClearSecret, db::Error> {
    let token = random::secret();
    clients::allow_registration(tx, insurer, &hash::sha256(&token), uses, until).await?;
    Ok(ClearSecret(token))
}
