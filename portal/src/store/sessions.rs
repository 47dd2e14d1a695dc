//! Sessions of signed-in members, and when each member came last.

use crate::member::Member;
use db::{Conn, Error, Result, Tx, params};

/// A session; its secret is in the browser's cookie. The ID token is one, too: no `Debug`.
#[derive(Clone)]
pub struct Session {
    pub member: Member,
    /// For RP-initiated logout.
    pub id_token: String,
    /// The session at the provider.
    pub sid: Option<String>,
    /// The level of login (`acr`) that the provider told, and when the person last proved it.
    pub acr: Option<String>,
    pub auth_time: Option<i64>,
    /// The login before this one; `None` at the first.
    pub previous_login_at: Option<i64>,
    pub seen_at: i64,
    pub expires_at: i64,
}

pub async fn insert(
    tx: &mut Tx,
    insurer: &str,
    secret_hash: &[u8],
    session: &Session,
) -> Result<()> {
    let sql = "INSERT INTO sessions (insurer_id, secret_hash, sub, member, id_token,
                                     previous_login_at, seen_at, expires_at, sid, acr,
                                     auth_time)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let member = serde_json::to_string(&session.member).expect("a member is JSON");
    let params = params![
        insurer,
        secret_hash,
        &session.member.sub,
        member,
        &session.id_token,
        session.previous_login_at,
        session.seen_at,
        session.expires_at,
        session.sid.clone(),
        session.acr.clone(),
        session.auth_time
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

pub async fn by_secret(
    conn: &mut Conn,
    insurer: &str,
    secret_hash: &[u8],
) -> Result<Option<Session>> {
    let sql = "SELECT member, id_token, previous_login_at, seen_at, expires_at, sid, acr, auth_time
               FROM sessions
               WHERE insurer_id = $1 AND secret_hash = $2";
    let Some(row) = conn.one(sql, params![insurer, secret_hash]).await? else { return Ok(None) };
    Ok(Some(Session {
        member: serde_json::from_str(&row.text("member")?)
            .map_err(|error| Error::Column("member".into(), error.to_string()))?,
        id_token: row.text("id_token")?,
        sid: row.opt_text("sid")?,
        acr: row.opt_text("acr")?,
        auth_time: row.opt_int("auth_time")?,
        previous_login_at: row.opt_int("previous_login_at")?,
        seen_at: row.int("seen_at")?,
        expires_at: row.int("expires_at")?,
    }))
}

pub async fn seen(tx: &mut Tx, insurer: &str, secret_hash: &[u8], now: i64) -> Result<()> {
    let sql = "UPDATE sessions SET seen_at = $3 WHERE insurer_id = $1 AND secret_hash = $2";
    tx.execute(sql, params![insurer, secret_hash, now]).await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, insurer: &str, secret_hash: &[u8]) -> Result<()> {
    let sql = "DELETE FROM sessions WHERE insurer_id = $1 AND secret_hash = $2";
    tx.execute(sql, params![insurer, secret_hash]).await?;
    Ok(())
}

/// Ends every session that came from a session at the provider.
pub async fn end(tx: &mut Tx, insurer: &str, sid: &str) -> Result<()> {
    let sql = "DELETE FROM sessions WHERE insurer_id = $1 AND sid = $2";
    tx.execute(sql, params![insurer, sid]).await?;
    Ok(())
}

/// Notes a login and returns the time of the one before (F021).
pub async fn note_login(tx: &mut Tx, insurer: &str, sub: &str, now: i64) -> Result<Option<i64>> {
    let sql = "SELECT last_login_at FROM members WHERE insurer_id = $1 AND sub = $2";
    let row = tx.one(sql, params![insurer, sub]).await?;
    let previous = row.map(|row| row.int("last_login_at")).transpose()?;
    let sql = "INSERT INTO members (insurer_id, sub, last_login_at) VALUES ($1, $2, $3)
               ON CONFLICT (insurer_id, sub) DO UPDATE
               SET last_login_at = excluded.last_login_at";
    tx.execute(sql, params![insurer, sub, now]).await?;
    Ok(previous)
}
