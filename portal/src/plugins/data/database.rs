//! A plugin's own database: a file on SQLite; on PostgreSQL a schema, and a role that sees of it
//! only the rows of one insurer. Neither holds anything of the portal's or of another plugin's.

use super::make;
use super::people::{People, PersonKeys, Seen};
use super::sql::check::Schema;
use super::statement::Statement;
use db::{AssertSqlSafe, Conn, Db, Engine, Role, Tx, Walled, params};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The longest name in PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// An open database of a plugin.
pub struct Database {
    /// Makes the tables and writes what is imported.
    owner: Db,
    reader: Walled,
    /// Writes what a plugin's statements say, on PostgreSQL; on SQLite the owner does, behind a wall.
    writer: Option<Walled>,
    /// Before each table's name, in what the owner runs.
    schema: Option<String>,
}

/// Where a plugin's database is, seen from the portal's.
pub struct Place<'a> {
    /// The address of the portal's own database.
    pub url: &'a str,
    pub host: &'a Db,
    pub keys: &'a PersonKeys,
    pub plugin: &'a str,
}

impl Database {
    /// Opens the database, makes it when it is missing, and its tables as they are declared.
    ///
    /// # Errors
    /// What cannot be done with the tables that are there, or what the engine says, and what to
    /// do.
    pub async fn open(place: &Place<'_>, schema: &Schema<'_>) -> Result<Self, String> {
        match db::file_of(place.url) {
            Some(file) => Self::file(place, file, schema).await,
            None => Self::schema(place, schema).await,
        }
    }

    async fn file(place: &Place<'_>, portal: &str, declared: &Schema<'_>) -> Result<Self, String> {
        let folder = format!("{portal}.plugins");
        std::fs::create_dir_all(&folder).map_err(|error| format!("{folder}: {error}"))?;
        let file = format!("{folder}/{}.sqlite", place.plugin);
        let said = |error: db::Error| error.to_string();
        let owner = Db::open(&format!("sqlite:{file}")).await.map_err(said)?;
        make::make(&owner, &make::At::file(), declared).await?;
        let mut seen: Vec<&str> = declared.tables.table.keys().map(String::as_str).collect();
        seen.extend([make::IMPORTS, make::BLOBS]);
        let reader = Walled::sqlite(&file, &seen).await.map_err(said)?;
        seen.extend([make::SENT, make::OUTBOX, make::EVENTS]);
        // Also tables that this version does not know any more: their files are somebody's.
        let made = make::blob_columns(&mut owner.read().await.map_err(said)?, make::MADE).await;
        let made = made.map_err(said)?;
        seen.extend(
            made.keys()
                .map(String::as_str)
                .filter(|name| !declared.tables.table.contains_key(*name)),
        );
        owner.wall(&seen).await.map_err(said)?;
        Ok(Self { owner, reader, writer: None, schema: None })
    }

    async fn schema(place: &Place<'_>, declared: &Schema<'_>) -> Result<Self, String> {
        let id = place.plugin.replace('-', "_");
        let schema = format!("plugin_{id}");
        let owner = place.host.clone();
        let named = async |name: String| {
            let role = role(&owner, &name).await.map_err(|error| error.to_string())?;
            Ok::<_, String>(make::Login { password: place.keys.of_role(&role), role })
        };
        let reader = named(schema.clone()).await?;
        let writer = named(format!("writes_{id}")).await?;
        let at = make::At::schema(schema.clone(), reader.clone(), writer.clone());
        make::make(&owner, &at, declared).await?;
        let walled = async |login: &make::Login| {
            let role = Role { name: &login.role, password: &login.password, schema: &schema };
            let opened = Walled::postgres(place.url, &role).await;
            opened.map_err(|error| {
                format!(
                    "{error}; pg_hba.conf must let it in with scram-sha-256, see docs/operators.md"
                )
            })
        };
        let (reader, writer) = (walled(&reader).await?, walled(&writer).await?);
        Ok(Self { owner, reader, writer: Some(writer), schema: Some(schema) })
    }

    /// Which program answers.
    pub fn engine(&self) -> Engine {
        self.owner.engine()
    }

