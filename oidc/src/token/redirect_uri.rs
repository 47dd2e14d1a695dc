//! The address must be the one of the authorization request (RFC 6749 §4.1.3).

use super::Redemption;
use crate::error::{Code, OAuthError};

pub(super) fn check(redemption: &Redemption) -> Result<(), OAuthError> {
    if redemption.params.value("redirect_uri") == Some(&redemption.grant.redirect_uri) {
        return Ok(());
    }
    Err(Code::InvalidGrant.because("redirect_uri is not that of the authorization request"))
}
