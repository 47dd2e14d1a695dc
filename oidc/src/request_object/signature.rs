//! Signed by a key that the client published, with the algorithm that it registered (RFC 9101
//! §6.2, OpenID Connect Dynamic Client Registration §2). `none` is never accepted.

use super::{Signed, refused};
use crate::error::OAuthError;
use crate::jose::algorithm::Algorithm;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let algorithm = signed.token.algorithm();
    let expected = signed.client.request_object_signing_alg;
    let weak = signed.client.is_fapi()
        && !algorithm.is_some_and(|algorithm| Algorithm::FAPI.contains(&algorithm));
    if algorithm.is_none() || weak || (expected.is_some() && expected != algorithm) {
        return Err(refused("the request object's alg is not the registered one"));
    }
    if signed.token.signed_by(signed.keys) {
        return Ok(());
    }
    Err(refused("no key of the client made this signature"))
}
