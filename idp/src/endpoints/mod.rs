//! Requests become the types of the floors below, their answers become responses. Imported by
//! `routes.rs` alone.
//!
//! - `people/`: where browsers come by
//! - `programs/`: what only programs call: errors are JSON
//! - `staff/`: an insurer's own systems
//! - `arrive.rs`: what every handler finds of its request

mod arrive;
pub mod people;
pub mod programs;
pub mod staff;
