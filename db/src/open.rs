//! A URL becomes a database: SQLite file or PostgreSQL.

use crate::conn::{Inner, Open};
use crate::readers::Readers;
use crate::wall::Wall;
use crate::writer::Writer;
use crate::{Conn, Error, Result, Tx};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection};
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db(pub(crate) Pools, Arc<str>);

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite { readers: Arc<Readers>, writer: Arc<Writer> },
    Postgres(sqlx::PgPool),
}

/// Which program answers statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database as somebody sees it who may read a few tables of it and do nothing else.
#[derive(Clone)]
pub struct Walled(Behind);

#[derive(Clone)]
enum Behind {
    Sqlite(Arc<Readers>),
    Postgres(sqlx::PgPool),
}

/// Who reads behind a wall in PostgreSQL: a role of its own, in a schema of its own.
pub struct Role<'a> {
    pub name: &'a str,
    pub password: &'a str,
    pub schema: &'a str,
}

const READERS: usize = 4;
/// Prepared statements that a connection keeps: all that a program has. The writer has those that
/// begin a transaction twice.
const STATEMENTS: usize = 400;

/// Rows that wait for whoever asked.
const ROWS: usize = 1024;
const POSTGRES_CONNECTIONS: u32 = 16;
const WALLED_CONNECTIONS: u32 = 4;
/// How long a statement behind a wall may take in PostgreSQL.
pub const STATEMENT_SECONDS: u32 = 2;
/// How long PostgreSQL may take to answer at a start.
const REACHABLE: Duration = Duration::from_secs(3);
/// How long a writer waits for another process that writes (an import in the same file).
const BUSY: Duration = Duration::from_secs(60);

impl Db {
    /// Opens `sqlite:FILE` (made when missing; WAL, `synchronous=FULL`, foreign keys on) or
    /// `postgres://…` (15 or later).
    ///
    /// # Errors
    /// [`Error::Address`] for another kind of URL, [`Error::File`] and [`Error::Unreachable`] with
    /// path or host when it does not open; PostgreSQL within three seconds.
    pub async fn open(url: &str) -> Result<Self> {
        let address: Arc<str> = masked(url).into();
        if let Some(file) = file_of(url) {
            own_file(file).map_err(|error| Error::File(file.to_owned(), Arc::new(error)))?;
            let options = sqlite_options(file);
            let cannot = |error| Error::Unreachable(file.to_owned(), Arc::new(error));
            let writer = Writer::open(&options).await.map_err(cannot)?;
            let readers = Readers::open(options.pragma("query_only", "ON"), READERS, None).await?;
            return Ok(Self(Pools::Sqlite { readers, writer }, address));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)
                .map_err(|_| Error::Address(masked(url)))?
                .options([
                    ("client_min_messages", "warning"),
                    // What is no `BEGIN READ WRITE` reads.
                    ("default_transaction_read_only", "on"),
                ]);
            // Once by itself: the pool would go on trying for ten seconds.
            let place = format!("{}:{}", options.get_host(), options.get_port());
            let cannot = |error| Error::Unreachable(place.clone(), Arc::new(error));
            let trial = PgConnection::connect_with(&options);
            let trial = tokio::time::timeout(REACHABLE, trial).await;
            let silent = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
            trial.map_err(silent).flatten().map_err(cannot)?.close().await.ok();
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(Duration::from_secs(10))
                .test_before_acquire(false)
                .connect_with(options)
                .await?;
            return Ok(Self(Pools::Postgres(pool), address));
        }
        Err(Error::Address(masked(url)))
    }

    /// Which program answers.
    pub fn engine(&self) -> Engine {
        match &self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// The address that it was opened with, without a password: for messages.
    pub fn address(&self) -> &str {
        &self.1
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Pools::Sqlite { readers, .. } => Inner::SqliteReader(readers.acquire().await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.acquire().await?),
        }))
    }

    /// A transaction for writing. On SQLite there is one at a time: keep it short, and never
    /// hash a password or wait for the network while it is open.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx::new(match &self.0 {
            Pools::Sqlite { writer, .. } => Open::Sqlite(writer.begin().await),
            Pools::Postgres(pool) => Open::Postgres(pool.begin_with("BEGIN READ WRITE").await?),
        }))
    }

    /// From now on SQLite's writer reads and writes rows of `tables` and does nothing else: the tables are
    /// as they are. PostgreSQL has roles for that.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub async fn wall(&self, tables: &[&str]) -> Result<()> {
        let Pools::Sqlite { writer, .. } = &self.0 else { return Ok(()) };
        let wall = Wall::new(tables);
        let steps = writer.alone(async |conn| wall.around_writer(conn).await).await?;
        // Set once: a plugin's file is walled when it is opened.
        writer.steps.set(steps).ok();
        Ok(())
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

