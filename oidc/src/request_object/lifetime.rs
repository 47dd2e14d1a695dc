//! It is valid now; under FAPI 2.0 it begins and ends, within an hour (FAPI 2.0 Message Signing
//! §5.3.1).

use super::{Signed, refused};
use crate::error::OAuthError;

const HOUR: i64 = 3600;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let (token, now) = (signed.token, signed.now);
    let (exp, nbf) = (token.time("exp"), token.time("nbf"));
    if !token.is_timely(now) {
        return Err(refused("exp, nbf or iat: the request object is not valid now"));
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

#[cfg(test)]
mod tests {
    use crate::client::{Client, SecurityProfile, sample};
    use crate::request_object::tests::accepted;
    use serde_json::json;

    #[test]
    fn valid_now_and_under_fapi_for_an_hour() {
        let fapi = Client { security_profile: SecurityProfile::Fapi2MessageSigning, ..sample() };
        for (changes, usual, strict) in [
            (json!({}), true, true),
            (json!({"exp": 900}), false, false),
            (json!({"nbf": 1008}), true, true),
            (json!({"nbf": 1070}), false, false),
            (json!({"iat": 1008}), true, true),
            (json!({"iat": 1070}), false, false),
            (json!({"iat": "soon"}), false, false),
            (json!({"exp": null}), true, false),
            (json!({"nbf": null}), true, false),
            (json!({"exp": 990 + 3600}), true, true),
            (json!({"exp": 990 + 3601}), true, false),
            (json!({"nbf": 1000 - 3601}), true, false),
        ] {
            assert_eq!(accepted(&sample(), &changes), usual, "{changes}");
            assert_eq!(accepted(&fapi, &changes), strict, "FAPI {changes}");
        }
    }
}
