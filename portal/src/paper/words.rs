//! A document in the member's language: every word is a text from here on.

use sdk::paper::{Block, Document, Table, Words};

/// The most signs that a document may have.
const MOST: usize = 2_000_000;

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

/// How a language writes things.
pub trait Writes {
    /// A message; `None` when there is none.
    fn message(&self, key: &str, args: &[(&str, String)]) -> Option<String>;
    fn yen(&self, yen: i64) -> String;
    fn number(&self, number: i64) -> String;
    fn year(&self, year: i64) -> String;
    /// A month or a day.
    fn when(&self, when: &str) -> String;
}

/// Writes a document.
///
/// # Errors
/// The message that is missing, or what is wrong with a table.
pub fn write(document: &Document, by: &dyn Writes) -> Result<(String, Vec<Part>), String> {
    let title = words(&document.title, by)?;
    let blocks: Result<Vec<Part>, String> =
        document.blocks.iter().map(|block| part(block, by)).collect();
    let blocks = blocks?;
    let signs: usize = blocks.iter().map(Part::signs).sum();
    match signs <= MOST {
        true => Ok((title, blocks)),
        false => Err(format!("the document has more than {MOST} signs")),
    }
}

fn part(block: &Block, by: &dyn Writes) -> Result<Part, String> {
    Ok(match block {
        Block::Heading(text) => Part::Heading(words(text, by)?),
        Block::Paragraph(text) => Part::Paragraph(words(text, by)?),
        Block::Note(text) => Part::Note(words(text, by)?),
        Block::Figures(figures) => {
            let figure = |(what, how): &(Words, Words)| Ok((words(what, by)?, words(how, by)?));
            Part::Figures(figures.iter().map(figure).collect::<Result<_, String>>()?)
        }
        Block::Table(table) => Part::Table(grid(table, by)?),
    })
}

fn grid(table: &Table, by: &dyn Writes) -> Result<Grid, String> {
    let columns = table.columns.len();
    if columns == 0 || columns > 12 {
        return Err("a table has 1 to 12 columns".to_owned());
    }
    let row = |row: &Vec<Words>| {
        if row.len() != columns {
            return Err(format!("a row has {} cells for {columns} columns", row.len()));
        }
        row.iter().map(|cell| words(cell, by)).collect::<Result<Vec<_>, _>>()
    };
    Ok(Grid {
        caption: words(&table.caption, by)?,
        heads: table.columns.iter().map(|c| words(&c.head, by)).collect::<Result<_, _>>()?,
        ends: table.columns.iter().map(|column| column.end).collect(),
        rows: table.rows.iter().map(row).collect::<Result<_, _>>()?,
        foot: table.foot.as_ref().map(row).transpose()?,
    })
}

fn words(words_: &Words, by: &dyn Writes) -> Result<String, String> {
    Ok(match words_ {
        Words::Text(text) => text.clone(),
        Words::Yen { yen } => by.yen(*yen),
        Words::Year { year } => by.year(*year),
        Words::Number { number } => by.number(*number),
        Words::Month { month: when } | Words::Day { day: when } => by.when(when),
        Words::Message { t, args } => {
            let args: Result<Vec<(&str, String)>, String> =
                args.iter().map(|(name, arg)| Ok((name.as_str(), words(arg, by)?))).collect();
            by.message(t, &args?).ok_or_else(|| format!("there is no message {t}"))?
        }
    })
}

impl Part {
    fn signs(&self) -> usize {
        let all = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
        match self {
            Part::Heading(text) | Part::Paragraph(text) | Part::Note(text) => text.len(),
            Part::Figures(figures) => figures.iter().map(|(a, b)| a.len() + b.len()).sum(),
            Part::Table(grid) => {
                all(&grid.heads) + grid.rows.iter().map(|row| all(row)).sum::<usize>()
            }
        }
    }
}
