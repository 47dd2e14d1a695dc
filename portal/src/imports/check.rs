//! What only the plugin knows about a row: it checks them in batches, and no query answers.

use super::read::Read1;
use super::{Import, ImportError};
use crate::plugins::border::host::Allowed;
use crate::plugins::package::manifest::Importer;
use handover::{Problem, Reason};
use sdk::{CheckReply, abi};
use serde_json::{Value, json};
use std::time::Duration;

const CHECK_DEADLINE: Duration = Duration::from_secs(30);

/// The problems that the plugin finds in some rows, and what it only warns of.
///
/// # Errors
/// When the plugin gives no answer.
pub(super) async fn check(
    import: &Import<'_>,
    importer: &Importer,
    rows: &[Read1],
) -> Result<(Vec<Problem>, Vec<Problem>), ImportError> {
    let Some(handler) = importer.check.as_ref().filter(|_| !rows.is_empty()) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let row = |row: &Read1| {
        let mut values = row.values.clone();
        values.insert("line".to_owned(), json!(row.line));
        Value::Object(values)
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    let request = json!({"handler": handler, "settings": import.settings, "rows": rows});
    let allowed = Allowed::nothing(import.insurer, import.plugin.id());
    let called = import.plugin.call(allowed, abi::CHECK, &request, CHECK_DEADLINE);
    let reply: CheckReply =
        called.await.map_err(|fault| ImportError::Check(format!("{fault:?}")))?;
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    for told in reply.problems {
        let list = if told.warning { &mut warnings } else { &mut faults };
        list.push(Problem {
            line: told.line,
            column: import.layout.columns.get(&told.column).cloned().unwrap_or_default(),
            reason: Reason::from_code(&told.code),
        });
    }
    Ok((faults, warnings))
}
