//! Tokens: access tokens, ID tokens, refresh tokens, and secrets that carry the id of their row.

pub mod access;
pub mod handle;
pub mod issue;
pub mod refresh;

pub use access::{Access, Live};
pub use handle::SplitToken;
pub use refresh::Refresh;
