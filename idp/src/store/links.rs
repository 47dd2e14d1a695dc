//! Mailed links: each works once, for one step of one journey, for some minutes.

use crate::ids::{InsurerId, JourneyId};
use crate::need::StepId;
use db::{Conn, Result, Row, Tx, params};

/// What a link belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub journey_id: JourneyId,
    pub step: StepId,
}

pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    token_hash: &[u8],
    target: &Target,
    expires_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO links (insurer_id, token_hash, journey_id, step, expires_at)
               VALUES ($1, $2, $3, $4, $5)";
    let params = params![insurer, token_hash, &target.journey_id, &target.step.0, expires_at];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Kills the earlier links of a journey (F261: a new mail makes old links void).
pub async fn void(tx: &mut Tx, insurer: &InsurerId, journey: &JourneyId, now: i64) -> Result<()> {
    let sql = "UPDATE links SET used_at = $3 WHERE insurer_id = $1 AND journey_id = $2
               AND used_at IS NULL";
    tx.execute(sql, params![insurer, journey, now]).await?;
    Ok(())
}

/// What a link belongs to that would work now; for the page that GET shows. Changes nothing.
pub async fn open(
    conn: &mut Conn,
    insurer: &InsurerId,
    token_hash: &[u8],
    now: i64,
) -> Result<Option<Target>> {
    let sql = "SELECT journey_id, step FROM links WHERE insurer_id = $1 AND token_hash = $2
               AND used_at IS NULL AND expires_at > $3";
    conn.one(sql, params![insurer, token_hash, now]).await?.as_ref().map(target).transpose()
}

/// What a used link belongs to.
pub async fn target_of(
    conn: &mut Conn,
    insurer: &InsurerId,
    token_hash: &[u8],
) -> Result<Option<Target>> {
    let sql = "SELECT journey_id, step FROM links WHERE insurer_id = $1 AND token_hash = $2
               AND used_at IS NOT NULL";
    conn.one(sql, params![insurer, token_hash]).await?.as_ref().map(target).transpose()
}

/// What a used link belongs to that this browser used a moment ago, since a time: the button was clicked
/// twice, and the first answer may have got lost.
pub async fn pressed_again(
    conn: &mut Conn,
    insurer: &InsurerId,
    token_hash: &[u8],
    browser: &[u8],
    since: i64,
) -> Result<Option<Target>> {
    let sql = "SELECT journey_id, step FROM links WHERE insurer_id = $1 AND token_hash = $2
               AND pressed_by = $3 AND used_at >= $4";
    let params = params![insurer, token_hash, browser, since];
    conn.one(sql, params).await?.as_ref().map(target).transpose()
}

/// Uses a link up, or `None` when it was used, void, expired or foreign. The row count decides, so
/// that of two clicks at once one wins.
pub async fn mark_used(
    tx: &mut Tx,
    insurer: &InsurerId,
    token_hash: &[u8],
    browser: &[u8],
    now: i64,
) -> Result<Option<Target>> {
    let sql = "UPDATE links SET used_at = $3, pressed_by = $4
               WHERE insurer_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3
               RETURNING journey_id, step";
    tx.one(sql, params![insurer, token_hash, now, browser]).await?.as_ref().map(target).transpose()
}

fn target(row: &Row) -> Result<Target> {
    Ok(Target {
        journey_id: JourneyId::new(row.text("journey_id")?),
        step: StepId(row.text("step")?),
    })
}
