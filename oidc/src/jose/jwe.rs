//! Encrypts tokens for a client's key (RFC 7516, RFC 7518): RSA-OAEP-256 or ECDH-ES. Decrypting
//! is not needed: nobody sends us encrypted tokens.

use crate::jose::algorithm::{ContentAlgorithm, KeyAlgorithm};
use aws_lc_rs::agreement::{self, ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey};
use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::RsaPublicKeyComponents;
use aws_lc_rs::{aead, digest, hmac};
use secret::hash::{base64url, from_base64url};
use serde_json::{Value, json};

/// The client's key or the plain text cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the token cannot be encrypted: {0}")]
pub struct EncryptError(&'static str);

/// A nested token: `signed` encrypted for the first fitting key of `jwks` (OpenID Connect Core
/// §10.2, RFC 7519 §11.2).
///
/// # Errors
/// When the set has no key of this kind.
pub fn encrypt(
    signed: &str,
    jwks: &Value,
    alg: KeyAlgorithm,
    enc: ContentAlgorithm,
) -> Result<String, EncryptError> {
    let failed = |_| EncryptError("the key is not valid");
    let kind = match alg {
        KeyAlgorithm::RsaOaep256 => "RSA",
        KeyAlgorithm::EcdhEs => "EC",
    };
    let usable = |key: &&Value| key["kty"] == kind && (key["use"].is_null() || key["use"] == "enc");
    let keys = jwks["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    // A key that says it is for encryption comes before one that says nothing.
    let key = keys.iter().filter(usable).find(|key| key["use"] == "enc");
    let key = key.or_else(|| keys.iter().find(usable));
    let key = key.ok_or(EncryptError("the client has no key of this kind"))?;
    let mut header = json!({"alg": alg, "enc": enc, "cty": "JWT"});
    if key["kid"].is_string() {
        header["kid"] = key["kid"].clone();
    }
    let bytes = |name: &str| {
        let text = key[name].as_str().unwrap_or_default();
        from_base64url(text).ok_or(EncryptError("the key is not valid"))
    };
    let size = match enc {
        ContentAlgorithm::A128Gcm => 16,
        ContentAlgorithm::A128CbcHs256 | ContentAlgorithm::A256Gcm => 32,
    };
    let (content_key, encrypted_key) = match alg {
        KeyAlgorithm::RsaOaep256 => {
            let mut content_key = vec![0; size];
            fill(&mut content_key).map_err(failed)?;
            let (n, e) = (bytes("n")?, bytes("e")?);
            let public: PublicEncryptingKey =
                RsaPublicKeyComponents { n, e }.try_into().map_err(failed)?;
            let public = OaepPublicEncryptingKey::new(public).map_err(failed)?;
            let mut out = vec![0; public.ciphertext_size()];
            let out = public
                .encrypt(&OAEP_SHA256_MGF1SHA256, &content_key, &mut out, None)
                .map_err(failed)?;
            (content_key, out.to_vec())
        }
        KeyAlgorithm::EcdhEs => {
            if key["crv"] != "P-256" {
                return Err(EncryptError("only the curve P-256 is offered"));
            }
            let peer = [vec![4], bytes("x")?, bytes("y")?].concat();
            let own =
                EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(failed)?;
            let point = own.compute_public_key().map_err(failed)?;
            let (x, y) = point.as_ref()[1..].split_at(32);
            header["epk"] =
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)});
            let name = header["enc"].as_str().unwrap_or_default().to_owned();
            let peer = UnparsedPublicKey::new(&ECDH_P256, peer);
            let key = agreement::agree_ephemeral(
                own,
                peer,
                EncryptError("the key is not valid"),
                |shared| Ok(concat_kdf(shared, &name, size)),
            )?;
            (key, Vec::new())
        }
    };
    let header = base64url(header.to_string());
    let (iv, text, tag) = seal(enc, &content_key, signed.as_bytes(), header.as_bytes())?;
    let parts = [base64url(encrypted_key), base64url(iv), base64url(text), base64url(tag)];
    Ok(format!("{header}.{}", parts.join(".")))
}

