//! A table as a file for spreadsheets: values as data, not as people read them.

use super::words::{Grid, Writes};
use encoding_rs::SHIFT_JIS;
use sdk::paper::{Encoding, Part};

/// Writes values as programs read them, and messages by whom it is given.
pub struct Plain<'a>(pub &'a dyn Writes);

impl Writes for Plain<'_> {
    fn message(&self, key: &str, args: &[(&str, String)]) -> Option<String> {
        self.0.message(key, args)
    }

    fn person(&self, id: &str) -> String {
        self.0.person(id)
    }

    fn card(&self, id: &str, part: Part) -> String {
        self.0.card(id, part)
    }
}

/// The file (RFC 4180, with the ends of lines that spreadsheets expect).
///
/// # Errors
/// When a row cannot be written.
pub fn csv(grid: &Grid, encoding: Encoding) -> Result<Vec<u8>, String> {
    let said = |error: csv::Error| error.to_string();
    let heads = Some(&grid.heads).filter(|heads| !heads.is_empty());
    let all: Vec<&Vec<String>> = heads.into_iter().chain(&grid.rows).chain(&grid.foot).collect();
    let mut text = Vec::new();
    // A line without cells is an empty one; the library would write a cell without text.
    for (at, together) in all.split(|row| row.is_empty()).enumerate() {
        text.extend_from_slice(if at > 0 { b"\r\n" } else { b"" });
        let mut rows = csv::WriterBuilder::new();
        rows.flexible(true).terminator(csv::Terminator::CRLF);
        let mut rows = rows.from_writer(&mut text);
        for row in together {
            rows.write_record(row.iter().map(|cell| harmless(cell))).map_err(said)?;
        }
        rows.flush().map_err(|error| error.to_string())?;
    }
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    Ok(match encoding {
        Encoding::Utf8 => ["\u{feff}".as_bytes(), text.as_bytes()].concat(),
        Encoding::Windows31J => {
            let there = |sign: char| !SHIFT_JIS.encode(sign.encode_utf8(&mut [0; 4])).2;
            let text: String =
                text.chars().map(|sign| if there(sign) { sign } else { '〓' }).collect();
            SHIFT_JIS.encode(&text).0.into_owned()
        }
    })
}

/// A text that a spreadsheet would take for a formula gets a mark before it; a number does not. Some read
/// the wide signs, too.
fn harmless(cell: &str) -> String {
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let formula = cell.starts_with(signs);
    match formula && cell.replace(',', "").parse::<f64>().is_err() {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::csv;
    use crate::paper::words::Grid;
    use sdk::paper::Encoding;

    #[test]
    fn a_sheet_is_read_by_spreadsheets_and_runs_nothing() {
        let grid = Grid {
            caption: String::new(),
            heads: vec!["日付".into(), "金額".into()],
            ends: vec![false, true],
            rows: vec![
                vec!["2026-04-01".into(), "-300".into()],
                vec!["-1,000".into(), "-1,x".into()],
                vec!["=HYPERLINK(\"x\")".into(), "a,\"b\"".into()],
                vec!["＠SUM(1)".into(), "髙😀".into()],
            ],
            foot: None,
        };
        let text = String::from_utf8(csv(&grid, Encoding::Utf8).unwrap()).unwrap();
        let expected = "\u{feff}日付,金額\r\n2026-04-01,-300\r\n\"-1,000\",\"'-1,x\"\r\n\"'=HYPERLINK(\"\"x\"\")\",\"a,\"\"b\"\"\"\r\n\
                        '＠SUM(1),髙😀\r\n";
        assert_eq!(text, expected);
        let rows = [vec!["医療費通知情報"], vec![], vec!["項目名", "内容"]];
        let rows = rows.map(|row| row.into_iter().map(str::to_owned).collect()).into();
        let lines = Grid { heads: Vec::new(), ends: Vec::new(), rows, ..grid.clone() };
        let text = String::from_utf8(csv(&lines, Encoding::Utf8).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}医療費通知情報\r\n\r\n項目名,内容\r\n");
        let bytes = csv(&grid, Encoding::Windows31J).unwrap();
        let (text, _, wrong) = encoding_rs::SHIFT_JIS.decode(&bytes);
        assert!(!wrong && text.starts_with("日付") && text.contains("髙〓"), "{text}");
    }
}
