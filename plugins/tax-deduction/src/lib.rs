//! Tax deduction (F147 to F150): a year of medical fees as the tax office takes them.
//!
//! - `year.rs`: the rows of a year, what was paid back for them, and what may be missing
//! - `pages.rs`: the years, a year, and the task of the season
//! - `files.rs`: the signed form, and two tables

mod files;
mod pages;
mod year;

pub use pages::{One, Years};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [
        years => pages::years,
        year => pages::year,
        xml => files::xml,
        csv => files::csv,
        form => files::form,
    ],
    cards: [season => pages::season],
    checks: [],
}
