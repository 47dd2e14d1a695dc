//! The pages and the card. Each returns data; the template and the theme do the rest.

mod benefits;
mod chart;
mod filter;
mod latest;
mod month;
mod notes;
mod overview;
mod paper;
mod past;
mod search;
mod year;

pub use latest::show as latest;
pub use month::{Month, show as month};
pub use overview::{Overview, show as overview};
pub use paper::show as paper;
pub use past::{Past, show as past};
pub use search::show as search;
pub use year::{Year, show as year};
