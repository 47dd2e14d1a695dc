//! `totp`: `verify` asks for a code of an app that the account has, `enrol` sets one up.

pub mod enrol;
pub mod verify;
