//! Old rows are cleared and new ones written, by the plugin's own statements, in one transaction.

use super::{ImportError, Values};
use crate::plugins::Plugin;
use crate::plugins::package::manifest::Importer;
use db::{AssertSqlSafe, Tx};
use serde_json::json;
use std::collections::BTreeSet;

/// How many rows went and came.
pub(super) struct Written {
    pub cleared: u64,
    pub inserted: u64,
}

/// Replaces what the file replaces.
///
/// # Errors
/// When a statement lacks a value or the database refuses it.
pub(super) async fn replace(
    tx: &mut Tx,
    insurer: &str,
    plugin: &Plugin,
    importer: &Importer,
    rows: &[Values],
) -> Result<Written, ImportError> {
    let statement = |name: &str| {
        plugin.queries.get(name).ok_or_else(|| ImportError::Check(format!("query {name}")))
    };
    let (clear, insert) = (statement(&importer.clear)?, statement(&importer.insert)?);
    let mut written = Written { cleared: 0, inserted: 0 };
    for params in replaced(importer, rows) {
        let (sql, values) = clear.bind(insurer, &[], &params).map_err(ImportError::Check)?;
        written.cleared += tx.execute(AssertSqlSafe(sql), &values).await?;
    }
    for row in rows {
        let (sql, values) = insert.bind(insurer, &[], row).map_err(ImportError::Check)?;
        written.inserted += tx.execute(AssertSqlSafe(sql), &values).await?;
    }
    Ok(written)
}

/// The parameters of each clearing: once for all, or once for each value of `replace_by`.
fn replaced(importer: &Importer, rows: &[Values]) -> Vec<Values> {
    let Some(column) = &importer.replace_by else { return vec![Values::new()] };
    let values: BTreeSet<&str> = rows.iter().filter_map(|row| row[column].as_str()).collect();
    values.into_iter().map(|v| Values::from_iter([(column.clone(), json!(v))])).collect()
}
