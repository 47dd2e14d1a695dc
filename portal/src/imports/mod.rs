//! Insurers' files for plugins: the host reads and writes, the plugin checks.
//!
//! - `read.rs`: rows of the file become rows of the table
//! - `check.rs`: the plugin looks at them
//! - `write.rs`: their values as the database takes them; `plugins/data/staged.rs` puts them aside,
//!   and then they are all there at once

mod check;
mod read;
mod write;

use crate::plugins::Plugin;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::data::staged::Staged;
use crate::plugins::package::manifest::Importer;
use handover::{Layout, OpenError, Problem, Report};
use read::{Pass, Reading};
use secret::hash;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use write::{aside, columns};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("プラグイン「{0}」に取込はありません")]
    NoImporter(String),
    #[error("配置のmodeは「{0}」でなければなりません")]
    Mode(&'static str),
    #[error(
        "どのまとまりのデータかが分かりません。--batch で名前（処理年月など）を指定するか、配置の[columns]に\
         batchの列を書いてください。同じ名前のまとまりは、新しいファイルに置き換わります"
    )]
    NoBatch,
    #[error("行がありません。何も変更していません")]
    NoRows,
    #[error("読んでいる間にファイルが変わりました。もう一度取り込んでください")]
    Moved,
    #[error(
        "同じまとまりの別の取込が、先に終わりました。このファイルからは何も変更していません。\
         もう一度取り込んでください"
    )]
    Overtaken,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error("読めません: {0}")]
    Read(#[from] std::io::Error),
    #[error("プラグインの確認が失敗しました: {0}")]
    Check(String),
}

/// One import of one file.
pub struct Import<'a> {
    pub insurer: &'a str,
    pub plugin: &'a Plugin,
    /// Which of the plugin's.
    pub importer: &'a Importer,
    /// The insurer's settings for the plugin.
    pub settings: &'a Value,
    pub layout: &'a Layout,
    /// The batch of every row, when the file has no column for it.
    pub batch: Option<&'a str>,
    pub keys: &'a PersonKeys,
    /// Check only, write nothing.
    pub dry_run: bool,
    /// How many faulty rows are told, and how many odd ones; more are counted.
    pub told: usize,
    pub now: i64,
}

/// What the first reading found.
struct Looked {
    report: Report,
    /// Rows by batch.
    batches: BTreeMap<String, i64>,
    fingerprint: String,
}

impl Import<'_> {
    /// Imports a file, which is read twice: once to check it, once to write it. Faulty rows are all
    /// reported, each once, and then nothing is written. What is written is seen when all of it is
    /// there. The same file twice changes nothing. `progress` hears how many bytes were read.
    ///
    /// # Errors
    /// Why nothing was imported.
    pub async fn run<R: Read>(
        &self,
        open: impl Fn() -> std::io::Result<R>,
        mut progress: impl FnMut(u64),
    ) -> Result<Report, ImportError> {
        let none = || ImportError::NoImporter(self.plugin.id().to_owned());
        let importer = self.importer;
        let database = self.plugin.database.as_ref().ok_or_else(none)?;
        let table = self.plugin.tables.table.get(&importer.table).ok_or_else(none)?;
        if self.layout.mode != importer.mode.as_str() {
            return Err(ImportError::Mode(importer.mode.as_str()));
        }
        let how = Reading { importer, table, layout: self.layout, batch: self.batch };
        let looked = self.look(how, open()?, &mut progress).await?;
        let Looked { mut report, batches, fingerprint } = looked;
        if !report.problems.is_empty() {
            report.problems.sort_by_key(|problem| problem.line);
            return Ok(report);
        }
        if report.rows == 0 {
            return Err(ImportError::NoRows);
        }
        let mut staged = Staged {
            database,
            insurer: self.insurer,
            importer: &importer.id,
            table: &importer.table,
            columns: columns(table),
            fingerprint: &fingerprint,
            now: self.now,
            begun: BTreeMap::new(),
        };
        let replaced = staged.replaced(&batches).await?;
        let Some(replaced) = replaced else {
            report.unchanged = report.rows;
            return Ok(report);
        };
        // As many as were there count as changed; the rest is new or has ended.
        report.changed = replaced.min(report.rows);
        report.inserted = report.rows - report.changed;
        report.ended = replaced - report.changed;
        if self.dry_run {
            return Ok(report);
        }
        let mut pass = Pass::begin(how, open()?)?;
        loop {
            let rows = pass.next();
            if rows.is_empty() {
                break;
            }
            progress(pass.bytes_read());
            let right: Result<Vec<_>, _> = rows.into_iter().collect();
            let Ok(rows) = right else {
                staged.give_up().await?;
                return Err(ImportError::Moved);
            };
            staged.put(aside(self, table, rows)?).await?;
        }
        if self.fingerprint(pass.hash()) != fingerprint {
            staged.give_up().await?;
            return Err(ImportError::Moved);
        }
        staged.publish(&batches).await.map_err(|error| match error {
            db::Error::Taken => ImportError::Overtaken,
            error => ImportError::Db(error),
        })?;
        Ok(report)
    }

    /// Reads the file once and writes nothing.
    async fn look<R: Read>(
        &self,
        how: Reading<'_>,
        source: R,
        progress: &mut impl FnMut(u64),
    ) -> Result<Looked, ImportError> {
        let mut pass = Pass::begin(how, source)?;
        let mut report = Report::default();
        let mut batches: BTreeMap<String, i64> = BTreeMap::new();
        loop {
            let rows = pass.next();
            if rows.is_empty() {
                break;
            }
            let mut right = Vec::new();
            for row in rows {
                report.rows += 1;
                match row {
                    Ok(row) => right.push(row),
                    Err(problems) => tell(&mut report, self.told, Told::Fault, problems),
                }
            }
            for row in &right {
                match batches.get_mut(&row.batch) {
                    Some(count) => *count += 1,
                    None => _ = batches.insert(row.batch.clone(), 1),
                }
            }
            let (faults, warnings) = check::check(self, how.importer, &right).await?;
            for fault in faults {
                tell(&mut report, self.told, Told::Fault, vec![fault]);
            }
            for warning in warnings {
                tell(&mut report, self.told, Told::Warning, vec![warning]);
            }
            progress(pass.bytes_read());
            // Others have their turn: a file may be long, and all of it wrong.
            tokio::task::yield_now().await;
        }
        let fingerprint = self.fingerprint(pass.hash());
        Ok(Looked { report, batches, fingerprint })
    }

    /// The same for the same bytes under the same layout: SHA-256 of the file's SHA-256 and of what
    /// the layout says, as JSON.
    fn fingerprint(&self, file: Vec<u8>) -> String {
        let layout = (&self.layout.columns, &self.layout.words, self.batch);
        let mut text = file;
        text.extend(serde_json::to_vec(&layout).expect("texts are JSON"));
        text.extend(self.layout.rows.iter().flat_map(|rows| rows.bytes()));
        hash::sha256(&text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[derive(Clone, Copy)]
enum Told {
    Fault,
    Warning,
}

/// Tells the problems of a row, or only counts it.
fn tell(report: &mut Report, most: usize, told: Told, problems: Vec<Problem>) {
    let (list, untold) = match told {
        Told::Fault => (&mut report.problems, &mut report.untold[0]),
        Told::Warning => (&mut report.warnings, &mut report.untold[1]),
    };
    match list.len() < most {
        true => list.extend(problems),
        false => *untold += 1,
    }
}
