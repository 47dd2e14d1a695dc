//! Sessions of who works for an insurer: apart from those of members.

use db::{Conn, Error, Result, Tx, params};

/// A session; its secret is in the browser's cookie. The ID token is one, too: no `Debug`.
#[derive(Clone)]
pub struct StaffSession {
    pub sub: String,
    pub name: String,
    /// As the provider told them at sign-in.
    pub roles: Vec<String>,
    pub id_token: String,
    /// The session at the provider.
    pub sid: Option<String>,
    pub seen_at: i64,
    pub expires_at: i64,
}

pub async fn insert(
    tx: &mut Tx,
    insurer: &str,
    secret_hash: &[u8],
    session: &StaffSession,
) -> Result<()> {
    let sql =
        "INSERT INTO staff_sessions (insurer_id, secret_hash, sub, name, roles, id_token, sid,
                                           seen_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let roles = serde_json::to_string(&session.roles).expect("texts are JSON");
    let StaffSession { sub, name, id_token, sid, seen_at, expires_at, .. } = session;
    let values = params![
        insurer,
        secret_hash,
        sub,
        name,
        roles,
        id_token,
        sid.clone(),
        *seen_at,
        *expires_at
    ];
    tx.execute(sql, values).await.map(drop)
}

pub async fn by_secret(
    conn: &mut Conn,
    insurer: &str,
    secret_hash: &[u8],
) -> Result<Option<StaffSession>> {
    let sql = "SELECT sub, name, roles, id_token, sid, seen_at, expires_at FROM staff_sessions
               WHERE insurer_id = $1 AND secret_hash = $2";
    let Some(row) = conn.one(sql, params![insurer, secret_hash]).await? else { return Ok(None) };
    Ok(Some(StaffSession {
        sub: row.text("sub")?,
        name: row.text("name")?,
        roles: serde_json::from_str(&row.text("roles")?)
            .map_err(|error| Error::Column("roles".into(), error.to_string()))?,
        id_token: row.text("id_token")?,
        sid: row.opt_text("sid")?,
        seen_at: row.int("seen_at")?,
        expires_at: row.int("expires_at")?,
    }))
}

pub async fn seen(tx: &mut Tx, insurer: &str, secret_hash: &[u8], now: i64) -> Result<()> {
    let sql = "UPDATE staff_sessions SET seen_at = $3 WHERE insurer_id = $1 AND secret_hash = $2";
    tx.execute(sql, params![insurer, secret_hash, now]).await.map(drop)
}

pub async fn delete(tx: &mut Tx, insurer: &str, secret_hash: &[u8]) -> Result<()> {
    let sql = "DELETE FROM staff_sessions WHERE insurer_id = $1 AND secret_hash = $2";
    tx.execute(sql, params![insurer, secret_hash]).await.map(drop)
}

/// Ends every session that came from a session at the provider.
pub async fn end(tx: &mut Tx, insurer: &str, sid: &str) -> Result<()> {
    let sql = "DELETE FROM staff_sessions WHERE insurer_id = $1 AND sid = $2";
    tx.execute(sql, params![insurer, sid]).await.map(drop)
}
