//! XML: one element is a row, and what is in it the columns. Names count without their prefixes; a document type and
//! entities of its own are refused.

use crate::file::{Encoding, Layout, OpenError, Row};
use crate::path::Path;
use crate::{Problem, Reason};
use encoding_rs::{DecoderResult, SHIFT_JIS, UTF_8};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

/// The longest tag, text or comment, in bytes.
const LONGEST: usize = 1 << 20;
/// The longest value, in bytes: more than any column takes.
const VALUE: usize = 1 << 16;
/// How deep elements may lie in each other.
const DEEPEST: usize = 100;

/// A column that the layout maps.
struct Column {
    name: String,
    /// As the layout writes it.
    said: String,
    path: Path,
    /// It stands in the row; else above it, and holds for the rows that follow.
    in_row: bool,
    /// How many of the elements around a row it stands in, too.
    around: usize,
}

/// Reads rows one after the other.
pub(crate) struct Elements<R> {
    xml: quick_xml::Reader<Decoded<R>>,
    row: Path,
    /// As the layout writes it.
    said: String,
    columns: Vec<Column>,
    /// The elements around the place where it is.
    open: Vec<String>,
    /// What was read, by column.
    values: Vec<Option<String>>,
    /// The line on which the row began, and its first fault.
    begun: u64,
    fault: Option<Problem>,
    rows: u64,
    /// The outermost element was there.
    rooted: bool,
    done: bool,
}

/// What stops the reading.
enum Stop {
    Reason(Reason),
    Xml(quick_xml::Error),
}

impl From<quick_xml::Error> for Stop {
    fn from(error: quick_xml::Error) -> Self {
        Stop::Xml(error)
    }
}

impl<R: Read> Elements<R> {
    /// # Errors
    /// When the layout names no rows, or a path that is none.
    pub fn open(source: R, layout: &Layout) -> Result<Self, OpenError> {
        let said = layout.rows.clone().unwrap_or_default();
        let none = |text: &String| OpenError::Path(text.clone());
        let row = Path::row(&said).ok_or_else(|| none(&said))?;
        let column = |(name, said): (&String, &String)| {
            let path = Path::column(said, &row).ok_or_else(|| none(said))?;
            let in_row = path.elements.starts_with(&row.elements);
            let both = path.elements.iter().zip(&row.elements);
            let around = both.take_while(|(of, row)| of == row).count();
            Ok(Column { name: name.clone(), said: said.clone(), path, in_row, around })
        };
        let columns = layout.columns.iter().map(column).collect::<Result<Vec<_>, OpenError>>()?;
        let mut xml = quick_xml::Reader::from_reader(Decoded::new(source, layout.encoding));
        xml.config_mut().expand_empty_elements = true;
        let values = columns.iter().map(|_| None).collect();
        Ok(Self {
            xml,
            row,
            said,
            columns,
            open: Vec::new(),
            values,
            begun: 0,
            fault: None,
            rows: 0,
            rooted: false,
            done: false,
        })
    }

    /// The next row, or the fault that makes it unreadable, or `None` at the end.
    pub fn next_row(&mut self) -> Option<Result<Row, Problem>> {
        if self.done {
            return None;
        }
        let row = self.row();
        let line = self.xml.get_ref().line;
        // After the end, and after what stops it, nothing more is read.
        self.done = !matches!(row, Ok(Some(_)));
        let other = |text: &str| Reason::Other(text.to_owned());
        let (line, column, reason) = match row {
            Ok(Some(row)) => return Some(row),
            Ok(None) if self.rows > 0 => return None,
            Ok(None) => (1, self.said.clone(), other("この要素がファイルの中にひとつもありません")),
            Err(Stop::Reason(reason)) => (line, String::new(), reason),
            Err(Stop::Xml(quick_xml::Error::Io(error))) => match error.kind() {
                io::ErrorKind::InvalidData => (line, String::new(), Reason::Encoding),
                _ => (line, String::new(), Reason::Other(error.to_string())),
            },
            // What the library says may repeat a value.
            Err(Stop::Xml(_)) => (line, String::new(), other("XMLとして正しくありません")),
        };
        Some(Err(Problem { line, column, reason }))
    }

