//! What only the plugin knows about a row: it checks them in batches, and no query answers.

use super::{Import, ImportError, Values};
use crate::plugins::border::host::Allowed;
use crate::plugins::data::reach::Reach;
use crate::plugins::package::manifest::Importer;
use handover::{Problem, Reason};
use sdk::{CheckReply, abi};
use serde_json::json;
use std::time::Duration;

const CHECK_DEADLINE: Duration = Duration::from_secs(30);

/// The problems that the plugin finds in some rows.
///
/// # Errors
/// When the plugin gives no answer.
pub(super) async fn check(
    import: &Import<'_>,
    importer: &Importer,
    rows: &[Values],
) -> Result<Vec<Problem>, ImportError> {
    let Some(handler) = importer.check.as_ref().filter(|_| !rows.is_empty()) else {
        return Ok(Vec::new());
    };
    let request = json!({"handler": handler, "rows": rows});
    let allowed = Allowed {
        db: import.db.clone(),
        insurer: import.insurer.to_owned(),
        plugin: import.plugin.id().to_owned(),
        subjects: Vec::new(),
        queries: Default::default(),
        reach: Reach::NOTHING,
    };
    let called = import.plugin.call(allowed, abi::CHECK, &request, CHECK_DEADLINE);
    let reply: CheckReply =
        called.await.map_err(|fault| ImportError::Check(format!("{fault:?}")))?;
    let problem = |problem: sdk::Problem| Problem {
        line: problem.line,
        column: import.layout.columns.get(&problem.column).cloned().unwrap_or_default(),
        reason: Reason::from_code(&problem.code),
    };
    Ok(reply.problems.into_iter().map(problem).collect())
}
