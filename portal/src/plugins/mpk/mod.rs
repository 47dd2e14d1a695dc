//! Packages (`.mpk`): a plugin as its publisher ships it, signed by them and by the operator who takes it.
//!
//! A package is a tar, compressed with gzip: `package.toml` names every file with its SHA-256 (`contents.rs`),
//! `signatures.toml` has the signatures over exactly those bytes (`signature.rs`), then come the files.
//!
//! - `archive.rs`: bytes become a package, or why not (`refusal.rs`), and back
//! - `pack.rs`: a plugin's folder becomes a package
//! - `trust.rs`: whose packages an operator takes

pub mod archive;
pub mod contents;
pub mod pack;
pub mod refusal;
pub mod signature;
#[cfg(test)]
mod tests;
pub mod trust;

pub use archive::Package;
pub use refusal::Refusal;
