//! Prescriptions (F141 to F146): what medicines cost, and what they would as generics.
//!
//! - `money.rs`: price times amount, rounded as the bill is
//! - `drugs.rs`: a medicine, and what medicines add up to
//! - `pages.rs`: month, year, past and the card; `staff.rs`: what is published
//! - `keep.rs`: what a dependant keeps from the household
//! - `import.rs`: what no file may say

mod drugs;
mod import;
mod keep;
mod money;
mod pages;
mod staff;

pub use drugs::{Drug, Sums};
pub use keep::Keep;
pub use pages::{List, Past};
pub use staff::Published;

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [
        month => pages::month,
        year => pages::year,
        past => pages::past,
        search => pages::search,
        keep => keep::page,
        published => staff::published,
    ],
    cards: [newest => pages::newest],
    actions: [kept => keep::take],
    checks: [rows => import::check],
}
