//! What runs by itself beside the requests.
//!
//! - `addresses.rs`: puts the addresses whose waiting time is over
//! - `mail.rs`: delivers the outbox
//! - `logouts.rs`: tells clients that a session has ended
//! - `purge.rs`: removes what has expired
//! - `tally.rs`: writes what was counted of journeys
//! - `realms.rs`: takes over what operators published

pub mod addresses;
pub mod logouts;
pub mod mail;
pub mod purge;
pub mod realms;
pub mod tally;
