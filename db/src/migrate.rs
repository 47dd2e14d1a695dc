//! Migrations with a checksum ledger: what ran once may neither change nor vanish.

use crate::open::{Db, Pools};
use crate::{Error, Result};
use sqlx::migrate::{MigrateError, Migration as Step, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr};

/// One migration file: `NNNN_name.sql`, one text for both engines.
#[derive(Debug, Clone)]
pub struct Migration {
    pub version: i64,
    pub name: String,
    pub sql: String,
}

impl Migration {
    /// Reads the version and the name from the file's name.
    ///
    /// # Errors
    /// [`Error::Migration`] when the name is not `NNNN_name.sql`.
    pub fn new(file_name: &str, sql: &str) -> Result<Self> {
        let refused = || Error::Migration(format!("{file_name}: the name must be NNNN_name.sql"));
        let stem = file_name.strip_suffix(".sql").ok_or_else(refused)?;
        let (version, name) = stem.split_once('_').ok_or_else(refused)?;
        Ok(Self {
            version: version.parse().map_err(|_| refused())?,
            name: name.to_owned(),
            sql: sql.to_owned(),
        })
    }
}

impl Db {
    /// Runs what has not run yet, each file in one transaction. `ledger` names the table that
    /// remembers: `migrations` for a program's own, one per plugin.
    ///
    /// # Errors
    /// [`Error::Migration`] when a file that ran was changed or is missing (a newer program has
    /// been here), or when one fails; what failed leaves nothing behind.
    pub async fn migrate(&self, ledger: &str, files: &[Migration]) -> Result<()> {
        let steps = files.iter().map(|file| {
            let sql = AssertSqlSafe(file.sql.clone()).into_sql_str();
            Step::new(file.version, file.name.clone().into(), MigrationType::Simple, sql, false)
        });
        let mut migrator = Migrator::with_migrations(steps.collect());
        migrator.dangerous_set_table_name(ledger.to_owned());
        let run = match &self.0 {
            Pools::Sqlite { writer, .. } => {
                writer.alone(async |conn| migrator.run_direct(None, conn, false).await).await
            }
            Pools::Postgres(pool) => {
                // A connection of its own, closed afterwards: a failed run keeps its advisory lock.
                let mut conn = pool.acquire().await?.detach();
                conn.execute("SET default_transaction_read_only = off").await?;
                let run = migrator.run_direct(None, &mut conn, false).await;
                conn.close().await.ok();
                run
            }
        };
        run.map_err(|error| refused(files, error))
    }
}

fn refused(files: &[Migration], error: MigrateError) -> Error {
    let name = |version: i64| {
        (files.iter().find(|file| file.version == version))
            .map_or_else(|| format!("{version:04}"), |file| format!("{version:04}_{}", file.name))
    };
    Error::Migration(match error {
        MigrateError::VersionMismatch(version) => {
            format!("{} was changed after it had run; restore the file", name(version))
        }
        MigrateError::VersionMissing(version) => format!(
            "{version:04} has run in this database but is unknown here; use the newer program"
        ),
        MigrateError::ExecuteMigration(error, version) => {
            format!("{} failed: {error}", name(version))
        }
        MigrateError::Dirty(version) => format!("{} was left half done", name(version)),
        other => other.to_string(),
    })
}
