//! One SQL text on two engines: the only crate that knows SQLite from PostgreSQL.
//!
//! Code map:
//! - `open.rs`: a URL becomes a [`Db`]; settings of each engine
//! - `conn.rs`: [`Conn`] reads; [`Tx`] writes, all or nothing
//! - `writer.rs`, `readers.rs`: SQLite's single writer, which groups commits, and its readers
//! - `wall.rs`: what keeps a reader to a few tables of a SQLite file
//! - `row.rs`, `value.rs`: what goes in with `$1` and what comes out
//! - `migrate.rs`: the checksum ledger
//! - `published.rs`: versions of definitions, for both programs
//! - `ran.rs`: which statements a task ran, for tests that compare
//! - `testing.rs`: a fresh database of each engine for a test
//!
//! A statement is written once, with `$1`, `$2`, … in order. Types that both engines share:
//! TEXT, BIGINT, BOOLEAN, BYTEA. Times are BIGINT seconds since 1970 (UTC).

mod conn;
mod error;
pub mod installation;
mod migrate;
mod open;
pub mod published;
mod ran;
mod readers;
mod row;
pub mod testing;
mod value;
pub mod wall;
mod writer;

pub use conn::{Conn, Tx};
pub use error::{Error, Result};
pub use migrate::Migration;
pub use open::{Db, Engine, Role, STATEMENT_SECONDS, Walled, file_of};
pub use ran::ran;
pub use row::Row;
pub use sqlx::{AssertSqlSafe, SqlSafeStr};
pub use value::Value;

/// The parameters of a statement, in order: `params![insurer_id, 3, None::<String>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}
