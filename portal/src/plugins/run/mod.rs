//! Where a plugin's code runs.

pub mod in_process;
pub(in crate::plugins) mod jail;
mod rest;
pub mod runner;
pub mod runner_process;
