//! Who works for an insurer: one request of theirs, and what they did.
//!
//! - `visit.rs`: who is signed in, what they may do, and how the page's frame looks
//! - `session.rs`: found by cookie

mod session;
mod visit;

pub use session::{LIFETIME_SECS, cookie, forget, last, secret};
pub use visit::{Colleague, StaffVisit};
