//! `tables.toml`: what a plugin keeps. It declares columns; the host makes the tables and adds
//! insurer and person by itself, so that nobody can leave them out.

use super::class::DataClass;
use super::sql::token::KEYWORDS;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::config::toml_fault;

/// A plugin's tables by name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    schema: String,
    #[serde(default)]
    pub table: BTreeMap<String, Table>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub scope: Scope,
    /// The class of every row; a column can be above it.
    pub class: DataClass,
    pub columns: BTreeMap<String, Column>,
    /// Columns by which rows are found, besides insurer and person.
    #[serde(default)]
    pub indexes: Vec<Vec<String>>,
    /// Columns that no two rows of the insurer, or of the person, have alike.
    pub key: Option<Vec<String>>,
    /// How many rows one person, or the insurer, may have that are written here; files may bring more.
    most: Option<u32>,
    /// What a person keeps from the rest of the household.
    #[serde(default)]
    pub hidden_by: Vec<HiddenBy>,
    /// How long rows are kept; for ever when nothing is said.
    pub retention: Option<Retention>,
    /// What it was in the portal's own database before plugins had databases of their own.
    pub was: Option<Was>,
}

/// A table in which a person writes what the rest of the household does not see of their rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenBy {
    pub table: String,
    /// Columns of both tables: rows that are alike in them are hidden. They are the other table's key.
    pub on: Vec<String>,
    /// Of such a row only these are hidden, and read as if they had no value; the whole row when nothing is said.
    #[serde(default)]
    pub columns: Vec<String>,
}

impl HiddenBy {
    fn check(&self, table: &Table, tables: &Tables) -> Result<(), String> {
        let name = &self.table;
        let by = tables.table.get(name).ok_or(format!("{name:?} is no table of tables.toml"))?;
        if (table.scope, by.scope) != (Scope::Person, Scope::Person) {
            return Err(format!("both tables are of persons: write scope = \"person\" in {name}"));
        }
        if by.class < table.class {
            return Err(format!(
                "{name} says of its rows: write class = {:?}",
                table.class.as_str()
            ));
        }
        // Files are fetched by their id, not by a row.
        let is_blob = |column: &Column| column.kind() == Kind::Blob;
        if table.columns.values().any(is_blob) {
            return Err("a table with files cannot hide rows; keep the files in another".to_owned());
        }
        if !by.hidden_by.is_empty() {
            return Err(format!("{name} is seen by its owner alone; remove its own hidden_by"));
        }
        if by.key.as_ref() != Some(&self.on) {
            return Err(format!("on: write key = {:?} in {name}", self.on));
        }
        for column in &self.on {
            let both = table.columns.get(column).zip(by.columns.get(column));
            let (ours, theirs) = both.ok_or(format!("on: {column} is a column of both tables"))?;
            if ours.kind() != theirs.kind() {
                return Err(format!("on: {column} is of one type in both tables"));
            }
            if ours.optional && ours.kind() != Kind::Text {
                return Err(format!("on: {column} is optional; only a text may be"));
            }
        }
        let optional = |column: &String| table.columns.get(column).is_some_and(|c| c.optional);
        match self.columns.iter().find(|column| !optional(column)) {
            Some(column) => Err(format!("columns: {column} is no optional column of the table")),
            None => Ok(()),
        }
    }
}

/// How long rows are kept: those of a year to a day so many years later.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The column, a month or a day, that says of which year a row is.
    pub by: String,
    pub years: u8,
    /// The last day, `03-31`.
    #[serde(default = "end_of_year")]
    pub until: String,
}

fn end_of_year() -> String {
    "12-31".to_owned()
}

impl Retention {
    fn check(&self, table: &Table) -> Result<(), String> {
        match table.columns.get(&self.by) {
            Some(column) if column.optional => {
                return Err(format!("by: {} is optional, and such rows would stay", self.by));
            }
            Some(column) if matches!(column.kind(), Kind::Month | Kind::Day) => {}
            _ => return Err(format!("by: {:?} is no column of type month or day", self.by)),
        }
        if !(1..=100).contains(&self.years) {
            return Err("years: 1 to 100".to_owned());
        }
        // Of a leap year, so that 02-29 is one.
        let day = format!("2024-{}", self.until);
        match day.parse::<Date>().is_ok_and(|parsed| parsed.to_string() == day) {
            true => Ok(()),
            false => Err(format!("until: {:?}: write month and day, \"03-31\"", self.until)),
        }
    }
}

