//! Rows of the file as the plugin's database takes them.

use super::read::Read1;
use super::{Import, ImportError};
use crate::plugins::data::query::value_of;
use crate::plugins::data::staged::Aside;
use crate::plugins::data::tables::{Kind, Scope, Table};
use db::Value;
use std::collections::BTreeMap;

/// The columns that an import fills, in the order of [`aside`].
pub(super) fn columns(table: &Table) -> Vec<&str> {
    let person = (table.scope == Scope::Person).then_some("person");
    person.into_iter().chain(table.columns.keys().map(String::as_str)).collect()
}

/// Rows to be put aside.
///
/// # Errors
/// When a value is not of its column's type: the reader or the plugin's manifest is wrong.
pub(super) fn aside(
    import: &Import<'_>,
    table: &Table,
    rows: Vec<Read1>,
) -> Result<Vec<Aside>, ImportError> {
    let kinds: BTreeMap<&str, Kind> =
        table.columns.iter().map(|(name, column)| (name.as_str(), column.kind())).collect();
    let aside = |row: Read1| {
        let person = row.card.as_deref();
        let person = person.map(|card| Value::from(import.keys.of_card(import.insurer, card)));
        let mut values: Vec<Value> = person.into_iter().collect();
        for (name, kind) in &kinds {
            let value = row.values.get(*name).and_then(|value| value_of(value, kind));
            let wrong = || ImportError::Check(format!("{name}: {}", kind.name()));
            values.push(value.ok_or_else(wrong)?);
        }
        let line = i64::try_from(row.line).unwrap_or(i64::MAX);
        Ok(Aside { line, batch: row.batch, values })
    };
    rows.into_iter().map(aside).collect()
}
