//! What operators decide about an insurer.

pub mod definition;
