//! What the first command runs: five fictional insurers (`insurers/`) and a mailbox that shows
//! what was mailed.
//!
//! - `smtp.rs`: a mail server that keeps what it is given, on this machine only
//! - `page.rs`: the mailbox as a web page

pub mod page;
pub mod smtp;
