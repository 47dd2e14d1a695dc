//! The keys that clients published, fetched when they are at an address.

use super::Clients;
use oidc::Client;
use oidc::jose::jwk::VerifyingKey;
use serde_json::Value;
use std::sync::Arc;

impl Clients {
    /// The keys to which ID tokens for a client are encrypted: fetched before any transaction
    /// begins.
    pub async fn encryption_keys(&self, client: &Client, now: i64) -> Option<Arc<Value>> {
        client.id_token_encrypted_response_alg?;
        Some(self.jwks(client, false, now).await)
    }

    /// The keys of a client. What cannot be fetched is an empty set: then nothing verifies.
    pub async fn jwks(&self, client: &Client, insist: bool, now: i64) -> Arc<Value> {
        match (&client.jwks, &client.jwks_uri) {
            (Some(jwks), _) => Arc::new(jwks.clone()),
            (None, Some(uri)) => match self.outbound.json(uri, insist, now).await {
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
    pub async fn keys_for(
        &self,
        client: &Client,
        token: &str,
        now: i64,
    ) -> (Arc<Value>, Vec<VerifyingKey>) {
        let kid = oidc::jose::jwt::Unverified::parse(token)
            .and_then(|token| token.header("kid").map(str::to_owned));
        let known = self.jwks(client, false, now).await;
        let keys = VerifyingKey::set(&known);
        let missing = kid.is_none_or(|kid| !keys.iter().any(|key| key.kid.as_ref() == Some(&kid)));
        if missing && client.jwks_uri.is_some() {
            let fresh = self.jwks(client, true, now).await;
            let keys = VerifyingKey::set(&fresh);
            return (fresh, keys);
        }
        (known, keys)
    }
}
