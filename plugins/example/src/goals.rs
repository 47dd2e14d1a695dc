//! The goals of the months, which staff set and members see.

use sdk::{Call, Fault, json};
use serde::{Deserialize, Serialize};

/// A row of `queries/goals.sql`.
#[derive(Serialize, Deserialize)]
pub struct Goal {
    /// `YYYYMM`
    pub month: String,
    pub steps: i64,
}

/// The goals that were set, newest month first.
pub fn goals(call: &Call) -> Result<Vec<Goal>, Fault> {
    call.query("goals", json!({}))
}
