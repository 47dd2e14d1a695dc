//! At a resource the proof names the token that it goes with (RFC 9449 §4.3 item 12).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;
use secret::hash;

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    let Some(access_token) = expected.access_token else { return Ok(()) };
    if token.text("ath") == Some(&hash::s256(access_token)) {
        return Ok(());
    }
    Err(refused("ath is not the hash of the access token"))
}

#[cfg(test)]
mod tests {
    use crate::dpop::Expected;
    use crate::dpop::tests::{expected, run};
    use crate::error::Code;
    use secret::hash::s256;
    use serde_json::json;

    #[test]
    fn the_proof_goes_with_its_token_only() {
        let at_resource = Expected { access_token: Some("t"), ..expected() };
        let run = |claims| run(&json!({}), &claims, &at_resource).map(drop);
        assert_eq!(run(json!({"ath": s256("t")})), Ok(()));
        assert_eq!(run(json!({"ath": s256("other")})), Err(Code::InvalidDpopProof));
        assert_eq!(run(json!({})), Err(Code::InvalidDpopProof));
    }
}
