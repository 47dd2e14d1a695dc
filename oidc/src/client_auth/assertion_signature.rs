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
