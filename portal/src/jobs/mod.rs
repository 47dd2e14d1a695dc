//! Loops that run by themselves until the program stops.

pub mod purge;
pub mod refresh;
pub mod runners;
