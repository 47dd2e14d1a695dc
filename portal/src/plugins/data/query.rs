//! Named queries: the finite list of what a plugin can read. Insurer and persons are the host's;
//! everything else is a named parameter, checked against its type before it is bound.

use super::class::DataClass;
use super::people::People;
use super::sql::check::{self, Schema};
use super::sql::print::{self, Bind, MOST_ROWS, Printed, Whose};
use super::sql::tree::{Aggregate, Expr, Function, Join, Node, Select};
use super::tables::{Kind, Scope, Stored};
use db::{AssertSqlSafe, Conn, Engine, Row, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// One query file.
#[derive(Debug, Clone)]
pub struct Query {
    select: Select,
    /// The statements that were printed: families are alike in how many they are.
    printed: Arc<Mutex<Statements>>,
}

/// What a query is for an engine and so many people.
type Statements = HashMap<(Engine, Whose), Arc<Printed>>;

/// How many statements of a query are kept.
const PRINTED: usize = 64;

/// A plugin's queries by name.
pub type Queries = HashMap<String, Query>;

/// The most that the rows of one answer may hold, in bytes of their texts.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The longest text that a parameter may be, in characters: engines look for one within another
/// without counting.
const LONGEST: usize = 1_000;

/// The longest json that a parameter may be, in bytes.
const LONGEST_JSON: usize = 16 * 1024;

/// Why a query gave no rows.
#[derive(Debug)]
pub enum Unanswered {
    /// What the call asked is wrong: for the plugin's author.
    Asked(String),
    /// More than one answer holds.
    TooMuch,
    /// There is no room for one more row.
    Full,
    Database(db::Error),
}

/// For whom a query runs.
pub struct For<'a> {
    pub insurer: &'a str,
    /// Whose rows may be seen.
    pub people: &'a People,
    /// The day in Japan, `YYYY-MM-DD`.
    pub today: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// Reads every `queries/*.sql` of a plugin.
///
/// # Errors
/// Names the first query that is wrong, the line, and what to write there.
pub fn read(folder: &Path, schema: &Schema<'_>) -> Result<Queries, String> {
    let (queries, mut wrong) = read_all(folder, schema);
    if wrong.is_empty() { Ok(queries) } else { Err(wrong.remove(0)) }
}

/// The queries of a plugin, and what is wrong with the others.
pub fn read_all(folder: &Path, schema: &Schema<'_>) -> (Queries, Vec<String>) {
    let (queries, wrong) = read_files(folder, |text| Query::parse(text, schema));
    let at = |(name, why): (String, String)| format!("queries/{name}.sql: {why}");
    (queries, wrong.into_iter().map(at).collect())
}

/// What each `*.sql` of a folder says, by its name, and what is wrong with the others.
pub(super) fn read_files<T>(
    folder: &Path,
    parse: impl Fn(&str) -> Result<T, String>,
) -> (HashMap<String, T>, Vec<(String, String)>) {
    let (mut found, mut wrong) = (HashMap::new(), Vec::new());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if file.extension().is_none_or(|end| end != "sql") {
            continue;
        }
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
        match text.and_then(|text| parse(&text)) {
            Ok(read) => drop(found.insert(name, read)),
            Err(why) => wrong.push((name, why)),
        }
    }
    (found, wrong)
}

impl Query {
    /// Reads a query and checks it against the plugin's tables.
    ///
    /// # Errors
    /// The line and what to write there.
    pub fn parse(text: &str, schema: &Schema<'_>) -> Result<Self, String> {
        Ok(Self { select: check::check(text, schema)?, printed: Arc::default() })
    }

    /// The class of its rows: the highest of all that it reads.
    pub fn class(&self) -> DataClass {
        self.select.class
    }

    /// Whether it can be told whose rows it shows: it reads nobody's, it counts over many, or each of its rows says
    /// whose it is, of every table of persons that it reads.
    pub fn says_whose(&self) -> bool {
        let Select { sources, columns, .. } = &self.select;
        let names = |at: usize| {
            let mut nodes = columns.iter().map(|column| &column.expr.node);
            nodes.any(|node| {
                matches!(node, Node::Column { source, column } if *source == at && column == "person")
            })
        };
        let mut persons = sources.iter().enumerate().filter(|(_, one)| one.scope == Scope::Person);
        persons.all(|(at, _)| names(at)) || self.counts()
    }

