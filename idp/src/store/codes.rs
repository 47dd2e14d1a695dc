//! Authorization codes, by hash, each for one redemption.

use db::{Conn, Result, params};
use oidc::authorize::Authorize;
use oidc::token::Code;

/// A code and what was granted with it.
#[derive(Debug, Clone)]
pub struct Grant {
    pub code: Code,
    pub nonce: Option<String>,
    pub scopes: Vec<String>,
    pub account_id: String,
    pub sid: String,
    pub auth_time: i64,
    /// It had been redeemed before.
    pub used: bool,
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    code_hash: &[u8],
    request: &Authorize,
    session: &super::sessions::Session,
    expires_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO codes (insurer_id, code_hash, client_id, redirect_uri, code_challenge,
                                  nonce, scopes, account_id, sid, auth_time, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let params = params![
        insurer,
        code_hash,
        &request.client_id,
        &request.redirect_uri,
        request.code_challenge.clone(),
        request.nonce.clone(),
        request.scopes.join(" "),
        &session.account_id,
        &session.sid,
        session.auth_time,
        expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// Takes a code for redemption: it is used from now on, whatever the checks say. `None` when it
/// never existed here.
pub async fn redeem(
    conn: &mut Conn,
    insurer: &str,
    code_hash: &[u8],
    now: i64,
) -> Result<Option<Grant>> {
    let sql = "SELECT client_id, redirect_uri, code_challenge, nonce, scopes, account_id, sid,
                      auth_time, expires_at
               FROM codes WHERE insurer_id = $1 AND code_hash = $2";
    let Some(row) = conn.one(sql, params![insurer, code_hash]).await? else { return Ok(None) };
    let sql = "UPDATE codes SET used_at = $3 WHERE insurer_id = $1 AND code_hash = $2
               AND used_at IS NULL";
    let first = conn.execute(sql, params![insurer, code_hash, now]).await? == 1;
    Ok(Some(Grant {
        code: Code {
            client_id: row.text("client_id")?,
            redirect_uri: row.text("redirect_uri")?,
            code_challenge: row.opt_text("code_challenge")?,
            expires_at: row.int("expires_at")?,
        },
        nonce: row.opt_text("nonce")?,
        scopes: row.text("scopes")?.split(' ').map(str::to_owned).collect(),
        account_id: row.text("account_id")?,
        sid: row.text("sid")?,
        auth_time: row.int("auth_time")?,
        used: !first,
    }))
}
