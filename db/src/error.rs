//! What can go wrong below the stores, sorted by what a caller can do about it.

use std::sync::Arc;

pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the database. Only [`Error::Taken`] is an expected outcome.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A unique key exists already.
    #[error("a row with this key exists already")]
    Taken,
    /// A column is missing or has another type than the code expects.
    #[error("column {0}: {1}")]
    Column(String, String),
    /// The migrations on disk and those in the database disagree.
    #[error("migration refused: {0}")]
    Migration(String),
    /// The address of the database cannot be understood.
    #[error("database address {0:?}: use sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME")]
    Address(String),
    /// A file that cannot be made, opened or locked.
    #[error("{0}: {1}")]
    File(String, Arc<std::io::Error>),
    /// Another process serves this SQLite file.
    #[error(
        "{0}: another server works on this SQLite file; stop it, or use PostgreSQL for several"
    )]
    Held(String),
    /// The settings name another database than the one that is served.
    #[error("database = \"{0}\": another database needs a restart")]
    Restart(String),
    /// The database at this file or host does not open.
    #[error("{}", unreachable(.0, .1))]
    Unreachable(String, Arc<sqlx::Error>),
    /// The first statement of this transaction failed, so that nothing more of it runs.
    #[error("a statement of this transaction failed before")]
    Failed,
    /// Anything else: the engine's own words.
    #[error("database: {0}")]
    Engine(Arc<sqlx::Error>),
}

/// Where, why and what to look at, without the driver's own words around it.
fn unreachable(place: &str, error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            format!("{place} does not answer within 3 s: is the address right, and the way open?")
        }
        sqlx::Error::Io(error) => format!("{place} cannot be reached: {error}"),
        sqlx::Error::Database(error) => format!("{place} refuses: {}", error.message()),
        other => format!("{place}: {other}"),
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(inner) = &error
            && inner.is_unique_violation()
        {
            return Error::Taken;
        }
        Error::Engine(Arc::new(error))
    }
}
