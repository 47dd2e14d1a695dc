//! Sessions at the identity provider.

use db::{Conn, Result, params};

/// A session; its secret is in the browser's cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub sid: String,
    pub account_id: String,
    pub auth_time: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    secret_hash: &[u8],
    session: &Session,
) -> Result<()> {
    let sql = "INSERT INTO sessions (insurer_id, secret_hash, sid, account_id, auth_time, seen_at,
                                     expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params = params![
        insurer,
        secret_hash,
        &session.sid,
        &session.account_id,
        session.auth_time,
        session.seen_at,
        session.expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

pub async fn by_secret(
    conn: &mut Conn,
    insurer: &str,
    secret_hash: &[u8],
) -> Result<Option<Session>> {
    let sql = "SELECT sid, account_id, auth_time, seen_at, expires_at FROM sessions
               WHERE insurer_id = $1 AND secret_hash = $2";
    let Some(row) = conn.one(sql, params![insurer, secret_hash]).await? else { return Ok(None) };
    Ok(Some(Session {
        sid: row.text("sid")?,
        account_id: row.text("account_id")?,
        auth_time: row.int("auth_time")?,
        seen_at: row.int("seen_at")?,
        expires_at: row.int("expires_at")?,
    }))
}

pub async fn seen(conn: &mut Conn, insurer: &str, secret_hash: &[u8], now: i64) -> Result<()> {
    let sql = "UPDATE sessions SET seen_at = $3 WHERE insurer_id = $1 AND secret_hash = $2";
    conn.execute(sql, params![insurer, secret_hash, now]).await?;
    Ok(())
}

/// Ends a session and what was issued through it.
pub async fn end(conn: &mut Conn, insurer: &str, sid: &str) -> Result<()> {
    for sql in [
        "DELETE FROM sessions WHERE insurer_id = $1 AND sid = $2",
        "DELETE FROM access_tokens WHERE insurer_id = $1 AND sid = $2",
        "DELETE FROM codes WHERE insurer_id = $1 AND sid = $2",
    ] {
        conn.execute(sql, params![insurer, sid]).await?;
    }
    Ok(())
}
