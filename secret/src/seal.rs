//! Seals what must not lie open in the database: signing keys and waiting mails. AES-256-GCM.

use crate::hash;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The key of one installation, and what others are derived from.
pub struct Sealer(RandomizedNonceKey, Vec<u8>);

/// A key file or a sealed value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("key file {0}: {1}")]
    File(String, String),
    #[error("a sealed value cannot be opened: is it the key file of this database?")]
    Open,
    #[error(
        "key file {0} is missing, and the database was sealed with it: put it back (a new one \
         would open nothing; docs/operators.md, Key files)"
    )]
    Missing(String),
    #[error(
        "key file {0} is not the one that this database was sealed with: put the right one back \
         (docs/operators.md, Key files)"
    )]
    Foreign(String),
}

/// What an installation seals to know its key file again.
const KNOWN: (&str, &[u8]) = ("installation", b"musubi");

impl Sealer {
    /// Reads the key file; makes it, readable by its owner only, when there is none.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        let say = |error: &dyn std::fmt::Display| {
            SealError::File(path.display().to_string(), error.to_string())
        };
        if !path.exists() {
            let mut key = [0_u8; 32];
            aws_lc_rs::rand::fill(&mut key).map_err(|_| say(&"no randomness"))?;
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .map_err(|error| say(&error))?;
            file.write_all(&key).and_then(|()| file.sync_all()).map_err(|error| say(&error))?;
        }
        let key = std::fs::read(path).map_err(|error| say(&error))?;
        Self::from_key(&key).map_err(|_| say(&"must have exactly 32 bytes"))
    }

    /// The sealer of an installation. `seal` is what its database remembers of the key file;
    /// without one the file is read or made, and the second value is to be remembered. `older` is
    /// something (with its purpose) that was sealed before databases remembered that.
    ///
    /// # Errors
    /// When the file is missing or another one than the database was sealed with.
    pub fn of_installation(
        path: &Path,
        seal: Option<&[u8]>,
        older: Option<(&str, &[u8])>,
    ) -> Result<(Self, Option<Vec<u8>>), SealError> {
        let name = || path.display().to_string();
        let known = seal.map(|seal| (KNOWN.0, seal)).or(older);
        if known.is_some() && !path.exists() {
            return Err(SealError::Missing(name()));
        }
        let sealer = Self::from_file(path)?;
        if let Some((purpose, sealed)) = known {
            sealer.open(purpose, sealed).map_err(|_| SealError::Foreign(name()))?;
        }
        let new = seal.is_none().then(|| sealer.seal(KNOWN.0, KNOWN.1));
        Ok((sealer, new))
    }

    /// A sealer with 32 bytes of one's own.
    pub fn from_key(key: &[u8]) -> Result<Self, SealError> {
        let derived = hash::hmac(key, b"derived");
        let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| SealError::Open)?;
        Ok(Self(key, derived))
    }

    /// A key for marks of one purpose: who has the database and not the key file tries nothing with them.
    pub fn derive(&self, purpose: &str) -> Vec<u8> {
        hash::hmac(&self.1, purpose.as_bytes())
    }

    /// Seals `plain` for a purpose, such as `key:minato`: it opens for that purpose only.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut buffer = plain.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(purpose), &mut buffer)
            .expect("AES-GCM seals anything shorter than 64 GiB");
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut buffer);
        sealed
    }

    /// Opens what [`Sealer::seal`] made.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError::Open)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Open)?;
        let mut buffer = rest.to_vec();
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(purpose), &mut buffer)
            .map_err(|_| SealError::Open)?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Sealer;

    /// Held-out 10: beside a database that was sealed a missing file is not made anew.
    #[test]
    fn an_installation_knows_its_key_file() {
        let file = std::env::temp_dir().join(format!("musubi-key-c-{}", std::process::id()));
        std::fs::remove_file(&file).ok();
        let (_, seal) = Sealer::of_installation(&file, None, None).unwrap();
        let seal = seal.unwrap();
        assert!(Sealer::of_installation(&file, Some(&seal), None).unwrap().1.is_none());
        let other = Sealer::from_key(&[9; 32]).unwrap().seal("key:minato", b"x");
        let older = Some(("key:minato", other.as_slice()));
        let foreign = Sealer::of_installation(&file, None, older).err().unwrap();
        assert!(foreign.to_string().contains("is not the one"), "{foreign}");
        std::fs::remove_file(&file).unwrap();
        let missing = Sealer::of_installation(&file, None, older).err().unwrap();
        assert!(missing.to_string().contains("is missing"), "{missing}");
        let missing = Sealer::of_installation(&file, Some(&seal), None).err().unwrap();
        assert!(missing.to_string().contains("is missing"), "{missing}");
        assert!(!file.exists(), "no new one was made");
        std::fs::write(&file, [7; 32]).unwrap();
        let foreign = Sealer::of_installation(&file, Some(&seal), None).err().unwrap();
        assert!(foreign.to_string().contains("is not the one"), "{foreign}");
        std::fs::remove_file(&file).ok();
    }

    #[test]
    fn opens_only_with_its_key_and_for_its_purpose() {
        let file = |name: &str| std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let (a, b) = (file("musubi-key-a"), file("musubi-key-b"));
        let (one, two) = (Sealer::from_file(&a).unwrap(), Sealer::from_file(&b).unwrap());
        let sealed = one.seal("key:minato", b"secret");
        assert_eq!(Sealer::from_file(&a).unwrap().open("key:minato", &sealed).unwrap(), b"secret");
        assert!(one.open("key:aozora", &sealed).is_err());
        assert!(two.open("key:minato", &sealed).is_err());
        assert!(one.open("key:minato", &sealed[..5]).is_err());
        for path in [a, b] {
            std::fs::remove_file(path).ok();
        }
    }
}
