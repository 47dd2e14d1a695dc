//! Random secrets: hashed, compared in constant time.

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// SHA-256 of a random secret, which is what is stored.
pub fn hash(secret: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Whether two byte strings are equal, in time that depends on their length only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// base64url(SHA-256(text)): PKCE S256 (RFC 7636 §4.2).
pub fn s256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(text))
}

/// base64url of the left half of SHA-256: `at_hash` (OpenID Connect Core §3.1.3.6).
pub fn left_half(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&hash(text)[..16])
}
