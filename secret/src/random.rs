//! Random secrets, ids and keys.

use crate::hash::base64url;
use aws_lc_rs::rand;

/// 256 random bits, base64url, 43 characters: session secrets, link tokens, CSRF tokens.
pub fn secret() -> String {
    base64url(bytes(32))
}

/// 96 random bits, base64url, 16 characters: ids that are not secret.
pub fn id() -> String {
    base64url(bytes(12))
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
