//! The active password of an account, as its argon2id hash.

use db::{Conn, Result, params};

pub async fn active(conn: &mut Conn, insurer: &str, account_id: &str) -> Result<Option<String>> {
    let sql = "SELECT hash FROM passwords WHERE insurer_id = $1 AND account_id = $2";
    let row = conn.one(sql, params![insurer, account_id]).await?;
    row.map(|row| row.text("hash")).transpose()
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    account_id: &str,
    hash: &str,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO passwords (insurer_id, account_id, hash, created_at)
               VALUES ($1, $2, $3, $4)";
    conn.execute(sql, params![insurer, account_id, hash, now]).await?;
    Ok(())
}
