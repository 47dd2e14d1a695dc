//! `password`: `verify` asks for user ID and password, `enrol` lets a person choose them.

pub mod enrol;
pub mod verify;
