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

/// So many random digits, each as likely as the others: codes that people type.
pub fn digits(count: usize) -> String {
    // Bytes from 250 on would make some digits likelier.
    let mut fair = std::iter::repeat_with(|| bytes(count)).flatten().filter(|byte| *byte < 250);
    (0..count).filter_map(|_| fair.next()).map(|byte| char::from(b'0' + byte % 10)).collect()
}

/// 64 random bits: a number that nobody guesses.
pub fn number() -> u64 {
    bytes(8).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Random bytes: keys.
pub fn bytes(count: usize) -> Vec<u8> {
    let mut buffer = vec![0; count];
    rand::fill(&mut buffer).expect("the operating system has randomness");
    buffer
}
