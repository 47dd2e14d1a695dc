//! A file of an insurer, row by row, strictly decoded; memory does not grow with the file.

use crate::path::Path;
use crate::{Problem, Reason};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The encodings that insurers use. Never guessed: the layout names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// With or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-31j")]
    Windows31J,
}

impl Encoding {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Windows31J => "Shift_JIS (Windows-31J)",
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Encoding::Windows31J => {
                let (text, malformed) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes);
                (!malformed).then_some(text)
            }
        }
    }
}

/// How one insurer lays out one kind of file: `roster.toml`, `medical-fees.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Where the sample or the delivered file lies, relative to the layout.
    #[serde(default)]
    pub file: Option<String>,
    pub encoding: Encoding,
    /// What the file means for rows that it does not contain; each importer names its own.
    pub mode: String,
    /// Of XML: the element that is a row, from the root on, as in `checkups/person`. Without it the file is CSV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Our name of a column and the header that the insurer's file has. Of XML: the element or attribute, from the
    /// row on (`card/number`, `card/@symbol`) or from the root on (`/checkups/@month`).
    pub columns: BTreeMap<String, String>,
    /// Of a column with a few words: our meaning and the words that the insurer's file has for it.
    #[serde(default)]
    pub words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Layout {
    /// Whether what it says can be meant, before there is a file.
    ///
    /// # Errors
    /// The first path that is none.
    pub fn check(&self) -> Result<(), OpenError> {
        let Some(rows) = &self.rows else { return Ok(()) };
        let none = |text: &String| OpenError::Path(text.clone());
        let row = Path::row(rows).ok_or_else(|| none(rows))?;
        let column = |text: &String| Path::column(text, &row).map(drop).ok_or_else(|| none(text));
        self.columns.values().try_for_each(column)
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    // Not what stands there: a file without a header begins with a member's row.
    #[error("列「{header}」（{name}）が見出しにありません。1行目は列の名前でなければなりません")]
    MissingColumn { name: String, header: String },
    #[error("見出しが{encoding:?}として読めません。文字コードの指定を確かめてください")]
    Encoding { encoding: Encoding },
    #[error("ファイルが空です")]
    Empty,
    #[error("列「{0}」が配置の[columns]にありません")]
    NotMapped(String),
    #[error(
        "「{0}」は要素の場所として読めません。rowsは「file/person」、列は「card/number」「card/@symbol」\
         「/file/@month」のように書いてください"
    )]
    Path(String),
    #[error("読めません: {0}")]
    Csv(#[from] csv::Error),
}

/// One row: our column names and trimmed texts.
pub struct Row {
    pub line: u64,
    /// By our name: what the insurer calls the column, and what stands there.
    pub(crate) values: BTreeMap<String, (String, String)>,
}

/// The longest text that any column may have.
const MAX: usize = 400;

impl Row {
    /// The text of a column; empty when the layout does not map it.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |(_, text)| text.as_str())
    }

    /// A fault of this row in a column.
    pub fn problem(&self, name: &str, reason: Reason) -> Problem {
        let column = self.values.get(name).map_or_else(String::new, |(header, _)| header.clone());
        Problem { line: self.line, column, reason }
    }

    /// A text that must be there.
    pub fn required(&self, name: &str) -> Result<&str, Problem> {
        if self.text(name).is_empty() {
            return Err(self.problem(name, Reason::Empty));
        }
        self.at_most(name, MAX)
    }

    /// A text that may be empty, of at most `max` characters.
    pub fn at_most(&self, name: &str, max: usize) -> Result<&str, Problem> {
        match self.text(name) {
            text if text.chars().count() > max => Err(self.problem(name, Reason::TooLong { max })),
            text => Ok(text),
        }
    }

    /// What `read` makes of a text that must be there.
    pub fn parsed<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        reason: Reason,
    ) -> Result<T, Problem> {
        read(self.required(name)?).ok_or_else(|| self.problem(name, reason))
    }

    /// What `read` makes of a text that may be empty.
    pub fn optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        reason: Reason,
    ) -> Result<Option<T>, Problem> {
        if self.text(name).is_empty() {
            Ok(None)
        } else {
            self.parsed(name, read, reason).map(Some)
        }
    }

    /// A whole number, thousands separators and full-width digits allowed.
    pub fn whole(&self, name: &str) -> Result<i64, Problem> {
        self.parsed(name, crate::number::whole, Reason::NotANumber)
    }

    /// Symbol, number and branch of the row.
    pub fn card(&self) -> Result<crate::card::Card, Problem> {
        Ok(crate::card::Card {
            symbol: self.required("symbol")?.to_owned(),
            number: self.required("number")?.to_owned(),
            branch: self.required("branch")?.to_owned(),
        })
    }
}
