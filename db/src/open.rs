//! A URL becomes a database: SQLite file or PostgreSQL.

use crate::conn::{Inner, Open};
use crate::readers::Readers;
use crate::writer::Writer;
use crate::{Conn, Error, Result, Tx};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db(pub(crate) Pools);

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite { readers: Arc<Readers>, writer: Arc<Writer> },
    Postgres(sqlx::PgPool),
}

const READERS: usize = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a writer waits for another process that writes (an import in the same file).
const BUSY: Duration = Duration::from_secs(60);

impl Db {
    /// Opens `sqlite:FILE` (made when missing; WAL, `synchronous=FULL`, foreign keys on) or
    /// `postgres://…` (15 or later).
    ///
    /// # Errors
    /// [`Error::Address`] for another kind of URL, [`Error::Engine`] when it does not open.
    pub async fn open(url: &str) -> Result<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY)
                .pragma("cache_size", "-2000")
                .optimize_on_close(false, None);
            let writer = Writer::open(&options).await?;
            let readers = Readers::open(options.pragma("query_only", "ON"), READERS).await?;
            return Ok(Self(Pools::Sqlite { readers, writer }));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)
                .map_err(|_| Error::Address(masked(url)))?
                .options([
                    ("client_min_messages", "warning"),
                    // What is no `BEGIN READ WRITE` reads.
                    ("default_transaction_read_only", "on"),
                ]);
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(Duration::from_secs(10))
                .test_before_acquire(false)
                .connect_with(options)
                .await?;
            return Ok(Self(Pools::Postgres(pool)));
        }
        Err(Error::Address(masked(url)))
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Pools::Sqlite { readers, .. } => Inner::SqliteReader(readers.acquire().await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.acquire().await?),
        }))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> bool {
        match self.read().await {
            Ok(mut conn) => conn.one("SELECT 1 AS one", &[]).await.is_ok(),
            Err(_) => false,
        }
    }

    /// A transaction for writing. On SQLite there is one at a time: keep it short, and never
    /// hash a password or wait for the network while it is open.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx::new(match &self.0 {
            Pools::Sqlite { writer, .. } => Open::Sqlite(writer.begin().await?),
            Pools::Postgres(pool) => Open::Postgres(pool.begin_with("BEGIN READ WRITE").await?),
        }))
    }

    /// Closes all connections; SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// The address without its password.
fn masked(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}
