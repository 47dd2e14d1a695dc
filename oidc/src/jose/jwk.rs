//! Keys of others: public keys as clients publish them (RFC 7517, RFC 7518 §6, RFC 8037).

use crate::jose::algorithm::Algorithm;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use secret::hash::{base64url, from_base64url, sha256};
use serde_json::Value;

/// A public key that may verify signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    pub kid: Option<String>,
    /// The only algorithm it was published for, if it says so.
    alg: Option<String>,
    material: Material,
    /// RFC 7638, base64url.
    pub thumbprint: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    /// Modulus and exponent, big-endian.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point on P-256.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Members that only a private or a symmetric key has (RFC 7518 §6, RFC 8037 §2, AKP's `priv`).
pub const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

impl VerifyingKey {
    /// Reads one JWK. `None` when [`VerifyingKey::read`] refuses it.
    pub fn parse(jwk: &Value) -> Option<Self> {
        Self::read(jwk).ok()
    }

    /// Reads one JWK.
    ///
    /// # Errors
    /// In words for the client's developer: kinds and curves that we do not serve, keys for
    /// encryption, private keys (a client that publishes one has lost it), RSA below 2048 bits,
    /// points that are on no curve or in a small group.
    pub fn read(jwk: &Value) -> Result<Self, &'static str> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if PRIVATE.iter().any(|name| jwk.get(name).is_some()) {
            return Err("is private or symmetric: make a new one, and publish its public half");
        }
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return Err("is not for signatures");
        }
        let bytes = |name: &str| text(name).and_then(from_base64url).ok_or("lacks a number");
        let (material, members) = match (text("kty").ok_or("has no kty")?, text("crv")) {
            ("RSA", _) => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                let from = n.iter().position(|b| *b != 0).ok_or("has no modulus")?;
                let n = n[from..].to_vec();
                if !(256..=1024).contains(&n.len()) {
                    return Err("is RSA with fewer than 2048 or more than 8192 bits");
                }
                let exponent = e
                    .iter()
                    .try_fold(0_u64, |sum, b| sum.checked_mul(256).map(|sum| sum + u64::from(*b)));
                // An even number is no key of RSA, and 1 signs everything.
                let odd = n.last().is_some_and(|b| b % 2 == 1);
                if !odd || exponent.is_none_or(|e| e < 3 || e % 2 == 0) {
                    return Err("is no RSA key");
                }
                let members =
                    format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, base64url(&e), base64url(&n));
                (Material::Rsa { n, e }, members)
            }
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err("has coordinates of another length than 32 bytes");
                }
                let point = [vec![4], x.clone(), y.clone()].concat();
                if ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).is_err() {
                    return Err("is a point that is not on the curve P-256");
                }
                let members = format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                    base64url(&x),
                    base64url(&y)
                );
                (Material::P256(point), members)
            }
            ("OKP", Some("Ed25519")) => {
                let x = bytes("x")?;
                // The small group: a signature by such a key fits almost every message.
                let key = <[u8; 32]>::try_from(&x[..]).ok();
                let key = key.and_then(|x| ed25519_dalek::VerifyingKey::from_bytes(&x).ok());
                if key.is_none_or(|key| key.is_weak()) {
                    return Err("is no key of Ed25519");
                }
                let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url(&x));
                (Material::Ed25519(x), members)
            }
            _ => return Err("has a kind or a curve that is not offered"),
        };
        Ok(Self {
            kid: text("kid").map(str::to_owned),
            alg: text("alg").map(str::to_owned),
            material,
            thumbprint: base64url(sha256(&members)),
        })
    }

    /// The keys of a set that we can use; at most 50 are looked at.
    pub fn set(jwks: &Value) -> Vec<Self> {
        let keys = jwks.get("keys").and_then(Value::as_array);
        keys.into_iter().flatten().take(50).filter_map(Self::parse).collect()
    }

    /// Whether this key made the signature. The key's kind decides, not the token: an EC key
    /// never verifies an RSA signature (RFC 8725 §3.1).
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if self.alg.as_deref().is_some_and(|alg| alg != algorithm.as_str()) {
            return false;
        }
        let verified =
            match (&self.material, algorithm) {
                (Material::Rsa { n, e }, Algorithm::RS256) => RsaPublicKeyComponents { n, e }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
                (Material::Rsa { n, e }, Algorithm::PS256) => RsaPublicKeyComponents { n, e }
                    .verify(&RSA_PSS_2048_8192_SHA256, message, signature),
                (Material::P256(point), Algorithm::ES256) => {
                    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                        .verify(message, signature)
                }
                (Material::Ed25519(point), Algorithm::EdDSA) => {
                    UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
                }
                _ => return false,
            };
        verified.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::VerifyingKey;
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jws::SigningKey;
    use crate::jose::jwt::Unverified;
    use secret::hash::base64url;
    use serde_json::json;

    #[test]
    fn a_published_key_verifies_its_own_algorithm_only() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap());
            let key = key.unwrap();
            let token = key.sign("JWT", &json!({"a": 1})).unwrap();
            let public = VerifyingKey::parse(key.jwk()).unwrap();
            assert!(Unverified::parse(&token).unwrap().signed_by([&public]), "{algorithm:?}");
            assert_eq!(Some(public.thumbprint.as_str()), key.jwk()["kid"].as_str());
            let mut other = key.jwk().clone();
            other["alg"] = json!("HS256");
            let other = VerifyingKey::parse(&other).unwrap();
            assert!(!Unverified::parse(&token).unwrap().signed_by([&other]));
        }
    }

    /// RFC 7638 §3.1.
    #[test]
    fn thumbprint_of_the_rfc() {
        let key = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
        let key = VerifyingKey::parse(&key).unwrap();
        assert_eq!(key.thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn useless_keys_are_left_out() {
        for bad in [
            json!({}),
            json!(null),
            json!({"kty": "oct", "k": "AAAA"}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
            json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
            json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}),
            json!({"kty": "EC", "crv": "P-256", "x": base64url([1; 32]), "y": base64url([1; 32])}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": ""}),
            json!({"kty": "OKP", "crv": "X25519", "x": base64url([9; 32])}),
            json!({"kty": "RSA", "n": base64url([2; 256]), "e": "AQAB"}),
            json!({"kty": "RSA", "n": base64url([3; 256]), "e": "AQ"}),
            json!({"kty": "RSA", "n": base64url([3; 256]), "e": "Ag"}),
            json!({"kty": "RSA", "n": base64url([3; 128]), "e": "AQAB"}),
        ] {
            assert!(VerifyingKey::parse(&bad).is_none(), "{bad}");
        }
        for name in super::PRIVATE {
            let mut lost = key(Algorithm::ES256).jwk().clone();
            lost[name] = json!("AQAB");
            assert!(VerifyingKey::parse(&lost).is_none(), "{name}");
        }
    }

    fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap()
    }

    /// The points whose order divides 8 (RFC 7748 §6.1, Ed25519 §5.1.7), also written unreduced.
    #[test]
    fn small_groups_are_refused() {
        for point in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        ] {
            let digit = |at: usize| u8::from_str_radix(&point[at..at + 2], 16).unwrap();
            let x: Vec<u8> = (0..64).step_by(2).map(digit).collect();
            let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(x)});
            assert!(VerifyingKey::parse(&jwk).is_none(), "{point}");
        }
        assert!(VerifyingKey::parse(key(Algorithm::EdDSA).jwk()).is_some());
    }
}
