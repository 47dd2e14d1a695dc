//! A file of either kind, row by row.

use crate::Problem;
use crate::elements::Elements;
use crate::file::{Layout, OpenError, Row};
use crate::sheet::Sheet;
use std::io::Read;

/// Reads rows one after the other.
pub struct Reader<R>(Of<R>);

enum Of<R> {
    Csv(Box<Sheet<R>>),
    Xml(Box<Elements<R>>),
}

impl<R: Read> Reader<R> {
    /// Reads the header, where the file has one.
    ///
    /// # Errors
    /// When a column that `needed` names is not mapped by the layout, or one is not in the header.
    pub fn open(source: R, layout: &Layout, needed: &[&str]) -> Result<Self, OpenError> {
        layout.check()?;
        let missing = needed.iter().find(|name| !layout.columns.contains_key(**name));
        if let Some(name) = missing {
            return Err(OpenError::NotMapped((*name).to_owned()));
        }
        Ok(Reader(match layout.rows {
            Some(_) => Of::Xml(Box::new(Elements::open(source, layout)?)),
            None => Of::Csv(Box::new(Sheet::open(source, layout)?)),
        }))
    }

    /// The next row, or the fault that makes it unreadable, or `None` at the end.
    pub fn next_row(&mut self) -> Option<Result<Row, Problem>> {
        match &mut self.0 {
            Of::Csv(sheet) => sheet.next_row(),
            Of::Xml(elements) => elements.next_row(),
        }
    }

    /// How many bytes of the source were consumed, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        match &self.0 {
            Of::Csv(sheet) => sheet.bytes_read(),
            Of::Xml(elements) => elements.bytes_read(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Encoding, Layout, OpenError, Reader, Reason};

    fn layout(encoding: Encoding) -> Layout {
        let columns = [("number", "番号"), ("amount", "金額")];
        Layout {
            file: None,
            encoding,
            mode: "batches".into(),
            rows: None,
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
