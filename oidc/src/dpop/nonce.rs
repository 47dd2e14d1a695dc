//! A nonce of ours, when the client has one or must have one (RFC 9449 §8).

use super::Expected;
use crate::error::{Code, OAuthError};
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    let known = |nonce: &str| expected.nonces.iter().any(|known| known == nonce);
    match token.text("nonce") {
        Some(nonce) if known(nonce) => Ok(()),
        None if !expected.nonce_required && !token.claims.contains_key("nonce") => Ok(()),
        _ => Err(Code::UseDpopNonce.because("use the nonce of the DPoP-Nonce header")),
    }
}

#[cfg(test)]
mod tests {
    use crate::dpop::Expected;
    use crate::dpop::tests::{expected, run};
    use crate::error::Code;
    use serde_json::json;

    #[test]
    fn a_nonce_of_ours_when_there_is_one_or_must_be() {
        let nonces = ["n2".to_owned(), "n1".to_owned()];
        let run = |claims, nonce_required| {
            let expected = Expected { nonces: &nonces, nonce_required, ..expected() };
            run(&json!({}), &claims, &expected).map(drop)
        };
        assert_eq!(run(json!({"nonce": "n1"}), true), Ok(()));
        assert_eq!(run(json!({"nonce": "n2"}), false), Ok(()));
        assert_eq!(run(json!({}), false), Ok(()));
        for (claims, required) in
            [(json!({}), true), (json!({"nonce": "old"}), false), (json!({"nonce": 1}), false)]
        {
            let found = run(claims.clone(), required);
            assert_eq!(found, Err(Code::UseDpopNonce), "{claims}");
        }
    }
}
