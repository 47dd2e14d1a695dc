//! Refresh tokens are computed, so that a lost answer can be repeated and a guess ends nothing.

use crate::ids::GrantId;
use crate::realm::Realm;
use crate::store::grants::Grant;
use secret::hash::{self, base64url};

/// A refresh token: the grant, which one of its family it is, and a code that only this insurer
/// can compute. So a token that was never issued is told from one that was used before, and the
/// successor of a token can be given a second time.
pub struct Refresh {
    pub grant_id: GrantId,
    pub generation: i64,
}

impl Refresh {
    /// The token of a grant that is in force.
    pub fn of(grant: &Grant) -> Self {
        Self { grant_id: grant.grant_id.clone(), generation: grant.generation }
    }

    /// Seconds that one lives, counted from its grant.
    pub fn lifetime_secs(realm: &Realm) -> i64 {
        realm.definition.policy.protocol.refresh_token_days * 24 * 3600
    }

    /// The token's text: `GRANT.GENERATION.CODE`.
    pub fn text(&self, realm: &Realm) -> String {
        format!("{}.{}.{}", self.grant_id, self.generation, self.code(realm))
    }

    /// Reads a token that this insurer issued.
    pub fn read(realm: &Realm, text: &str) -> Option<Self> {
        let (grant_id, rest) = text.split_once('.')?;
        let (generation, code) = rest.split_once('.')?;
        let read = Self { grant_id: GrantId::new(grant_id), generation: generation.parse().ok()? };
        let same = hash::equal(read.code(realm).as_bytes(), code.as_bytes());
        // As it was issued, to the letter: `+1` and `01` are no generations.
        (same && read.text(realm) == text).then_some(read)
    }

    fn code(&self, realm: &Realm) -> String {
        let message = format!("{}.{}", self.grant_id, self.generation);
        base64url(hash::hmac(&realm.keys.refresh, message.as_bytes()))
    }
}
