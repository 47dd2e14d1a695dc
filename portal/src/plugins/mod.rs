//! Plugins: found in a folder, checked, loaded, called. A plugin sees bytes; the host decides.
//!
//! - `package/`: what a plugin declares, and the stages from a folder to a loaded plugin, or why
//!   it was refused
//! - `mpk/`: packages: signed, checked, unpacked
//! - `data/`: a database for each plugin, and the queries that read its tables for an insurer and
//!   some persons
//! - `form/`: forms that the host draws, reads and takes
//! - `upload/`: files that members send, looked at
//! - `border/`: the library, the frames, and what a call may ask of the host
//! - `plugin.rs`: a loaded plugin
//! - `calls.rs`: how often they answered
//! - `ask.rs`: a question on behalf of a member
//! - `job.rs`: a step of a job
//! - `run/`: the plugin in a process of its own (default) or in this one

pub mod ask;
pub mod border;
pub mod calls;
pub mod data;
pub mod form;
pub mod job;
pub mod mpk;
pub mod package;
mod plugin;
pub mod run;
pub mod upload;

pub use package::load::Loaded;
pub use plugin::Plugin;

/// The loaded plugins by id.
pub type Plugins = std::collections::BTreeMap<String, std::sync::Arc<Plugin>>;
