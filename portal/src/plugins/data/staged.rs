//! Rows of a file are put aside, seen by nobody; one short statement then makes them count in the
//! place of those before. What counts no more is cleared away afterwards.

use super::database::Database;
use super::make::IMPORTS;
use db::{AssertSqlSafe, Value, params};
use std::collections::BTreeMap;

/// Rows that are written by one statement. SQLite looks each parameter up among all of it.
const TOGETHER: usize = 16;
/// Lines that are cleared away in one transaction.
const CLEARED: i64 = 5_000;
/// What was begun so long ago will not be finished, in seconds.
const ABANDONED: i64 = 86_400;

/// A batch that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Its name; empty where a file replaces everything.
    pub batch: String,
    pub rows: i64,
    /// Seconds since 1970.
    pub imported_at: i64,
}

/// The batches of an importer that count, the last ones first.
///
/// # Errors
/// When the database does not answer.
pub async fn live(
    database: &Database,
    (insurer, importer): (&str, &str),
    most: i64,
) -> db::Result<Vec<Live>> {
    let sql = format!(
        "SELECT batch, rows, imported_at FROM {} WHERE insurer_id = $1 AND importer = $2 AND live \
         ORDER BY imported_at DESC, batch DESC LIMIT $3",
        database.table(IMPORTS)
    );
    let mut tx = database.begin(insurer).await?;
    let rows = tx.all(AssertSqlSafe(sql), params![insurer, importer, most]).await?;
    let live = |row: &db::Row| {
        let (batch, rows) = (row.text("batch")?, row.int("rows")?);
        Ok(Live { batch, rows, imported_at: row.opt_int("imported_at")?.unwrap_or_default() })
    };
    rows.iter().map(live).collect()
}

/// A row that is to be put aside.
pub struct Aside {
    pub line: i64,
    pub batch: String,
    /// The name of the person's card, for rows of persons, and then a value for each column.
    pub values: Vec<Value>,
}

/// An import of a file on its way into a table.
pub struct Staged<'a> {
    pub database: &'a Database,
    pub insurer: &'a str,
    pub importer: &'a str,
    pub table: &'a str,
    /// `person`, for rows of persons, and then the columns.
    pub columns: Vec<&'a str>,
    pub fingerprint: &'a str,
    pub now: i64,
    /// The import of each batch, begun at its first row.
    pub begun: BTreeMap<String, i64>,
}

