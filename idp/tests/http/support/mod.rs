//! The identity provider in this process: the real router on a fresh database, a clock that tests
//! move, cheap hashes, and mails that are read where they wait.
//!
//! - `setup.rs`: which insurers there are and what they allow
//! - `idp.rs`: what a test does with it
//! - `people.rs`: members and their browsers
//! - `keys.rs`: signing keys for all of them

pub mod idp;
mod keys;
pub mod people;
pub mod setup;

pub use idp::TestIdp;
pub use setup::{Setup, minato};
pub use tests::carrier::form;
pub use tests::relying::{
    Answer, CHALLENGE, Key, REDIRECT, Relying, claims, merged, parameters, unique,
};
pub use tests::visitor::{HANAKO, ICHIRO, PASSWORD, Seen, Visitor};

pub use axum::http::{Method, StatusCode};
pub use serde_json::{Value, json};

/// The body of an endpoint for programs.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// TOML of a client that may refresh.
pub const REFRESHES: &str = "grant_types = [\"authorization_code\", \"refresh_token\"]\n";
/// TOML of a client that is nobody's browser.
pub const MACHINE: &str = "grant_types = [\"client_credentials\"]\nscopes = [\"meals:read\"]\n";

/// TOML of a key set.
pub fn jwks(key: &Key) -> String {
    format!("jwks = {}\n", json!({"keys": [key.jwk()]}).to_string().replace("\":", "\" = "))
}

/// base64url(SHA-256).
pub fn s256(text: &str) -> String {
    secret::hash::s256(text)
}

/// How many of some attempts succeeded.
pub fn wins<const N: usize>(attempts: [bool; N]) -> usize {
    attempts.into_iter().filter(|won| *won).count()
}
