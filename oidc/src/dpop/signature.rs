//! The key of the header made the signature (RFC 9449 §4.3 item 6).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(
    token: &Unverified,
    key: &VerifyingKey,
    _: &Expected,
) -> Result<(), OAuthError> {
    if token.signed_by([key]) { Ok(()) } else { Err(refused("the signature is wrong")) }
}

#[cfg(test)]
mod tests {
    use crate::dpop::tests::{holds, key};
    use serde_json::json;

    #[test]
    fn the_key_of_another_did_not_sign() {
        assert!(holds(json!({}), json!({})));
        assert!(!holds(json!({"jwk": key().jwk()}), json!({})));
    }
}
