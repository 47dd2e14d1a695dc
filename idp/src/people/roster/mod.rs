//! The insurer's list of members: read and checked whole, compared, then written at once.

use crate::ids::{InsurerId, PersonId};
use crate::store::people::{self, Member};
use db::Db;
use handover::card::Card;
use handover::{Layout, OpenError, Problem, Reader, Reason, Report, Row, date, kana};
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
        "{ended}人の資格が終了することになります（全体{of}人の30%を超えます）。全件のファイルか確かめてください。\
         正しければ --allow-large-change を付けてください。何も変更していません"
    )]
    LargeChange { ended: usize, of: usize },
}

/// A roster file and how it is laid out.
pub struct Source<'l, R> {
    pub reader: R,
    pub layout: &'l Layout,
}

struct Entry {
    person_key: String,
    card_key: String,
    household: String,
    hash: String,
    member: Member,
}

/// Imports a roster. Faulty rows are all reported, each once, and then nothing is written. The
/// same file twice changes nothing. `progress` hears how many bytes were read.
pub async fn import(
    db: &Db,
    insurer: &InsurerId,
    source: Source<'_, impl Read>,
    options: Options,
    today: &str,
    mut progress: impl FnMut(u64),
) -> Result<Report, ImportError> {
    let Source { reader, layout } = source;
    let snapshot = match layout.mode.as_str() {
        "snapshot" => true,
        "delta" => false,
        other => return Err(ImportError::Mode(other.to_owned())),
    };
    let mut report = Report::default();
    let mut entries: Vec<Entry> = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut reader = Reader::open(reader, layout, &COLUMNS)?;
    while let Some(row) = reader.next_row() {
        report.rows += 1;
        let entry = row.and_then(|row| {
            let entry = entry(&row)?;
            if let Some(first_line) = lines.insert(entry.card_key.clone(), row.line) {
                return Err(row.problem("number", Reason::Twice { first_line }));
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
    if !report.problems.is_empty() {
        return Ok(report);
    }
    let mut tx = db.begin().await?;
    let mut before: HashMap<String, (String, bool)> = people::row_hashes(&mut tx, insurer)
        .await?
        .into_iter()
        .map(|(card, hash, lost)| (card, (hash, lost)))
        .collect();
    let living = before.values().filter(|(_, lost)| !lost).count();
    // One transaction, so that a reader never sees half a roster.
    let mut person_ids: HashMap<String, PersonId> = HashMap::new();
    for mut entry in entries {
        match before.remove(&entry.card_key) {
            Some((hash, _)) if hash == entry.hash => {
                report.unchanged += 1;
                continue;
            }
            Some(_) => report.changed += 1,
            None => report.inserted += 1,
        }
        let id = match person_ids.get(&entry.person_key) {
            Some(id) => id.clone(),
            None => {
                let new = PersonId::random();
                let key = &entry.person_key;
                people::upsert_person(&mut tx, insurer, &new, key, &entry.member).await?
            }
        };
        person_ids.insert(entry.person_key.clone(), id.clone());
        entry.member.person_id = id;
        let keys = (entry.card_key.as_str(), entry.household.as_str());
        people::upsert_membership(&mut tx, insurer, keys, &entry.member, &entry.hash).await?;
    }
    if snapshot {
        let gone: Vec<&String> =
            before.iter().filter(|(_, (_, lost))| !lost).map(|(card, _)| card).collect();
        if gone.len() * 10 > living * 3 && !options.allow_large_change {
            return Err(ImportError::LargeChange { ended: gone.len(), of: living });
        }
        report.ended = u64::try_from(gone.len()).unwrap_or(u64::MAX);
        for card in gone {
            people::end(&mut tx, insurer, card, today).await?;
        }
    }
    if !options.dry_run {
        tx.commit().await?;
    }
    Ok(report)
}

fn entry(row: &Row) -> Result<Entry, Problem> {
    let card = row.card()?;
    let relation = row.required("relation")?.to_owned();
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
        insured: ["本人", "被保険者"].contains(&relation.as_str()),
        relation,
        symbol: card.symbol.clone(),
        number: card.number.clone(),
        branch: card.branch.clone(),
        acquired_on: row.parsed("acquired_on", day, Reason::NotADate)?,
        lost_on: row.optional("lost_on", day, Reason::NotADate)?,
    };
    let person_key = row.required("person_key")?.to_owned();
    let hash = row_hash(&person_key, &member);
    Ok(Entry { person_key, card_key: card.key(), household: Card::household(&card), hash, member })
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
