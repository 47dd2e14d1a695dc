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