impl Table {
    /// How many rows a person may have in it, or in a table of the insurer the insurer.
    pub fn most(&self) -> u32 {
        self.most.unwrap_or(match self.scope {
            Scope::Person => 1_000,
            Scope::Insurer => 10_000,
        })
    }
}

/// Whose a row is. Every row is an insurer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// One person's: seen by them, and by the household where policy and choice allow it.
    Person,
    /// Of the insurer as a whole: seen by every member.
    Insurer,
}

/// A table of the release before and what its columns are called now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Was {
    pub table: String,
    /// Our column and the old one, where the names differ; `line` is the number of the row.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Our column by whose values the old rows are batches.
    pub batch: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    #[serde(rename = "type")]
    word: KindWord,
    /// May be without a value.
    #[serde(default)]
    pub optional: bool,
    /// Above the table's own, when this column is more sensitive than the rest.
    pub class: Option<DataClass>,
    /// For `word`: every value that it can have.
    #[serde(default)]
    words: Vec<String>,
    /// For `decimal`: digits behind the point.
    places: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindWord {
    Text,
    Int,
    Yen,
    Decimal,
    Day,
    Month,
    Instant,
    Bool,
    Word,
    Blob,
    Json,
}

/// What a value is, in tables, queries and parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A whole number.
    Int,
    /// A whole number of yen.
    Yen,
    /// So many digits behind the point; kept and added as a whole number.
    Decimal(u8),
    /// `2026-04-01`
    Day,
    /// `202604`
    Month,
    /// Seconds since 1970 (UTC).
    Instant,
    Bool,
    /// One of these.
    Word(Vec<String>),
    /// The id of a file that the host keeps beside the table, 64 hexadecimal digits.
    Blob,
    Json,
    /// A person, by a name that means nothing outside this plugin's data.
    Person,
}

impl Kind {
    /// The word in `tables.toml` and in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Int => "int",
            Kind::Yen => "yen",
            Kind::Decimal(_) => "decimal",
            Kind::Day => "day",
            Kind::Month => "month",
            Kind::Instant => "instant",
            Kind::Bool => "bool",
            Kind::Word(_) => "word",
            Kind::Blob => "blob",
            Kind::Json => "json",
            Kind::Person => "person",
        }
    }

    /// The type that both engines store it as.
    pub fn stored(&self) -> Stored {
        match self {
            Kind::Int | Kind::Yen | Kind::Decimal(_) | Kind::Instant => Stored::BigInt,
            Kind::Bool => Stored::Boolean,
            Kind::Text
            | Kind::Day
            | Kind::Month
            | Kind::Word(_)
            | Kind::Blob
            | Kind::Json
            | Kind::Person => Stored::Text,
        }
    }
}

/// How the engines keep a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    Text,
    BigInt,
    Boolean,
}

impl Column {
    /// What its values are.
    pub fn kind(&self) -> Kind {
        match self.word {
            KindWord::Text => Kind::Text,
            KindWord::Int => Kind::Int,
            KindWord::Yen => Kind::Yen,
            KindWord::Decimal => Kind::Decimal(self.places.unwrap_or(0)),
            KindWord::Day => Kind::Day,
            KindWord::Month => Kind::Month,
            KindWord::Instant => Kind::Instant,
            KindWord::Bool => Kind::Bool,
            KindWord::Word => Kind::Word(self.words.clone()),
            KindWord::Blob => Kind::Blob,
            KindWord::Json => Kind::Json,
        }
    }

    fn check(&self, class: DataClass) -> Result<(), String> {
        if (self.word == KindWord::Word) == self.words.is_empty() {
            return Err("a word lists its values: words = [\"…\"], and nothing else does".into());
        }
        if (self.word == KindWord::Decimal) != self.places.is_some_and(|n| (1..=6).contains(&n)) {
            return Err("a decimal has places = 1 to 6, and nothing else has".into());
        }
        if self.class.is_some_and(|own| own <= class) {
            return Err(format!("is {} as its table is; remove class", class.as_str()));
        }
        Ok(())
    }
}

