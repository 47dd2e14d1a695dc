//! Families, and rows that say whose they are.

use crate::plugins::Plugin;
use crate::plugins::data::database::Database;
use crate::plugins::data::people::{PersonKeys, Seen};
use crate::plugins::data::query::value_of;
use crate::plugins::data::staged::{Aside, Staged};
use crate::plugins::data::tables::{Kind, Scope, Table};
use crate::plugins::package::manifest::{Importer, Mode};
use db::{AssertSqlSafe, Value};
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan, tz};
use secret::hash;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows of a person, or of an insurer, in each table: more than a year of months.
const ROWS: i64 = 14;

/// An insurer of a trial, and the mark of what is its own.
#[derive(Clone, Copy)]
pub struct Insurer {
    pub slug: &'static str,
    pub mark: &'static str,
}

pub const INSURERS: [Insurer; 2] =
    [Insurer { slug: "trial-a", mark: "a0" }, Insurer { slug: "trial-b", mark: "b0" }];

/// Two people who see each other's rows, and nobody else's.
pub struct Family {
    pub insurer: Insurer,
    pub mark: &'static str,
    pub people: Vec<Seen>,
}

/// Numbers of nine digits, and whose they are.
pub type Numbers = HashMap<i64, &'static str>;

/// Two of each insurer.
pub fn families(keys: &PersonKeys) -> Vec<Family> {
    let [a, b] = INSURERS;
    [(a, "a1"), (a, "a2"), (b, "b1"), (b, "b2")]
        .into_iter()
        .map(|(insurer, mark)| {
            let person = |at: usize| {
                let who = format!("{mark}-{at}");
                Seen {
                    id: keys.of_person(insurer.slug, &who),
                    name: format!("of-{mark}-{at}"),
                    own: at == 0,
                    keys: vec![keys.of_card(insurer.slug, &who)],
                }
            };
            Family { insurer, mark, people: vec![person(0), person(1)] }
        })
        .collect()
}

/// What is in a text that the family of a mark, or an insurer, has.
pub fn marked(mark: &str) -> String {
    format!("of-{mark}-")
}

/// Fills every table of a plugin for all of them.
///
/// # Errors
/// What the database says.
pub async fn fill(plugin: &Plugin, families: &[Family], now: i64) -> Result<Numbers, String> {
    let mut maker = Maker { now, numbers: Numbers::new() };
    let Some(database) = &plugin.database else { return Ok(maker.numbers) };
    for (name, table) in &plugin.tables.table {
        for insurer in INSURERS {
            let rows = maker.rows((name, table), insurer, families);
            let importer = plugin.manifest.importer.iter().find(|one| one.table == *name);
            let filled = match importer {
                Some(importer) => {
                    aside(database, (name, table), (insurer, importer), rows, now).await
                }
                None => written(database, (name, table), insurer, rows).await,
            };
            filled.map_err(|error| format!("table {name}: {error}"))?;
        }
    }
    Ok(maker.numbers)
}

/// Rows as an import brings them.
async fn aside(
    database: &Database,
    (name, table): (&str, &Table),
    (insurer, importer): (Insurer, &Importer),
    rows: Vec<Vec<Value>>,
    now: i64,
) -> db::Result<()> {
    let batch = match importer.mode {
        Mode::Snapshot => "",
        Mode::Batches => "trial",
    };
    let mut staged = Staged {
        database,
        insurer: insurer.slug,
        importer: &importer.id,
        table: name,
        columns: columns(table),
        fingerprint: "trial",
        now,
        begun: BTreeMap::new(),
    };
    let count = i64::try_from(rows.len()).unwrap_or(0);
    let lines = rows.into_iter().zip(2..);
    let rows = lines.map(|(values, line)| Aside { line, batch: batch.to_owned(), values });
    staged.put(rows.collect()).await?;
    staged.publish(&BTreeMap::from([(batch.to_owned(), count)])).await
}

