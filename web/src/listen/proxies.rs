//! What a trusted proxy says about the other end: address and certificate.

use super::{Networks, Peer};
use crate::config::ConfigError;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// Proxies whose headers count.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Networks,
    certificate_header: String,
}

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// Names what is neither.
    pub fn new(trusted: &[String], certificate_header: &str) -> Result<Self, ConfigError> {
        let networks = Networks::read(trusted, "proxy.trusted")?;
        Ok(Self { networks, certificate_header: certificate_header.to_owned() })
    }

    /// Whether a connection is that of a trusted proxy.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.networks.contain(address)
    }

    /// The address of the person or client: the last one that no trusted proxy has.
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trust(peer) {
            return peer;
        }
        let lines: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .collect();
        let mut found = peer;
        for text in lines.iter().rev() {
            let Ok(address) = text.parse::<IpAddr>() else { break };
            found = address;
            if !self.trust(address) {
                break;
            }
        }
        found
    }

    /// The client's certificate: what it showed to us, or to a trusted proxy (RFC 9440 `:base64:`,
    /// or PEM with percent signs as nginx writes it).
    pub fn certificate(&self, peer: &Peer, headers: &HeaderMap) -> Option<Arc<Vec<u8>>> {
        if peer.certificate.is_some() {
            return peer.certificate.clone();
        }
        if self.certificate_header.is_empty() || !self.trust(peer.address.ip()) {
            return None;
        }
        let mut lines = headers.get_all(&self.certificate_header).iter();
        let text = lines.next()?.to_str().ok()?;
        // Two such headers: one of them is not the proxy's.
        if lines.next().is_some() {
            return None;
        }
        if let Some(inner) = text.strip_prefix(':').and_then(|text| text.strip_suffix(':')) {
            return STANDARD.decode(inner).ok().map(Arc::new);
        }
        let pem = form_decode(text);
        CertificateDer::from_pem_slice(pem.as_bytes()).ok().map(|der| Arc::new(der.to_vec()))
    }
}

fn form_decode(text: &str) -> String {
    let plus = text.replace('+', "%2B");
    let pair = format!("v={plus}");
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Peer, TrustedProxies};
    use axum::http::HeaderMap;

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(&["10.0.0.0/8".into(), "::1".into()], "client-cert").unwrap()
    }

    /// Attack 6: an untrusted proxy.
    #[test]
    fn headers_count_from_trusted_proxies_only() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.1.2.3".parse().unwrap());
        headers.insert("client-cert", ":QUJD:".parse().unwrap());
        let from =
            |text: &str| proxies().client_address(text.parse().unwrap(), &headers).to_string();
        assert_eq!(from("10.9.9.9"), "203.0.113.9");
        assert_eq!(from("198.51.100.7"), "198.51.100.7");
        let peer = |text: &str| Peer::new(format!("{text}:1").parse().unwrap());
        let shown = |text: &str| proxies().certificate(&peer(text), &headers);
        assert_eq!(shown("10.9.9.9").unwrap().as_slice(), b"ABC");
        assert!(shown("198.51.100.7").is_none());
        headers.append("client-cert", ":QUJE:".parse().unwrap());
        assert!(proxies().certificate(&peer("10.9.9.9"), &headers).is_none());
    }

    #[test]
    fn networks_are_read_or_named() {
        assert!(proxies().trust("::ffff:10.1.1.1".parse().unwrap()));
        assert!(!proxies().trust("11.0.0.1".parse().unwrap()));
        let all = TrustedProxies::new(&["0.0.0.0/0".into()], "").unwrap();
        assert!(all.trust("11.0.0.1".parse().unwrap()));
        for bad in ["", "x", "10.0.0.0/33", "10.0.0.0/x"] {
            assert!(TrustedProxies::new(&[bad.into()], "").is_err(), "{bad}");
        }
    }
}
