//! Authorization requests: read and checked, what is missing for one, what is granted for it, and
//! how the answer travels.
//!
//! - `request.rs`: plain, pushed, or inside a request object
//! - `missing.rs`: what must still be proved or decided, as needs (pure)
//! - `consent.rs`: what a consent covers, in words
//! - `grant.rs`: the one place where grants are made
//! - `answer.rs`: on its way to the client

pub mod answer;
pub mod consent;
pub mod grant;
pub mod missing;
pub mod request;
