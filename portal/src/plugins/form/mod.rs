//! Forms of plugins: the manifest says which fields there are, the host draws them, reads what was typed
//! and gives the handler values of the right types.
//!
//! - `field.rs`: what the manifest declares
//! - `read.rs`: from what was typed to values
//! - `shown.rs`: what a page shows of a form
//! - `sampled.rs`: forms as tests and authors see them

pub mod field;
pub mod read;
pub mod sampled;
pub mod shown;
