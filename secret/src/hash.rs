//! Hashes, message authentication, comparing in constant time, base64url.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// SHA-256, 32 bytes: what is stored of a random secret.
pub fn sha256(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes.as_ref()).as_ref().to_vec()
}

/// SHA-256 of what comes piece by piece.
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    /// The next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// 32 bytes: [`sha256`] of all pieces.
    pub fn finish(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}

/// SHA-1 in capital hexadecimal, 40 characters: only to look something up in lists that are made so.
pub fn sha1_hex(bytes: impl AsRef<[u8]>) -> String {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes.as_ref());
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}

/// SHA-512, 64 bytes.
pub fn sha512(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    digest::digest(&digest::SHA512, bytes.as_ref()).as_ref().to_vec()
}

/// HMAC-SHA-256, 32 bytes.
pub fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// Whether two byte strings are equal, in time that depends on their length only.
pub fn equal(a: impl AsRef<[u8]>, b: impl AsRef<[u8]>) -> bool {
    constant_time::verify_slices_are_equal(a.as_ref(), b.as_ref()).is_ok()
}

/// base64url without padding (RFC 4648 §5).
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url without padding.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// base64url(SHA-256(bytes)): PKCE S256 (RFC 7636 §4.2), `ath` (RFC 9449 §4.2), `x5t#S256` of a
/// certificate's DER (RFC 8705 §3.1).
pub fn s256(bytes: impl AsRef<[u8]>) -> String {
    base64url(sha256(bytes))
}

/// The first 8 hex digits of SHA-256: names of assets, never a proof of sameness.
pub fn short(bytes: &[u8]) -> String {
    sha256_hex(bytes)[..8].to_owned()
}

/// SHA-256 in small hexadecimal, 64 characters, as `sha256sum` prints it.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{equal, hmac, s256, sha256, short};

    /// FIPS 180-2 appendix B.1, RFC 4231 test case 2, RFC 7636 appendix B.
    #[test]
    fn known_answers() {
        assert_eq!(short(b"abc"), "ba7816bf");
        assert_eq!(sha256("abc").len(), 32);
        let mac = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(mac[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(
            s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert!(equal("a", b"a") && !equal("a", "b") && !equal("a", "ab"));
    }
}
