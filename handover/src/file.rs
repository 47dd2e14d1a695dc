//! A CSV file of an insurer, row by row, strictly decoded; memory does not grow with the file.

use crate::{Problem, Reason};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

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

    fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
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
    /// Our name of a column and the header that the insurer's file has.
    pub columns: BTreeMap<String, String>,
    /// Of a column with a few words: our meaning and the words that the insurer's file has for it.
    #[serde(default)]
    pub words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
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
    #[error("読めません: {0}")]
    Csv(#[from] csv::Error),
}

/// Reads rows one after the other.
pub struct Reader<R> {
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

impl<R: Read> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When a column that `needed` names is not mapped by the layout or not in the header.
    pub fn open(source: R, layout: &Layout, needed: &[&str]) -> Result<Self, OpenError> {
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
        for name in needed {
            if !layout.columns.contains_key(*name) {
                return Err(OpenError::NotMapped((*name).to_owned()));
            }
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

/// One row: our column names and trimmed texts.
pub struct Row {
    pub line: u64,
    values: BTreeMap<String, (String, String)>,
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

#[cfg(test)]
mod tests {
    use super::{Encoding, Layout, OpenError, Reader};
    use crate::Reason;

    fn layout(encoding: Encoding) -> Layout {
        let columns = [("number", "番号"), ("amount", "金額")];
        Layout {
            file: None,
            encoding,
            mode: "batches".into(),
            columns: columns.map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            words: Default::default(),
        }
    }

    fn sjis(text: &str) -> Vec<u8> {
        encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
    }

    #[test]
    fn windows_31j_with_half_width_kana_and_leading_zeros() {
        let bytes = sjis(
            "番号,金額,他\r\n0012,\"1,234\",\"ｶ\r\nﾅ\"\r\n0013,５６,表\r\n14,\"▲1,234\",\r\n\r\n",
        );
        let mut reader =
            Reader::open(&bytes[..], &layout(Encoding::Windows31J), &["number"]).unwrap();
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!((row.text("number"), row.whole("amount").unwrap()), ("0012", 1234));
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!((row.line, row.whole("amount").unwrap()), (4, 56));
        let row = reader.next_row().unwrap().unwrap();
        assert_eq!(row.whole("amount").unwrap(), -1234);
        assert!(reader.next_row().is_none());
    }

    #[test]
    fn utf_8_with_a_byte_order_mark() {
        for text in
            ["\u{feff}番号,金額\n1,2\n", "\u{feff}\"番号\",\"金額\"\n1,2\n", "番号,金額\n1,2\n"]
        {
            let mut reader =
                Reader::open(text.as_bytes(), &layout(Encoding::Utf8), &["number"]).unwrap();
            assert_eq!(reader.next_row().unwrap().unwrap().text("number"), "1");
        }
    }

    #[test]
    fn a_wrong_file_says_what_is_wrong() {
        let open = |bytes: &[u8], encoding| {
            Reader::open(bytes, &layout(encoding), &["number"]).err().unwrap()
        };
        assert!(matches!(open(&sjis("番号,金額\n"), Encoding::Utf8), OpenError::Encoding { .. }));
        assert!(matches!(open(b"", Encoding::Utf8), OpenError::Empty));
        let missing = open("番号,額\n".as_bytes(), Encoding::Utf8);
        assert!(missing.to_string().contains("金額"), "{missing}");
    }

    #[test]
    fn a_faulty_row_is_named_and_the_next_one_is_read() {
        let mut bytes = b"\xEF\xBB\xBF".to_vec();
        bytes.extend("番号,金額\n1\n".as_bytes());
        bytes.extend(b"\xFF,2\n");
        bytes.extend("3,x\n".as_bytes());
        let mut reader = Reader::open(&bytes[..], &layout(Encoding::Utf8), &["number"]).unwrap();
        let short = reader.next_row().unwrap().err().unwrap();
        assert_eq!((short.line, short.reason), (2, Reason::FieldCount { expected: 2, found: 1 }));
        let bad = reader.next_row().unwrap().err().unwrap();
        assert_eq!((bad.line, bad.column.as_str(), bad.reason), (3, "番号", Reason::Encoding));
        let row = reader.next_row().unwrap().unwrap();
        let fault = row.whole("amount").unwrap_err();
        assert_eq!(fault.to_string(), "4行目 金額: 数ではありません [not-a-number]");
    }

    proptest::proptest! {
        /// Attack 35.
        #[test]
        fn any_bytes_end_in_rows_or_problems(bytes in proptest::collection::vec(0_u8.., 0..300)) {
            for encoding in [Encoding::Utf8, Encoding::Windows31J] {
                if let Ok(mut reader) = Reader::open(&bytes[..], &layout(encoding), &[]) {
                    for _ in 0..400 {
                        if reader.next_row().is_none() { break }
                    }
                }
            }
        }
    }
}
