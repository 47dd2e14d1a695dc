//! Reads the files that insurers hand over: strictly decoded, column by column, with a report
//! that names line, column and reason and never repeats a value.
//!
//! Code map:
//! - `reader.rs`: row by row; `file.rs`: what a [`Layout`] says of a file, and a row of it
//! - `sheet.rs`: CSV; `elements.rs`, `path.rs`: XML
//! - `report.rs`: what was wrong where, every row once
//! - `card.rs`: symbol, number and branch as shown and as compared
//! - `kana.rs`, `date.rs`, `number.rs`: Japanese names, eras, months, numbers
//! - `insurer_number.rs`: the check digit
//!
//! Nothing here touches a database or knows what the rows mean.

pub mod card;
pub mod date;
mod elements;
mod file;
pub mod insurer_number;
pub mod kana;
pub mod number;
mod path;
mod reader;
mod report;
mod sheet;

pub use file::{Encoding, Layout, OpenError, Row};
pub use reader::Reader;
pub use report::{Problem, Reason, Report};
