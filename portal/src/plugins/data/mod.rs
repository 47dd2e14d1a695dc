//! What plugins can read and write: named queries behind a fence.

pub mod class;
pub mod fence;
pub mod migrate;
pub mod query;
pub mod reach;
pub mod sql;
pub mod tables;
