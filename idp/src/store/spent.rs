//! Values that may be used once, remembered until they would be refused anyway.

use db::{Conn, Result, params};
use secret::hash;

/// Uses a value up. `false` when it was used before, on whatever node.
pub async fn spend(
    conn: &mut Conn,
    insurer: &str,
    kind: &str,
    value: &str,
    expires_at: i64,
) -> Result<bool> {
    let sql = "INSERT INTO spent (insurer_id, kind, digest, expires_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING";
    let digest = hash::sha256(value);
    Ok(conn.execute(sql, params![insurer, kind, digest, expires_at]).await? == 1)
}

/// Whether a value was used up.
pub async fn is_spent(conn: &mut Conn, insurer: &str, kind: &str, value: &str) -> Result<bool> {
    let sql = "SELECT digest FROM spent WHERE insurer_id = $1 AND kind = $2 AND digest = $3";
    let digest = hash::sha256(value);
    Ok(conn.one(sql, params![insurer, kind, digest]).await?.is_some())
}
