//! The pages and the card. Each returns data; the template and the theme do the rest.

mod list;
mod summary;

pub use list::{month, year};
pub use summary::{latest, overview, past};
