//! PKCE: S256 only, and required for public clients and FAPI 2.0 (RFC 7636 §4.4.1, RFC 9700
//! §2.1.1, FAPI 2.0 §5.3.2.2).

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let (params, client) = (request.params, request.client);
    let method = params.value("code_challenge_method");
    let Some(challenge) = params.value("code_challenge") else {
        let required = client.is_public() || client.is_fapi();
        if required || method.is_some() || params.has("code_challenge") {
            return Err(Code::InvalidRequest.because("code_challenge is missing"));
        }
        return Ok(());
    };
    // Without a method RFC 7636 §4.3 means `plain`, which is refused.
    if method != Some("S256") {
        return Err(Code::InvalidRequest.because("code_challenge_method must be S256"));
    }
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return Err(Code::InvalidRequest.because("code_challenge is not base64url(SHA-256)"));
    }
    accepted.code_challenge = Some(challenge.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Client;
    use crate::authorize::tests::outcome;
    use crate::client::{AuthMethod, sample};

    #[test]
    fn plain_missing_and_malformed_challenges_are_refused() {
        let public = Client { token_endpoint_auth_method: AuthMethod::None, ..sample() };
        let none = [("code_challenge", None), ("code_challenge_method", None)];
        assert!(outcome(&sample(), &none).is_ok());
        assert!(outcome(&public, &none).is_err());
        for client in [&sample(), &public] {
            assert!(outcome(client, &[]).is_ok());
            for bad in [
                [("code_challenge", Some("short")), ("code_challenge_method", Some("S256"))],
                [("code_challenge_method", Some("plain")), ("nonce", None)],
                [("code_challenge_method", None), ("nonce", None)],
                [("code_challenge", Some("")), ("nonce", None)],
            ] {
                assert!(outcome(client, &bad).is_err(), "{bad:?}");
            }
        }
    }
}
