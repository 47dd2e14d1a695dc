//! The cipher suites of our own TLS.

use tokio_rustls::rustls::CipherSuite;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};

/// TLS 1.3, and 1.2 with ECDHE and AES-GCM only (FAPI 2.0 §5.2.1, RFC 9325 §4.2).
pub(super) fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| {
        !matches!(
            suite.suite(),
            CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        )
    });
    provider
}

#[cfg(test)]
mod tests {
    use super::provider;

    /// FAPI 2.0 §5.2.1.
    #[test]
    fn only_ecdhe_with_gcm_below_tls_1_3() {
        for suite in provider().cipher_suites {
            let name = format!("{:?}", suite.suite());
            let good =
                name.starts_with("TLS13_") || (name.contains("ECDHE") && name.contains("GCM"));
            assert!(good, "{name}");
        }
    }
}
