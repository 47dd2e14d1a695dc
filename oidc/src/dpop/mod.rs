//! A DPoP proof (RFC 9449 §4.3): an ordered table of checks, one file each.

mod access_token;
mod algorithm;
mod lifetime;
mod method_and_uri;
mod nonce;
mod signature;
mod typ;

use crate::error::{Code, OAuthError};
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

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
pub const LIFETIME_SECS: i64 = 60;

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
    Ok(Proof { jkt: key.thumbprint, jti, expires_at: expected.now + 2 * LIFETIME_SECS })
}

#[cfg(test)]
mod tests {
    use super::{Expected, Proof, check};
    use crate::error::Code;
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jws::SigningKey;
    use proptest::prelude::*;
    use secret::hash::base64url;
    use serde_json::{Value, json};

    pub(super) const URI: &str = "https://id.example/minato/token";

    pub(super) fn expected() -> Expected<'static> {
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
    pub(super) fn proof(key: &SigningKey, header: &Value, claims: &Value) -> String {
        let mut jwk = key.jwk().clone();
        jwk.as_object_mut().unwrap().retain(|name, _| name != "alg" && name != "use");
        let header = merged(json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}), header);
        let good = json!({"jti": "1", "htm": "POST", "htu": URI, "iat": 1000});
        let claims = merged(good, claims);
        let signed = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        format!("{signed}.{}", key.raw_signature(signed.as_bytes()).unwrap())
    }

    pub(super) fn key() -> SigningKey {
        key_of(Algorithm::ES256)
    }

    pub(super) fn key_of(algorithm: Algorithm) -> SigningKey {
        SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap()
    }

    /// What becomes of a proof with members of its header and claims replaced (null removes).
    pub(super) fn run(header: &Value, claims: &Value, expected: &Expected) -> Result<Proof, Code> {
        check(&proof(&key(), header, claims), expected).map_err(|error| error.error)
    }

    /// Whether the proof is good for the usual request; all it is refused with is one code.
    pub(super) fn holds(header: Value, claims: Value) -> bool {
        match run(&header, &claims, &expected()) {
            Ok(_) => true,
            Err(code) => {
                assert_eq!(code, Code::InvalidDpopProof, "{header} {claims}");
                false
            }
        }
    }

    #[test]
    fn a_good_proof_names_its_key_and_its_id() {
        let key = key();
        let proof = check(&proof(&key, &json!({}), &json!({})), &expected()).unwrap();
        assert_eq!((proof.jkt.as_str(), proof.jti.as_str()), (key.kid(), "1"));
        assert!(!holds(json!({}), json!({"jti": null})));
        assert!(!holds(json!({}), json!({"jti": ""})));
    }

    #[test]
    fn the_header_has_a_public_key() {
        let mut private = key().jwk().clone();
        private["d"] = json!("AAAA");
        assert!(!holds(json!({"jwk": null}), json!({})));
        assert!(!holds(json!({"jwk": private}), json!({})));
    }

    proptest! {
        /// Attack 35.
        #[test]
        fn any_text_is_refused(text in "[A-Za-z0-9_.-]{0,300}") {
            prop_assert!(check(&text, &expected()).is_err());
        }
    }
}
