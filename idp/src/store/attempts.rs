//! Counters of tries in a window of time, by bucket such as `login:hanako`.

use db::{Conn, Result, params};

/// Counts one more try and returns how many there were in this window of `seconds`.
pub async fn count(
    conn: &mut Conn,
    insurer: &str,
    bucket: &str,
    seconds: i64,
    now: i64,
) -> Result<i64> {
    let sql = "INSERT INTO attempts (insurer_id, bucket, count, until) VALUES ($1, $2, 1, $3)
               ON CONFLICT (insurer_id, bucket) DO UPDATE SET
               count = CASE WHEN attempts.until > $4 THEN attempts.count + 1 ELSE 1 END,
               until = CASE WHEN attempts.until > $4 THEN attempts.until ELSE excluded.until END
               RETURNING count";
    let row = conn.one(sql, params![insurer, bucket, now + seconds, now]).await?;
    row.expect("an upsert returns its row").int("count")
}

/// How many tries there were in the running window.
pub async fn so_far(conn: &mut Conn, insurer: &str, bucket: &str, now: i64) -> Result<i64> {
    let sql = "SELECT count FROM attempts WHERE insurer_id = $1 AND bucket = $2 AND until > $3";
    let row = conn.one(sql, params![insurer, bucket, now]).await?;
    row.map_or(Ok(0), |row| row.int("count"))
}
