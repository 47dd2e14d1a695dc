//! A proof is made for one moment (RFC 9449 §4.3 item 11, §11.1).

use super::{Expected, LIFETIME_SECS, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::{SKEW, Unverified};

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    let now = expected.now;
    let issued = token.time("iat").ok_or(refused("iat is missing"))?;
    if (now - issued).abs() > LIFETIME_SECS {
        return Err(refused("iat is too far from now: make a new proof, and check the clock"));
    }
    let over = token.time("exp").is_some_and(|exp| exp + SKEW <= now);
    let early = token.time("nbf").is_some_and(|nbf| nbf > now + SKEW);
    if over || early { Err(refused("the proof is not valid now")) } else { Ok(()) }
}
