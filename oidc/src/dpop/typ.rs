//! The type keeps other tokens from passing as proofs (RFC 9449 §4.3 item 4).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(token: &Unverified, _: &VerifyingKey, _: &Expected) -> Result<(), OAuthError> {
    if token.has_type("dpop+jwt") { Ok(()) } else { Err(refused("typ must be dpop+jwt")) }
}

#[cfg(test)]
mod tests {
    use crate::dpop::tests::holds;
    use serde_json::json;

    #[test]
    fn no_other_token_passes() {
        assert!(holds(json!({"typ": "dpop+jwt"}), json!({})));
        assert!(holds(json!({"typ": "application/DPoP+JWT"}), json!({})));
        assert!(!holds(json!({"typ": "JWT"}), json!({})));
        assert!(!holds(json!({"typ": null}), json!({})));
    }
}
