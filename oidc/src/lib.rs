//! OpenID Connect as pure functions: no I/O, no clock, no SQL, no web framework.
//!
//! Code map:
//! - `authorize/`: the authorization request, an ordered table of checks, one file each
//! - `token/`: the token request, likewise
//! - `client.rs`, `client_auth.rs`: who a relying party is and how it proves it
//! - `logout.rs`: RP-initiated logout
//! - `claims.rs`, `scope.rs`: what a client may learn
//! - `jws.rs`: signing keys, signed tokens, the key set
//! - `discovery.rs`: what the provider says of itself
//! - `error.rs`: the errors of the RFCs, by name
//!
//! Time is an argument (seconds since 1970), so is everything that was looked up.

pub mod authorize;
pub mod claims;
pub mod client;
pub mod client_auth;
pub mod discovery;
pub mod error;
pub mod jws;
pub mod logout;
mod params;
pub mod scope;
pub mod secret;
pub mod token;

pub use client::Client;
pub use error::OAuthError;
pub use params::Params;
