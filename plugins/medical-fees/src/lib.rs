//! Medical fees (F126 to F136): what care cost, month by month, for a member and, where policy
//! and choice allow it, the household.
//!
//! - `pages/`: overview, month, year, past, and `paper.rs`; `latest.rs` is the card
//! - `rows.rs`: rows and sums
//! - `import.rs`: the invariant of F130

mod import;
pub mod pages;
pub mod rows;

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [
        overview => pages::overview,
        month => pages::month,
        year => pages::year,
        past => pages::past,
        paper => pages::paper,
    ],
    cards: [latest => pages::latest],
    checks: [rows => import::check],
}
