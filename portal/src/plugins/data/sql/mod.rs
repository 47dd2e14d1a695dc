//! The small SQL in which plugins ask for rows and change them. It is read into a tree of our own that
//! can hold nothing else: one SELECT over the plugin's own tables, or one change of one of them. Insurer
//! and persons are not in it; they are printed beside every table. The author's text is never run.
//!
//! - `token.rs`: words and signs
//! - `syntax.rs`: what was written
//! - `tree.rs`: what it means
//! - `check.rs`: from the one to the other, with types
//! - `write.rs`: the same for what writes
//! - `print.rs`, `print_write.rs`: the statement for an engine

pub mod check;
pub mod print;
pub mod print_write;
pub mod syntax;
pub mod token;
pub mod tree;
pub mod write;
