//! An assertion is for this issuer or its endpoints (RFC 7523 §3 item 3); under FAPI 2.0 for the
//! issuer as a text only (FAPI 2.0 §5.3.2.1).

use super::{Attempt, refused};
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;

pub(super) fn check(attempt: &Attempt, assertion: Option<&Unverified>) -> Result<(), OAuthError> {
    let Some(token) = assertion else { return Ok(()) };
    let good = if attempt.client.is_fapi() {
        token.text("aud") == Some(attempt.issuer)
    } else {
        token.is_for(&[attempt.issuer]) || token.is_for(attempt.audiences)
    };
    if good { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use crate::client::{AuthMethod, Client, SecurityProfile};
    use crate::client_auth::tests::{asserted, by};
    use serde_json::json;

    #[test]
    fn for_this_issuer_and_under_fapi_in_its_words_only() {
        let client = by(AuthMethod::PrivateKeyJwt);
        let fapi = Client { security_profile: SecurityProfile::Fapi2, ..client.clone() };
        for (aud, usual, strict) in [
            (json!("https://id.example/minato"), true, true),
            (json!(["https://id.example/minato"]), true, false),
            (json!("https://id.example/minato/token"), true, false),
            (json!(["x", "https://id.example/minato/token"]), true, false),
            (json!("https://evil.example"), false, false),
            (json!(null), false, false),
        ] {
            let changes = json!({"aud": aud});
            assert_eq!(asserted(&client, &changes), usual, "{aud}");
            assert_eq!(asserted(&fapi, &changes), strict, "FAPI {aud}");
        }
    }
}
