//! Signed by a key that the client published, with the algorithm that it registered (RFC 9101
//! §6.2, OpenID Connect Dynamic Client Registration §2). `none` is never accepted.

use super::{Signed, refused};
use crate::error::OAuthError;
use crate::jose::algorithm::Algorithm;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let algorithm = signed.token.algorithm();
    let expected = signed.client.request_object_signing_alg;
    let weak = signed.client.is_fapi()
        && !algorithm.is_some_and(|algorithm| Algorithm::FAPI.contains(&algorithm));
    if algorithm.is_none() || weak || (expected.is_some() && expected != algorithm) {
        return Err(refused("the request object's alg is not the registered one"));
    }
    if signed.token.signed_by(signed.keys) {
        return Ok(());
    }
    Err(refused("no key of the client made this signature"))
}

#[cfg(test)]
mod tests {
    use crate::Params;
    use crate::client::{Client, SecurityProfile, sample};
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jwk::VerifyingKey;
    use crate::request_object::open;
    use crate::request_object::tests::{ISSUER, key, run};
    use serde_json::json;

    #[test]
    fn a_published_key_with_the_registered_algorithm() {
        let (strong, weak) = (key(Algorithm::ES256), key(Algorithm::RS256));
        let accepted = |client: &Client, key| run(client, key, "JWT", &json!({})).is_ok();
        assert!(accepted(&sample(), &strong) && accepted(&sample(), &weak));
        let named = Client { request_object_signing_alg: Some(Algorithm::RS256), ..sample() };
        assert!(accepted(&named, &weak) && !accepted(&named, &strong));
        let fapi = Client { security_profile: SecurityProfile::Fapi2MessageSigning, ..sample() };
        assert!(accepted(&fapi, &strong) && !accepted(&fapi, &weak));

        let other = [VerifyingKey::parse(key(Algorithm::ES256).jwk()).unwrap()];
        let text = strong.sign("JWT", &json!({"iss": "portal"})).unwrap();
        let opened = open(&text, &Params::default(), &sample(), &other, (ISSUER, 1000));
        assert!(opened.is_err(), "another key");
    }
}
