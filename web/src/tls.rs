//! Who is on the other side: plain connections, our own TLS (rustls), certificates of clients, and
//! what a trusted proxy says about them.

use crate::config::ConfigError;
use axum::extract::connect_info::Connected;
use axum::http::HeaderMap;
use axum::serve::{IncomingStream, Listener};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    CipherSuite, DigitallySignedStruct, DistinguishedName, Error as TlsError, RootCertStore,
    ServerConfig, SignatureScheme,
};
use tokio_rustls::server::TlsStream;

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    pub address: SocketAddr,
    /// The certificate that it showed, DER. Whether it is trusted is another question.
    pub certificate: Option<Arc<Vec<u8>>>,
    /// The certificates that it showed besides: of those who issued it.
    pub chain: Arc<Vec<Vec<u8>>>,
    /// The connection came by the listener that asks clients for certificates.
    pub mutual: bool,
}

/// A listener without TLS.
pub struct PlainListener(pub TcpListener);

impl Listener for PlainListener {
    type Io = TcpStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (TcpStream, Peer) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        stream.set_nodelay(true).ok();
        (stream, Peer { address, certificate: None, chain: Arc::default(), mutual: false })
    }

    fn local_addr(&self) -> std::io::Result<Peer> {
        let address = self.0.local_addr()?;
        Ok(Peer { address, certificate: None, chain: Arc::default(), mutual: false })
    }
}

impl Connected<IncomingStream<'_, PlainListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, PlainListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A listener with TLS. Handshakes run beside each other: a slow one delays nobody.
pub struct TlsListener {
    shaken: mpsc::Receiver<(TlsStream<TcpStream>, Peer)>,
    local: SocketAddr,
}

/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at the same time.
const HANDSHAKES: usize = 512;

impl TlsListener {
    /// Listens with the certificate of `identity`; with `mutual` clients are asked for one, too.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(
        listener: TcpListener,
        identity: &Arc<Identity>,
        mutual: bool,
    ) -> Result<Self, ConfigError> {
        let local = listener.local_addr().map_err(|error| ConfigError(error.to_string()))?;
        let acceptor = TlsAcceptor::from(Arc::new(config(identity.clone(), mutual)?));
        let (sender, shaken) = mpsc::channel(64);
        let slots = Arc::new(tokio::sync::Semaphore::new(HANDSHAKES));
        tokio::spawn(async move {
            let mut listener = listener;
            loop {
                let Ok(slot) = slots.clone().acquire_owned().await else { return };
                let (stream, address) = Listener::accept(&mut listener).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    stream.set_nodelay(true).ok();
                    let shake = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
                    drop(slot);
                    let Ok(Ok(stream)) = shake else { return };
                    let shown = stream.get_ref().1.peer_certificates();
                    let mut shown = shown.into_iter().flatten().map(|der| der.to_vec());
                    let certificate = shown.next().map(Arc::new);
                    let chain = Arc::new(shown.take(5).collect());
                    let peer = Peer { address, certificate, chain, mutual };
                    sender.send((stream, peer)).await.ok();
                });
            }
        });
        Ok(Self { shaken, local })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (TlsStream<TcpStream>, Peer) {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            // The accepting task never ends; if it did, there would be nothing to accept.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Peer> {
        Ok(Peer { address: self.local, certificate: None, chain: Arc::default(), mutual: false })
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// TLS 1.3, and 1.2 with ECDHE and AES-GCM only (FAPI 2.0 §5.2.1, RFC 9325 §4.2).
fn provider() -> CryptoProvider {
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

fn config(identity: Arc<Identity>, mutual: bool) -> Result<ServerConfig, ConfigError> {
    let say = |error: &dyn std::fmt::Display| ConfigError(format!("TLS: {error}"));
    let provider = Arc::new(provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| say(&error))?;
    let builder = if mutual {
        builder.with_client_cert_verifier(Arc::new(AnyCertificate(provider)))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_cert_resolver(identity);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

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
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| say(key, &error))?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(|error| say(key, &error))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let say = |error: &dyn std::fmt::Display| ConfigError(format!("{}: {error}", file.display()));
    CertificateDer::pem_file_iter(file)
        .map_err(|error| say(&error))?
        .collect::<Result<_, _>>()
        .map_err(|error| say(&error))
}

/// Takes any certificate whose key the client holds: whom it names and who issued it is compared
/// with the registered client later (RFC 8705 §2 and §7.2).
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<tokio_rustls::rustls::client::danger::HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signed,
            algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<tokio_rustls::rustls::client::danger::HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The authorities whose client certificates are trusted.
#[derive(Debug, Clone, Default)]
pub struct ClientAuthorities(Option<Arc<dyn ClientCertVerifier>>);

impl ClientAuthorities {
    /// Reads a PEM file of authorities; without one no certificate is trusted.
    ///
    /// # Errors
    /// Names the file when it has no certificate that can be used.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(file) = file else { return Ok(Self(None)) };
        let say =
            |error: &dyn std::fmt::Display| ConfigError(format!("{}: {error}", file.display()));
        let mut roots = RootCertStore::empty();
        for certificate in certificates(file)? {
            roots.add(certificate).map_err(|error| say(&error))?;
        }
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
                .build()
                .map_err(|error| say(&error))?;
        Ok(Self(Some(verifier)))
    }

    /// Whether a certificate chains to one of the authorities and is in its time.
    pub fn trust(&self, der: &[u8], chain: &[Vec<u8>], now: i64) -> bool {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now.max(0).unsigned_abs()));
        let certificate = CertificateDer::from(der);
        let chain: Vec<CertificateDer<'_>> =
            chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        self.0
            .as_ref()
            .is_some_and(|verifier| verifier.verify_client_cert(&certificate, &chain, now).is_ok())
    }
}

/// Proxies whose headers count.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Vec<(IpAddr, u8)>,
    certificate_header: String,
}

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// Names what is neither.
    pub fn new(trusted: &[String], certificate_header: &str) -> Result<Self, ConfigError> {
        let mut networks = Vec::new();
        for text in trusted {
            let refused =
                || ConfigError(format!("proxy.trusted: {text:?} is no address or network"));
            let (address, bits) = text.split_once('/').unwrap_or((text, ""));
            let address: IpAddr = address.parse().map_err(|_| refused())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = if bits.is_empty() { most } else { bits.parse().map_err(|_| refused())? };
            if bits > most {
                return Err(refused());
            }
            networks.push((address, bits));
        }
        Ok(Self { networks, certificate_header: certificate_header.to_owned() })
    }

    /// Whether a connection is that of a trusted proxy.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|(network, bits)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(*bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        })
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
    use super::{Peer, TrustedProxies, provider};
    use axum::http::HeaderMap;
    use std::sync::Arc;

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
        let peer = |text: &str| Peer {
            address: format!("{text}:1").parse().unwrap(),
            certificate: None,
            chain: Arc::default(),
            mutual: false,
        };
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
