//! An assertion must be signed by the client: with a published key, or with its secret (RFC 7523
//! §3 item 9, RFC 8725 §3.1). FAPI 2.0 allows no RS256.

use super::{Attempt, refused};
use crate::client::AuthMethod;
use crate::error::OAuthError;
use crate::jose::algorithm::Algorithm;
use crate::jose::jwt::Unverified;

pub(super) fn check(attempt: &Attempt, assertion: Option<&Unverified>) -> Result<(), OAuthError> {
    let Some(token) = assertion else { return Ok(()) };
    let client = attempt.client;
    let named = client.token_endpoint_auth_signing_alg.as_deref();
    if named.is_some_and(|named| token.header("alg") != Some(named)) {
        return Err(refused());
    }
    let signed = match client.token_endpoint_auth_method {
        AuthMethod::ClientSecretJwt => {
            attempt.secrets.iter().any(|secret| !secret.is_empty() && token.signed_with(secret))
        }
        _ => token.signed_by(attempt.keys),
    };
    let weak = client.is_fapi()
        && !token.algorithm().is_some_and(|algorithm| Algorithm::FAPI.contains(&algorithm));
    if signed && !weak { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use crate::client::{AuthMethod, Client, SecurityProfile};
    use crate::client_auth::tests::{attempt, body, by, claims, key};
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jwk::VerifyingKey;
    use crate::jose::jws::SigningKey;
    use secret::hash;
    use serde_json::json;

    fn signed(client: &Client, key: &SigningKey, published: &[&SigningKey]) -> bool {
        let published = published.iter().map(|key| VerifyingKey::parse(key.jwk()).unwrap());
        let token = key.sign("JWT", &claims(&json!({}))).unwrap();
        attempt(client, None, &body(&token), &published.collect::<Vec<_>>(), None)
    }

    /// Attack 10.
    #[test]
    fn only_a_published_key_with_the_registered_algorithm() {
        let (own, rsa, other) =
            (key(Algorithm::ES256), key(Algorithm::RS256), key(Algorithm::ES256));
        let client = by(AuthMethod::PrivateKeyJwt);
        assert!(signed(&client, &own, &[&rsa, &own]));
        assert!(!signed(&client, &own, &[&other]));
        assert!(!signed(&client, &own, &[]));
        let named =
            Client { token_endpoint_auth_signing_alg: Some("RS256".into()), ..client.clone() };
        assert!(signed(&named, &rsa, &[&own, &rsa]));
        assert!(!signed(&named, &own, &[&own, &rsa]));
        let fapi = Client { security_profile: SecurityProfile::Fapi2, ..client };
        assert!(signed(&fapi, &own, &[&own, &rsa]));
        assert!(!signed(&fapi, &rsa, &[&own, &rsa]));
    }

    #[test]
    fn client_secret_jwt_is_an_hmac_of_the_secret_and_nothing_else() {
        let token = |alg: &str, key: &[u8]| {
            let head = hash::base64url(json!({"alg": alg}).to_string());
            let signed = format!("{head}.{}", hash::base64url(claims(&json!({})).to_string()));
            let mac = hash::hmac(key, signed.as_bytes());
            format!("{signed}.{}", hash::base64url(mac))
        };
        let run = |client: &Client, text: &str| attempt(client, None, &body(text), &[], None);
        let client = by(AuthMethod::ClientSecretJwt);
        assert!(run(&client, &token("HS256", b"correct")));
        assert!(!run(&client, &token("HS256", b"wrong")));
        assert!(!run(&client, &token("none", b"correct")));
        assert!(!run(&client, &token("ES256", b"correct")));
        let private = by(AuthMethod::PrivateKeyJwt);
        assert!(!run(&private, &token("HS256", b"correct")), "HS/RS confusion");
    }
}
