//! The whole product for a test: real binaries on free ports, a fresh database of either engine,
//! a real mailbox, and browsers.
//!
//! - `world.rs`: starts, kills and restarts the programs
//! - `visitor.rs`: a person without JavaScript: plain HTTP with cookies and forms
//! - `relying.rs`: a relying party that builds its requests by hand
//! - `browser.rs`: Chromium

pub mod browser;
pub mod relying;
pub mod visitor;
pub mod world;
