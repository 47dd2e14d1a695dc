//! An asymmetric algorithm that FAPI 2.0 allows, too (RFC 9449 §4.3 item 5).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::algorithm::Algorithm;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(token: &Unverified, _: &VerifyingKey, _: &Expected) -> Result<(), OAuthError> {
    match token.algorithm() {
        Some(algorithm) if Algorithm::FAPI.contains(&algorithm) => Ok(()),
        _ => Err(refused("alg must be ES256, PS256 or EdDSA")),
    }
}

#[cfg(test)]
mod tests {
    use crate::dpop::check;
    use crate::dpop::tests::{expected, holds, key_of, proof};
    use crate::jose::algorithm::Algorithm;
    use serde_json::json;

    #[test]
    fn neither_none_nor_a_secret_nor_a_weak_algorithm() {
        assert!(holds(json!({"alg": "ES256"}), json!({})));
        for bad in ["none", "HS256", "ES384"] {
            assert!(!holds(json!({"alg": bad}), json!({})), "{bad}");
        }
        for (algorithm, good) in [(Algorithm::PS256, true), (Algorithm::RS256, false)] {
            let header = json!({"alg": algorithm.as_str()});
            let proof = proof(&key_of(algorithm), &header, &json!({}));
            assert_eq!(check(&proof, &expected()).is_ok(), good, "{algorithm:?}, rightly signed");
        }
    }
}
