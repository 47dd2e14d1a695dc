//! Sessions at the identity provider.

use db::{Conn, Result, Row, params};

/// A session; its secret is in the browser's cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub sid: String,
    pub account_id: String,
    pub auth_time: i64,
    pub seen_at: i64,
    pub expires_at: i64,
    /// The kinds that were proved at login.
    pub proofs: Vec<String>,
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    secret_hash: &[u8],
    session: &Session,
) -> Result<()> {
    let sql = "INSERT INTO sessions (insurer_id, secret_hash, sid, account_id, auth_time, seen_at,
                                     expires_at, proofs)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = params![
        insurer,
        secret_hash,
        &session.sid,
        &session.account_id,
        session.auth_time,
        session.seen_at,
        session.expires_at,
        session.proofs.join(" ")
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

pub async fn by_secret(
    conn: &mut Conn,
    insurer: &str,
    secret_hash: &[u8],
) -> Result<Option<Session>> {
    let sql = "SELECT sid, account_id, auth_time, seen_at, expires_at, proofs FROM sessions
               WHERE insurer_id = $1 AND secret_hash = $2";
    conn.one(sql, params![insurer, secret_hash]).await?.as_ref().map(session).transpose()
}

fn session(row: &Row) -> Result<Session> {
    let proofs = row.text("proofs")?;
    Ok(Session {
        sid: row.text("sid")?,
        account_id: row.text("account_id")?,
        auth_time: row.int("auth_time")?,
        seen_at: row.int("seen_at")?,
        expires_at: row.int("expires_at")?,
        proofs: proofs.split(' ').map(str::to_owned).collect(),
    })
}

/// Whether a session lives under this id, in whatever browser, and was used since a time.
pub async fn is_seen(
    conn: &mut Conn,
    insurer: &str,
    sid: &str,
    now: i64,
    since: i64,
) -> Result<bool> {
    let sql = "SELECT sid FROM sessions WHERE insurer_id = $1 AND sid = $2 AND expires_at > $3
               AND seen_at > $4";
    Ok(conn.one(sql, params![insurer, sid, now, since]).await?.is_some())
}

/// Forgets a session's old secret: it goes on under a new one.
pub async fn drop_secret(conn: &mut Conn, insurer: &str, secret_hash: &[u8]) -> Result<()> {
    let sql = "DELETE FROM sessions WHERE insurer_id = $1 AND secret_hash = $2";
    conn.execute(sql, params![insurer, secret_hash]).await?;
    Ok(())
}

pub async fn seen(conn: &mut Conn, insurer: &str, secret_hash: &[u8], now: i64) -> Result<()> {
    let sql = "UPDATE sessions SET seen_at = $3 WHERE insurer_id = $1 AND secret_hash = $2";
    conn.execute(sql, params![insurer, secret_hash, now]).await?;
    Ok(())
}

/// Ends a session and what was granted through it, except what was granted to outlive it.
pub async fn end(conn: &mut Conn, insurer: &str, sid: &str) -> Result<()> {
    for sql in [
        "DELETE FROM sessions WHERE insurer_id = $1 AND sid = $2",
        "DELETE FROM grants WHERE insurer_id = $1 AND sid = $2 AND NOT offline",
    ] {
        conn.execute(sql, params![insurer, sid]).await?;
    }
    Ok(())
}
