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
