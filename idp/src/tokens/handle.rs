//! A secret that carries the id of its row.

use secret::{hash, random};

/// `ID.SECRET`: the row is found by the id, so no index over secrets is needed. No `Debug`.
pub struct SplitToken {
    pub id: String,
    pub text: String,
    /// SHA-256 of the secret part.
    pub hash: Vec<u8>,
}

impl SplitToken {
    /// A new secret for a row.
    pub fn new(id: &str) -> Self {
        let secret = random::secret();
        Self { id: id.to_owned(), text: format!("{id}.{secret}"), hash: hash::sha256(&secret) }
    }

    /// Reads one that was presented.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let plain = !id.is_empty() && id.len() <= 40 && secret.len() == 43;
        plain.then(|| Self { id: id.to_owned(), text: text.to_owned(), hash: hash::sha256(secret) })
    }
}