    /// How many bytes of the source were consumed, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        self.xml.get_ref().bytes
    }

    fn row(&mut self) -> Result<Option<Result<Row, Problem>>, Stop> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            self.xml.get_mut().since = 0;
            match self.xml.read_event_into(&mut buffer)? {
                Event::Start(start) => self.start(&start)?,
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(sign) => self.text(&resolved(&sign)?),
                Event::End(_) => {
                    let ends = self.row.is_at(&self.open);
                    self.open.pop();
                    if ends {
                        self.rows += 1;
                        return Ok(Some(self.finish()));
                    }
                }
                Event::DocType(_) => {
                    let why = "DOCTYPEは使えません。取り除いたファイルを取り込んでください";
                    return Err(Stop::Reason(Reason::Other(why.to_owned())));
                }
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => {
                    let why = "ファイルが途中で終わっています";
                    return Err(Stop::Reason(Reason::Other(why.to_owned())));
                }
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn start(&mut self, start: &BytesStart) -> Result<(), Stop> {
        if std::mem::replace(&mut self.rooted, true) && self.open.is_empty() {
            let why = "いちばん外側の要素が2つあります";
            return Err(Stop::Reason(Reason::Other(why.to_owned())));
        }
        self.open.push(start.local_name().as_ref().to_owned());
        if self.open.len() > DEEPEST {
            let why = format!("要素が{DEEPEST}より深く重なっています");
            return Err(Stop::Reason(Reason::Other(why)));
        }
        if self.row.is_at(&self.open) {
            self.begun = self.xml.get_ref().line;
            for (column, value) in self.columns.iter().zip(&mut self.values) {
                if column.in_row {
                    *value = None;
                }
            }
        }
        for (at, column) in self.columns.iter().enumerate() {
            let open = &self.open;
            // What stood above earlier rows ends with what both stood in.
            if !column.in_row && self.row.elements[..column.around] == open[..] {
                self.values[at] = None;
            }
            if !column.path.is_at(open) {
                continue;
            }
            let value = match &column.path.attribute {
                None => Some(String::new()),
                Some(name) => attribute(start, name)?,
            };
            if column.in_row && self.values[at].is_some() && value.is_some() {
                let reason = Reason::Other("ひとつの行に2つあります".to_owned());
                let (line, column) = (self.xml.get_ref().line, column.said.clone());
                self.fault.get_or_insert(Problem { line, column, reason });
            }
            if value.is_some() || !column.in_row {
                self.values[at] = value;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        for (column, value) in self.columns.iter().zip(&mut self.values) {
            if column.path.attribute.is_some() || !column.path.is_at(&self.open) {
                continue;
            }
            let value = value.get_or_insert_default();
            match value.len() + text.len() <= VALUE {
                true => value.push_str(text),
                false => {
                    let reason = Reason::Other("長すぎます".to_owned());
                    let (line, column) = (self.xml.get_ref().line, column.said.clone());
                    self.fault.get_or_insert(Problem { line, column, reason });
                }
            }
        }
    }

    fn finish(&mut self) -> Result<Row, Problem> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let values = self.columns.iter().zip(&self.values).map(|(column, value)| {
            let text = value.as_deref().unwrap_or_default().trim().to_owned();
            (column.name.clone(), (column.said.clone(), text))
        });
        let values: BTreeMap<_, _> = values.collect();
        Ok(Row { line: self.begun, values })
    }
}

/// An attribute of an element, by its name without a prefix.
fn attribute(start: &BytesStart, name: &str) -> Result<Option<String>, Stop> {
    // That none stands there twice is not looked for: it takes the square of their number.
    for found in start.attributes().with_checks(false) {
        let found = found.map_err(quick_xml::Error::from)?;
        if found.key.local_name().as_ref() == name {
            let value = found.normalized_value(XmlVersion::Implicit1_0)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// The sign that `&…;` stands for.
fn resolved(sign: &BytesRef) -> Result<String, Stop> {
    if let Some(sign) = sign.resolve_char_ref()? {
        return Ok(sign.to_string());
    }
    let why = || Reason::Other("知らない実体（&…;）があります".to_owned());
    resolve_xml_entity(sign).map(ToOwned::to_owned).ok_or_else(|| Stop::Reason(why()))
}

/// A source as UTF-8: bytes that its encoding does not have are an error of kind `InvalidData`, and so is what is too
/// long for memory.
struct Decoded<R> {
    source: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    /// How much of `raw` is decoded.
    taken: usize,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    /// What comes next is in another encoding.
    malformed: bool,
    /// The line that is read.
    line: u64,
    bytes: u64,
    /// Bytes since the last event.
    since: usize,
}

impl<R> Decoded<R> {
    fn new(source: R, encoding: Encoding) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Encoding::Windows31J => SHIFT_JIS.new_decoder_without_bom_handling(),
        };
        let (raw, text) = (Vec::new(), Vec::new());
        Self {
            source,
            decoder,
            raw,
            taken: 0,
            text,
            at: 0,
            ended: false,
            malformed: false,
            line: 1,
            bytes: 0,
            since: 0,
        }
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > LONGEST {
            return Err(io::Error::other("1MBを超える要素があります"));
        }
        while self.at == self.text.len() && !self.ended {
            if self.malformed {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.taken == self.raw.len() {
                self.raw.resize(8192, 0);
                let count = self.source.read(&mut self.raw)?;
                self.raw.truncate(count);
                self.taken = 0;
                self.bytes += count as u64;
                self.ended = count == 0;
            }
            let most = self.decoder.max_utf8_buffer_length_without_replacement(self.raw.len());
            self.text.resize(most.unwrap_or(0), 0);
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                &self.raw[self.taken..],
                &mut self.text,
                self.ended,
            );
            self.malformed = matches!(result, DecoderResult::Malformed(..));
            self.ended &= !self.malformed;
            self.taken += read;
            self.text.truncate(written);
            self.at = 0;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, count: usize) {
        let taken = &self.text[self.at..self.at + count];
        self.line += taken.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.since += count;
        self.at += count;
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Encoding, Layout, OpenError, Problem, Reader, Row};

    fn layout(encoding: Encoding, rows: &str) -> Layout {
        let columns = [
            ("month", "/file/group/@month"),
            ("number", "card/number"),
            ("symbol", "card/@symbol"),
            ("place", "place"),
        ];
        Layout {
            file: None,
            encoding,
            mode: "batches".into(),
            rows: Some(rows.into()),
            columns: columns.map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            words: Default::default(),
        }
    }

    fn read(bytes: &[u8], encoding: Encoding) -> Vec<Result<Row, Problem>> {
        let mut reader =
            Reader::open(bytes, &layout(encoding, "file/group/p"), &["number"]).unwrap();
        std::iter::from_fn(|| reader.next_row()).collect()
    }

    const FILE: &str = r#"<?xml version="1.0" encoding="Shift_JIS"?>
<x:file xmlns:x="urn:x">
 <group month="R8.4"><p><card symbol="12"><number> 0045 </number></card>
   <place>みなと&amp;<![CDATA[<健診>]]>&#x30BB;</place></p></group>
 <!-- no card --> <group>
  <p><place/></p>
 </group>
</x:file>"#;

    #[test]
    fn rows_of_elements_in_either_encoding() {
        let sjis = encoding_rs::SHIFT_JIS.encode(FILE).0.into_owned();
        let bom = format!("\u{feff}{FILE}");
        for (bytes, encoding) in [
            (FILE.as_bytes(), Encoding::Utf8),
            (bom.as_bytes(), Encoding::Utf8),
            (&sjis, Encoding::Windows31J),
        ] {
            let rows: Vec<Row> = read(bytes, encoding).into_iter().map(Result::unwrap).collect();
            assert_eq!(rows.len(), 2);
            let text = |at: usize, name: &str| rows[at].text(name).to_owned();
            assert_eq!((text(0, "month").as_str(), text(0, "number").as_str()), ("R8.4", "0045"));
            assert_eq!(
                (text(0, "symbol"), text(0, "place")),
                ("12".into(), "みなと&<健診>セ".into())
            );
            // What the next group does not say is not the one before's.
            assert_eq!((text(1, "month").as_str(), text(1, "place").as_str()), ("", ""));
            assert_eq!((rows[0].line, rows[1].line), (3, 6));
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        let of = |inside: &str| format!("<file><group>\n<p>{inside}</p></group></file>");
        let told = |text: &str, encoding| match read(text.as_bytes(), encoding).pop() {
            Some(Err(problem)) => problem.to_string(),
            _ => panic!("{text}"),
        };
        for (text, says) in [
            (of("<place>a</place><place>b</place>"), "2行目 place: ひとつの行に2つあります"),
            (of("<place>a</plaze>"), "2行目: XMLとして正しくありません"),
            (of("<place>&geheim;</place>"), "2行目: 知らない実体"),
            (of("<card symbol='&b;'/>"), "2行目: XMLとして正しくありません"),
            (of(&"<a>".repeat(200)), "2行目: 要素が100より深く"),
            (of(&format!("<place>{}</place>", "x".repeat(70_000))), "2行目 place: 長すぎます"),
            (of(&format!("<place z='{}'/>", "x".repeat(2 << 20))), "1MBを超える要素"),
            ("<!DOCTYPE file [<!ENTITY a 'b'>]><file/>".into(), "1行目: DOCTYPEは使えません"),
            ("<file>\n<group><p>".into(), "2行目: ファイルが途中で終わっています"),
            ("<file/>\n<file/>".into(), "2行目: いちばん外側の要素が2つ"),
            ("<other/>".into(), "1行目 file/group/p: この要素がファイルの中にひとつも"),
            (String::new(), "ひとつもありません"),
        ] {
            let told = told(&text, Encoding::Utf8);
            assert!(told.contains(says), "{told}");
        }
        let mut bytes = of("<place>").into_bytes();
        bytes.truncate(20);
        bytes.extend(b"\n\n\xFF</p>");
        let bad = read(&bytes, Encoding::Utf8).pop().unwrap().err().unwrap();
        assert_eq!(bad.to_string(), "4行目: 文字コードが指定と違います [encoding]");
    }

    /// A value above the rows is that of the group in which they stand, and of no group before.
    #[test]
    fn what_stood_in_another_group_is_not_of_this_one() {
        let text =
            "<file><all day='x'/><g><head><month>202604</month></head><p/></g><g><p/></g></file>";
        for (month, expected) in
            [("/file/g/head/month", ["202604", ""]), ("/file/all/@day", ["x", "x"])]
        {
            let mut layout = layout(Encoding::Utf8, "file/g/p");
            layout.columns = [("month".to_owned(), month.to_owned())].into();
            let mut reader = Reader::open(text.as_bytes(), &layout, &[]).unwrap();
            let rows = [(); 2].map(|()| reader.next_row().unwrap().unwrap());
            assert_eq!(rows.each_ref().map(|row| row.text("month")), expected);
        }
    }

    /// A faulty row is one: the next one is read.
    #[test]
    fn after_a_faulty_row_the_next_one_is_read() {
        let text = "<file><group><p><place/><place/></p><p><place>b</place></p></group></file>";
        let rows = read(text.as_bytes(), Encoding::Utf8);
        assert_eq!(rows.len(), 2);
        assert!(rows[0].is_err());
        assert_eq!(rows[1].as_ref().ok().unwrap().text("place"), "b");
    }

    #[test]
    fn paths_that_are_none() {
        for rows in ["", "/", "a//b", "a/@b", "a[1]", "x:a"] {
            let refused = layout(Encoding::Utf8, rows).check();
            assert!(matches!(refused, Err(OpenError::Path(_))), "{rows}");
        }
        for path in ["", "a/", "@", "/@a", "../a", "a/@b/c", "text()"] {
            let mut layout = layout(Encoding::Utf8, "file");
            layout.columns.insert("number".into(), path.into());
            let refused = Reader::open(&b""[..], &layout, &[]);
            assert!(matches!(refused, Err(OpenError::Path(_))), "{path}");
        }
    }

    proptest::proptest! {
        /// Attack 35.
        #[test]
        fn any_text_ends_in_rows_or_problems(text in "(<[/?!]?[fgp]?|/?>|file|group|p|&|;|\\PC){0,80}") {
            assert!(read(text.as_bytes(), Encoding::Utf8).len() < 100);
        }
    }
}
