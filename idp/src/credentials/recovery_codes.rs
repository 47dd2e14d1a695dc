//! Codes that a member writes down: ten of 16 letters each (69 bits; NIST SP 800-63B-4 §4.2 asks for
//! 64), without vowels, so that no word comes out.

use secret::hash;

/// Codes of one set.
pub const COUNT: u32 = 10;

/// Letters of a code.
const LENGTH: usize = 16;

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// The codes of one journey: the same however often its page is loaded. `key` never leaves the
/// insurer.
pub fn codes(key: &[u8], journey: &str) -> Vec<String> {
    (0..COUNT).map(|n| code(key, &format!("recovery-codes:{journey}:{n}"))).collect()
}

fn code(key: &[u8], message: &str) -> String {
    let mut letters = String::new();
    for round in 0u32.. {
        // Bytes from 240 on would make some letters likelier.
        let bytes = hash::hmac(key, format!("{message}:{round}").as_bytes());
        for byte in bytes.into_iter().filter(|byte| *byte < 240) {
            letters.push(char::from(LETTERS[usize::from(byte % 20)]));
            if letters.len() == LENGTH {
                return letters;
            }
        }
    }
    letters
}

/// As it is read and written: in groups of four.
pub fn shown(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// What is kept of a code: of its letters, however they were typed. `None` when it is no code.
pub fn hashed(typed: &str) -> Option<Vec<u8>> {
    let half = typed.chars().map(|c| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    });
    let letters: String =
        half.filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect();
    (letters.len() == LENGTH).then(|| hash::sha256(letters))
}

#[cfg(test)]
mod tests {
    use super::{codes, hashed, shown};
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_ten_and_typed_as_they_come() {
        let made = codes(b"key", "journey");
        assert_eq!(made.len(), 10);
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), 10);
        assert_eq!(made, codes(b"key", "journey"));
        assert_ne!(made, codes(b"key", "another"));
        assert_ne!(made, codes(b"another", "journey"));
        let code = &made[0];
        let read = shown(code);
        assert_eq!(read.len(), 19);
        let wide: String =
            code.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
        for typed in [read.to_lowercase(), read.replace('-', "　"), wide, code.clone()] {
            assert_eq!(hashed(&typed), hashed(code), "{typed}");
        }
        assert_eq!(hashed(&code[1..]), None);
        assert_eq!(hashed(""), None);
    }
}
