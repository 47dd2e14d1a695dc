//! It is valid now; under FAPI 2.0 it begins and ends, within an hour (FAPI 2.0 Message Signing
//! §5.3.1).

use super::{Signed, refused};
use crate::error::OAuthError;
use crate::jose::jwt::SKEW;

const HOUR: i64 = 3600;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let (token, now) = (signed.token, signed.now);
    let (exp, nbf) = (token.time("exp"), token.time("nbf"));
    if exp.is_some_and(|exp| exp + SKEW <= now) {
        return Err(refused("the request object has expired"));
    }
    if nbf.is_some_and(|nbf| nbf > now + SKEW) {
        return Err(refused("the request object is not valid yet"));
    }
    if signed.client.is_fapi() {
        let (Some(exp), Some(nbf)) = (exp, nbf) else {
            return Err(refused("exp and nbf are required"));
        };
        if exp - nbf > HOUR || now - nbf > HOUR {
            return Err(refused("exp must be within 60 minutes of nbf, and nbf of now"));
        }
    }
    Ok(())
}
