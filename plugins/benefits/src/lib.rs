//! Benefits (F137 to F140): what the society paid back, month by month, and the notice of it.
//!
//! - `payments.rs`: payments, and whose the member may choose
//! - `pages.rs`: month, year, past and the card; `staff.rs`: what is published
//! - `paper.rs`: the notice of what was decided
//! - `import.rs`: what no file may say

mod import;
mod pages;
mod paper;
mod payments;
mod staff;

pub use pages::{List, Past};
pub use staff::Published;

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [
        month => pages::month,
        year => pages::year,
        past => pages::past,
        paper => paper::notice,
        published => staff::published,
    ],
    cards: [newest => pages::newest],
    checks: [rows => import::check],
}