/// The one round of Concat KDF that 256 bits need (RFC 7518 §4.6.2), without party names.
fn concat_kdf(shared: &[u8], enc: &str, size: usize) -> Vec<u8> {
    let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    let mut input = length(1).to_vec();
    input.extend_from_slice(shared);
    input.extend_from_slice(&length(enc.len()));
    input.extend_from_slice(enc.as_bytes());
    input.extend_from_slice(&[length(0), length(0), length(size * 8)].concat());
    digest::digest(&digest::SHA256, &input).as_ref()[..size].to_vec()
}

/// Initialization vector, encrypted text and tag.
type Sealed = (Vec<u8>, Vec<u8>, Vec<u8>);

fn seal(
    enc: ContentAlgorithm,
    key: &[u8],
    plain: &[u8],
    header: &[u8],
) -> Result<Sealed, EncryptError> {
    let failed = |_| EncryptError("the content cannot be encrypted");
    let gcm = |algorithm| -> Result<Sealed, EncryptError> {
        let key = aead::RandomizedNonceKey::new(algorithm, key).map_err(failed)?;
        let mut text = plain.to_vec();
        let nonce =
            key.seal_in_place_append_tag(aead::Aad::from(header), &mut text).map_err(failed)?;
        let tag = text.split_off(text.len() - 16);
        Ok((nonce.as_ref().to_vec(), text, tag))
    };
    match enc {
        ContentAlgorithm::A128Gcm => gcm(&aead::AES_128_GCM),
        ContentAlgorithm::A256Gcm => gcm(&aead::AES_256_GCM),
        // RFC 7518 §5.2.2: the first half authenticates, the second encrypts.
        ContentAlgorithm::A128CbcHs256 => {
            let (mac_key, aes_key) = key.split_at(16);
            let cipher = UnboundCipherKey::new(&AES_128, aes_key).map_err(failed)?;
            let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).map_err(failed)?;
            let mut text = plain.to_vec();
            let DecryptionContext::Iv128(iv) = cipher.encrypt(&mut text).map_err(failed)? else {
                return Err(EncryptError("CBC has an initialization vector"));
            };
            let iv = iv.as_ref();
            let bits = (header.len() as u64 * 8).to_be_bytes();
            let input = [header, iv, &text, &bits].concat();
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, mac_key), &input);
            Ok((iv.to_vec(), text, tag.as_ref()[..16].to_vec()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{concat_kdf, encrypt};
    use crate::jose::algorithm::{ContentAlgorithm, KeyAlgorithm};
    use secret::hash::base64url;
    use serde_json::json;

    /// RFC 7518 appendix C, which has party names; without them the layout is the same.
    #[test]
    fn the_derived_key_has_the_asked_size() {
        assert_eq!(concat_kdf(&[7; 32], "A128GCM", 16).len(), 16);
        assert_ne!(concat_kdf(&[7; 32], "A128GCM", 16), concat_kdf(&[7; 32], "A256GCM", 32)[..16]);
    }

    #[test]
    fn five_parts_and_only_for_a_fitting_key() {
        let key = crate::jose::jws::SigningKey::generate(crate::jose::algorithm::Algorithm::ES256)
            .unwrap();
        let key =
            crate::jose::jws::SigningKey::parse(crate::jose::algorithm::Algorithm::ES256, &key)
                .unwrap();
        let mut jwk = key.jwk().clone();
        jwk["use"] = json!("enc");
        let set = json!({"keys": [jwk]});
        for enc in
            [ContentAlgorithm::A128CbcHs256, ContentAlgorithm::A128Gcm, ContentAlgorithm::A256Gcm]
        {
            let token = encrypt("a.b.c", &set, KeyAlgorithm::EcdhEs, enc).unwrap();
            assert_eq!(token.split('.').count(), 5);
        }
        let enc = ContentAlgorithm::A128Gcm;
        assert!(encrypt("a", &set, KeyAlgorithm::RsaOaep256, enc).is_err());
        assert!(encrypt("a", &json!({}), KeyAlgorithm::EcdhEs, enc).is_err());
        let bad =
            json!({"keys": [{"kty": "EC", "crv": "P-256", "x": base64url([0; 32]), "y": ""}]});
        assert!(encrypt("a", &bad, KeyAlgorithm::EcdhEs, enc).is_err());
    }
}
