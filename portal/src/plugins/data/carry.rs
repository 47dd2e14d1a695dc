//! Rows of the last release, when plugins' tables lay in the portal's own database, are carried
//! over once; the old tables stay as they were.

use super::database::Database;
use super::make::IMPORTS;
use super::people::PersonKeys;
use super::tables::{Scope, Table, Was};
use db::{AssertSqlSafe, Conn, Db, Engine, Row, Tx, Value, params};
use std::collections::BTreeMap;

/// Rows that are written by one statement. SQLite looks each parameter up among all of it.
const TOGETHER: usize = 16;

/// Lines that are read together.
const LINES: i64 = 20_000;

/// What is carried where.
pub struct Carrying<'a> {
    pub host: &'a Db,
    pub keys: &'a PersonKeys,
    pub database: &'a Database,
    pub name: &'a str,
    pub table: &'a Table,
    pub was: &'a Was,
    /// The importer that fills the table.
    pub importer: &'a str,
    pub now: i64,
}

impl Carrying<'_> {
    /// Carries what has not been carried, each insurer's rows in one transaction.
    ///
    /// # Errors
    /// When either database does not answer, or an old column is not of the new one's type.
    pub async fn run(&self) -> db::Result<()> {
        let mut old = self.host.read().await?;
        if !there(&mut old, self.host.engine(), &self.was.table).await? {
            return Ok(());
        }
        let sql = format!("SELECT DISTINCT insurer_id FROM {}", self.was.table);
        for row in old.all(AssertSqlSafe(sql), &[]).await? {
            let insurer = row.text("insurer_id")?;
            // As the release before marked it.
            let before = format!("carried:{}:{insurer}", self.name);
            if self.database.was_made(&before).await? {
                continue;
            }
            let mut tx = self.database.begin(&insurer).await?;
            // An import of the host's own: of one batch there is one that counts.
            let marked = format!(
                "INSERT INTO {} (import_id, insurer_id, importer, batch, fingerprint, rows, live, \
                 begun_at) VALUES ($1, $2, 'musubi', $3, '', 0, TRUE, $4) ON CONFLICT DO NOTHING",
                self.database.table(IMPORTS)
            );
            let mark = params![
                Database::import_id(),
                &insurer,
                format!("carried:{}", self.name),
                self.now
            ];
            if tx.execute(AssertSqlSafe(marked), mark).await? == 0 {
                continue;
            }
            let rows = self.insurer(&mut old, &mut tx, &insurer).await?;
            tx.commit().await?;
            tracing::info!(
                insurer,
                table = self.name,
                rows,
                "rows of the last release carried over"
            );
        }
        Ok(())
    }

    async fn insurer(&self, old: &mut Conn, tx: &mut Tx, insurer: &str) -> db::Result<i64> {
        let table = &self.was.table;
        let Some(column) = self.was.batch.as_deref().map(|name| self.old(name)) else {
            return self.batch(old, tx, insurer, ("TRUE", None)).await;
        };
        let sql = format!("SELECT DISTINCT {column} AS batch FROM {table} WHERE insurer_id = $1");
        let mut count = 0;
        for row in old.all(AssertSqlSafe(sql), params![insurer]).await? {
            let batch = row.text("batch")?;
            let such = format!("{column} = $2");
            count += self.batch(old, tx, insurer, (&such, Some(&batch))).await?;
        }
        Ok(count)
    }

    /// One batch: the rows that `such` says, whose name is its parameter.
    async fn batch(
        &self,
        old: &mut Conn,
        tx: &mut Tx,
        insurer: &str,
        (such, batch): (&str, Option<&str>),
    ) -> db::Result<i64> {
        let (table, line) = (&self.was.table, self.old("line"));
        let mut values = params![insurer].to_vec();
        values.extend(batch.map(Value::from));
        let next = values.len() + 1;
        let sql = format!(
            "SELECT COUNT(*) AS n, MIN({line}) AS first, MAX({line}) AS last FROM {table} WHERE \
             insurer_id = $1 AND {such}"
        );
        let Some(found) = old.one(AssertSqlSafe(sql), &values).await? else { return Ok(0) };
        let count = found.int("n")?;
        let (Some(first), Some(last)) = (found.opt_int("first")?, found.opt_int("last")?) else {
            return Ok(0);
        };
        let id = Database::import_id();
        let sql = format!(
            "INSERT INTO {} (import_id, insurer_id, importer, batch, fingerprint, rows, live, \
             begun_at, imported_at) VALUES ($1, $2, $3, $4, '', $5, TRUE, $6, $6)",
            self.database.table(IMPORTS)
        );
        let batch = batch.unwrap_or_default();
        let import = params![id, insurer, self.importer, batch, count, self.now];
        tx.execute(AssertSqlSafe(sql), import).await?;
        let sql = format!(
            "SELECT * FROM {table} WHERE insurer_id = $1 AND {such} AND {line} >= ${next} AND \
             {line} < ${}",
            next + 1
        );
        for from in (first..=last).step_by(LINES as usize) {
            let mut values = values.clone();
            values.extend([Value::from(from), Value::from(from + LINES)]);
            let rows = old.all(AssertSqlSafe(sql.clone()), &values).await?;
            for rows in rows.chunks(TOGETHER) {
                self.write(tx, insurer, id, rows).await?;
            }
        }
        Ok(count)
    }

    async fn write(&self, tx: &mut Tx, insurer: &str, id: i64, rows: &[Row]) -> db::Result<()> {
        let personal = self.table.scope == Scope::Person;
        let mut names = vec!["insurer_id", "import_id", "line"];
        names.extend(personal.then_some("person"));
        let mut values = Vec::new();
        // The same columns in every row: what the old table lacks is left out.
        let known: BTreeMap<String, Value> = match rows.first() {
            Some(row) => row.columns()?.into_iter().collect(),
            None => return Ok(()),
        };
        let columns = self.table.columns.iter();
        let columns: Vec<_> =
            columns.filter(|(name, _)| known.contains_key(self.old(name))).collect();
        names.extend(columns.iter().map(|(name, _)| name.as_str()));
        for row in rows {
            values.push(Value::from(insurer));
            values.push(Value::from(id));
            values.push(Value::from(row.int(self.old("line"))?));
            if personal {
                let card = row.text(self.old("person"))?;
                values.push(Value::from(self.keys.of_card(insurer, &card)));
            }
            let mut old: BTreeMap<String, Value> = row.columns()?.into_iter().collect();
            for (name, column) in &columns {
                let value = old.remove(self.old(name)).unwrap_or(Value::Text(None));
                values.push(match value {
                    // An empty text was how the last release wrote that there is none.
                    Value::Text(Some(text)) if text.is_empty() && column.optional => {
                        Value::Text(None)
                    }
                    value => value,
                });
            }
        }
        let sql = self.database.insert(self.name, &names, rows.len());
        tx.execute(AssertSqlSafe(sql), &values).await.map(drop)
    }

    /// The old name of a column.
    fn old<'n>(&'n self, name: &'n str) -> &'n str {
        self.was.columns.get(name).map_or(name, String::as_str)
    }
}

async fn there(conn: &mut Conn, engine: Engine, table: &str) -> db::Result<bool> {
    let sql = match engine {
        Engine::Sqlite => "SELECT COUNT(*) AS n FROM sqlite_master WHERE name = $1",
        Engine::Postgres => {
            "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND \
             tablename = $1"
        }
    };
    let row = conn.one(sql, params![table]).await?;
    row.map_or(Ok(false), |row| Ok(row.int("n")? > 0))
}
