//! A document in the member's language: every word is a text from here on.

use sdk::paper::{Block, Document, Part as CardPart, Table, Words};

/// The most that the words of a document may be, in bytes.
const MOST: usize = 1_000_000;
/// The most that something in a message may be, in bytes: a message may name it many times.
const ARGUMENT: usize = 2_000;
/// How deep messages may stand in each other.
const DEEPEST: u8 = 2;

/// A document whose words are texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub lang: String,
    pub title: String,
    /// Below the title: whom it is for, and from which day.
    pub under: Vec<String>,
    /// At the foot of each page.
    pub from: String,
    pub blocks: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Heading(String),
    Paragraph(String),
    Note(String),
    Figures(Vec<(String, String)>),
    Table(Grid),
}

/// A table: each row has as many cells as there are heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    pub caption: String,
    pub heads: Vec<String>,
    /// Which columns stand at their end.
    pub ends: Vec<bool>,
    pub rows: Vec<Vec<String>>,
    pub foot: Option<Vec<String>>,
}

/// How a language writes things; what is not said is written as data.
pub trait Writes {
    /// A message; `None` when there is none.
    fn message(&self, key: &str, args: &[(&str, String)]) -> Option<String>;
    fn yen(&self, yen: i64) -> String {
        yen.to_string()
    }
    fn number(&self, number: i64) -> String {
        number.to_string()
    }
    fn year(&self, year: i64) -> String {
        year.to_string()
    }
    /// A month or a day.
    fn when(&self, when: &str) -> String {
        match when.len() {
            6 if when.is_ascii() => format!("{}-{}", &when[..4], &when[4..]),
            _ => when.to_owned(),
        }
    }
    /// What somebody is called; empty for who may not know.
    fn person(&self, id: &str) -> String;
    /// A part of their card; empty for who may not know.
    fn card(&self, id: &str, part: CardPart) -> String;
}

/// Writes a document.
///
/// # Errors
/// The message that is missing, what is wrong with a table, or that it is too long.
pub fn write(document: &Document, by: &dyn Writes) -> Result<(String, Vec<Part>), String> {
    let mut pen = Pen { by, left: MOST };
    let title = pen.words(&document.title)?;
    let blocks: Result<Vec<Part>, String> =
        document.blocks.iter().map(|block| pen.part(block)).collect();
    Ok((title, blocks?))
}

/// Writes a table; without columns its rows are lines, each as long as it is.
///
/// # Errors
/// As [`write()`].
pub fn table(table: &Table, by: &dyn Writes) -> Result<Grid, String> {
    let mut pen = Pen { by, left: MOST };
    match table.columns.is_empty() {
        true => pen.lines(&table.rows),
        false => pen.grid(table),
    }
}

/// Writes until it has written too much.
struct Pen<'a> {
    by: &'a dyn Writes,
    left: usize,
}

