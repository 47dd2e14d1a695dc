//! The border to a plugin: bytes in, bytes out.

pub mod host;
pub mod library;
pub(super) mod wire;
