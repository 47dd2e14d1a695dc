//! A document for paper: blocks of a closed list. The host lays them out, in the insurer's name and with
//! the fonts that it has, as PDF.

use crate::{Fault, PageReply};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A document.
///
/// ```
/// # use sdk::paper::{Column, Document, Words};
/// let document = Document::new(Words::message("example-title"))
///     .paragraph(Words::message("example-paper-lead"))
///     .table(Words::message("example-title"),
///         vec![Column::start(Words::message("example-day")), Column::end(Words::message("example-steps"))],
///         vec![vec![Words::day("2026-04-01"), Words::number(7200)]]);
/// assert_eq!(document.blocks.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub title: Words,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Heading(Words),
    Paragraph(Words),
    /// Smaller, with a line around it.
    Note(Words),
    /// What something is, and how much.
    Figures(Vec<(Words, Words)>),
    Table(Table),
}

/// A table whose head stands on every page that it goes over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it is a table of.
    pub caption: Words,
    pub columns: Vec<Column>,
    /// Each with a cell for every column.
    pub rows: Vec<Vec<Words>>,
    /// A last row of sums.
    #[serde(default)]
    pub foot: Option<Vec<Words>>,
}

/// A table as a file for spreadsheets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub table: Table,
    #[serde(default)]
    pub encoding: Encoding,
}

/// How the signs of a sheet are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// With a mark at the beginning, by which spreadsheets know it.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// What older programs in Japan read (CP932).
    #[serde(rename = "windows-31j")]
    Windows31J,
}

impl Sheet {
    /// Lines that are no table: each as long as it is, without a head.
    pub fn lines(lines: Vec<Vec<Words>>) -> Self {
        let table =
            Table { caption: Words::text(""), columns: Vec::new(), rows: lines, foot: None };
        Self { table, encoding: Encoding::default() }
    }

    /// The sheet as the reply of a route that answers with `csv`. `name` is what the file is called,
    /// without its end.
    ///
    /// # Errors
    /// None today.
    pub fn show(self, name: impl Into<String>) -> Result<PageReply, Fault> {
        Ok(PageReply::Sheet { name: name.into(), sheet: self })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub head: Words,
    /// Numbers stand at the end of their column.
    #[serde(default)]
    pub end: bool,
}

/// Words: a text of the data, a message of the plugin, or a value that the host writes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    Text(String),
    Message {
        t: String,
        #[serde(default)]
        args: BTreeMap<String, Words>,
    },
    Yen {
        yen: i64,
    },
    Number {
        number: i64,
    },
    Month {
        month: String,
    },
    Day {
        day: String,
    },
    Year {
        year: i64,
    },
    /// On pages of staff: what somebody is called, by the id that a row has; empty when it is not known.
    Person {
        person: String,
    },
    /// On pages of staff: a part of their card; empty when it is not known.
    Card {
        card: String,
        part: Part,
    },
}

/// A part of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// 記号
    Symbol,
    /// 番号
    Number,
    /// 枝番
    Branch,
}

impl Words {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A message of the plugin.
    pub fn message(t: impl Into<String>) -> Self {
        Self::Message { t: t.into(), args: BTreeMap::new() }
    }

    /// The same with something that stands in it.
    #[must_use]
    pub fn with(mut self, name: &str, words: Words) -> Self {
        if let Self::Message { args, .. } = &mut self {
            args.insert(name.to_owned(), words);
        }
        self
    }

    /// A sum in yen, with its unit.
    pub fn yen(yen: i64) -> Self {
        Self::Yen { yen }
    }

    /// A number with separators.
    pub fn number(number: i64) -> Self {
        Self::Number { number }
    }

    /// What somebody is called, on pages of staff.
    pub fn person(id: impl Into<String>) -> Self {
        Self::Person { person: id.into() }
    }

    /// A part of somebody's card, on pages of staff.
    pub fn card(id: impl Into<String>, part: Part) -> Self {
        Self::Card { card: id.into(), part }
    }

    /// `YYYYMM`
    pub fn month(month: impl Into<String>) -> Self {
        Self::Month { month: month.into() }
    }

    /// A year, as people count it.
    pub fn year(year: i64) -> Self {
        Self::Year { year }
    }

    /// `YYYY-MM-DD`
    pub fn day(day: impl Into<String>) -> Self {
        Self::Day { day: day.into() }
    }
}

impl Column {
    /// A column of texts.
    pub fn start(head: Words) -> Self {
        Self { head, end: false }
    }

    /// A column of numbers.
    pub fn end(head: Words) -> Self {
        Self { head, end: true }
    }
}

impl Document {
    pub fn new(title: Words) -> Self {
        Self { title, blocks: Vec::new() }
    }

    #[must_use]
    pub fn heading(self, words: Words) -> Self {
        self.block(Block::Heading(words))
    }

    #[must_use]
    pub fn paragraph(self, words: Words) -> Self {
        self.block(Block::Paragraph(words))
    }

    #[must_use]
    pub fn note(self, words: Words) -> Self {
        self.block(Block::Note(words))
    }

    #[must_use]
    pub fn figures(self, figures: Vec<(Words, Words)>) -> Self {
        self.block(Block::Figures(figures))
    }

    #[must_use]
    pub fn table(self, caption: Words, columns: Vec<Column>, rows: Vec<Vec<Words>>) -> Self {
        self.block(Block::Table(Table { caption, columns, rows, foot: None }))
    }

    /// Any block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The document as the reply of a route that answers with `pdf`. `name` is what the file is called,
    /// without its end.
    ///
    /// # Errors
    /// None today.
    pub fn show(self, name: impl Into<String>) -> Result<PageReply, Fault> {
        Ok(PageReply::Paper { name: name.into(), document: self })
    }
}
