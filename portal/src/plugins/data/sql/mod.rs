//! The small SQL in which plugins ask for rows. It is read into a tree of our own that can hold
//! nothing else: one SELECT over the plugin's own tables. Insurer and persons are not in it; they
//! are printed beside every table. The author's text is never run.
//!
//! - `token.rs`: words and signs
//! - `syntax.rs`: what was written
//! - `tree.rs`: what it means
//! - `check.rs`: from the one to the other, with types
//! - `print.rs`: the statement for an engine

pub mod check;
pub mod print;
pub mod syntax;
pub mod token;
pub mod tree;
