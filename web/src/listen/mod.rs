//! Who is on the other side of a connection, with or without our own TLS.
//!
//! - `door.rs`: a listening address, how many may come in, how long they may be silent
//! - `tls.rs`: our own TLS; `peer.rs`: what a connection tells of the other end
//! - `identity.rs`: the server's own certificate
//! - `cipher_suites.rs`: what TLS may be spoken with
//! - `client_certificates.rs`: which certificates of clients are taken, and which are trusted
//! - `proxies.rs`: what a trusted proxy says about the other end

mod cipher_suites;
mod client_certificates;
mod door;
mod identity;
mod networks;
mod peer;
mod proxies;
mod tls;

pub use client_certificates::ClientAuthorities;
pub use door::{Connections, Door, Guard};
pub use identity::Identity;
pub use networks::Networks;
pub use peer::Peer;
pub use proxies::TrustedProxies;
pub use tls::Tls;
