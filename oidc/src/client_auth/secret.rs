//! A secret must be one of those in force: during a rotation there are two (RFC 6749 §2.3.1).

use super::{Attempt, Credential, refused};
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;
use secret::hash::{equal, s256};

pub(super) fn check(attempt: &Attempt, _: Option<&Unverified>) -> Result<(), OAuthError> {
    let (Credential::Basic(secret) | Credential::Post(secret)) = &attempt.claimed.credential else {
        return Ok(());
    };
    let given = s256(secret);
    let in_force = attempt
        .client
        .secrets
        .iter()
        .filter(|secret| secret.expires_at.is_none_or(|until| until > attempt.now));
    // All are compared, so that the time does not tell which one.
    let matching = in_force.filter(|known| equal(given.as_bytes(), known.hash.as_bytes())).count();
    if matching > 0 && !secret.is_empty() { Ok(()) } else { Err(refused()) }
}
