//! An asymmetric algorithm that FAPI 2.0 allows, too (RFC 9449 §4.3 item 5).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::algorithm::Algorithm;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(token: &Unverified, _: &VerifyingKey, _: &Expected) -> Result<(), OAuthError> {
    match token.algorithm() {
        Some(algorithm) if Algorithm::FAPI.contains(&algorithm) => Ok(()),
        _ => Err(refused("alg must be ES256, PS256 or EdDSA")),
    }
}
