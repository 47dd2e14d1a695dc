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
    /// Anything else: the engine's own words.
    #[error("database: {0}")]
    Engine(Arc<sqlx::Error>),
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
