//! Signing keys, signed tokens (RFC 7515) and the public key set (RFC 7517).

use crate::jose::algorithm::Algorithm;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256,
};
use secret::hash::base64url;
use serde::Serialize;
use serde_json::{Value, json};

/// A private key, parsed once. It has no `Debug`.
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
    jwk: Value,
    public: VerifyingKey,
}

enum Pair {
    Ecdsa(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A key that cannot be read or made.
#[derive(Debug, thiserror::Error)]
#[error("signing key: {0}")]
pub struct KeyError(&'static str);

impl SigningKey {
    /// Makes a new private key, PKCS #8 DER. RSA has 2048 bits and takes about 0.1 s.
    pub fn generate(algorithm: Algorithm) -> Result<Vec<u8>, KeyError> {
        let failed = |_| KeyError("cannot be made");
        Ok(match algorithm {
            Algorithm::ES256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .and_then(|pair| pair.to_pkcs8v1())
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            Algorithm::RS256 | Algorithm::PS256 => RsaKeyPair::generate(KeySize::Rsa2048)
                .and_then(|pair| pair.as_der())
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            Algorithm::EdDSA => Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                .map_err(failed)?
                .as_ref()
                .to_vec(),
        })
    }

    /// Reads a private key and names it by its JWK thumbprint (RFC 7638).
    pub fn parse(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let (pair, members) = match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|_| KeyError("is not a P-256 key"))?;
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                let members = json!({
                    "crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y),
                });
                (Pair::Ecdsa(Box::new(pair)), members)
            }
            Algorithm::RS256 | Algorithm::PS256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8)
                    .map_err(|_| KeyError("is not an RSA key of 2048 bits or more"))?;
                let key = pair.public_key();
                let members = json!({
                    "e": base64url(key.exponent().big_endian_without_leading_zero()),
                    "kty": "RSA",
                    "n": base64url(key.modulus().big_endian_without_leading_zero()),
                });
                (Pair::Rsa(Box::new(pair)), members)
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8)
                    .map_err(|_| KeyError("is not an Ed25519 key"))?;
                let members = json!({
                    "crv": "Ed25519", "kty": "OKP", "x": base64url(pair.public_key().as_ref()),
                });
                (Pair::Ed25519(Box::new(pair)), members)
            }
        };
        let unnamed = VerifyingKey::parse(&members).ok_or(KeyError("has no public half"))?;
        let kid = unnamed.thumbprint;
        let mut jwk = members;
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(algorithm.as_str());
        let public = VerifyingKey::parse(&jwk).ok_or(KeyError("has no public half"))?;
        Ok(Self { kid, algorithm, pair, jwk, public })
    }

    /// The public half, for the key set.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// The algorithm that this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's name in the key set: its JWK thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// A compact JWS over `claims` with the header type `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = format!(
            r#"{{"alg":"{}","kid":"{}","typ":"{typ}"}}"#,
            self.algorithm.as_str(),
            self.kid
        );
        let claims = serde_json::to_vec(claims).map_err(|_| KeyError("claims are not JSON"))?;
        let mut token = base64url(header);
        token.push('.');
        token.push_str(&base64url(claims));
        let signature = self.raw_signature(token.as_bytes())?;
        token.push('.');
        token.push_str(&signature);
        Ok(token)
    }

    /// The signature over a message, base64url.
    pub(crate) fn raw_signature(&self, message: &[u8]) -> Result<String, KeyError> {
        let failed = |_| KeyError("cannot sign");
        Ok(match &self.pair {
            Pair::Ecdsa(pair) => {
                base64url(pair.sign(&SystemRandom::new(), message).map_err(failed)?)
            }
            Pair::Rsa(pair) => {
                let padding: &dyn aws_lc_rs::signature::RsaEncoding =
                    if self.algorithm == Algorithm::PS256 {
                        &RSA_PSS_SHA256
                    } else {
                        &RSA_PKCS1_SHA256
                    };
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut out).map_err(failed)?;
                base64url(out)
            }
            Pair::Ed25519(pair) => base64url(pair.sign(message)),
        })
    }

    /// The claims of a token that this key signed, or `None`. Only this key's own algorithm
    /// counts, whatever the header says (RFC 8725 §3.1); times are not looked at.
    pub fn verify(&self, token: &str) -> Option<Value> {
        let token = Unverified::parse(token)?;
        if token.header("kid") != Some(&self.kid) || !token.signed_by([&self.public]) {
            return None;
        }
        Some(Value::Object(token.claims))
    }
}

/// The key set: public halves only.
pub fn jwks<'k>(keys: impl IntoIterator<Item = &'k SigningKey>) -> Value {
    json!({ "keys": keys.into_iter().map(SigningKey::jwk).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::{SigningKey, jwks};
    use crate::jose::algorithm::Algorithm;
    use serde_json::json;

    #[test]
    fn what_a_key_signs_only_that_key_verifies() {
        for algorithm in Algorithm::ALL {
            let make =
                || SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap();
            let (key, other) = (make(), make());
            let token = key.sign("JWT", &json!({"sub": "x"})).unwrap();
            assert_eq!(key.verify(&token).unwrap()["sub"], "x");
            assert!(other.verify(&token).is_none());
            let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
            let encode = |text: &str| secret::hash::base64url(text);
            parts[1] = encode(r#"{"sub":"y"}"#);
            assert!(key.verify(&parts.join(".")).is_none());
            parts[0] = encode(r#"{"alg":"none"}"#);
            parts[2].clear();
            assert!(key.verify(&parts.join(".")).is_none());
            let set = jwks([&key]).to_string();
            assert!(!set.contains("\"d\"") && set.contains("\"kid\""));
        }
    }

    #[test]
    fn garbage_is_none() {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let key = SigningKey::parse(Algorithm::ES256, &key).unwrap();
        for text in ["", ".", "..", "a.b.c", "e30.e30.", "é.é.é"] {
            assert!(key.verify(text).is_none(), "{text}");
        }
        assert!(SigningKey::parse(Algorithm::ES256, b"x").is_err());
    }
}
