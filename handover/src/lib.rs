//! Reads the files that insurers hand over: strictly decoded, column by column, with a report
//! that names line, column and reason and never repeats a value.
//!
//! Code map:
//! - `file.rs`: CSV in UTF-8 or Windows-31J, row by row; [`Layout`] maps our names to headers
//! - `report.rs`: what was wrong where, every row once
//! - `card.rs`: symbol, number and branch as shown and as compared
//! - `kana.rs`, `date.rs`, `number.rs`: Japanese names, eras, months, numbers
//! - `insurer_number.rs`: the check digit
//!
//! Nothing here touches a database or knows what the rows mean.

pub mod card;
pub mod date;
mod file;
pub mod insurer_number;
pub mod kana;
pub mod number;
mod report;

pub use file::{Encoding, Layout, OpenError, Reader, Row};
pub use report::{Problem, Reason, Report};
