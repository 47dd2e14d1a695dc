//! Plugins: found in a folder, checked, loaded, called. A plugin sees bytes; the host decides.
//!
//! - `manifest.rs`: what a plugin declares
//! - `load.rs`: the stages from a folder to a loaded plugin, or why it was refused
//! - `queries.rs`: named queries with the insurer and the persons bound by the host;
//!   `queries/fence.rs`: which SQL passes
//! - `call.rs`: one call with its deadline and what it may see
//! - `runner.rs`, `runner_process.rs`: the plugin in a process of its own (default)
//! - `in_process.rs`: the plugin in this process
//! - `library.rs`: the border itself

pub mod call;

pub mod in_process;
pub mod library;
pub mod load;
pub mod manifest;
pub mod queries;
pub mod runner;
pub mod runner_process;
mod wire;

pub use load::{Loaded, Plugin};