impl Pen<'_> {
    fn part(&mut self, block: &Block) -> Result<Part, String> {
        Ok(match block {
            Block::Heading(text) => Part::Heading(self.words(text)?),
            Block::Paragraph(text) => Part::Paragraph(self.words(text)?),
            Block::Note(text) => Part::Note(self.words(text)?),
            Block::Figures(figures) => {
                let figure =
                    |(what, how): &(Words, Words)| Ok((self.words(what)?, self.words(how)?));
                Part::Figures(figures.iter().map(figure).collect::<Result<_, String>>()?)
            }
            Block::Table(table) => Part::Table(self.grid(table)?),
        })
    }

    fn grid(&mut self, table: &Table) -> Result<Grid, String> {
        let columns = table.columns.len();
        if columns == 0 || columns > 12 {
            return Err("a table has 1 to 12 columns".to_owned());
        }
        let heads = table.columns.iter().map(|column| self.words(&column.head));
        let heads = heads.collect::<Result<_, _>>()?;
        let rows = table.rows.iter().map(|row| self.row(row, columns));
        let rows = rows.collect::<Result<_, _>>()?;
        let foot = table.foot.as_ref().map(|row| self.row(row, columns)).transpose()?;
        let ends = table.columns.iter().map(|column| column.end).collect();
        Ok(Grid { caption: self.words(&table.caption)?, heads, ends, rows, foot })
    }

    fn lines(&mut self, lines: &[Vec<Words>]) -> Result<Grid, String> {
        let line = |line: &Vec<Words>| match line.len() {
            0..=12 => line.iter().map(|cell| self.words(cell)).collect(),
            _ => Err("a line has 12 cells at the most".to_owned()),
        };
        let rows = lines.iter().map(line).collect::<Result<_, _>>()?;
        Ok(Grid { caption: String::new(), heads: Vec::new(), ends: Vec::new(), rows, foot: None })
    }

    fn row(&mut self, row: &[Words], columns: usize) -> Result<Vec<String>, String> {
        if row.len() != columns {
            return Err(format!("a row has {} cells for {columns} columns", row.len()));
        }
        row.iter().map(|cell| self.words(cell)).collect()
    }

    fn words(&mut self, words: &Words) -> Result<String, String> {
        let text = self.text(words, 0)?;
        // Also an empty one costs something.
        self.left = self.left.checked_sub(text.len() + 8).ok_or("the document is too long")?;
        Ok(text)
    }

    fn text(&self, words: &Words, depth: u8) -> Result<String, String> {
        let by = self.by;
        Ok(match words {
            Words::Text(text) => text.clone(),
            Words::Yen { yen } => by.yen(*yen),
            Words::Year { year } => by.year(*year),
            Words::Number { number } => by.number(*number),
            Words::Month { month: when } | Words::Day { day: when } => by.when(when),
            Words::Person { person } => by.person(person),
            Words::Card { card, part } => by.card(card, *part),
            Words::Message { .. } if depth > DEEPEST => {
                return Err("messages stand too deep in each other".to_owned());
            }
            Words::Message { t, args } => {
                let mut texts = Vec::new();
                for (name, arg) in args {
                    let text = self.text(arg, depth + 1)?;
                    if text.len() > ARGUMENT {
                        return Err(format!("${name} of {t} is longer than {ARGUMENT} bytes"));
                    }
                    texts.push((name.as_str(), text));
                }
                by.message(t, &texts).ok_or_else(|| format!("there is no message {t}"))?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CardPart, Writes, write};
    use sdk::paper::{Document, Words};

    struct Doubling;

    impl Writes for Doubling {
        fn message(&self, _: &str, args: &[(&str, String)]) -> Option<String> {
            Some(args.iter().map(|(_, text)| text.repeat(100)).collect())
        }
        fn yen(&self, yen: i64) -> String {
            yen.to_string()
        }
        fn number(&self, number: i64) -> String {
            number.to_string()
        }
        fn year(&self, year: i64) -> String {
            year.to_string()
        }
        fn when(&self, when: &str) -> String {
            when.to_owned()
        }
        fn person(&self, _: &str) -> String {
            String::new()
        }
        fn card(&self, _: &str, _: CardPart) -> String {
            String::new()
        }
    }

    /// A few bytes that would become gigabytes.
    #[test]
    fn a_document_that_grows_is_stopped() {
        let deep = |levels: usize| {
            (0..levels).fold(Words::text("x"), |inner, _| Words::message("a").with("a", inner))
        };
        assert!(write(&Document::new(deep(1)), &Doubling).is_ok());
        for levels in [3, 4, 5, 40] {
            assert!(write(&Document::new(deep(levels)), &Doubling).is_err(), "{levels}");
        }
        let long = Words::message("a").with("a", Words::text("x".repeat(1_000)));
        let many = (0..100).fold(Document::new(deep(1)), |d, _| d.paragraph(long.clone()));
        assert!(write(&many, &Doubling).unwrap_err().contains("too long"));
        let empty = (0..200_000).fold(Document::new(deep(1)), |d, _| d.note(Words::text("")));
        assert!(write(&empty, &Doubling).is_err());
    }
}
