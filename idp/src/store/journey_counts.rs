//! Where people give up: counts by month, without anybody in them.

use crate::ids::InsurerId;
use db::{Conn, Result, Tx, params};

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counted {
    /// `YYYY-MM`.
    pub month: String,
    /// `sign-in`, `recover`, `register:NAME` of its journey file, …
    pub goal: String,
    /// Of the definition.
    pub version: i64,
    /// `phone` or `computer`.
    pub device: &'static str,
    /// The step; empty for the journey as a whole.
    pub step: String,
    /// `begun`, `right`, `wrong`, `invalid`, `locked`, `busy`, `declined`, `done-SECONDS`.
    pub what: String,
}

/// Adds so many.
pub async fn add(tx: &mut Tx, insurer: &InsurerId, counted: &Counted, many: i64) -> Result<()> {
    let sql = "INSERT INTO journey_counts (insurer_id, month, goal, version, device, step, what,
                                           count)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (insurer_id, month, goal, version, device, step, what) DO UPDATE
               SET count = journey_counts.count + excluded.count";
    let params = params![
        insurer,
        counted.month.as_str(),
        counted.goal.as_str(),
        counted.version,
        counted.device,
        counted.step.as_str(),
        counted.what.as_str(),
        many
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// One line of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub goal: String,
    pub version: i64,
    pub device: String,
    pub step: String,
    pub what: String,
    pub count: i64,
}

/// What was counted of an insurer in a month.
pub async fn of_month(conn: &mut Conn, insurer: &InsurerId, month: &str) -> Result<Vec<Line>> {
    let sql = "SELECT goal, version, device, step, what, count FROM journey_counts
               WHERE insurer_id = $1 AND month = $2 ORDER BY goal, version, device, step, what";
    let rows = conn.all(sql, params![insurer, month]).await?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                goal: row.text("goal")?,
                version: row.int("version")?,
                device: row.text("device")?,
                step: row.text("step")?,
                what: row.text("what")?,
                count: row.int("count")?,
            })
        })
        .collect()
}
