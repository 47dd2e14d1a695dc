//! Loops that run by themselves until the program stops.

pub mod carry;
pub mod mail;
pub mod plugin_jobs;
pub mod purge;
pub mod refresh;
pub mod runners;
pub mod staff_files;
pub mod take_back;
