//! Medical fees (F126 to F136): what care cost, month by month, for a member and, where policy
//! and choice allow it, the household.
//!
//! - `pages/`: overview, month, year, past, and `paper.rs`; `latest.rs` is the card
//! - `keep.rs`: what a dependant keeps from the household
//! - `rows.rs`: rows and sums
//! - `import.rs`: the invariant of F130

mod import;
mod keep;
pub mod pages;
pub mod rows;

pub use keep::{Keep, One};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [
        overview => pages::overview,
        month => pages::month,
        year => pages::year,
        past => pages::past,
        search => pages::search,
        keep => keep::list,
        keep_one => keep::one,
        paper => pages::paper,
    ],
    cards: [latest => pages::latest],
    actions: [kept => keep::take],
    checks: [rows => import::check],
}
