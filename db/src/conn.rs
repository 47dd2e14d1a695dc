//! Runs statements: alone on a connection, or together in a transaction.

use crate::readers::Reader;
use crate::writer::WriterTx;
use crate::{Result, Row, Value, ran};
use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::{Arguments, Either, Executor, Postgres, SqlSafeStr, Sqlite};
use std::ops::{ControlFlow, Deref, DerefMut};

/// A connection for reading. Stores that read take `&mut Conn`; a [`Tx`] is one too, and sees what
/// it wrote.
///
/// Only a [`Tx`] writes: the engine refuses a statement that would change something on any other
/// connection, also one with `RETURNING`. SQLite's readers are `query_only`; on PostgreSQL every
/// connection is opened with `default_transaction_read_only`, and a [`Tx`] begins with
/// `BEGIN READ WRITE`. Neither costs a round trip.
pub struct Conn(pub(crate) Inner);

pub(crate) enum Inner {
    SqliteReader(Reader),
    Postgres(PoolConnection<Postgres>),
    Tx(Open),
}

/// A transaction that has begun.
pub(crate) enum Open {
    Sqlite(WriterTx),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

macro_rules! on_engine {
    ($self:ident, $sql:ident, $params:ident, $run:ident, $wrap:expr) => {{
        let $sql = $sql.into_sql_str();
        ran::note($sql.as_str());
        match &mut $self.0 {
            Inner::SqliteReader(reader) => {
                let query = sqlite($sql, $params)?;
                let answer = reader.begin().$run(query).await;
                reader.ended();
                $wrap(answer?, Row::Sqlite)
            }
            Inner::Tx(Open::Sqlite(tx)) => {
                let query = sqlite(tx.statement($sql)?, $params)?;
                let answer = tx.conn().$run(query).await?;
                tx.ran();
                $wrap(answer, Row::Sqlite)
            }
            Inner::Postgres(conn) => {
                $wrap(conn.$run(postgres($sql, $params)?).await?, Row::Postgres)
            }
            Inner::Tx(Open::Postgres(tx)) => {
                $wrap((&mut **tx).$run(postgres($sql, $params)?).await?, Row::Postgres)
            }
        }
    }};
}

impl Conn {
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

    /// Rows one after the other, until `take` has had enough.
    ///
    /// # Errors
    /// The engine's, or the first that `take` returns.
    pub async fn each(
        &mut self,
        sql: impl SqlSafeStr,
        params: &[Value],
        mut take: impl FnMut(Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let sql = sql.into_sql_str();
        ran::note(sql.as_str());
        macro_rules! stream {
            ($rows:expr, $wrap:expr) => {{
                let mut rows = $rows;
                while let Some(row) = rows.try_next().await? {
                    if take($wrap(row))?.is_break() {
                        return Ok(());
                    }
                }
            }};
        }
        match &mut self.0 {
            Inner::SqliteReader(reader) => {
                let query = sqlite(sql, params)?;
                stream!(reader.begin().fetch(query), Row::Sqlite);
                reader.ended();
            }
            Inner::Tx(Open::Sqlite(tx)) => {
                let query = sqlite(tx.statement(sql)?, params)?;
                stream!(tx.conn().fetch(query), Row::Sqlite);
                tx.ran();
            }
            Inner::Postgres(conn) => {
                stream!(conn.fetch(postgres(sql, params)?), Row::Postgres);
            }
            Inner::Tx(Open::Postgres(tx)) => {
                stream!((&mut **tx).fetch(postgres(sql, params)?), Row::Postgres);
            }
        }
        Ok(())
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
            Inner::Tx(Open::Sqlite(tx)) => tx.conn().prepare(sql).await.map(drop)?,
            Inner::Postgres(conn) => conn.prepare(sql).await.map(drop)?,
            Inner::Tx(Open::Postgres(tx)) => (&mut **tx).prepare(sql).await.map(drop)?,
        }
        Ok(())
    }
}

/// A transaction: nothing of it is kept unless [`Tx::commit`] returned.
///
/// Dropping it rolls it back. The page handler owns it; stores that write take `&mut Tx`, and
/// neither they nor steps ever open one.
pub struct Tx(Conn);

impl Tx {
    pub(crate) fn new(open: Open) -> Self {
        Self(Conn(Inner::Tx(open)))
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: impl SqlSafeStr, params: &[Value]) -> Result<u64> {
        let sql = sql.into_sql_str();
        ran::note(sql.as_str());
        Ok(match &mut self.0.0 {
            Inner::Tx(Open::Sqlite(tx)) => {
                let query = sqlite(tx.statement(sql)?, params)?;
                let mut results = tx.conn().fetch_many(query);
                let mut changed = 0;
                // The beginning has a result of its own: that of the statement is the last.
                while let Some(result) = results.try_next().await? {
                    if let Either::Left(done) = result {
                        changed = done.rows_affected();
                    }
                }
                drop(results);
                tx.ran();
                changed
            }
            Inner::Tx(Open::Postgres(tx)) => {
                (&mut **tx).execute(postgres(sql, params)?).await?.rows_affected()
            }
            Inner::SqliteReader(_) | Inner::Postgres(_) => unreachable!("{MADE_OF}"),
        })
    }

    /// Makes the work durable. When it returns, a power cut loses nothing.
    pub async fn commit(self) -> Result<()> {
        match self.0.0 {
            Inner::Tx(Open::Sqlite(tx)) => tx.commit().await,
            Inner::Tx(Open::Postgres(tx)) => Ok(tx.commit().await?),
            Inner::SqliteReader(_) | Inner::Postgres(_) => unreachable!("{MADE_OF}"),
        }
    }
}

const MADE_OF: &str = "a Tx is made by Tx::new only, of a transaction";

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
