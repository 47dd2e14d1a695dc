//! A code or refresh token is worth nothing to another client (RFC 6749 §4.1.3, §6).

use super::Redemption;
use crate::error::{Code, OAuthError};

pub(super) fn check(redemption: &Redemption) -> Result<(), OAuthError> {
    if redemption.grant.client_id == redemption.client.client_id {
        return Ok(());
    }
    Err(Code::InvalidGrant.because("the code or token is not valid"))
}
