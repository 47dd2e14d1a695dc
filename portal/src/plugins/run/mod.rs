//! Where a plugin's code runs.

pub mod in_process;
pub mod runner;
pub mod runner_process;
