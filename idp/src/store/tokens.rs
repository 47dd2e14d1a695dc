//! Access tokens, by hash.

use db::{Conn, Result, params};

/// An access token that was issued for a code.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub client_id: String,
    pub account_id: String,
    pub sid: String,
    pub scopes: Vec<String>,
    pub expires_at: i64,
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    token_hash: &[u8],
    code_hash: &[u8],
    token: &AccessToken,
) -> Result<()> {
    let sql = "INSERT INTO access_tokens (insurer_id, token_hash, client_id, account_id, sid,
                                          code_hash, scopes, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = params![
        insurer,
        token_hash,
        &token.client_id,
        &token.account_id,
        &token.sid,
        code_hash,
        token.scopes.join(" "),
        token.expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// The token, unless it has expired.
pub async fn by_hash(
    conn: &mut Conn,
    insurer: &str,
    token_hash: &[u8],
    now: i64,
) -> Result<Option<AccessToken>> {
    let sql = "SELECT client_id, account_id, sid, scopes, expires_at FROM access_tokens
               WHERE insurer_id = $1 AND token_hash = $2 AND expires_at > $3";
    let Some(row) = conn.one(sql, params![insurer, token_hash, now]).await? else {
        return Ok(None);
    };
    Ok(Some(AccessToken {
        client_id: row.text("client_id")?,
        account_id: row.text("account_id")?,
        sid: row.text("sid")?,
        scopes: row.text("scopes")?.split(' ').map(str::to_owned).collect(),
        expires_at: row.int("expires_at")?,
    }))
}

/// Revokes what a code issued: the answer to its replay (RFC 6749 §4.1.2).
pub async fn revoke_by_code(conn: &mut Conn, insurer: &str, code_hash: &[u8]) -> Result<()> {
    let sql = "DELETE FROM access_tokens WHERE insurer_id = $1 AND code_hash = $2";
    conn.execute(sql, params![insurer, code_hash]).await?;
    Ok(())
}
