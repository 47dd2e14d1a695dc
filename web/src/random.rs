//! Random secrets and their hashes.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 random bits, base64url: session ids, link tokens, CSRF tokens.
pub fn secret() -> String {
    text(32)
}

/// 96 random bits, base64url: ids that are not secret.
pub fn id() -> String {
    text(12)
}

/// A number that a person can read to the help desk and an operator finds in the log.
pub fn incident() -> String {
    id()[..8].to_uppercase().replace(['-', '_'], "X")
}

/// Random bytes: keys.
pub fn bytes(count: usize) -> Vec<u8> {
    let mut buffer = vec![0; count];
    rand::fill(&mut buffer).expect("the operating system has randomness");
    buffer
}

fn text(count: usize) -> String {
    URL_SAFE_NO_PAD.encode(bytes(count))
}

/// SHA-256 of a random secret, which is what is stored.
pub fn hash(secret: &str) -> Vec<u8> {
    hash_bytes(secret.as_bytes())
}

/// SHA-256 of anything.
pub fn hash_bytes(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// The first 8 hex digits of SHA-256: names of assets.
pub fn short_hash(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Equal, in time that depends on the length only.
pub fn equal(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
