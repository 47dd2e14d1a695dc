//! Connections with our own TLS (rustls): handshakes, protocol versions.

use super::cipher_suites::provider;
use super::client_certificates::AnyCertificate;
use super::{Identity, Peer};
use crate::config::ConfigError;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

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
        Ok(Peer::new(self.local))
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
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
