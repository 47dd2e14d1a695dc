//! A proof is made for one moment (RFC 9449 §4.3 item 11, §11.1).

use super::{Expected, LIFETIME_SECS, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    let now = expected.now;
    let issued = token.time("iat").ok_or(refused("iat is missing"))?;
    if now - issued > LIFETIME_SECS || !token.is_timely(now) {
        return Err(refused("iat is too far from now: make a new proof, and check the clock"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::dpop::tests::holds;
    use serde_json::json;

    #[test]
    fn made_now_and_valid_now() {
        for (claims, expected) in [
            (json!({"iat": 1000 - 60}), true),
            (json!({"iat": 1000 - 61}), false),
            (json!({"iat": 1000 + 60}), true),
            (json!({"iat": 1000 + 61}), false),
            (json!({"iat": null}), false),
            (json!({"nbf": 1005, "exp": 1100}), true),
            (json!({"exp": 900}), false),
            (json!({"nbf": 1100}), false),
        ] {
            assert_eq!(holds(json!({}), claims.clone()), expected, "{claims}");
        }
    }
}
