//! A file of the insurer becomes rows of a table, a thousand at a time: memory does not grow with
//! the file.

use super::ImportError;
use crate::plugins::data::sql::check::decimal;
use crate::plugins::data::tables::{Kind, Scope, Table};
use crate::plugins::package::manifest::{FileColumn, Importer, Mode};
use handover::{Layout, Problem, Reader, Reason, Row, date, kana};
use secret::hash::Sha256;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows that are read, checked and written together.
const TOGETHER: usize = 1000;

/// A row of the file as the table takes it.
pub(super) struct Read1 {
    pub line: u64,
    /// The key of the card, for rows of persons.
    pub card: Option<String>,
    pub batch: String,
    /// By the table's names of the columns.
    pub values: Map<String, Value>,
}

/// How a file is read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub importer: &'a Importer,
    pub table: &'a Table,
    pub layout: &'a Layout,
    /// The batch of every row, when the file has no column for it.
    pub batch: Option<&'a str>,
}

/// A file that is being read.
pub(super) struct Pass<'a, R> {
    how: Reading<'a>,
    reader: Reader<Hashed<R>>,
    hash: Arc<Mutex<Sha256>>,
    words: BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
}

/// Everything that is read is hashed on the way.
struct Hashed<R>(R, Arc<Mutex<Sha256>>);

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.read(buffer)?;
        self.1.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..count]);
        Ok(count)
    }
}

impl<'a, R: Read> Pass<'a, R> {
    /// Reads the header.
    ///
    /// # Errors
    /// What the layout lacks.
    pub fn begin(how: Reading<'a>, source: R) -> Result<Self, ImportError> {
        let (importer, layout) = (how.importer, how.layout);
        let mut needed: Vec<&str> = Vec::new();
        for (name, column) in &how.table.columns {
            let from = from(importer, name);
            if layout.columns.contains_key(from) || !column.optional {
                needed.push(from);
            }
        }
        if how.table.scope == Scope::Person {
            needed.extend(["symbol", "number", "branch"]);
        }
        let has_batch = layout.columns.contains_key("batch");
        if importer.mode == Mode::Batches && how.batch.is_none() && !has_batch {
            return Err(ImportError::NoBatch);
        }
        let hash = Arc::new(Mutex::new(Sha256::default()));
        let reader = Reader::open(Hashed(source, hash.clone()), layout, &needed)?;
        let mut words: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (name, column) in &importer.columns {
            let ours = words.entry(name).or_default();
            ours.extend(column.words.iter().map(|(theirs, ours)| (theirs.as_str(), ours.as_str())));
        }
        // The insurer's own words win.
        for (name, ours) in &layout.words {
            let known = words.entry(name).or_default();
            for (ours, theirs) in ours {
                known.extend(theirs.iter().map(|theirs| (theirs.as_str(), ours.as_str())));
            }
        }
        Ok(Self { how, reader, hash, words })
    }

    /// The next rows, each right or with all its faults; none at the end.
    pub fn next(&mut self) -> Vec<Result<Read1, Vec<Problem>>> {
        let mut rows = Vec::new();
        while rows.len() < TOGETHER
            && let Some(row) = self.reader.next_row()
        {
            rows.push(row.map_err(|problem| vec![problem]).and_then(|row| self.row(&row)));
        }
        rows
    }

    /// How far it is, in bytes.
    pub fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }

    /// SHA-256 of all that was read.
    pub fn hash(self) -> Vec<u8> {
        std::mem::take(&mut *self.hash.lock().unwrap_or_else(PoisonError::into_inner)).finish()
    }

    /// Whoever mends a row mends all of it at once.
    fn row(&self, row: &Row) -> Result<Read1, Vec<Problem>> {
        let how = self.how;
        let (mut values, mut wrong) = (Map::new(), Vec::new());
        for (name, column) in &how.table.columns {
            match self.value(row, name, &column.kind(), column.optional) {
                Ok(value) => _ = values.insert(name.clone(), value),
                Err(problem) => wrong.push(problem),
            }
        }
        let card = match how.table.scope {
            Scope::Person => row.card().map(|card| Some(card.key())),
            Scope::Insurer => Ok(None),
        };
        let batch = match (how.importer.mode, how.batch) {
            (Mode::Snapshot, _) => Ok(String::new()),
            (Mode::Batches, Some(batch)) => Ok(named(batch)),
            (Mode::Batches, None) => row.required("batch").map(named),
        };
        match (card, batch) {
            (Ok(card), Ok(batch)) if wrong.is_empty() => {
                Ok(Read1 { line: row.line, card, batch, values })
            }
            (card, batch) => {
                // Two columns of the table may be read from one of the file.
                for problem in card.err().into_iter().chain(batch.err()) {
                    wrong.push(problem);
                }
                wrong.dedup_by(|a, b| a.column == b.column && a.reason == b.reason);
                Err(wrong)
            }
        }
    }

    fn value(&self, row: &Row, name: &str, kind: &Kind, optional: bool) -> Result<Value, Problem> {
        let from = from(self.how.importer, name);
        let said = FileColumn::default();
        let said = self.how.importer.columns.get(name).unwrap_or(&said);
        if row.text(from).is_empty() && optional {
            return Ok(Value::Null);
        }
        Ok(match kind {
            Kind::Text => {
                row.required(from).or_else(|problem| match (&problem.reason, said.max) {
                    // The table allows more than most columns have.
                    (Reason::TooLong { .. }, Some(_)) => Ok(row.text(from)),
                    _ => Err(problem),
                })?;
                let text = row.at_most(from, said.max.unwrap_or(400))?;
                if !said.kana {
                    return Ok(json!(text));
                }
                row.parsed(from, kana::match_form, Reason::NotKana)?;
                json!(kana::shown(text))
            }
            Kind::Month => json!(row.parsed(from, date::month, Reason::NotAMonth)?),
            Kind::Day => json!(row.parsed(from, date::day, Reason::NotADate)?.to_string()),
            Kind::Int | Kind::Yen => json!(row.whole(from)?),
            Kind::Decimal(places) => {
                let read = |text: &str| decimal(text, *places).map(|_| text.to_owned());
                json!(row.parsed(from, read, Reason::NotANumber)?)
            }
            Kind::Word(ours) => json!(self.word(row, name, from, ours, said)?),
            Kind::Instant | Kind::Bool | Kind::Blob | Kind::Json | Kind::Person => Value::Null,
        })
    }

    fn word(
        &self,
        row: &Row,
        name: &str,
        from: &str,
        ours: &[String],
        said: &FileColumn,
    ) -> Result<String, Problem> {
        let known = self.words.get(name);
        let read = |text: &str| {
            let found = known.and_then(|known| known.get(text)).map(|ours| (*ours).to_owned());
            found.filter(|word| ours.contains(word)).or_else(|| said.other.clone())
        };
        let expected = known.into_iter().flat_map(|known| known.keys().copied());
        let expected: Vec<&str> = expected.collect();
        let reason = Reason::Other(format!("「{}」のどれでもありません", expected.join(" ")));
        row.parsed(from, read, reason)
    }
}

/// The name of a batch: a month has one, however it is written.
fn named(batch: &str) -> String {
    date::month(batch).unwrap_or_else(|| batch.to_owned())
}

/// The layout's name of a table's column.
fn from<'a>(importer: &'a Importer, name: &'a str) -> &'a str {
    importer.columns.get(name).and_then(|column| column.from.as_deref()).unwrap_or(name)
}
