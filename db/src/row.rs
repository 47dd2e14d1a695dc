//! One row of a result, read by column name.

use crate::{Error, Result, Value};
use sqlx::{Column, Row as _, TypeInfo, ValueRef};

/// One row of either engine.
pub enum Row {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

macro_rules! column {
    ($($(#[$doc:meta])* $name:ident -> $type:ty),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(&self, column: &str) -> Result<$type> {
            match self {
                Row::Sqlite(row) => row.try_get(column),
                Row::Postgres(row) => row.try_get(column),
            }
            .map_err(|error| Error::Column(column.to_owned(), error.to_string()))
        }
    )*};
}

impl Row {
    column! {
        /// A text that is never null.
        text -> String,
        /// A text or null.
        opt_text -> Option<String>,
        /// A whole number that is never null.
        int -> i64,
        /// A whole number or null.
        opt_int -> Option<i64>,
        /// A truth value that is never null.
        bool -> bool,
        /// A truth value or null.
        opt_bool -> Option<bool>,
        /// Bytes that are never null.
        bytes -> Vec<u8>,
        /// Bytes or null.
        opt_bytes -> Option<Vec<u8>>,
    }

    /// All columns with their names, for results whose shape the code does not know (named
    /// queries of plugins). Integers, texts, truth values and bytes; anything else is an error.
    pub fn columns(&self) -> Result<Vec<(String, Value)>> {
        match self {
            Row::Sqlite(row) => (row.columns().iter().enumerate())
                .map(|(at, column)| {
                    let raw = row.try_get_raw(at)?;
                    let value = match (raw.is_null(), raw.type_info().name()) {
                        (true, _) => Value::Text(None),
                        (_, "INTEGER") => Value::Int(row.try_get(at)?),
                        (_, "BOOLEAN") => Value::Bool(row.try_get(at)?),
                        (_, "BLOB") => Value::Bytes(row.try_get(at)?),
                        (_, "TEXT") => Value::Text(row.try_get(at)?),
                        (_, other) => return Err(unknown(column.name(), other)),
                    };
                    Ok((column.name().to_owned(), value))
                })
                .collect(),
            Row::Postgres(row) => (row.columns().iter().enumerate())
                .map(|(at, column)| {
                    let value = match column.type_info().name() {
                        "INT8" => Value::Int(row.try_get(at)?),
                        "INT4" => Value::Int(row.try_get::<Option<i32>, _>(at)?.map(i64::from)),
                        "BOOL" => Value::Bool(row.try_get(at)?),
                        "BYTEA" => Value::Bytes(row.try_get(at)?),
                        "TEXT" | "VARCHAR" => Value::Text(row.try_get(at)?),
                        other => return Err(unknown(column.name(), other)),
                    };
                    Ok((column.name().to_owned(), value))
                })
                .collect(),
        }
    }
}

fn unknown(column: &str, kind: &str) -> Error {
    Error::Column(
        column.to_owned(),
        format!("type {kind} is not shared by both engines: CAST it to TEXT or BIGINT"),
    )
}
