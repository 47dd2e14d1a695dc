//! Connections with our own TLS (rustls): handshakes, protocol versions.

use super::cipher_suites::provider;
use super::client_certificates::AnyCertificate;
use super::{Identity, Peer};
use crate::config::ConfigError;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// TLS with the server's own certificate.
pub struct Tls {
    acceptor: TlsAcceptor,
    /// Clients are asked for a certificate, too.
    mutual: bool,
}

impl Tls {
    /// With the certificate of `identity`; with `mutual` clients are asked for one, too.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(identity: &Arc<Identity>, mutual: bool) -> Result<Self, ConfigError> {
        let acceptor = TlsAcceptor::from(Arc::new(config(identity.clone(), mutual)?));
        Ok(Self { acceptor, mutual })
    }

    /// The handshake; `None` when it fails.
    pub(super) async fn shake(
        &self,
        stream: TcpStream,
        address: SocketAddr,
    ) -> Option<(TlsStream<TcpStream>, Peer)> {
        let stream = self.acceptor.accept(stream).await.ok()?;
        let shown = stream.get_ref().1.peer_certificates();
        let mut shown = shown.into_iter().flatten().map(|der| der.to_vec());
        let certificate = shown.next().map(Arc::new);
        let chain = Arc::new(shown.take(5).collect());
        let peer = Peer { address, certificate, chain, mutual: self.mutual };
        Some((stream, peer))
    }
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