/// Rows as statements write them.
async fn written(
    database: &Database,
    (name, table): (&str, &Table),
    insurer: Insurer,
    rows: Vec<Vec<Value>>,
) -> db::Result<()> {
    let mut names = vec!["insurer_id", "import_id", "line"];
    names.extend(columns(table));
    let sql = database.insert(name, &names, 1);
    let mut tx = database.begin(insurer.slug).await?;
    for row in rows {
        let mut values = vec![Value::from(insurer.slug), 0.into(), 0.into()];
        values.extend(row);
        tx.execute(AssertSqlSafe(sql.clone()), &values).await?;
    }
    tx.commit().await
}

/// `person`, for rows of persons, and then the columns.
fn columns(table: &Table) -> Vec<&str> {
    let person = (table.scope == Scope::Person).then_some("person");
    person.into_iter().chain(table.columns.keys().map(String::as_str)).collect()
}

/// Makes values that nobody else has.
struct Maker {
    now: i64,
    numbers: Numbers,
}

impl Maker {
    fn rows(
        &mut self,
        (name, table): (&str, &Table),
        insurer: Insurer,
        families: &[Family],
    ) -> Vec<Vec<Value>> {
        let theirs = families.iter().filter(|family| family.insurer.slug == insurer.slug);
        let people = theirs.flat_map(|family| {
            family.people.iter().map(|seen| (family.mark, seen.keys.first().cloned()))
        });
        let owners: Vec<(&'static str, Option<String>)> = match table.scope {
            Scope::Person => people.collect(),
            Scope::Insurer => vec![(insurer.mark, None)],
        };
        let mut rows = Vec::new();
        for (at, (mark, person)) in owners.into_iter().enumerate() {
            let mut taken = BTreeSet::new();
            for n in 0..ROWS {
                let made: BTreeMap<&str, Json> = table
                    .columns
                    .iter()
                    .map(|(column, declared)| {
                        let kind = declared.kind();
                        let none = declared.optional && n % 5 == 4;
                        let value = match none {
                            true => Json::Null,
                            false => self.value(&kind, mark, &format!("{name} {column} {at}"), n),
                        };
                        (column.as_str(), value)
                    })
                    .collect();
                let key =
                    table.key.iter().flatten().map(|column| made[column.as_str()].to_string());
                if table.key.is_some() && !taken.insert(key.collect::<Vec<_>>()) {
                    continue;
                }
                let mut row: Vec<Value> =
                    person.iter().map(|person| Value::from(person.as_str())).collect();
                row.extend(table.columns.iter().map(|(column, declared)| {
                    value_of(&made[column.as_str()], &declared.kind()).expect("of its kind")
                }));
                rows.push(row);
            }
        }
        rows
    }

    fn value(&mut self, kind: &Kind, mark: &'static str, of: &str, n: i64) -> Json {
        let mut number = || {
            let hash = hash::sha256(format!("{of} {mark} {n}"));
            let drawn = hash.iter().take(7).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
            let number = 100_000_000 + drawn % 900_000_000;
            self.numbers.insert(number, mark);
            number
        };
        let text = format!("{}{n}", marked(mark));
        match kind {
            Kind::Text | Kind::Person => json!(text),
            Kind::Int | Kind::Yen => json!(number()),
            Kind::Decimal(places) => json!(format!("{}.{:0>1$}", n + 1, usize::from(*places))),
            Kind::Day => json!(self.before(n.days()).to_string()),
            Kind::Month => json!(self.before(n.months()).strftime("%Y%m").to_string()),
            Kind::Instant => json!(self.now - n * 86_400),
            Kind::Bool => json!(n % 2 == 0),
            Kind::Word(words) => {
                let at = usize::try_from(n).unwrap_or(0) % words.len().max(1);
                json!(words.get(at))
            }
            Kind::Blob => json!(hash::sha256_hex(text.as_bytes())),
            Kind::Json => json!({"of": text}),
        }
    }

    /// The day in Japan so long ago.
    fn before(&self, span: Span) -> Date {
        let now = Timestamp::from_second(self.now).unwrap_or_default();
        let today = tz::offset(9).to_datetime(now).date();
        today.checked_sub(span).unwrap_or(today)
    }
}
