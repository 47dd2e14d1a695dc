//! Signatures with Ed25519 (RFC 8032).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// A private key. It has no `Debug`.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new key, and its PKCS#8 (RFC 5958), DER, to keep.
    ///
    /// # Panics
    /// When the system gives no randomness.
    pub fn generate() -> (Self, Vec<u8>) {
        let key = Ed25519KeyPair::generate().expect("the system gives randomness");
        let der = key.to_pkcs8().expect("a key that was just made");
        let der = der.as_ref().to_vec();
        (Self(key), der)
    }

    /// The key of a PKCS#8, DER, of version 1 (as OpenSSL writes it) or 2.
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        Ed25519KeyPair::from_pkcs8(der).ok().map(Self)
    }

    /// The public key, 32 bytes.
    pub fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The signature, 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// Whether the holder of a public key signed a message.
pub fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{SigningKey, verify};
    use crate::hash::from_base64url;

    #[test]
    fn a_signature_is_of_one_key_and_one_message() {
        let (key, der) = SigningKey::generate();
        let again = SigningKey::from_pkcs8(&der).unwrap();
        assert_eq!(key.public(), again.public());
        let signature = again.sign(b"message");
        assert!(verify(key.public(), b"message", &signature));
        assert!(!verify(key.public(), b"messagf", &signature));
        assert!(!verify(SigningKey::generate().0.public(), b"message", &signature));
        assert!(!verify(b"short", b"message", &signature));
    }

    /// RFC 8032 §7.1, test 1: the key in PKCS#8 of version 1, as OpenSSL writes it.
    #[test]
    fn known_answers() {
        let bytes = |text: &str| from_base64url(text).unwrap();
        let der = bytes("MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g");
        let key = SigningKey::from_pkcs8(&der).unwrap();
        assert_eq!(key.public(), bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
        let signature = "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRl\
                         UUFDjnoQCw";
        assert_eq!(key.sign(b""), bytes(signature));
    }
}
