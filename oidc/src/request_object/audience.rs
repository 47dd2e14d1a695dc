//! It is for this issuer (RFC 9101 §4).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let required = signed.client.is_fapi() || signed.token.claims.contains_key("aud");
    if required && !signed.token.is_for(&[signed.issuer]) {
        return Err(refused("aud is not this issuer"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::client::{Client, SecurityProfile, sample};
    use crate::request_object::tests::{ISSUER, accepted};
    use serde_json::json;

    #[test]
    fn for_this_issuer() {
        let fapi = Client { security_profile: SecurityProfile::Fapi2MessageSigning, ..sample() };
        for (aud, usual, strict) in [
            (json!(ISSUER), true, true),
            (json!(["x", ISSUER]), true, true),
            (json!("https://evil.example"), false, false),
            (json!(null), true, false),
        ] {
            let changes = json!({"aud": aud});
            assert_eq!(accepted(&sample(), &changes), usual, "{aud}");
            assert_eq!(accepted(&fapi, &changes), strict, "FAPI {aud}");
        }
    }
}
