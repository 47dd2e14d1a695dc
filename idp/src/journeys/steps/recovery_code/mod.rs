//! `recovery-code`: `enrol` shows ten codes to be written down, `verify` takes one of them.

pub mod enrol;
pub mod verify;
