//! A listening address: how many may come in, and how long they may take to say what they want.

use super::Peer;
use super::proxies::TrustedProxies;
use super::tls::Tls;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::Service;

/// How many connections there may be, and how long one may be silent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Connections {
    /// Connections at the same time, of everybody together. More wait until one ends. Each needs
    /// a file of the process: see `ulimit -n`.
    pub max: usize,
    /// Connections at the same time from one address; more are closed at once. Addresses of
    /// `proxy.trusted` are not counted.
    pub per_address: usize,
    /// Milliseconds in which the head of a request, or the next one on an open connection, must
    /// have come, and a TLS handshake be done.
    pub head_ms: u64,
}

impl Default for Connections {
    fn default() -> Self {
        Self { max: 900, per_address: 200, head_ms: 15_000 }
    }
}

/// One address on which the program listens, with or without TLS of its own.
pub struct Door {
    pub listener: TcpListener,
    pub tls: Option<Tls>,
}

/// Who is inside, over all doors.
pub struct Guard {
    limits: Connections,
    proxies: TrustedProxies,
    slots: Arc<Semaphore>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

impl Guard {
    pub fn new(limits: Connections, proxies: TrustedProxies) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(limits.max.max(1)));
        Arc::new(Self { limits, proxies, slots, by_address: Mutex::default() })
    }

    /// Counts one more from an address. `None` when it has too many.
    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Inside> {
        let counted = !self.proxies.trust(address);
        if counted {
            let mut all = self.counts();
            let inside = all.entry(address).or_default();
            if *inside >= self.limits.per_address.max(1) {
                return None;
            }
            *inside += 1;
        }
        Some(Inside { guard: self.clone(), address: counted.then_some(address) })
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// One connection, as long as it lives.
struct Inside {
    guard: Arc<Guard>,
    address: Option<IpAddr>,
}

impl Drop for Inside {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut all = self.guard.counts();
        let left = all.get(&address).map_or(0, |inside| inside.saturating_sub(1));
        match left {
            0 => all.remove(&address),
            left => all.insert(address, left),
        };
    }
}

impl Door {
    /// Lets people in until `stop` says so; then what was begun is finished.
    pub async fn open(self, router: Router, guard: Arc<Guard>, mut stop: watch::Receiver<bool>) {
        let mut inside = JoinSet::new();
        let tls = self.tls.map(Arc::new);
        loop {
            let accepted = async {
                let slot = guard.slots.clone().acquire_owned().await;
                (slot, self.listener.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                accepted = accepted => accepted,
                () = told(&mut stop) => break,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // No file is left, or the other side was gone already.
                    tracing::debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Some(counted) = guard.enter(address.ip().to_canonical()) else {
                tracing::debug!(%address, "too many connections from one address");
                continue;
            };
            stream.set_nodelay(true).ok();
            let (router, tls, stop) = (router.clone(), tls.clone(), stop.clone());
            let head = Duration::from_millis(guard.limits.head_ms.max(1));
            inside.spawn(async move {
                let _held = (slot, counted);
                match tls {
                    None => talk(stream, Peer::new(address), router, head, stop).await,
                    Some(tls) => {
                        let shaken = tokio::time::timeout(head, tls.shake(stream, address)).await;
                        if let Ok(Some((stream, peer))) = shaken {
                            talk(stream, peer, router, head, stop).await;
                        }
                    }
                }
            });
            while inside.try_join_next().is_some() {}
        }
        while inside.join_next().await.is_some() {}
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Returns when it is time to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    stop.wait_for(|stop| *stop).await.ok();
}

/// Answers the requests of one connection.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    head: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer.clone()));
        let mut router = router.clone();
        async move { Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|no| match no {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // Whoever goes away, is silent or speaks no HTTP has ended it: nothing to tell anybody.
        _ = connection.as_mut() => {}
        () = told(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await.ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Connections, Door, Guard, TrustedProxies};
    use axum::Router;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;

    async fn open(limits: Connections, trusted: &[String]) -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Door { listener, tls: None };
        let address = door.address().unwrap();
        let (stop, stopped) = watch::channel(false);
        let proxies = TrustedProxies::new(trusted, "").unwrap();
        let router = Router::new().route("/", axum::routing::get(async || "here"));
        tokio::spawn(door.open(router, Guard::new(limits, proxies), stopped));
        (address, stop)
    }

    /// Sends and reads until the other side closes, or has answered.
    async fn say(address: SocketAddr, text: &str) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = vec![0; 1000];
        let length = stream.read(&mut answer).await.unwrap_or(0);
        (stream, String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    const WHOLE: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    /// S7: who says nothing, or half of something, is not waited for.
    #[tokio::test]
    async fn silent_and_half_sent_connections_are_closed() {
        let limits = Connections { head_ms: 100, ..Connections::default() };
        let (address, _stop) = open(limits, &[]).await;
        assert!(say(address, WHOLE).await.1.ends_with("here"));
        for half in ["", "GET", "GET / HTTP/1.1\r\nhost: x\r\n"] {
            let (_, answer) = say(address, half).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{half}: {answer}");
        }
        // An open connection may be used again, and is closed when it is not.
        let (mut stream, first) = say(address, WHOLE).await;
        stream.write_all(WHOLE.as_bytes()).await.unwrap();
        let mut second = vec![0; 1000];
        let length = stream.read(&mut second).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&second[..length])[..12], first[..12]);
        assert_eq!(stream.read(&mut second).await.unwrap_or(0), 0);
    }

    /// S7: one address has so many and no more; a trusted proxy stands for many.
    #[tokio::test]
    async fn one_address_does_not_take_all() {
        let limits = Connections { per_address: 2, head_ms: 60_000, ..Connections::default() };
        let (address, _stop) = open(limits.clone(), &[]).await;
        let held = [say(address, WHOLE).await, say(address, WHOLE).await];
        assert!(held.iter().all(|(_, answer)| answer.ends_with("here")));
        assert_eq!(say(address, WHOLE).await.1, "");
        drop(held);
        let again = async {
            while !say(address, WHOLE).await.1.ends_with("here") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(5), again).await.unwrap();
        let (address, _stop) = open(limits, &["127.0.0.1".to_owned()]).await;
        let mut held = Vec::new();
        for _ in 0..5 {
            held.push(say(address, WHOLE).await);
        }
        assert!(held.iter().all(|(_, answer)| answer.ends_with("here")));
    }

    /// What was begun is finished, and then nobody comes in any more.
    #[tokio::test]
    async fn stopping_closes_what_waits() {
        let limits = Connections { head_ms: 60_000, ..Connections::default() };
        let (address, stop) = open(limits, &[]).await;
        let (mut waiting, _) = say(address, WHOLE).await;
        stop.send(true).unwrap();
        let mut rest = [0; 10];
        assert_eq!(waiting.read(&mut rest).await.unwrap_or(0), 0);
    }
}
