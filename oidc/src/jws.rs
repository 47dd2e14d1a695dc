//! Signing keys, signed tokens (RFC 7515) and the public key set (RFC 7517).

use crate::client::Algorithm;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};

/// A private key, parsed once. It has no `Debug`.
pub struct SigningKey {
    kid: String,
    pair: Pair,
    jwk: Value,
}

enum Pair {
    Es256(Box<EcdsaKeyPair>),
    Rs256(Box<RsaKeyPair>),
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
            Algorithm::RS256 => RsaKeyPair::generate(KeySize::Rsa2048)
                .and_then(|pair| pair.as_der())
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
                    "crv": "P-256", "kty": "EC",
                    "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
                });
                (Pair::Es256(Box::new(pair)), members)
            }
            Algorithm::RS256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8)
                    .map_err(|_| KeyError("is not an RSA key of 2048 bits or more"))?;
                let key = pair.public_key();
                let bytes = |n: &[u8]| URL_SAFE_NO_PAD.encode(n);
                let members = json!({
                    "e": bytes(key.exponent().big_endian_without_leading_zero()),
                    "kty": "RSA",
                    "n": bytes(key.modulus().big_endian_without_leading_zero()),
                });
                (Pair::Rs256(Box::new(pair)), members)
            }
        };
        let kid = crate::secret::s256(&members.to_string());
        let mut jwk = members;
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(algorithm.as_str());
        Ok(Self { kid, pair, jwk })
    }

    /// The public half, for the key set.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// The algorithm that this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::ES256,
            Pair::Rs256(_) => Algorithm::RS256,
        }
    }

    /// A compact JWS over `claims` with the header type `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = json!({"alg": self.algorithm().as_str(), "kid": self.kid, "typ": typ});
        let claims = serde_json::to_vec(claims).map_err(|_| KeyError("claims are not JSON"))?;
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(claims));
        let signed = match &self.pair {
            Pair::Es256(pair) => pair
                .sign(&SystemRandom::new(), token.as_bytes())
                .map_err(|_| KeyError("cannot sign"))?
                .as_ref()
                .to_vec(),
            Pair::Rs256(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut out)
                    .map_err(|_| KeyError("cannot sign"))?;
                out
            }
        };
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signed));
        Ok(token)
    }

    /// The claims of a token that this key signed, or `None`. Only this key's own algorithm
    /// counts, whatever the header says (RFC 8725 §3.1); times are not looked at.
    pub fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let header = json(header)?;
        if header["kid"] != self.kid.as_str() || header["alg"] != self.algorithm().as_str() {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let verified = match &self.pair {
            Pair::Es256(pair) => {
                signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key())
                    .verify(signed.as_bytes(), &signature)
            }
            Pair::Rs256(pair) => {
                signature::UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key())
                    .verify(signed.as_bytes(), &signature)
            }
        };
        verified.ok()?;
        json(claims)
    }
}

/// The key set: public halves only.
pub fn jwks<'k>(keys: impl IntoIterator<Item = &'k SigningKey>) -> Value {
    json!({ "keys": keys.into_iter().map(SigningKey::jwk).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::{SigningKey, jwks};
    use crate::client::Algorithm;
    use base64::Engine as _;
    use serde_json::json;

    #[test]
    fn what_a_key_signs_only_that_key_verifies() {
        for algorithm in [Algorithm::ES256, Algorithm::RS256] {
            let make =
                || SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap();
            let (key, other) = (make(), make());
            let token = key.sign("JWT", &json!({"sub": "x"})).unwrap();
            assert_eq!(key.verify(&token).unwrap()["sub"], "x");
            assert!(other.verify(&token).is_none());
            let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
            let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
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
