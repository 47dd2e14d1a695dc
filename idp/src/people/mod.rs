//! Persons: the insurer's list of members, members who move in from elsewhere, and what clients may learn about somebody.

pub mod claims;
pub mod close;
pub mod moved;
pub mod roster;
