//! JOSE: our keys and tokens (`jws.rs`, `jwe.rs`), those of others (`jwk.rs`, `jwt.rs`), and the
//! algorithms of both.

pub mod algorithm;
pub mod jwe;
pub mod jwk;
pub mod jws;
pub mod jwt;
