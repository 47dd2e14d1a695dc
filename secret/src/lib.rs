//! Secrets: made at random, hashed, compared in constant time, sealed; what was signed. It knows none of our crates.
//!
//! Code map:
//! - `random.rs`: secrets, ids and keys
//! - `hash.rs`: SHA-256, HMAC, comparing, base64url
//! - `seal.rs`: what lies sealed in a database or a cookie
//! - `sign.rs`: signatures with Ed25519

pub mod hash;
pub mod random;
pub mod seal;
pub mod sign;

pub use seal::{SealError, Sealer};