    /// A connection that reads one insurer's rows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self, insurer: &str) -> db::Result<Conn> {
        let mut conn = self.reader.read().await?;
        if self.engine() == Engine::Postgres {
            // Each connection serves whoever comes: the policy of every row asks for this.
            conn.one("SELECT set_config('musubi.insurer', $1, false) AS s", params![insurer])
                .await?;
        }
        Ok(conn)
    }

    /// A transaction that writes one insurer's rows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self, insurer: &str) -> db::Result<Tx> {
        let mut tx = self.owner.begin().await?;
        if self.engine() == Engine::Postgres {
            tx.one("SELECT set_config('musubi.insurer', $1, true) AS s", params![insurer]).await?;
        }
        Ok(tx)
    }

    /// A transaction for a plugin's statements, which reach its own tables and of them, on PostgreSQL,
    /// one insurer's rows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_walled(&self, insurer: &str) -> db::Result<Tx> {
        let Some(writer) = &self.writer else { return self.begin(insurer).await };
        let mut tx = writer.begin().await?;
        tx.one("SELECT set_config('musubi.insurer', $1, true) AS s", params![insurer]).await?;
        Ok(tx)
    }

    /// From here to its end a transaction is the only one of this mark. SQLite has one writer as it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alone(&self, tx: &mut Tx, mark: &str) -> db::Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let mark = secret::hash::sha256(mark);
        let lock = mark.iter().take(8).fold(0i64, |lock, byte| (lock << 8) | i64::from(*byte));
        let sql = "SELECT 1 AS n FROM (SELECT pg_advisory_xact_lock($1)) AS held";
        tx.one(sql, params![lock]).await.map(drop)
    }

    /// A table as the owner names it.
    pub fn table(&self, name: &str) -> String {
        match &self.schema {
            Some(schema) => format!("\"{schema}\".\"{name}\""),
            None => format!("\"{name}\""),
        }
    }

    /// The statement that puts so many rows into a table, their values one after the other.
    pub fn insert(&self, table: &str, columns: &[&str], rows: usize) -> String {
        let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
        let mut sql = format!("INSERT INTO {} ({}) VALUES ", self.table(table), names.join(", "));
        for row in 0..rows {
            sql.push_str(if row > 0 { ", (" } else { "(" });
            for column in 0..columns.len() {
                let sign = if column > 0 { ", " } else { "" };
                // Writing into a String does not fail.
                _ = write!(sql, "{sign}${}", row * columns.len() + column + 1);
            }
            sql.push(')');
        }
        sql
    }

    /// Whether the host's own table remembers this.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn was_made(&self, name: &str) -> db::Result<bool> {
        let sql = format!("SELECT COUNT(*) AS n FROM {} WHERE name = $1", self.table(make::MADE));
        let row = self.owner.read().await?.one(AssertSqlSafe(sql), params![name]).await?;
        row.map_or(Ok(false), |row| Ok(row.int("n")? > 0))
    }

    /// The tables of all versions that were ever here, with their columns that hold ids of files.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn blob_columns(&self) -> db::Result<BTreeMap<String, Vec<String>>> {
        make::blob_columns(&mut self.owner.read().await?, &self.table(make::MADE)).await
    }

    /// A number that no other import has.
    pub fn import_id() -> i64 {
        // What JavaScript and JSON hold exactly: somebody will look at it there.
        i64::try_from(secret::random::number() >> 11).unwrap_or(0)
    }

    /// Checks what the reader runs against the tables without running it.
    ///
    /// # Errors
    /// The engine's words.
    pub async fn prepare(&self, sql: String) -> db::Result<()> {
        self.reader.read().await?.prepare(AssertSqlSafe(sql)).await
    }

    /// Checks a statement that writes against the tables without running it.
    ///
    /// # Errors
    /// The engine's words.
    pub async fn prepare_write(&self, statement: &Statement) -> db::Result<()> {
        let nobody = Seen { id: String::new(), name: String::new(), own: true, keys: Vec::new() };
        let sql = statement.printed(self.engine(), &People::new(vec![nobody])).sql;
        let mut tx = match &self.writer {
            Some(writer) => writer.begin().await?,
            None => self.owner.begin().await?,
        };
        // SQLite's transaction begins with its first statement: nothing is begun by this.
        tx.prepare(AssertSqlSafe(sql)).await
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.reader.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        if self.schema.is_none() {
            self.owner.close().await;
        }
    }
}

/// Deletes a plugin's database with all that it holds; `false` when it has none.
///
/// # Errors
/// When the file or the schema cannot be deleted.
pub async fn erase(place: &Place<'_>) -> Result<bool, String> {
    if let Some(portal) = db::file_of(place.url) {
        let file = format!("{portal}.plugins/{}.sqlite", place.plugin);
        let there = std::path::Path::new(&file).exists();
        for file in ["-wal", "-shm", ""].map(|end| format!("{file}{end}")) {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(format!("{file}: {error}"));
                }
                _ => {}
            }
        }
        return Ok(there);
    }
    let said = |error: db::Error| error.to_string();
    let id = place.plugin.replace('-', "_");
    let schema = format!("plugin_{id}");
    let reader = role(place.host, &schema).await.map_err(said)?;
    let writer = role(place.host, &format!("writes_{id}")).await.map_err(said)?;
    let mut tx = place.host.begin().await.map_err(said)?;
    let sql = "SELECT COUNT(*) AS n FROM pg_namespace WHERE nspname = $1";
    let there = tx.one(sql, params![&schema]).await.map_err(said)?;
    let there = there.map_or(Ok(0), |row| row.int("n")).map_err(said)? > 0;
    let drop = format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE");
    tx.execute(AssertSqlSafe(drop), &[]).await.map_err(said)?;
    for role in [reader, writer] {
        let drop = format!("DROP ROLE IF EXISTS \"{role}\"");
        tx.execute(AssertSqlSafe(drop), &[]).await.map_err(said)?;
    }
    tx.commit().await.map_err(said)?;
    Ok(there)
}

/// The name of the role that reads a schema: roles are the whole server's, schemas a database's.
async fn role(db: &Db, schema: &str) -> db::Result<String> {
    let row = db.read().await?.one("SELECT current_database()::TEXT AS name", &[]).await?;
    let database = row.map(|row| row.text("name")).transpose()?.unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let name = format!("{database}_{schema}");
    if name.len() <= LONGEST && name.chars().all(plain) {
        return Ok(name);
    }
    Ok(format!(
        "musubi_{}_{}",
        secret::hash::short(name.as_bytes()),
        &schema[..schema.len().min(40)]
    ))
}
