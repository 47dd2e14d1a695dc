//! What was wrong where: every fault of every faulty row, never with the value itself.

use std::collections::BTreeSet;
use std::fmt;

/// Why a value was refused. `Display` is what the operator reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Bytes that the declared encoding does not have.
    Encoding,
    /// The row has another number of fields than the header.
    FieldCount {
        expected: usize,
        found: usize,
    },
    Empty,
    TooLong {
        max: usize,
    },
    NotADate,
    NotAMonth,
    NotKana,
    NotANumber,
    /// One of the listed words was expected.
    Unknown {
        expected: &'static str,
    },
    /// The same person (or the same row) stands in the file twice.
    Twice {
        first_line: u64,
    },
    /// F130: total = insurer + public + own.
    Sum,
    /// Less or more than it can be.
    OutOfRange,
    /// Anything that only the importer knows.
    Other(String),
}

impl Reason {
    /// A short stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Encoding => "encoding",
            Reason::FieldCount { .. } => "field-count",
            Reason::Empty => "empty",
            Reason::TooLong { .. } => "too-long",
            Reason::NotADate => "not-a-date",
            Reason::NotAMonth => "not-a-month",
            Reason::NotKana => "not-kana",
            Reason::NotANumber => "not-a-number",
            Reason::Unknown { .. } => "unknown-word",
            Reason::Twice { .. } => "twice",
            Reason::Sum => "sum",
            Reason::OutOfRange => "out-of-range",
            Reason::Other(_) => "other",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Encoding => f.write_str("文字コードが指定と違います"),
            Reason::FieldCount { expected, found } => {
                write!(f, "項目の数が{found}です（見出しは{expected}）")
            }
            Reason::Empty => f.write_str("空です"),
            Reason::TooLong { max } => write!(f, "{max}文字を超えています"),
            Reason::NotADate => f.write_str("日付として読めません"),
            Reason::NotAMonth => f.write_str("年月として読めません"),
            Reason::NotKana => f.write_str("カナではない文字があります"),
            Reason::NotANumber => f.write_str("数ではありません"),
            Reason::Unknown { expected } => write!(f, "「{expected}」のどれでもありません"),
            Reason::Twice { first_line } => write!(f, "{first_line}行目と同じ人です"),
            Reason::Sum => f.write_str("総額が内訳の合計と一致しません"),
            Reason::OutOfRange => f.write_str("この列にありえない数です"),
            Reason::Other(text) => f.write_str(text),
        }
    }
}

impl Reason {
    /// The reason that a plugin's check names by its code; anything else is its own sentence.
    pub fn from_code(code: &str) -> Self {
        match code {
            "sum" => Reason::Sum,
            "not-a-number" => Reason::NotANumber,
            "empty" => Reason::Empty,
            "out-of-range" => Reason::OutOfRange,
            other => Reason::Other(other.to_owned()),
        }
    }
}

/// A fault of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// The header as the insurer wrote it; empty when the whole row is meant.
    pub column: String,
    pub reason: Reason,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}行目", self.line)?;
        if !self.column.is_empty() {
            write!(f, " {}", self.column)?;
        }
        write!(f, ": {} [{}]", self.reason, self.reason.code())
    }
}

/// What an import found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub rows: u64,
    pub inserted: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub ended: u64,
    /// Every fault of every faulty row. When there is one, nothing was written.
    pub problems: Vec<Problem>,
    /// What looks wrong and was taken nevertheless.
    pub warnings: Vec<Problem>,
    /// Faulty rows, and odd ones, beyond those that were to be told.
    pub untold: [u64; 2],
}

impl Report {
    /// How many rows are faulty.
    pub fn faulty(&self) -> u64 {
        count(&self.problems) + self.untold[0]
    }

    /// How many look wrong.
    pub fn odd(&self) -> u64 {
        count(&self.warnings) + self.untold[1]
    }
}

/// Of how many rows problems are.
fn count(problems: &[Problem]) -> u64 {
    let lines: BTreeSet<u64> = problems.iter().map(|problem| problem.line).collect();
    u64::try_from(lines.len()).unwrap_or(u64::MAX)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "注意: {warning}")?;
        }
        if !self.problems.is_empty() {
            let faulty = self.faulty();
            return write!(
                f,
                "{}行のうち{faulty}行に誤りがあります。何も変更していません。",
                self.rows
            );
        }
        write!(
            f,
            "{}行: 追加{} 変更{} 変更なし{} 終了{}",
            self.rows, self.inserted, self.changed, self.unchanged, self.ended
        )
    }
}
