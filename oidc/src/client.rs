//! A relying party as it was registered.

use serde::{Deserialize, Serialize};

/// What the provider knows about a client. Addresses are compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub client_id: String,
    /// SHA-256 of the secret; secrets are random, so a plain hash is enough.
    pub secret_hash: Option<Vec<u8>>,
    pub token_endpoint_auth_method: AuthMethod,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub scopes: Vec<String>,
    /// May learn card symbol and number, and needs no consent.
    pub first_party: bool,
    pub id_token_signed_response_alg: Algorithm,
}

/// OpenID Connect Core §9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    /// A public client: PKCE is required.
    None,
}

/// How tokens for this client are signed (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Algorithm {
    #[default]
    ES256,
    RS256,
}

impl Algorithm {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::ES256 => "ES256",
            Algorithm::RS256 => "RS256",
        }
    }
}

impl Client {
    /// A public client cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == AuthMethod::None
    }
}

/// Why an address cannot be registered as a redirect URI, or `None` when it can.
/// RFC 9700 §2.1: absolute, no fragment, https or a loopback address.
pub fn redirect_uri_fault(text: &str) -> Option<&'static str> {
    let Ok(url) = url::Url::parse(text) else { return Some("is not an absolute URL") };
    if text.contains('#') {
        return Some("has a fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("has user information");
    }
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => None,
        "http" if loopback => None,
        "http" => Some("is http: use https (http only for localhost)"),
        _ => Some("is not https"),
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Client {
    Client {
        client_id: "portal".into(),
        secret_hash: Some(crate::secret::hash("correct").to_vec()),
        token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
        redirect_uris: vec!["https://portal.example/callback".into()],
        post_logout_redirect_uris: vec!["https://portal.example/".into()],
        scopes: vec!["openid".into(), "profile".into(), "email".into()],
        first_party: true,
        id_token_signed_response_alg: Algorithm::ES256,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_that_cannot_be_registered() {
        for good in ["https://a.example/cb", "http://localhost:1/cb", "https://a.example/cb?x=1"] {
            assert_eq!(super::redirect_uri_fault(good), None, "{good}");
        }
        for bad in [
            "http://a.example/cb",
            "/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a.example/cb#x",
            "https://a@b.example/",
            "HTTP://localhost.evil.example/",
        ] {
            assert!(super::redirect_uri_fault(bad).is_some(), "{bad}");
        }
    }
}
