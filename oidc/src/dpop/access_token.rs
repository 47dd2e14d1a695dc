//! At a resource the proof names the token that it goes with (RFC 9449 §4.3 item 12).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;
use secret::hash;

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    let Some(access_token) = expected.access_token else { return Ok(()) };
    if token.text("ath") == Some(&hash::s256(access_token)) {
        return Ok(());
    }
    Err(refused("ath is not the hash of the access token"))
}
