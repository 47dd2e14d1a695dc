//! Persons: the insurer's list of members, and what clients may learn about somebody.

pub mod claims;
pub mod roster;
