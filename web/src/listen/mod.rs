//! Who is on the other side of a connection, with or without our own TLS.
//!
//! - `plain.rs`, `tls.rs`: the two listeners
//! - `peer.rs`: what a listener tells of the other end
//! - `identity.rs`: the server's own certificate
//! - `cipher_suites.rs`: what TLS may be spoken with
//! - `client_certificates.rs`: which certificates of clients are taken, and which are trusted
//! - `proxies.rs`: what a trusted proxy says about the other end

mod cipher_suites;
mod client_certificates;
mod identity;
mod peer;
mod plain;
mod proxies;
mod tls;

pub use client_certificates::ClientAuthorities;
pub use identity::Identity;
pub use peer::Peer;
pub use plain::PlainListener;
pub use proxies::TrustedProxies;
pub use tls::TlsListener;
