//! A code is worth nothing to another client (RFC 6749 §4.1.3).

use super::Redemption;
use crate::error::{Code, OAuthError};

pub(super) fn check(redemption: &Redemption) -> Result<(), OAuthError> {
    if redemption.code.client_id == redemption.client.client_id {
        return Ok(());
    }
    Err(Code::InvalidGrant.because("the code is not valid"))
}
