//! Random secrets: hashed, compared in constant time.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// SHA-256 of a random secret, which is what is stored.
pub fn hash(secret: &str) -> [u8; 32] {
    hash_bytes(secret.as_bytes())
}

/// SHA-256 of bytes.
pub fn hash_bytes(bytes: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// HMAC-SHA-256.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    tag.as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes")
}

/// Whether two byte strings are equal, in time that depends on their length only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url without padding.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// base64url(SHA-256(text)): PKCE S256 (RFC 7636 §4.2), `ath` (RFC 9449 §4.2).
pub fn s256(text: &str) -> String {
    base64url(hash(text))
}

/// base64url(SHA-256(DER)): `x5t#S256` (RFC 8705 §3.1).
pub fn thumbprint(certificate: &[u8]) -> String {
    base64url(hash_bytes(certificate))
}

/// base64url of the left half of the hash that the algorithm uses: `at_hash`, `c_hash` (OpenID
/// Connect Core §3.1.3.6, §3.3.2.11). EdDSA with Ed25519 uses SHA-512.
pub fn left_half(text: &str, algorithm: crate::client::Algorithm) -> String {
    if algorithm == crate::client::Algorithm::EdDSA {
        let digest = digest::digest(&digest::SHA512, text.as_bytes());
        return base64url(&digest.as_ref()[..32]);
    }
    base64url(&hash(text)[..16])
}
