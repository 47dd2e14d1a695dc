//! All that a plugin may see: the C header `musubi_plugin.h` and safe Rust around it.
//!
//! Code map:
//! - `abi.rs`: the header, in Rust
//! - `call.rs`: what a handler gets ([`Call`])
//! - `wire.rs`: what it returns: [`PageReply`], [`CardReply`], [`CheckReply`], [`wire::ActionReply`]
//! - `form.rs`: what a member sent ([`Form`]) and what is written then ([`Writes`], [`Done`])
//! - `job.rs`: what a plugin does by itself ([`Next`])
//! - `paper.rs`: a document as PDF, a table as CSV; `xml.rs`: a file of elements
//! - `page.rs`: a page as a struct with its template and samples ([`Page`])
//! - `chart.rs`: a picture of numbers ([`Chart`])
//! - `text.rs`: sums, months and years as texts
//! - `export.rs`: [`plugin!`], which exports the one symbol and guards every call
//! - `testing.rs`: a host for a plugin's own tests
//!
//! A handler is a plain function: `fn list(call: &Call) -> Result<PageReply, Fault>`.

pub mod abi;
mod call;
mod chart;
#[doc(hidden)]
pub mod export;
mod form;
mod job;
mod page;
pub mod paper;
pub mod testing;
mod text;
pub mod wire;
pub mod xml;

pub use call::{Actor, Call, Fault, Person, Rows};
pub use chart::{Chart, ChartKind, Point, Series, Tone};
pub use form::{ActionHandler, Done, File, Form, See, Writes};
pub use job::{Event, EventHandler, JobHandler, Next};
pub use page::Page;
pub use serde_json::{Map, Value, json};
pub use text::{grouped, is_month, is_year};
pub use wire::{
    CardChart, CardFigure, CardLink, CardReply, CheckReply, Choice, ErrorReply, FieldFault, Hit,
    PageReply, Problem, Task,
};
