//! The server's own certificate and key.

use super::cipher_suites::provider;
use crate::config::ConfigError;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// The server's certificate and key, read again when the files change.
#[derive(Debug)]
pub struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<(Option<SystemTime>, Arc<CertifiedKey>)>,
}

impl Identity {
    /// Reads both PEM files.
    ///
    /// # Errors
    /// Names the file that cannot be read or does not fit.
    pub fn read(certificate: &Path, key: &Path) -> Result<Arc<Self>, ConfigError> {
        let loaded = load(certificate, key)?;
        Ok(Arc::new(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: RwLock::new((changed(certificate), Arc::new(loaded))),
        }))
    }

    /// Until when the certificate is valid, in seconds since 1970.
    pub fn ends_at(&self) -> Option<i64> {
        let current = self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let certificate = current.1.cert.first()?;
        let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
        Some(certificate.validity().not_after.timestamp())
    }

    /// Takes over renewed files; what cannot be read leaves the old certificate in use.
    pub fn refresh(&self) {
        let now = changed(&self.certificate);
        let known = self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        if now == known {
            return;
        }
        match load(&self.certificate, &self.key) {
            Ok(loaded) => {
                tracing::info!("the TLS certificate was renewed");
                let mut current =
                    self.current.write().unwrap_or_else(|poisoned| poisoned.into_inner());
                *current = (now, Arc::new(loaded));
            }
            Err(error) => tracing::warn!(%error, "the renewed TLS certificate cannot be used"),
        }
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        Some(current.1.clone())
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|about| about.modified()).ok()
}

fn load(certificate: &Path, key: &Path) -> Result<CertifiedKey, ConfigError> {
    let say = |file: &Path, error: &dyn std::fmt::Display| {
        ConfigError(format!("{}: {error}", file.display()))
    };
    let chain = certificates(certificate)?;
    if chain.is_empty() {
        return Err(say(certificate, &"holds no certificate (PEM, `BEGIN CERTIFICATE`)"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| say(key, &error))?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(|error| say(key, &error))
}

/// The certificates of a PEM file, in their order.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let say = |error: &dyn std::fmt::Display| ConfigError(format!("{}: {error}", file.display()));
    CertificateDer::pem_file_iter(file)
        .map_err(|error| say(&error))?
        .collect::<Result<_, _>>()
        .map_err(|error| say(&error))
}
