//! What operators decide about an insurer: its folder, the versions in force, what it offers.

pub mod definition;
pub mod offer;
pub mod registry;
pub mod relying;
pub mod staff;
pub mod with_plugin;

pub use registry::Insurer;
