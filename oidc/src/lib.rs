//! OpenID Connect as pure functions: no I/O, no clock, no SQL, no web framework.
//!
//! Code map:
//! - `authorize/`: the authorization request, an ordered table of checks, one file each
//! - `request_object/`, `client_auth/`, `dpop/`, `token/`, `registration/`: likewise
//! - `response.rs`: the answer to an authorization request on its way to the client
//! - `client.rs`: who a relying party is
//! - `certificate/`: a client's TLS certificate, read and compared
//! - `logout.rs`: RP-initiated logout and the logout token
//! - `claims.rs`, `scope.rs`: what a client may learn
//! - `jose/`: our keys and tokens, those of others, and the algorithms
//! - `discovery.rs`: what the provider says of itself
//! - `error.rs`: the errors of the RFCs, by name
//!
//! Time is an argument (seconds since 1970), so is everything that was looked up.

pub mod authorize;
pub mod certificate;
pub mod claims;
pub mod client;
pub mod client_auth;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod jose;
pub mod logout;
mod params;
pub mod registration;
pub mod request_object;
pub mod response;
pub mod scope;
pub mod token;

pub use client::Client;
pub use error::OAuthError;
pub use params::Params;
