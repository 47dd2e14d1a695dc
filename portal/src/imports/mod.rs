//! Insurers' files for plugins: the host reads and writes, the plugin checks.

use crate::plugins::Plugin;
use crate::plugins::border::host::Allowed;
use crate::plugins::data::class::DataClass;
use crate::plugins::package::manifest::{Column, ColumnKind, Importer};
use crate::store::imports;
use db::{AssertSqlSafe, Db};
use handover::{Layout, OpenError, Problem, Reader, Reason, Report, Row, date, kana};
use sdk::{CheckReply, abi};
use secret::hash;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

/// Rows that a plugin checks in one call.
const BATCH: usize = 1000;
const CHECK: Duration = Duration::from_secs(30);

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("プラグイン「{0}」に取込はありません")]
    NoImporter(String),
    #[error("配置のmodeは「{0}」でなければなりません")]
    Mode(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error("読めません: {0}")]
    Read(#[from] std::io::Error),
    #[error("プラグインの確認が失敗しました: {0}")]
    Check(String),
}

/// Imports a file. Faulty rows are all reported, each once, and then nothing is written. The
/// same file twice changes nothing. `progress` hears how many bytes were read.
pub async fn import(
    db: &Db,
    insurer: &str,
    plugin: &Plugin,
    (mut source, layout): (impl Read, &Layout),
    dry_run: bool,
    now: i64,
    mut progress: impl FnMut(u64),
) -> Result<Report, ImportError> {
    let importer = plugin.manifest.importer.first();
    let importer = importer.ok_or_else(|| ImportError::NoImporter(plugin.id().to_owned()))?;
    if layout.mode != importer.mode {
        return Err(ImportError::Mode(importer.mode.clone()));
    }
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    let fingerprint = format!("{:?}{}", hash::sha256(&bytes), json!(layout.columns));
    let fingerprint =
        hash::sha256(&fingerprint).iter().map(|b| format!("{b:02x}")).collect::<String>();

    let personal = layout.columns.contains_key("number");
    let mut needed: Vec<&str> = importer.columns.keys().map(String::as_str).collect();
    if personal {
        needed.extend(["symbol", "number", "branch"]);
    }
    let mut reader = Reader::open(&bytes[..], layout, &needed)?;
    let mut report = Report::default();
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    let mut unchecked = 0;
    while let Some(row) = reader.next_row() {
        report.rows += 1;
        match row.and_then(|row| values(&row, importer, personal)) {
            Ok(values) => rows.push(values),
            Err(problem) => report.problems.push(problem),
        }
        if rows.len() - unchecked >= BATCH {
            check(
                (db, insurer),
                plugin,
                importer,
                layout,
                &rows[unchecked..],
                &mut report.problems,
            )
            .await?;
            unchecked = rows.len();
            progress(reader.bytes_read());
        }
    }
    check((db, insurer), plugin, importer, layout, &rows[unchecked..], &mut report.problems)
        .await?;
    if !report.problems.is_empty() {
        report.problems.sort_by_key(|problem| problem.line);
        return Ok(report);
    }
    let mut tx = db.begin().await?;
    if imports::last(&mut tx, insurer, plugin.id()).await?.as_ref() == Some(&fingerprint) {
        report.unchanged = report.rows;
        return Ok(report);
    }
    let statement = |name: &str| {
        plugin.queries.get(name).ok_or_else(|| ImportError::Check(format!("query {name}")))
    };
    let (clear, insert) = (statement(&importer.clear)?, statement(&importer.insert)?);
    let cleared: Vec<Map<String, Value>> = match &importer.replace_by {
        None => vec![Map::new()],
        Some(column) => {
            let values: BTreeSet<String> =
                rows.iter().filter_map(|row| row[column].as_str().map(str::to_owned)).collect();
            values.into_iter().map(|v| Map::from_iter([(column.clone(), json!(v))])).collect()
        }
    };
    for params in cleared {
        let (sql, values) = clear.bind(insurer, &[], &params).map_err(ImportError::Check)?;
        report.changed += tx.execute(AssertSqlSafe(sql), &values).await?;
    }
    for row in &rows {
        let (sql, values) = insert.bind(insurer, &[], row).map_err(ImportError::Check)?;
        report.inserted += tx.execute(AssertSqlSafe(sql), &values).await?;
    }
    let count = i64::try_from(report.rows).unwrap_or(i64::MAX);
    imports::note(&mut tx, insurer, plugin.id(), &fingerprint, count, now).await?;
    if !dry_run {
        tx.commit().await?;
    }
    // As many as were cleared count as changed; the rest is new or has ended.
    let (cleared, written) = (report.changed, report.inserted);
    report.changed = cleared.min(written);
    report.inserted = written - report.changed;
    report.ended = cleared - report.changed;
    Ok(report)
}

/// A row's values by our column names, with `line` and, for personal files, `person`.
fn values(row: &Row, importer: &Importer, personal: bool) -> Result<Map<String, Value>, Problem> {
    let mut values = Map::new();
    values.insert("line".into(), json!(row.line));
    if personal {
        values.insert("person".into(), json!(row.card()?.key()));
    }
    for (name, column) in &importer.columns {
        values.insert(name.clone(), value(row, name, column)?);
    }
    Ok(values)
}

fn value(row: &Row, name: &str, column: &Column) -> Result<Value, Problem> {
    if row.text(name).is_empty() {
        let empty = column.empty && column.kind != ColumnKind::Int;
        return if empty { Ok(json!("")) } else { Err(row.problem(name, Reason::Empty)) };
    }
    Ok(match column.kind {
        ColumnKind::Text => json!(row.at_most(name, column.max)?),
        ColumnKind::Kana => {
            row.parsed(name, kana::match_form, Reason::NotKana)?;
            json!(kana::shown(row.text(name)))
        }
        ColumnKind::Month => json!(row.parsed(name, date::month, Reason::NotAMonth)?),
        ColumnKind::Day => {
            json!(row.parsed(name, date::day, Reason::NotADate)?.to_string())
        }
        ColumnKind::Int => json!(row.whole(name)?),
        ColumnKind::Word => {
            let known = |text: &str| column.words.get(text).cloned();
            let expected = Reason::Other(format!(
                "「{}」のどれでもありません",
                column.words.keys().cloned().collect::<Vec<_>>().join(" ")
            ));
            json!(row.parsed(name, known, expected)?)
        }
    })
}

async fn check(
    (db, insurer): (&Db, &str),
    plugin: &Plugin,
    importer: &Importer,
    layout: &Layout,
    rows: &[Map<String, Value>],
    problems: &mut Vec<Problem>,
) -> Result<(), ImportError> {
    let Some(handler) = importer.check.as_ref().filter(|_| !rows.is_empty()) else {
        return Ok(());
    };
    let request = json!({"handler": handler, "rows": rows});
    // The plugin sees these rows only: no query answers.
    let allowed = Allowed {
        db: db.clone(),
        insurer: insurer.to_owned(),
        plugin: plugin.id().to_owned(),
        subjects: Vec::new(),
        queries: Default::default(),
        class: DataClass::None,
        listed: None,
    };
    let reply: CheckReply = plugin
        .call(allowed, abi::CHECK, &request, CHECK)
        .await
        .map_err(|fault| ImportError::Check(format!("{fault:?}")))?;
    problems.extend(reply.problems.into_iter().map(|problem| Problem {
        line: problem.line,
        column: layout.columns.get(&problem.column).cloned().unwrap_or_default(),
        reason: Reason::from_code(&problem.code),
    }));
    Ok(())
}
