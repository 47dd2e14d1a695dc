//! The whole product for a test: real binaries on free ports, a fresh database of either engine,
//! a real mailbox, and browsers. Visitors and relying parties also go into a router in the
//! process: the tests in `idp/tests/http` use them so.
//!
//! - `carrier.rs`: how their requests travel
//! - `world.rs`: starts, kills and restarts the programs
//! - `visitor.rs`: a person without JavaScript: plain HTTP with cookies and forms
//! - `relying.rs`: a relying party that builds its requests by hand
//! - `authenticator.rs`: the device of a passkey, for what no browser would do
//! - `browser.rs`: Chromium
//! - `in_c.rs`: a plugin in C

pub mod authenticator;
pub mod browser;
pub mod carrier;
pub mod in_c;
pub mod relying;
pub mod visitor;
pub mod world;

use std::time::{Duration, Instant};

/// Waits until something is so; `poll` looks.
///
/// # Panics
/// When it is not so within a minute.
pub async fn until<T>(what: &str, mut poll: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = poll().await {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "not in a minute: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
