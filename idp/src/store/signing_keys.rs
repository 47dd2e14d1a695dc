//! Sealed private keys of insurers.

use db::{Conn, Result, params};

/// Algorithm and sealed key, newest first.
pub async fn list(conn: &mut Conn, insurer: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let sql = "SELECT algorithm, sealed FROM signing_keys WHERE insurer_id = $1
               ORDER BY created_at DESC, algorithm";
    let rows = conn.all(sql, params![insurer]).await?;
    rows.iter().map(|row| Ok((row.text("algorithm")?, row.bytes("sealed")?))).collect()
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    algorithm: &str,
    sealed: &[u8],
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO signing_keys (insurer_id, algorithm, sealed, created_at)
               VALUES ($1, $2, $3, $4)";
    conn.execute(sql, params![insurer, algorithm, sealed, now]).await?;
    Ok(())
}