impl Walled {
    /// Opens a SQLite file that exists, for reading `tables` and nothing else: any other table,
    /// another file, a pragma, a write or a function beyond [`crate::wall::FUNCTIONS`] is refused
    /// by SQLite when it prepares the statement, and a statement that works too long is stopped.
    ///
    /// # Errors
    /// When the file does not open.
    pub async fn sqlite(file: &str, tables: &[&str]) -> Result<Self> {
        let options = sqlite_options(file).create_if_missing(false).pragma("query_only", "ON");
        Ok(Self(Behind::Sqlite(Readers::open(options, READERS, Some(Wall::new(tables))).await?)))
    }

    /// Opens the PostgreSQL database of `url` as `role`: what it may read is granted to it, what a
    /// row's policy hides it does not see, and a statement ends after [`STATEMENT_SECONDS`].
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the role is not let in.
    pub async fn postgres(url: &str, role: &Role<'_>) -> Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(|_| Error::Address(masked(url)))?;
        let options = options.username(role.name).password(role.password).options([
            ("client_min_messages", "warning"),
            ("default_transaction_read_only", "on"),
            ("standard_conforming_strings", "on"),
            ("search_path", role.schema),
            ("statement_timeout", &format!("{STATEMENT_SECONDS}s")),
            ("idle_in_transaction_session_timeout", "10s"),
        ]);
        let cannot = |error| Error::Unreachable(format!("role {}", role.name), Arc::new(error));
        PgConnection::connect_with(&options).await.map_err(cannot)?.close().await.ok();
        let pool = PgPoolOptions::new()
            .max_connections(WALLED_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .idle_timeout(Duration::from_secs(60))
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Ok(Self(Behind::Postgres(pool)))
    }

    /// A transaction of a PostgreSQL role that may write; SQLite's readers only read.
    ///
    /// # Errors
    /// [`Error::Failed`] on SQLite, or the engine's.
    pub async fn begin(&self) -> Result<Tx> {
        match &self.0 {
            Behind::Sqlite(_) => Err(Error::Failed),
            Behind::Postgres(pool) => {
                Ok(Tx::new(Open::Postgres(pool.begin_with("BEGIN READ WRITE").await?)))
            }
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Behind::Sqlite(readers) => Inner::SqliteReader(readers.acquire().await?),
            Behind::Postgres(pool) => Inner::Postgres(pool.acquire().await?),
        }))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.0 {
            Behind::Sqlite(readers) => readers.close().await,
            Behind::Postgres(pool) => pool.close().await,
        }
    }
}

fn sqlite_options(file: &str) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS)
        // A page's rows fit: the thread that reads does not wait for the one that takes them.
        .row_buffer_size(ROWS)
        .pragma("cache_size", "-2000")
        .optimize_on_close(false, None)
}

/// The file of a SQLite address.
pub fn file_of(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite:")
}

/// Makes the file when it is missing, readable by its owner only; SQLite gives its write-ahead log
/// the same rights.
fn own_file(file: &str) -> std::io::Result<()> {
    match OpenOptions::new().create_new(true).write(true).mode(0o600).open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// The address without its password.
pub(crate) fn masked(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}
