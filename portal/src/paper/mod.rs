//! Documents of plugins as PDF: blocks are laid out on pages of A4, with a Japanese font of which only the
//! signs that are used come along, and with tags, so that a screen reader reads what stands there.
//!
//! - `words.rs`: a document in the member's language
//! - `font.rs`: how wide signs are
//! - `lines.rs`: where a text may be broken
//! - `layout.rs`: what stands where on which page
//! - `draw.rs`: the file
//! - `sheet.rs`: a table as CSV; `xml.rs`: elements as XML, `signed.rs`: by the operator's command

pub mod draw;
pub mod font;
pub mod layout;
pub mod lines;
pub mod sheet;
pub mod signed;
pub mod words;
pub mod xml;
