//! The client made it: `iss`, and `client_id` if it is inside (RFC 9101 §4, RFC 9126 §3).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let own = signed.client.client_id.as_str();
    let issuer = signed.token.text("iss");
    let missing = issuer.is_none() && signed.client.is_fapi();
    if missing || issuer.is_some_and(|issuer| issuer != own) {
        return Err(refused("iss is not the client"));
    }
    if signed.token.claims.get("client_id").is_some_and(|id| id != own) {
        return Err(refused("client_id is not the client"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::client::{Client, SecurityProfile, sample};
    use crate::request_object::tests::accepted;
    use serde_json::json;

    #[test]
    fn the_client_made_it() {
        let fapi = Client { security_profile: SecurityProfile::Fapi2MessageSigning, ..sample() };
        for (changes, usual, strict) in [
            (json!({}), true, true),
            (json!({"iss": "other"}), false, false),
            (json!({"iss": null}), true, false),
            (json!({"client_id": "other"}), false, false),
            (json!({"client_id": null}), true, true),
        ] {
            assert_eq!(accepted(&sample(), &changes), usual, "{changes}");
            assert_eq!(accepted(&fapi, &changes), strict, "FAPI {changes}");
        }
    }
}