/// The names that the host adds to a table itself.
pub const HOSTS: [&str; 4] = ["insurer_id", "person", "import_id", "line"];

impl Tables {
    /// Whether persons write in this table what they keep from others: nobody else reads it.
    pub fn hides(&self, name: &str) -> bool {
        self.table.values().flat_map(|table| &table.hidden_by).any(|hidden| hidden.table == name)
    }

    /// Reads `tables.toml`.
    ///
    /// # Errors
    /// The line or the table, what is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tables: Self = toml::from_str(text).map_err(|error| toml_fault(text, &error))?;
        if tables.schema != "musubi-tables/1" {
            return Err(format!("schema {:?}: write schema = \"musubi-tables/1\"", tables.schema));
        }
        for (name, table) in &tables.table {
            let at = |why: String| format!("table {name}: {why}");
            named(name).map_err(at)?;
            if name.starts_with("musubi") {
                return Err(at("names that begin with musubi are the host's".into()));
            }
            if table.columns.is_empty() {
                return Err(at("declare at least one column".into()));
            }
            if table.scope == Scope::Person && table.class == DataClass::None {
                return Err(at("rows of persons are at least pii: write class = \"pii\"".into()));
            }
            for (column, declared) in &table.columns {
                let at = |why: String| format!("table {name}: column {column}: {why}");
                named(column).map_err(at)?;
                if HOSTS.contains(&column.as_str()) {
                    return Err(at("the host adds it itself; remove it".into()));
                }
                declared.check(table.class).map_err(at)?;
            }
            if let Some(was) = &table.was {
                let old = std::iter::once(&was.table).chain(was.columns.values());
                for name in old {
                    named(name).map_err(|why| at(format!("was: {name}: {why}")))?;
                }
                // Printed into a statement on the portal's own database, as those are.
                if let Some(batch) = was.batch.as_ref().filter(|b| !table.columns.contains_key(*b))
                {
                    return Err(at(format!("was: batch: {batch:?} is no column of it")));
                }
            }
            for hidden in &table.hidden_by {
                hidden.check(table, &tables).map_err(|why| at(format!("hidden_by: {why}")))?;
            }
            if let Some(retention) = &table.retention {
                retention.check(table).map_err(|why| at(format!("retention: {why}")))?;
            }
            if let Some(key) = &table.key {
                keyed(table, key).map_err(|why| at(format!("key: {why}")))?;
            }
            if !(1..=100_000).contains(&table.most()) {
                return Err(at("most: there may be 1 to 100,000 rows".into()));
            }
            for column in table.indexes.iter().flatten() {
                if !table.columns.contains_key(column) {
                    return Err(at(format!("an index names {column:?}, which is no column of it")));
                }
            }
        }
        Ok(tables)
    }
}

