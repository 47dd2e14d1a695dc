//! The other end of a connection, as a listener saw it.

use std::net::SocketAddr;
use std::sync::Arc;

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

impl Peer {
    /// Somebody who showed no certificate.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, certificate: None, chain: Arc::default(), mutual: false }
    }
}
