//! The algorithms that are served: signatures, key agreement and content encryption (RFC 7518,
//! RFC 8037).

use secret::hash;
use serde::{Deserialize, Serialize};

/// How tokens for this client are signed (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Algorithm {
    #[default]
    ES256,
    RS256,
    PS256,
    EdDSA,
}

impl Algorithm {
    /// All that are served.
    pub const ALL: [Algorithm; 4] =
        [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA];
    /// FAPI 2.0 §5.4.1.
    pub const FAPI: [Algorithm; 3] = [Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::ES256 => "ES256",
            Algorithm::RS256 => "RS256",
            Algorithm::PS256 => "PS256",
            Algorithm::EdDSA => "EdDSA",
        }
    }

    /// The algorithm of a name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

/// How the key of an encrypted token is wrapped (RFC 7518 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyAlgorithm {
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
}

/// How the content of an encrypted token is encrypted (RFC 7518 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ContentAlgorithm {
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    #[serde(rename = "A128GCM")]
    A128Gcm,
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

/// base64url of the left half of the hash that the algorithm uses: `at_hash`, `c_hash` (OpenID
/// Connect Core §3.1.3.6, §3.3.2.11). EdDSA with Ed25519 uses SHA-512.
pub fn left_half(text: &str, algorithm: Algorithm) -> String {
    let digest = match algorithm {
        Algorithm::EdDSA => hash::sha512(text),
        _ => hash::sha256(text),
    };
    hash::base64url(&digest[..digest.len() / 2])
}
