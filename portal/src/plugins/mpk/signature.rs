//! Who signed a package: keys in files, and signatures over `package.toml`.

use super::refusal::{Refusal, Role};
use secret::hash::{base64url, from_base64url};
use secret::sign::{SigningKey, verify};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

const PEM: &str = "PRIVATE KEY";

/// `signatures.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    pub publisher: Signature,
    pub operator: Option<Signature>,
}

/// A signature and the key that it is said to be of, both base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    pub key: String,
    signature: String,
}

/// What is signed: nobody's signature as publisher is one as operator.
fn message(role: Role, contents: &str) -> String {
    format!("musubi-package/1 {role}\n{contents}")
}

impl Signature {
    /// Signs a package.
    pub fn make(key: &SigningKey, role: Role, contents: &str) -> Self {
        let signature = key.sign(message(role, contents).as_bytes());
        Self { key: base64url(key.public()), signature: base64url(signature) }
    }

    /// Whether it is of this key, this role and this package.
    ///
    /// # Errors
    /// [`Refusal::Signature`].
    pub fn check(&self, role: Role, contents: &str) -> Result<(), Refusal> {
        let decoded = from_base64url(&self.key).zip(from_base64url(&self.signature));
        let message = message(role, contents);
        match decoded {
            Some((key, signature)) if verify(&key, message.as_bytes(), &signature) => Ok(()),
            _ => Err(Refusal::Signature(role)),
        }
    }
}

/// Makes a key, writes it to a new file that only its owner reads (PKCS#8 in PEM), and returns the public
/// key as the trust file names it.
///
/// # Errors
/// Why the file cannot be written; one that is there stays as it is.
pub fn make_key(file: &Path) -> Result<String, String> {
    let said = |error: std::io::Error| format!("{}: {error}", file.display());
    let (key, der) = SigningKey::generate();
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(file).map_err(said)?;
    file.write_all(pem::encode(&pem::Pem::new(PEM, der)).as_bytes()).map_err(said)?;
    Ok(base64url(key.public()))
}

/// Reads a key that [`make_key`] or `openssl genpkey -algorithm ed25519` wrote.
///
/// # Errors
/// Why it is none.
pub fn read_key(file: &Path) -> Result<SigningKey, String> {
    let said = |why: String| format!("{}: {why}", file.display());
    let text = std::fs::read(file).map_err(|error| said(error.to_string()))?;
    let pem = pem::parse(text).map_err(|error| said(error.to_string()))?;
    let key = (pem.tag() == PEM).then(|| SigningKey::from_pkcs8(pem.contents())).flatten();
    key.ok_or_else(|| said("is no Ed25519 key; make one with `portal plugin key FILE`".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Signature, make_key, read_key};
    use crate::plugins::mpk::refusal::Role;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_its_owners_and_signs_in_one_role() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("publisher.pem");
        let public = make_key(&file).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(make_key(&file).unwrap_err().contains("exists"));
        let signature = Signature::make(&read_key(&file).unwrap(), Role::Publisher, "contents");
        assert_eq!(signature.key, public);
        assert!(signature.check(Role::Publisher, "contents").is_ok());
        assert!(signature.check(Role::Operator, "contents").is_err());
        assert!(signature.check(Role::Publisher, "other").is_err());
        std::fs::write(&file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
            .unwrap();
        assert!(read_key(&file).err().unwrap().contains("no Ed25519 key"));
    }
}
