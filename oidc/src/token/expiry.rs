//! What has expired is worth nothing; a code lives a minute at most (FAPI 2.0 §5.3.2.1).

use super::Redemption;
use crate::error::{Code, OAuthError};

pub(super) fn check(redemption: &Redemption) -> Result<(), OAuthError> {
    if redemption.now < redemption.grant.expires_at {
        return Ok(());
    }
    Err(Code::InvalidGrant.because("the code or token is not valid"))
}
