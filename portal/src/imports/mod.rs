//! Insurers' files for plugins: the host reads and writes, the plugin checks.
//!
//! - `read.rs`: a row of the file becomes values
//! - `check.rs`: the plugin looks at them
//! - `write.rs`: old rows go, new ones come

mod check;
mod read;
mod write;

use crate::plugins::Plugin;
use crate::plugins::package::manifest::Importer;
use crate::store::imports;
use db::Db;
use handover::{Layout, OpenError, Reader, Report};
use secret::hash;
use serde_json::{Map, Value};
use std::io::Read;

/// Rows that a plugin checks in one call.
const BATCH: usize = 1000;

/// A row's values by our column names.
type Values = Map<String, Value>;

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

/// One import of one file.
pub struct Import<'a> {
    pub db: &'a Db,
    pub insurer: &'a str,
    pub plugin: &'a Plugin,
    pub layout: &'a Layout,
    /// Check only, write nothing.
    pub dry_run: bool,
    pub now: i64,
}

impl Import<'_> {
    /// Imports a file. Faulty rows are all reported, each once, and then nothing is written. The
    /// same file twice changes nothing. `progress` hears how many bytes were read.
    ///
    /// # Errors
    /// Why nothing was imported.
    pub async fn run(
        &self,
        mut source: impl Read,
        progress: impl FnMut(u64),
    ) -> Result<Report, ImportError> {
        let importer = self.plugin.manifest.importer.first();
        let importer =
            importer.ok_or_else(|| ImportError::NoImporter(self.plugin.id().to_owned()))?;
        if self.layout.mode != importer.mode {
            return Err(ImportError::Mode(importer.mode.clone()));
        }
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes)?;
        let (rows, mut report) = self.read(importer, &bytes, progress).await?;
        if !report.problems.is_empty() {
            report.problems.sort_by_key(|problem| problem.line);
            return Ok(report);
        }
        let fingerprint = fingerprint(&bytes, self.layout);
        let mut tx = self.db.begin().await?;
        let last = imports::last(&mut tx, self.insurer, self.plugin.id()).await?;
        if last.as_ref() == Some(&fingerprint) {
            report.unchanged = report.rows;
            return Ok(report);
        }
        let written = write::replace(&mut tx, self.insurer, self.plugin, importer, &rows).await?;
        let count = i64::try_from(report.rows).unwrap_or(i64::MAX);
        let id = self.plugin.id();
        imports::note(&mut tx, self.insurer, id, &fingerprint, count, self.now).await?;
        if !self.dry_run {
            tx.commit().await?;
        }
        // As many as were cleared count as changed; the rest is new or has ended.
        report.changed = written.cleared.min(written.inserted);
        report.inserted = written.inserted - report.changed;
        report.ended = written.cleared - report.changed;
        Ok(report)
    }

    /// All rows of the file that can be read, and what is wrong with the others.
    async fn read(
        &self,
        importer: &Importer,
        bytes: &[u8],
        mut progress: impl FnMut(u64),
    ) -> Result<(Vec<Values>, Report), ImportError> {
        let personal = self.layout.columns.contains_key("number");
        let mut needed: Vec<&str> = importer.columns.keys().map(String::as_str).collect();
        if personal {
            needed.extend(["symbol", "number", "branch"]);
        }
        let mut reader = Reader::open(bytes, self.layout, &needed)?;
        let mut report = Report::default();
        let mut rows: Vec<Values> = Vec::new();
        let mut unchecked = 0;
        while let Some(row) = reader.next_row() {
            report.rows += 1;
            match row.and_then(|row| read::values(&row, importer, personal)) {
                Ok(values) => rows.push(values),
                Err(problem) => report.problems.push(problem),
            }
            if rows.len() - unchecked >= BATCH {
                report.problems.extend(check::check(self, importer, &rows[unchecked..]).await?);
                unchecked = rows.len();
                progress(reader.bytes_read());
            }
        }
        report.problems.extend(check::check(self, importer, &rows[unchecked..]).await?);
        Ok((rows, report))
    }
}

/// The same for the same bytes under the same layout: SHA-256 of the file's SHA-256 and the
/// columns as JSON, in their order.
fn fingerprint(bytes: &[u8], layout: &Layout) -> String {
    let mut text = hash::sha256(bytes);
    text.extend(serde_json::to_vec(&layout.columns).expect("texts are JSON"));
    hash::sha256(&text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use handover::{Encoding, Layout};

    /// A stored value: it may not change with the compiler or a library.
    #[test]
    fn the_fingerprint_is_that_of_bytes_and_columns() {
        let layout = |header: &str| Layout {
            file: None,
            encoding: Encoding::Utf8,
            mode: "snapshot".into(),
            columns: [("day".to_owned(), header.to_owned())].into(),
            words: Default::default(),
        };
        let known = fingerprint(b"abc", &layout("d"));
        assert_eq!(known, "2df7235726354a8560fbec3d7eaa3b4d998a166059d4db2fe75b84375a108820");
        assert_ne!(known, fingerprint(b"abc", &layout("e")));
        assert_ne!(known, fingerprint(b"abd", &layout("d")));
    }
}
