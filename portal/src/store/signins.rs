//! Logins that are under way at the identity provider: each state is good for one answer.

use db::{Result, Tx, params};

/// What was sent along and must come back. A secret: it has no `Debug`.
pub struct Signin {
    pub nonce: String,
    pub pkce_verifier: String,
    pub return_to: String,
    /// The level that was asked for: nothing else is taken.
    pub acr: Option<String>,
}

pub async fn insert(
    tx: &mut Tx,
    insurer: &str,
    state_hash: &[u8],
    signin: &Signin,
    expires_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO signins (insurer_id, state_hash, nonce, pkce_verifier, return_to,
                                    expires_at, acr)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params = params![
        insurer,
        state_hash,
        &signin.nonce,
        &signin.pkce_verifier,
        &signin.return_to,
        expires_at,
        signin.acr.clone()
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Takes a state out: a second answer with it finds nothing.
pub async fn take(
    tx: &mut Tx,
    insurer: &str,
    state_hash: &[u8],
    now: i64,
) -> Result<Option<Signin>> {
    let sql = "DELETE FROM signins WHERE insurer_id = $1 AND state_hash = $2 AND expires_at > $3
               RETURNING nonce, pkce_verifier, return_to, acr";
    let Some(row) = tx.one(sql, params![insurer, state_hash, now]).await? else {
        return Ok(None);
    };
    Ok(Some(Signin {
        nonce: row.text("nonce")?,
        pkce_verifier: row.text("pkce_verifier")?,
        return_to: row.text("return_to")?,
        acr: row.opt_text("acr")?,
    }))
}
