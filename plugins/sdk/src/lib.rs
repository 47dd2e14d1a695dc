//! All that a plugin may see: the C header `musubi_plugin.h` and safe Rust around it.
//!
//! Code map:
//! - `abi.rs`: the header, in Rust
//! - `call.rs`: what a handler gets ([`Call`]) and returns ([`Page`], [`Card`], [`Fault`])
//! - `export.rs`: [`plugin!`], which exports the one symbol and guards every call
//! - `testing.rs`: a host for a plugin's own tests
//!
//! A handler is a plain function: `fn list(call: &Call) -> Result<Page, Fault>`.

pub mod abi;
mod call;
#[doc(hidden)]
pub mod export;
pub mod testing;

pub use call::{Actor, Call, Card, Fault, Page, Problem, Rows};
pub use serde_json::{Value, json};