fn keyed(table: &Table, key: &[String]) -> Result<(), String> {
    if key.is_empty() {
        return Err("name at least one column".into());
    }
    for (at, column) in key.iter().enumerate() {
        match table.columns.get(column) {
            None => return Err(format!("{column:?} is no column of it")),
            // Two rows without a value are not alike to an engine.
            Some(declared) if declared.optional => {
                return Err(format!("{column} is optional; a key always has a value"));
            }
            Some(_) if key[..at].contains(column) => return Err(format!("{column} stands twice")),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Names are printed into statements: only what needs no quoting anywhere.
fn named(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let first = name.starts_with(|c: char| c.is_ascii_lowercase());
    if KEYWORDS.contains(&name) {
        return Err("is a keyword of queries; take another name".into());
    }
    if first && name.len() <= 40 && name.chars().all(plain) {
        return Ok(());
    }
    Err("use a-z, 0-9 and _, beginning with a letter, 40 characters at most".into())
}

#[cfg(test)]
mod tests {
    use super::Tables;

    const GOOD: &str = "schema = \"musubi-tables/1\"\n[table.rows]\nscope = \"person\"\n\
                        class = \"medical\"\nindexes = [[\"month\"]]\n[table.rows.columns]\n\
                        month = { type = \"month\" }\nkind = { type = \"word\", words = [\"a\"] }\n";

    #[test]
    fn what_hides_rows_is_a_table_of_its_own() {
        let hides = "[[table.rows.hidden_by]]\ntable = \"kept\"\non = [\"month\", \"kind\"]\n\
                     [table.kept]\nscope = \"person\"\nclass = \"medical\"\n\
                     key = [\"month\", \"kind\"]\ncolumns.month = { type = \"month\" }\n\
                     columns.kind = { type = \"word\", words = [\"a\"] }\n";
        let good = format!("{GOOD}note = {{ type = \"text\", optional = true }}\n{hides}");
        let tables = Tables::parse(&good).unwrap();
        assert!(tables.hides("kept") && !tables.hides("rows"));
        let only = "on = [\"month\", \"kind\"]\ncolumns = [\"note\"]";
        assert!(Tables::parse(&good.replace("on = [\"month\", \"kind\"]", only)).is_ok());
        for (from, to, word) in [
            ("table = \"kept\"", "table = \"gone\"", "\"gone\" is no table"),
            ("[table.kept]\nscope = \"person\"", "[table.kept]\nscope = \"insurer\"", "in kept"),
            ("class = \"medical\"\nkey", "class = \"pii\"\nkey", "class = \"medical\""),
            ("key = [\"month\", \"kind\"]", "key = [\"month\"]", "in kept"),
            ("words = [\"a\"] }\nnote", "words = [\"a\", \"b\"] }\nnote", "one type"),
            ("\"month\" }\nkind", "\"month\", optional = true }\nkind", "only a text"),
            ("on = [\"month\"", "columns = [\"kind\"]\non = [\"month\"", "no optional column"),
            ("note = { type = \"text\"", "note = { type = \"blob\"", "with files"),
        ] {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good, "{to}");
            let why = Tables::parse(&text).unwrap_err();
            assert!(why.starts_with("table rows: hidden_by") && why.contains(word), "{to}: {why}");
        }
    }

    #[test]
    fn a_wrong_table_says_where_and_what_to_write() {
        assert_eq!(Tables::parse(GOOD).unwrap().table["rows"].columns.len(), 2);
        for (from, to, word) in [
            ("musubi-tables/1", "x", "musubi-tables/1"),
            ("\"month\" }", "\"moon\" }", "line 7"),
            ("scope = \"person\"", "scope = \"all\"", "line 3"),
            ("class = \"medical\"", "class = \"none\"", "at least pii"),
            ("kind = {", "Kind = {", "a-z"),
            ("kind = {", "\"a\\\" OR 1\" = {", "a-z"),
            ("kind = {", "insurer_id = {", "adds it itself"),
            ("kind = {", "person = {", "adds it itself"),
            (", words = [\"a\"]", "", "words = ["),
            ("\"month\" }", "\"decimal\" }", "places"),
            ("\"month\" }", "\"month\", class = \"pii\" }", "remove class"),
            ("[[\"month\"]]", "[[\"moon\"]]", "\"moon\""),
            ("table.rows", "table.musubi_x", "the host's"),
            ("[[\"month\"]]", "[]\nkey = [\"moon\"]", "key: \"moon\""),
            ("[[\"month\"]]", "[]\nkey = []", "at least one"),
            ("[[\"month\"]]", "[]\nkey = [\"month\", \"month\"]", "twice"),
            ("[[\"month\"]]", "[]\nmost = 0", "1 to 100,000"),
            ("kind = {", "order = {", "keyword"),
            ("\"month\" }", "\"month\", wide = 1 }", "line 7"),
            ("[table.rows.columns]", "was.table = \"x y\"\n[table.rows.columns]", "was: x y"),
            (
                "[table.rows.columns]",
                "was = { table = \"x\", batch = \"(SELECT id_token FROM sessions)\" }\n\
                 [table.rows.columns]",
                "is no column of it",
            ),
            (
                "[table.rows.columns]",
                "was = { table = \"x\", columns = { month = \"a, b\" } }\n[table.rows.columns]",
                "was: a, b",
            ),
        ] {
            let why = Tables::parse(&GOOD.replace(from, to)).unwrap_err();
            assert!(why.contains(word), "{to}: {why}");
        }
    }
}
