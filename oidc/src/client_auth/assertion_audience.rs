//! An assertion is for this issuer and for nobody else, so that no other provider can use it here
//! (draft-ietf-oauth-rfc7523bis §4); under FAPI 2.0 as a text (FAPI 2.0 §5.3.2.1).

use super::{Attempt, refused};
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;
use serde_json::json;

pub(super) fn check(attempt: &Attempt, assertion: Option<&Unverified>) -> Result<(), OAuthError> {
    let Some(token) = assertion else { return Ok(()) };
    let as_text = token.text("aud") == Some(attempt.issuer);
    let good = if attempt.client.is_fapi() {
        as_text
    } else {
        as_text
            || token.claims.get("aud").is_some_and(|aud| *aud == json!([attempt.issuer]))
            || token.is_for(attempt.old_audiences)
    };
    if good { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use crate::client::{AuthMethod, Client, SecurityProfile};
    use crate::client_auth::tests::{asserted, asserted_for, by};
    use serde_json::json;

    #[test]
    fn for_this_issuer_alone_unless_the_insurer_lets_old_clients() {
        let client = by(AuthMethod::PrivateKeyJwt);
        let fapi = Client { security_profile: SecurityProfile::Fapi2, ..client.clone() };
        let token = "https://id.example/minato/token";
        for (aud, usual, old, strict) in [
            (json!("https://id.example/minato"), true, true, true),
            (json!(["https://id.example/minato"]), true, true, false),
            (json!(["https://id.example/minato", token]), false, true, false),
            (json!(token), false, true, false),
            (json!(["x", token]), false, true, false),
            (json!("https://evil.example"), false, false, false),
            (json!(["https://evil.example"]), false, false, false),
            (json!(null), false, false, false),
        ] {
            let changes = json!({"aud": aud});
            assert_eq!(asserted(&client, &changes), usual, "{aud}");
            assert_eq!(asserted_for(&client, &changes, &[token]), old, "old {aud}");
            assert_eq!(asserted_for(&fapi, &changes, &[token]), strict, "FAPI {aud}");
        }
    }
}
