//! A nonce of ours, when the client has one or must have one (RFC 9449 §8).

use super::Expected;
use crate::error::{Code, OAuthError};
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    let known = |nonce: &str| expected.nonces.iter().any(|known| known == nonce);
    match token.text("nonce") {
        Some(nonce) if known(nonce) => Ok(()),
        None if !expected.nonce_required && !token.claims.contains_key("nonce") => Ok(()),
        _ => Err(Code::UseDpopNonce.because("use the nonce of the DPoP-Nonce header")),
    }
}