    /// Whether its rows are of many: it counts or sums, and neither gives, nor groups by, nor looks for what could
    /// be one person's alone. Years, months, words and amounts are of many; a text, a day and a line are not.
    fn counts(&self) -> bool {
        let Select { sources, columns, filter, group, having, .. } = &self.select;
        let aggregates = |expr: &Expr| matches!(expr.node, Node::Aggregate { .. });
        let joined = sources.iter().filter_map(|source| match &source.join {
            Join::First => None,
            Join::Inner(on) | Join::Left(on) => Some(on),
        });
        let given = columns.iter().map(|column| &column.expr);
        let looked_at = given.chain(filter).chain(group).chain(having).chain(joined);
        columns.iter().any(|column| column.expr.any(&aggregates))
            && !looked_at.into_iter().any(is_narrow)
    }

    /// The columns that say whose a row is.
    fn whose(&self) -> impl Iterator<Item = &str> {
        let columns = self.select.columns.iter();
        let columns = columns.filter(|column| column.expr.kind == Kind::Person);
        columns.map(|column| column.name.as_str())
    }

    /// Whose rows an answer holds.
    pub fn persons<'r>(&'r self, rows: &'r [Json]) -> impl Iterator<Item = &'r str> {
        self.whose().flat_map(|name| rows.iter().filter_map(move |row| row[name].as_str()))
    }

    /// The statement for some people, as an engine takes it.
    pub fn printed(&self, engine: Engine, people: &People) -> Arc<Printed> {
        let key = (engine, people.whose());
        let mut known = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(printed) = known.get(&key) {
            return printed.clone();
        }
        let printed = Arc::new(print::print(&self.select, engine, key.1.clone()));
        if known.len() >= PRINTED {
            known.clear();
        }
        known.insert(key, printed.clone());
        printed
    }

