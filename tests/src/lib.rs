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
//! - `paper.rs`: what stands in a PDF

pub mod authenticator;
pub mod browser;
pub mod carrier;
pub mod in_c;
pub mod paper;
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

/// A small JPEG of one colour, as a camera would send it: with a place in it.
pub fn photo() -> Vec<u8> {
    const PLAIN: &str = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APn+v//Z";
    use base64::Engine as _;
    let plain = base64::engine::general_purpose::STANDARD.decode(PLAIN).expect("base64");
    let place = b"GPS 35.6812N 139.7671E";
    let length = u16::try_from(place.len() + 2).expect("short").to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, place, &plain[2..]].concat()
}
