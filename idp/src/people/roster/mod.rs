//! The insurer's list of members: read and checked whole, compared with the one that holds, then
//! written beside it, which it replaces at once.

mod compare;
mod relation;
mod write;

use crate::ids::{InsurerId, PersonId};
use crate::store::people::Member;
use db::Db;
use handover::card::Card;
use handover::{Layout, OpenError, Problem, Reader, Reason, Report, Row, date, kana};
use relation::Relations;
use secret::hash;
use std::collections::HashMap;
use std::io::Read;

/// Columns that a layout must map.
const COLUMNS: [&str; 10] = [
    "symbol",
    "number",
    "branch",
    "relation",
    "name",
    "name_kana",
    "birth_date",
    "sex",
    "acquired_on",
    "person_key",
];

/// What an import may do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Report only.
    pub dry_run: bool,
    /// Allow a snapshot to end more than 30 % of the members.
    pub allow_large_change: bool,
    /// Allow a card to become another person's, and a person to get another birth date.
    pub allow_changed_persons: bool,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error(
        "配置のmode「{0}」は使えません。\"snapshot\"（全件）か\"delta\"（差分）を指定してください"
    )]
    Mode(String),
    #[error(
        "配置の[words.relation]に「{0}」があります。insured（被保険者）とdependant（被扶養者）だけを書けます"
    )]
    Words(String),
    #[error(
        "{ended}人の資格が終了することになります（全体{of}人の30%を超えます）。全件のファイルか確かめてください。\
         正しければ --allow-large-change を付けてください。何も変更していません"
    )]
    LargeChange { ended: usize, of: usize },
    #[error(
        "取り込みの間に、別の取り込みが終わりました。何も変更していません。もう一度、実行してください"
    )]
    Overtaken,
}

/// A roster file and how it is laid out.
pub struct Source<'l, R> {
    pub reader: R,
    pub layout: &'l Layout,
}

/// When an import happens.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Seconds since 1970.
    pub now: i64,
    /// `YYYY-MM-DD`.
    pub today: &'a str,
}

/// A row of the file.
struct Entry {
    line: u64,
    person_key: String,
    card_key: String,
    household: String,
    hash: String,
    member: Member,
}

/// Imports a roster. Faulty rows are all reported, each once, and then nothing is written. The
/// same file twice changes nothing. Until the last statement the roster before holds, also when
/// the import is cut off. `progress` hears how many bytes were read.
///
/// # Errors
/// When the file cannot be read, a snapshot would end too many memberships, another import was
/// faster, or the database does not answer. Nothing has changed then.
pub async fn import(
    db: &Db,
    insurer: &InsurerId,
    source: Source<'_, impl Read>,
    options: Options,
    moment: Moment<'_>,
    progress: impl FnMut(u64),
) -> Result<Report, ImportError> {
    let snapshot = match source.layout.mode.as_str() {
        "snapshot" => true,
        "delta" => false,
        other => return Err(ImportError::Mode(other.to_owned())),
    };
    let (mut report, entries) = read(source, progress)?;
    if !report.problems.is_empty() {
        return Ok(report);
    }
    let change =
        compare::with_standing(db, insurer, entries, (snapshot, options), &mut report).await?;
    if report.problems.is_empty() && !options.dry_run && !change.is_empty() {
        write::replace(db, insurer, change, moment).await?;
    }
    Ok(report)
}

/// Reads all rows: those that can be used, and a report of those that cannot.
fn read(
    Source { reader, layout }: Source<'_, impl Read>,
    mut progress: impl FnMut(u64),
) -> Result<(Report, Vec<Entry>), ImportError> {
    let relations = Relations::of(layout)?;
    let mut report = Report::default();
    let mut entries: Vec<Entry> = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut births: HashMap<String, String> = HashMap::new();
    let mut reader = Reader::open(reader, layout, &COLUMNS)?;
    while let Some(row) = reader.next_row() {
        report.rows += 1;
        let entry = row.and_then(|row| {
            let entry = entry(&row, &relations)?;
            if let Some(first_line) = lines.insert(entry.card_key.clone(), row.line) {
                return Err(row.problem("number", Reason::Twice { first_line }));
            }
            let birth = &entry.member.birth_date;
            let known = births.entry(entry.person_key.clone()).or_insert_with(|| birth.clone());
            if known != birth {
                let why = "同じ人の行が、ほかの生年月日でもあります";
                return Err(row.problem("birth_date", Reason::Other(why.into())));
            }
            Ok(entry)
        });
        match entry {
            Ok(entry) => entries.push(entry),
            Err(problem) => report.problems.push(problem),
        }
        if report.rows % 500 == 0 {
            progress(reader.bytes_read());
        }
    }
    Ok((report, entries))
}

fn entry(row: &Row, relations: &Relations) -> Result<Entry, Problem> {
    let card = row.card()?;
    let relation = row.required("relation")?.to_owned();
    let unknown = Reason::Other(relation::UNKNOWN.into());
    let insured = row.parsed("relation", |word| relations.is_insured(word), unknown)?;
    let name_kana = row.required("name_kana")?;
    let kana_match = row.parsed("name_kana", kana::match_form, Reason::NotKana)?;
    let day = |text: &str| date::day(text).map(|day| day.to_string());
    let sexes = Reason::Unknown { expected: "男 女 1 2" };
    let member = Member {
        person_id: PersonId::new(""),
        name: row.required("name")?.split_whitespace().collect::<Vec<_>>().join("　"),
        name_kana: kana::shown(name_kana),
        kana_match,
        birth_date: row.parsed("birth_date", day, Reason::NotADate)?,
        sex: row.parsed("sex", sex, sexes)?.to_owned(),
        insured,
        relation,
        symbol: card.symbol.clone(),
        number: card.number.clone(),
        branch: card.branch.clone(),
        acquired_on: row.parsed("acquired_on", day, Reason::NotADate)?,
        lost_on: row.optional("lost_on", day, Reason::NotADate)?,
    };
    let person_key = row.required("person_key")?.to_owned();
    let hash = row_hash(&person_key, &member);
    let (card_key, household) = (card.key(), Card::household(&card));
    Ok(Entry { line: row.line, person_key, card_key, household, hash, member })
}

/// SHA-256 over every field in a fixed order, each with its length before it, so that no two rows
/// have one text: the same file twice is no change.
fn row_hash(person_key: &str, member: &Member) -> String {
    let fields = [
        person_key,
        &member.name,
        &member.name_kana,
        &member.kana_match,
        &member.birth_date,
        &member.sex,
        &member.symbol,
        &member.number,
        &member.branch,
        &member.relation,
        // What the word meant: a layout may come to read it in another way.
        if member.insured { "insured" } else { "dependant" },
        &member.acquired_on,
        member.lost_on.as_deref().unwrap_or("-"),
    ];
    let text: String = fields.iter().map(|field| format!("{}:{field}", field.len())).collect();
    hash::s256(text)
}

fn sex(text: &str) -> Option<&'static str> {
    match text {
        "男" | "1" | "１" | "男性" => Some("male"),
        "女" | "2" | "２" | "女性" => Some("female"),
        _ => None,
    }
}
