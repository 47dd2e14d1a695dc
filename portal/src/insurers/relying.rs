//! The portal as a client of a provider, with its secret sealed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::{Sealer, hash};
use serde::{Deserialize, Serialize};

/// `[signin]` as an operator writes it: the secret is in clear, no `Debug`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signin {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
}

/// A provider at which people sign in, and the portal as a client of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relying {
    pub issuer: String,
    pub client_id: String,
    /// Sealed, base64. The fingerprint shows whether it changed.
    client_secret: String,
    client_secret_hash: String,
}

impl Relying {
    pub(super) fn sealed(file: Signin, purpose: &str, sealer: &Sealer) -> Self {
        let secret = file.client_secret.as_bytes();
        Self {
            issuer: file.issuer,
            client_id: file.client_id,
            client_secret: STANDARD.encode(sealer.seal(purpose, secret)),
            client_secret_hash: hash::short(secret),
        }
    }

    /// Sealing gives another text each time: an unchanged secret that opens keeps its own.
    pub(super) fn keep(&mut self, old: &Self, opens: bool) {
        if opens && old.client_secret_hash == self.client_secret_hash {
            self.client_secret = old.client_secret.clone();
        }
    }

    pub(super) fn open(&self, purpose: &str, sealer: &Sealer) -> Result<String, web::Error> {
        let sealed = STANDARD.decode(&self.client_secret)?;
        Ok(String::from_utf8(sealer.open(purpose, &sealed)?)?)
    }

    /// The secret as it is kept.
    pub(super) fn sealed_bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.client_secret).ok()
    }
}
