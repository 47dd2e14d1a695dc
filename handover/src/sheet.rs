//! CSV: the first line names the columns.

use crate::file::{Encoding, Layout, OpenError, Row};
use crate::{Problem, Reason};
use std::collections::BTreeMap;
use std::io::Read;

/// Reads rows one after the other.
pub(crate) struct Sheet<R> {
    csv: csv::Reader<R>,
    encoding: Encoding,
    /// (our name, header, position)
    columns: Vec<(String, String, usize)>,
    width: usize,
    record: csv::ByteRecord,
    /// The line on which the next row begins. Counted here: the parser's own count depends on
    /// whether lines end with CRLF.
    line: u64,
}

impl<R: Read> Sheet<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When a column of the layout is not in the header.
    pub fn open(source: R, layout: &Layout) -> Result<Self, OpenError> {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(source);
        let encoding = layout.encoding;
        let headers: Vec<String> = (csv.byte_headers()?.iter().enumerate())
            .map(|(at, bytes)| {
                let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
                    Some(rest) if at == 0 && encoding == Encoding::Utf8 => rest,
                    _ => bytes,
                };
                // A quoted first header keeps its quotes when a byte order mark stands before it.
                let text = encoding.decode(bytes).ok_or(OpenError::Encoding { encoding })?;
                Ok(text.trim().trim_matches('"').to_owned())
            })
            .collect::<Result<_, OpenError>>()?;
        if headers.is_empty() {
            return Err(OpenError::Empty);
        }
        let line = 2 + headers.iter().map(|h| breaks(h.as_bytes())).sum::<u64>();
        let columns = (layout.columns.iter())
            .map(|(name, header)| {
                let at = headers.iter().position(|found| found == header).ok_or_else(|| {
                    OpenError::MissingColumn { name: name.clone(), header: header.clone() }
                })?;
                Ok((name.clone(), header.clone(), at))
            })
            .collect::<Result<_, OpenError>>()?;
        Ok(Self {
            csv,
            encoding,
            columns,
            width: headers.len(),
            record: csv::ByteRecord::new(),
            line,
        })
    }

    /// The next row, or the fault that makes it unreadable, or `None` at the end.
    pub fn next_row(&mut self) -> Option<Result<Row, Problem>> {
        loop {
            match self.csv.read_byte_record(&mut self.record) {
                Ok(false) => return None,
                Ok(true) => {}
                Err(error) => {
                    let reason = Reason::Other(error.to_string());
                    return Some(Err(Problem { line: self.line, column: String::new(), reason }));
                }
            }
            // A line with nothing but one empty field is the end of a hand-edited file.
            if self.record.len() != 1 || !self.record[0].is_empty() {
                break;
            }
            self.line += 1;
        }
        let line = self.line;
        self.line += 1 + self.record.iter().map(breaks).sum::<u64>();
        if self.record.len() != self.width {
            let reason = Reason::FieldCount { expected: self.width, found: self.record.len() };
            return Some(Err(Problem { line, column: String::new(), reason }));
        }
        let mut values = BTreeMap::new();
        for (name, header, at) in &self.columns {
            let Some(text) = self.encoding.decode(&self.record[*at]) else {
                let reason = Reason::Encoding;
                return Some(Err(Problem { line, column: header.clone(), reason }));
            };
            values.insert(name.clone(), (header.clone(), text.trim().to_owned()));
        }
        Some(Ok(Row { line, values }))
    }

    /// How many bytes of the source were consumed, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        self.csv.position().byte()
    }
}

fn breaks(field: &[u8]) -> u64 {
    field.iter().map(|b| u64::from(*b == b'\n')).sum()
}
