//! What only programs call: errors are JSON, and registered browser origins may call, too.
//!
//! - `extract.rs`: form, client, proof of possession; `resource.rs`: access tokens at our own
//!   resources; `refuse.rs`: JSON and errors; `cors.rs`
//! - `token/`: one file per kind of grant

pub mod cors;
pub mod device_authorization;
pub mod extract;
pub mod introspect;
pub mod metadata;
pub mod par;
mod refuse;
pub mod registration;
pub mod resource;
pub mod revoke;
pub mod token;
pub mod userinfo;

pub use refuse::{bearer, document, json, no_store, refused, refused_because, signed};