    /// Runs it and returns its rows as JSON objects.
    ///
    /// # Errors
    /// [`Unanswered::Asked`] for a parameter that is missing, unknown or of another type, and for
    /// more rows or bytes than one answer holds.
    pub async fn run(
        &self,
        conn: &mut Conn,
        engine: Engine,
        whom: &For<'_>,
        params: &Map<String, Json>,
    ) -> Result<Vec<Json>, Unanswered> {
        let printed = self.printed(engine, whom.people);
        let values = values(&self.select.params, &printed.binds, whom, params)?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        let names: Vec<String> =
            (0..self.select.columns.len()).map(|at| format!("c{at}")).collect();
        let take = |row: Row| {
            rows.push(self.row(&row, &names, whom.people, &mut bytes)?);
            let full = rows.len() > MOST_ROWS as usize || bytes > MOST_BYTES;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        conn.each(AssertSqlSafe(printed.sql.clone()), &values, take)
            .await
            .map_err(Unanswered::Database)?;
        if rows.len() > MOST_ROWS as usize || bytes > MOST_BYTES {
            return Err(Unanswered::TooMuch);
        }
        Ok(rows)
    }

    fn row(
        &self,
        row: &Row,
        names: &[String],
        people: &People,
        bytes: &mut usize,
    ) -> db::Result<Json> {
        let mut object = Map::new();
        for (name, column) in names.iter().zip(&self.select.columns) {
            let value = match column.expr.kind.stored() {
                Stored::Text => {
                    let text = row.opt_text(name)?;
                    *bytes += text.as_ref().map_or(0, String::len);
                    text.map(|text| shown_text(text, &column.expr.kind, people))
                }
                Stored::BigInt => row.opt_int(name)?.map(|n| shown_number(n, &column.expr.kind)),
                Stored::Boolean => row.opt_bool(name)?.map(Json::from),
            };
            *bytes += 8;
            object.insert(column.name.clone(), value.unwrap_or(Json::Null));
        }
        Ok(Json::Object(object))
    }
}

/// Whether what it says could be one person's alone.
fn is_narrow(expr: &Expr) -> bool {
    match &expr.node {
        Node::Call(Function::Year | Function::Month, _) => false,
        Node::Aggregate { function: Aggregate::Count, .. } => false,
        Node::Column { column, .. } => {
            let narrow = matches!(
                expr.kind,
                Kind::Text | Kind::Json | Kind::Blob | Kind::Person | Kind::Day | Kind::Instant
            );
            narrow || column == "line"
        }
        _ => expr.parts().into_iter().any(is_narrow),
    }
}

/// What is bound to a printed statement.
///
/// # Errors
/// [`Unanswered::Asked`] for a parameter that is missing, unknown or of another type.
pub(super) fn values(
    kinds: &BTreeMap<String, Kind>,
    binds: &[Bind],
    whom: &For<'_>,
    params: &Map<String, Json>,
) -> Result<Vec<Value>, Unanswered> {
    if let Some(surplus) = params.keys().find(|name| !kinds.contains_key(*name)) {
        let plain: String = surplus.chars().filter(char::is_ascii_alphanumeric).collect();
        return Err(Unanswered::Asked(format!("it has no parameter ${plain}")));
    }
    let cards: Vec<&str> = whom.people.cards().collect();
    let param = |name: &str| {
        let kind = &kinds[name];
        let value = params.get(name).ok_or(format!("${name} is missing"))?;
        if value.as_str().is_some_and(|text| text.chars().count() > LONGEST) {
            return Err(format!("${name} is longer than {LONGEST} characters"));
        }
        if *kind == Kind::Json && value.to_string().len() > LONGEST_JSON {
            return Err(format!("${name} is longer than {LONGEST_JSON} bytes"));
        }
        value_of(value, kind).ok_or(format!("${name} must be {}", shape(kind)))
    };
    let value = |bind: &Bind| match bind {
        Bind::Insurer => Ok(Value::from(whom.insurer)),
        Bind::Card(at) => Ok(Value::from(cards[*at])),
        Bind::Person(at) => Ok(Value::from(whom.people.all()[*at].id.as_str())),
        Bind::Today => Ok(Value::from(whom.today)),
        Bind::Now => Ok(Value::from(whom.now)),
        Bind::Param(name) => param(name),
        Bind::Rows(name) => match param(name)? {
            Value::Int(Some(rows)) => Ok(Value::from(rows.clamp(0, MOST_ROWS + 1))),
            _ => Err(format!("${name} must be a number")),
        },
    };
    binds.iter().map(|bind| value(bind).map_err(Unanswered::Asked)).collect()
}

/// A text of a table as a plugin sees it.
fn shown_text(text: String, kind: &Kind, people: &People) -> Json {
    match kind {
        Kind::Person => people.id_of(&text).map_or(Json::Null, Json::from),
        Kind::Json => serde_json::from_str(&text).unwrap_or(Json::Null),
        _ => Json::from(text),
    }
}

/// A number of a table as a plugin sees it: decimals are texts, so that nothing rounds them.
fn shown_number(number: i64, kind: &Kind) -> Json {
    let Kind::Decimal(places) = kind else { return json!(number) };
    let (sign, digits) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    let one = 10u64.pow(u32::from(*places));
    let width = usize::from(*places);
    json!(format!("{sign}{}.{:0width$}", digits / one, digits % one))
}

/// What a parameter of a type looks like, for messages.
fn shape(kind: &Kind) -> String {
    match kind {
        Kind::Int | Kind::Yen | Kind::Instant => "a whole number or null".to_owned(),
        Kind::Decimal(places) => format!("a text like \"12.5\" with {places} places, or null"),
        Kind::Day => "a text like \"2026-04-01\", or null".to_owned(),
        Kind::Month => "a text like \"202604\", or null".to_owned(),
        Kind::Bool => "true, false or null".to_owned(),
        Kind::Word(words) => format!("one of {words:?}, or null"),
        Kind::Text | Kind::Blob | Kind::Json | Kind::Person => "a text or null".to_owned(),
    }
}

/// A parameter as the database takes it; `None` when it is of another type.
pub fn value_of(value: &Json, kind: &Kind) -> Option<Value> {
    if value.is_null() {
        return Some(match kind.stored() {
            Stored::Text => Value::Text(None),
            Stored::BigInt => Value::Int(None),
            Stored::Boolean => Value::Bool(None),
        });
    }
    Some(match kind {
        Kind::Int | Kind::Yen | Kind::Instant => Value::from(value.as_i64()?),
        Kind::Decimal(places) => Value::from(check::decimal(value.as_str()?, *places)?),
        Kind::Bool => Value::from(value.as_bool()?),
        Kind::Day => Value::from(value.as_str().filter(|text| check::is_day(text))?),
        Kind::Month => Value::from(value.as_str().filter(|text| check::is_month(text))?),
        Kind::Word(words) => {
            Value::from(value.as_str().filter(|text| words.iter().any(|word| word == text))?)
        }
        Kind::Json => Value::from(value.to_string()),
        // A text with a zero byte is none in PostgreSQL.
        Kind::Text | Kind::Blob | Kind::Person => {
            Value::from(value.as_str().filter(|text| !text.contains('\0'))?)
        }
    })
}
