//! What the first command runs: five fictional insurers (`insurers/`) and a mailbox that shows
//! what was mailed.
//!
//! - `households.rs`: people and three years of their care, made from a seed, in the files of an insurer
//! - `smtp.rs`: a mail server that keeps what it is given, on this machine only
//! - `page.rs`: the mailbox as a web page

pub mod households;
pub mod page;
pub mod smtp;
