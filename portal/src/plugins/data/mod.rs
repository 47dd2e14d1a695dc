//! What plugins keep and read.
//!
//! - `tables.rs`: `tables.toml`, what a plugin declares
//! - `database.rs`, `make.rs`: a database of its own, and the tables in it
//! - `staged.rs`: a file's rows, put aside and then there at once
//! - `retention.rs`: and deleted when they were kept for long enough
//! - `carry.rs`: what the last release kept elsewhere
//! - `sql/`: the language of queries, and the statement that becomes of one
//! - `query.rs`, `statement.rs`: named queries and statements with the insurer and the persons of the call
//! - `take.rs`: a form is taken once, and all that it writes or nothing
//! - `outbox.rs`, `carrier.rs`: what is told when its rows are written, and who has some
//! - `people.rs`: under which names persons are in there
//! - `reach.rs`, `class.rs`: which queries a page may use

pub mod blobs;
pub mod carrier;
pub mod carry;
pub mod class;
pub mod database;
pub mod make;
pub mod outbox;
pub mod people;
pub mod query;
pub mod reach;
pub mod retention;
pub mod sql;
pub mod staged;
pub mod statement;
pub mod tables;
pub mod take;
