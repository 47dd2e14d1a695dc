//! Mailed links: each works once, for one journey, for some minutes.

use db::{Conn, Result, params};

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    token_hash: &[u8],
    journey_id: &str,
    expires_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO links (insurer_id, token_hash, journey_id, expires_at)
               VALUES ($1, $2, $3, $4)";
    conn.execute(sql, params![insurer, token_hash, journey_id, expires_at]).await?;
    Ok(())
}

/// Kills the earlier links of a journey (F261: a new mail makes old links void).
pub async fn void(conn: &mut Conn, insurer: &str, journey_id: &str, now: i64) -> Result<()> {
    let sql = "UPDATE links SET used_at = $3 WHERE insurer_id = $1 AND journey_id = $2
               AND used_at IS NULL";
    conn.execute(sql, params![insurer, journey_id, now]).await?;
    Ok(())
}

/// Whether a link would work now; for the page that GET shows. Changes nothing.
pub async fn is_open(conn: &mut Conn, insurer: &str, token_hash: &[u8], now: i64) -> Result<bool> {
    let sql = "SELECT journey_id FROM links WHERE insurer_id = $1 AND token_hash = $2
               AND used_at IS NULL AND expires_at > $3";
    Ok(conn.one(sql, params![insurer, token_hash, now]).await?.is_some())
}

/// The journey of a link, used or not.
pub async fn journey_of(
    conn: &mut Conn,
    insurer: &str,
    token_hash: &[u8],
) -> Result<Option<String>> {
    let sql = "SELECT journey_id FROM links WHERE insurer_id = $1 AND token_hash = $2";
    let row = conn.one(sql, params![insurer, token_hash]).await?;
    row.map(|row| row.text("journey_id")).transpose()
}

/// Uses a link up and returns its journey, or `None` when it was used, void, expired or foreign.
/// The row count decides, so that of two clicks at once one wins.
pub async fn mark_used(
    conn: &mut Conn,
    insurer: &str,
    token_hash: &[u8],
    now: i64,
) -> Result<Option<String>> {
    let sql = "UPDATE links SET used_at = $3 WHERE insurer_id = $1 AND token_hash = $2
               AND used_at IS NULL AND expires_at > $3 RETURNING journey_id";
    let row = conn.one(sql, params![insurer, token_hash, now]).await?;
    row.map(|row| row.text("journey_id")).transpose()
}
