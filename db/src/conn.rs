//! Runs statements: alone on a connection, or together in a transaction.

use crate::readers::Reader;
use crate::writer::WriterTx;
use crate::{Result, Row, Value};
use sqlx::pool::PoolConnection;
use sqlx::{Arguments, Executor, Postgres, SqlSafeStr, Sqlite};
use std::ops::{Deref, DerefMut};

/// A connection that runs statements. Stores take `&mut Conn`; a [`Tx`] is one too.
pub struct Conn(pub(crate) Inner);

pub(crate) enum Inner {
    SqliteReader(Reader),
    SqliteWriter(WriterTx),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(sqlx::Transaction<'static, Postgres>),
}

macro_rules! on_engine {
    ($self:ident, $sql:ident, $params:ident, $run:ident, $wrap:expr) => {
        match &mut $self.0 {
            Inner::SqliteReader(reader) => {
                let query = sqlite($sql, $params)?;
                let answer = reader.begin().$run(query).await;
                reader.ended();
                $wrap(answer?, Row::Sqlite)
            }
            Inner::SqliteWriter(tx) => {
                $wrap(tx.conn().$run(sqlite($sql, $params)?).await?, Row::Sqlite)
            }
            Inner::Postgres(conn) => {
                $wrap(conn.$run(postgres($sql, $params)?).await?, Row::Postgres)
            }
            Inner::PostgresTx(tx) => {
                $wrap((&mut **tx).$run(postgres($sql, $params)?).await?, Row::Postgres)
            }
        }
    };
}

impl Conn {
    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: impl SqlSafeStr, params: &[Value]) -> Result<u64> {
        Ok(match &mut self.0 {
            Inner::SqliteReader(reader) => {
                let query = sqlite(sql, params)?;
                let answer = reader.begin().execute(query).await;
                reader.ended();
                answer?.rows_affected()
            }
            Inner::SqliteWriter(tx) => {
                tx.conn().execute(sqlite(sql, params)?).await?.rows_affected()
            }
            Inner::Postgres(conn) => conn.execute(postgres(sql, params)?).await?.rows_affected(),
            Inner::PostgresTx(tx) => {
                (&mut **tx).execute(postgres(sql, params)?).await?.rows_affected()
            }
        })
    }

    /// The first row, if there is one.
    pub async fn one(&mut self, sql: impl SqlSafeStr, params: &[Value]) -> Result<Option<Row>> {
        Ok(on_engine!(self, sql, params, fetch_optional, |row: Option<_>, wrap| { row.map(wrap) }))
    }

    /// All rows.
    pub async fn all(&mut self, sql: impl SqlSafeStr, params: &[Value]) -> Result<Vec<Row>> {
        Ok(on_engine!(self, sql, params, fetch_all, |rows: Vec<_>, wrap| {
            rows.into_iter().map(wrap).collect()
        }))
    }

    /// Checks a statement against the schema without running it.
    ///
    /// # Errors
    /// The engine's words when a table, a column or the syntax is wrong.
    pub async fn prepare(&mut self, sql: impl SqlSafeStr) -> Result<()> {
        let sql = sql.into_sql_str();
        match &mut self.0 {
            Inner::SqliteReader(reader) => {
                let answer = reader.begin().prepare(sql).await.map(drop);
                reader.ended();
                answer?;
            }
            Inner::SqliteWriter(tx) => tx.conn().prepare(sql).await.map(drop)?,
            Inner::Postgres(conn) => conn.prepare(sql).await.map(drop)?,
            Inner::PostgresTx(tx) => (&mut **tx).prepare(sql).await.map(drop)?,
        }
        Ok(())
    }
}

/// A transaction: nothing of it is kept unless [`Tx::commit`] returned.
///
/// Dropping it rolls it back. The page handler owns it; steps and stores never open one.
pub struct Tx(pub(crate) Conn);

impl Tx {
    /// Makes the work durable. When it returns, a power cut loses nothing.
    pub async fn commit(self) -> Result<()> {
        match self.0.0 {
            Inner::SqliteWriter(tx) => tx.commit().await,
            Inner::PostgresTx(tx) => Ok(tx.commit().await?),
            Inner::SqliteReader(_) | Inner::Postgres(_) => Ok(()),
        }
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

fn sqlite(sql: impl SqlSafeStr, params: &[Value]) -> Result<SqliteQuery> {
    let mut arguments = sqlx::sqlite::SqliteArguments::default();
    bind::<Sqlite>(&mut arguments, params)?;
    Ok(sqlx::query_with(sql, arguments))
}

fn postgres(sql: impl SqlSafeStr, params: &[Value]) -> Result<PostgresQuery> {
    let mut arguments = sqlx::postgres::PgArguments::default();
    bind::<Postgres>(&mut arguments, params)?;
    Ok(sqlx::query_with(sql, arguments))
}

fn bind<E: sqlx::Database>(arguments: &mut E::Arguments, params: &[Value]) -> Result<()>
where
    Option<String>: sqlx::Type<E> + sqlx::Encode<'static, E>,
    Option<i64>: sqlx::Type<E> + sqlx::Encode<'static, E>,
    Option<bool>: sqlx::Type<E> + sqlx::Encode<'static, E>,
    Option<Vec<u8>>: sqlx::Type<E> + sqlx::Encode<'static, E>,
{
    for value in params {
        match value.clone() {
            Value::Text(value) => arguments.add(value),
            Value::Int(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(())
}
