//! `password`: `verify` asks for user ID and password, `enrol` lets a person choose them, `replace` a
//! password alone.

pub mod enrol;
pub mod replace;
pub mod verify;
