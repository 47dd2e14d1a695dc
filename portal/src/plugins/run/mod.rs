//! Where a plugin's code runs.

pub mod in_process;
mod jail;
mod rest;
pub mod runner;
pub mod runner_process;
