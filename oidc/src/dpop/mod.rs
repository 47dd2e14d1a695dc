//! A DPoP proof (RFC 9449 §4.3): an ordered table of checks, one file each.

mod access_token;
mod algorithm;
mod lifetime;
mod method_and_uri;
mod nonce;
mod signature;
mod typ;

use crate::error::{Code, OAuthError};
use crate::jwk::VerifyingKey;
use crate::jwt::Unverified;

/// What the request looks like from our side.
pub struct Expected<'a> {
    pub method: &'a str,
    /// The endpoint's address as clients know it.
    pub uri: &'a str,
    /// The access token that the request carries, at a resource.
    pub access_token: Option<&'a str>,
    /// The nonces that are accepted now.
    pub nonces: &'a [String],
    /// Whether a proof without a nonce is sent back for one.
    pub nonce_required: bool,
    pub now: i64,
}

/// A proof that holds. Its `jti` must not have been seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The JWK thumbprint of the key.
    pub jkt: String,
    pub jti: String,
    /// Until when a repetition must be noticed.
    pub expires_at: i64,
}

/// Seconds for which a proof is good.
pub const LIVES: i64 = 60;

type Check = fn(&Unverified, &VerifyingKey, &Expected) -> Result<(), OAuthError>;

const CHECKS: &[Check] = &[
    typ::check,
    algorithm::check,
    signature::check,
    method_and_uri::check,
    lifetime::check,
    access_token::check,
    nonce::check,
];

fn refused(why: &'static str) -> OAuthError {
    Code::InvalidDpopProof.because(why)
}

/// Checks a proof.
///
/// # Errors
/// `invalid_dpop_proof`, or `use_dpop_nonce` when all else is right.
pub fn check(text: &str, expected: &Expected) -> Result<Proof, OAuthError> {
    let token = Unverified::parse(text).ok_or(refused("the DPoP proof is not a signed JWT"))?;
    let key = token.header.get("jwk").and_then(VerifyingKey::parse);
    let key = key.ok_or(refused("jwk is missing, private or of a kind that is not offered"))?;
    for check in CHECKS {
        check(&token, &key, expected)?;
    }
    let jti = token.text("jti").filter(|jti| !jti.is_empty() && jti.len() <= 512);
    let jti = jti.ok_or(refused("jti is missing"))?.to_owned();
    Ok(Proof { jkt: key.thumbprint, jti, expires_at: expected.now + 2 * LIVES })
}

#[cfg(test)]
mod tests {
    use super::{Expected, check};
    use crate::client::Algorithm;
    use crate::error::Code;
    use crate::jws::SigningKey;
    use crate::secret::{base64url, s256};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const URI: &str = "https://id.example/minato/token";

    fn expected() -> Expected<'static> {
        Expected {
            method: "POST",
            uri: URI,
            access_token: None,
            nonces: &[],
            nonce_required: false,
            now: 1000,
        }
    }

    fn merged(mut good: Value, changes: &Value) -> Value {
        for (name, value) in changes.as_object().into_iter().flatten() {
            good[name] = value.clone();
        }
        good.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        good
    }

    /// A good proof with members of header and claims replaced (null removes).
    fn proof(key: &SigningKey, header: &Value, claims: &Value) -> String {
        let mut jwk = key.jwk().clone();
        jwk.as_object_mut().unwrap().retain(|name, _| name != "alg" && name != "use");
        let header = merged(json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}), header);
        let good = json!({"jti": "1", "htm": "POST", "htu": URI, "iat": 1000});
        let claims = merged(good, claims);
        let signed = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        format!("{signed}.{}", key.raw_signature(signed.as_bytes()).unwrap())
    }

    /// RFC 9449 §4.3 and the foundation's negative tests.
    #[test]
    fn each_member_must_be_right() {
        let make = || {
            let key = SigningKey::generate(Algorithm::ES256).unwrap();
            SigningKey::parse(Algorithm::ES256, &key).unwrap()
        };
        let (key, other) = (make(), make());
        let run = |header: Value, claims: Value| {
            check(&proof(&key, &header, &claims), &expected()).map_err(|error| error.error)
        };
        assert_eq!(run(json!({}), json!({})).unwrap().jkt, key.kid());
        for good in [
            json!({"iat": 990}),
            json!({"iat": 1010}),
            json!({"htu": format!("{URI}?x=1#y")}),
            json!({"htu": "HTTPS://ID.example:443/minato/token"}),
            json!({"nbf": 1005, "exp": 1100}),
        ] {
            assert!(run(json!({}), good.clone()).is_ok(), "{good}");
        }
        let mut private = other.jwk().clone();
        private["d"] = json!("AAAA");
        for (header, claims) in [
            (json!({"typ": "JWT"}), json!({})),
            (json!({"typ": null}), json!({})),
            (json!({"alg": "none"}), json!({})),
            (json!({"alg": "RS256"}), json!({})),
            (json!({"alg": "HS256"}), json!({})),
            (json!({"jwk": null}), json!({})),
            (json!({"jwk": private}), json!({})),
            (json!({"jwk": other.jwk()}), json!({})),
            (json!({}), json!({"jti": null})),
            (json!({}), json!({"htm": null})),
            (json!({}), json!({"htm": "GET"})),
            (json!({}), json!({"htm": "post"})),
            (json!({}), json!({"htu": null})),
            (json!({}), json!({"htu": "https://id.example/aozora/token"})),
            (json!({}), json!({"htu": "https://evil.example/minato/token"})),
            (json!({}), json!({"iat": null})),
            (json!({}), json!({"iat": 1000 - 3600})),
            (json!({}), json!({"iat": 1000 + 3600})),
            (json!({}), json!({"exp": 900})),
            (json!({}), json!({"nbf": 1100})),
        ] {
            let found = run(header.clone(), claims.clone());
            assert_eq!(found, Err(Code::InvalidDpopProof), "{header} {claims}");
        }
    }

    #[test]
    fn bound_to_its_token_and_nonce() {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let key = SigningKey::parse(Algorithm::ES256, &key).unwrap();
        let nonces = ["n2".to_owned(), "n1".to_owned()];
        let run = |claims: Value, token: Option<&'static str>, required: bool| {
            let expected = Expected {
                access_token: token,
                nonces: &nonces,
                nonce_required: required,
                ..expected()
            };
            check(&proof(&key, &json!({}), &claims), &expected).map(drop).map_err(|e| e.error)
        };
        assert!(run(json!({"ath": s256("t")}), Some("t"), false).is_ok());
        let refused = Err(Code::InvalidDpopProof);
        assert_eq!(run(json!({"ath": s256("other")}), Some("t"), false), refused);
        assert_eq!(run(json!({}), Some("t"), false), refused);
        assert!(run(json!({"nonce": "n1"}), None, true).is_ok());
        assert_eq!(run(json!({"nonce": "old"}), None, false), Err(Code::UseDpopNonce));
        assert_eq!(run(json!({}), None, true), Err(Code::UseDpopNonce));
    }

    proptest! {
        /// Attack 35.
        #[test]
        fn any_text_is_refused(text in "[A-Za-z0-9_.-]{0,300}") {
            prop_assert!(check(&text, &expected()).is_err());
        }
    }
}
