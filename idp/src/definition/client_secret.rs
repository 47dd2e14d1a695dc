//! How a client's secret is kept: hashed, and sealed only where the protocol needs it in clear.

use oidc::Client;
use oidc::client::{AuthMethod, Secret};
use secret::{Sealer, hash};

/// The purpose under which an insurer's client secrets are sealed.
pub fn sealed_for(insurer: &str) -> String {
    format!("client:{insurer}")
}

/// A new secret for a client, as it is stored; `clear` is shown once by the caller.
pub fn new_secret(sealer: &Sealer, insurer: &str, client: &Client, clear: &str) -> Secret {
    let jwt = client.token_endpoint_auth_method == AuthMethod::ClientSecretJwt;
    let sealed = jwt.then(|| hash::base64url(sealer.seal(&sealed_for(insurer), clear.as_bytes())));
    Secret { hash: hash::s256(clear), sealed, expires_at: None }
}
