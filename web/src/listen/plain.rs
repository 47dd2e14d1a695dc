//! Connections without TLS: behind a proxy, or in the demo.

use super::Peer;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

/// A listener without TLS.
pub struct PlainListener(pub TcpListener);

impl Listener for PlainListener {
    type Io = TcpStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (TcpStream, Peer) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        stream.set_nodelay(true).ok();
        (stream, Peer::new(address))
    }

    fn local_addr(&self) -> std::io::Result<Peer> {
        let address = self.0.local_addr()?;
        Ok(Peer::new(address))
    }
}

impl Connected<IncomingStream<'_, PlainListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, PlainListener>) -> Self {
        stream.remote_addr().clone()
    }
}
