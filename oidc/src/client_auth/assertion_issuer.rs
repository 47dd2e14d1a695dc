//! Issuer and subject of an assertion are the client (RFC 7523 §3 items 1 and 2).

use super::{Attempt, refused};
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;

pub(super) fn check(attempt: &Attempt, assertion: Option<&Unverified>) -> Result<(), OAuthError> {
    let Some(token) = assertion else { return Ok(()) };
    let own = Some(attempt.client.client_id.as_str());
    if token.text("iss") == own && token.text("sub") == own { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use crate::client::AuthMethod;
    use crate::client_auth::tests::{asserted, by};
    use serde_json::json;

    #[test]
    fn issuer_and_subject_are_the_client() {
        let client = by(AuthMethod::PrivateKeyJwt);
        assert!(asserted(&client, &json!({})));
        for bad in [
            json!({"iss": "other"}),
            json!({"iss": null}),
            json!({"sub": "other"}),
            json!({"sub": null}),
        ] {
            assert!(!asserted(&client, &bad), "{bad}");
        }
    }
}
