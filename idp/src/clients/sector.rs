//! The rule that needs a fetch: the document of `sector_identifier_uri` must list every redirect
//! URI (OpenID Connect Core §8.1, Registration §5).

use super::Clients;
use oidc::Client;
use serde_json::Value;

impl Clients {
    /// Why a client's sector cannot be used.
    pub async fn sector_fault(&self, client: &Client) -> Option<&'static str> {
        let uri = client.sector_identifier_uri.as_ref()?;
        let document: Value = match self.outbound.get(uri).await {
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
}