impl Staged<'_> {
    /// How many rows count no more when these batches come; `None` when they are there already.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn replaced(&self, batches: &BTreeMap<String, i64>) -> db::Result<Option<u64>> {
        let sql = format!(
            "SELECT batch, fingerprint, rows FROM {} WHERE insurer_id = $1 AND importer = $2 AND \
             live",
            self.database.table(IMPORTS)
        );
        let mut tx = self.database.begin(self.insurer).await?;
        let values = params![self.insurer, self.importer];
        let (mut replaced, mut same) = (0, 0);
        for row in tx.all(AssertSqlSafe(sql), values).await? {
            let (batch, rows) = (row.text("batch")?, row.int("rows")?);
            if let Some(count) = batches.get(&batch) {
                replaced += u64::try_from(rows).unwrap_or(0);
                let alike = rows == *count && row.text("fingerprint")? == self.fingerprint;
                same += usize::from(alike);
            }
        }
        Ok((same < batches.len()).then_some(replaced))
    }

    /// Puts rows aside.
    ///
    /// # Errors
    /// When the database refuses them.
    pub async fn put(&mut self, rows: Vec<Aside>) -> db::Result<()> {
        let mut tx = self.database.begin(self.insurer).await?;
        let known = format!(
            "INSERT INTO {} (import_id, insurer_id, importer, batch, fingerprint, rows, live, \
             begun_at) VALUES ($1, $2, $3, $4, $5, 0, FALSE, $6)",
            self.database.table(IMPORTS)
        );
        let mut names = vec!["insurer_id", "import_id", "line"];
        names.extend(&self.columns);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let (mut values, mut count) = (Vec::new(), 0);
            for row in rows.by_ref().take(TOGETHER) {
                let id = match self.begun.get(&row.batch) {
                    Some(id) => *id,
                    None => {
                        let id = Database::import_id();
                        let (insurer, importer) = (self.insurer, self.importer);
                        let of =
                            params![id, insurer, importer, &row.batch, self.fingerprint, self.now];
                        tx.execute(AssertSqlSafe(known.clone()), of).await?;
                        self.begun.insert(row.batch, id);
                        id
                    }
                };
                values.extend([Value::from(self.insurer), id.into(), row.line.into()]);
                values.extend(row.values);
                count += 1;
            }
            let sql = self.database.insert(self.table, &names, count);
            tx.execute(AssertSqlSafe(sql), &values).await?;
        }
        tx.commit().await
    }

    /// From now on these rows count, and those of the same batches before do not.
    ///
    /// # Errors
    /// [`db::Error::Taken`] when another import of the batch was faster. Then, and when the database does
    /// not answer, nothing has changed.
    pub async fn publish(&self, batches: &BTreeMap<String, i64>) -> db::Result<()> {
        let imports = self.database.table(IMPORTS);
        let insurer = self.insurer;
        let mut tx = self.database.begin(insurer).await?;
        for (batch, id) in &self.begun {
            let ended = format!(
                "UPDATE {imports} SET live = FALSE WHERE insurer_id = $1 AND importer = $2 AND \
                 batch = $3 AND live"
            );
            let values = params![insurer, self.importer, batch];
            tx.execute(AssertSqlSafe(ended), values).await?;
            let counts = format!(
                "UPDATE {imports} SET live = TRUE, rows = $2, imported_at = $3 WHERE import_id = $1"
            );
            let rows = batches.get(batch).copied().unwrap_or(0);
            let counted = tx.execute(AssertSqlSafe(counts), params![*id, rows, self.now]).await?;
            if counted != 1 {
                // Another import took it for left behind and cleared it away.
                return Err(db::Error::Taken);
            }
        }
        tx.commit().await?;
        // They count; what is left behind is cleared away by the next import at the latest.
        if let Err(error) = self.clear().await {
            tracing::warn!(%error, self.importer, "rows that count no more are still there");
        }
        Ok(())
    }

    /// Nothing of it counts.
    ///
    /// # Errors
    /// When the database does not answer: then it is cleared away by a later import.
    pub async fn give_up(&self) -> db::Result<()> {
        for id in self.begun.values() {
            self.away(*id).await?;
        }
        Ok(())
    }

    /// Clears away what counts no more, and what somebody began and left.
    async fn clear(&self) -> db::Result<()> {
        let insurer = self.insurer;
        let sql = format!(
            "SELECT import_id FROM {} WHERE insurer_id = $1 AND importer = $2 AND NOT live AND \
             (imported_at IS NOT NULL OR begun_at < $3)",
            self.database.table(IMPORTS)
        );
        let values = params![insurer, self.importer, self.now - ABANDONED];
        let mut tx = self.database.begin(insurer).await?;
        let rows = tx.all(AssertSqlSafe(sql), values).await?;
        drop(tx);
        for row in rows {
            self.away(row.int("import_id")?).await?;
        }
        Ok(())
    }

    /// Removes an import's rows, some thousand lines at a time, and then what is known of it.
    async fn away(&self, id: i64) -> db::Result<()> {
        let insurer = self.insurer;
        let table = self.database.table(self.table);
        let next = format!(
            "SELECT MIN(line) AS line FROM {table} WHERE insurer_id = $1 AND import_id = $2"
        );
        let delete =
            format!("DELETE FROM {table} WHERE insurer_id = $1 AND import_id = $2 AND line < $3");
        loop {
            let mut tx = self.database.begin(insurer).await?;
            let first = tx.one(AssertSqlSafe(next.clone()), params![insurer, id]).await?;
            let Some(first) = first.map(|row| row.opt_int("line")).transpose()?.flatten() else {
                let known =
                    format!("DELETE FROM {} WHERE import_id = $1", self.database.table(IMPORTS));
                tx.execute(AssertSqlSafe(known), params![id]).await?;
                return tx.commit().await;
            };
            let values = params![insurer, id, first + CLEARED];
            tx.execute(AssertSqlSafe(delete.clone()), values).await?;
            tx.commit().await?;
        }
    }
}
