//! What was granted to clients: authorization codes, refresh tokens and the row behind every
//! access token of a person.

use db::{Conn, Error, Result, Row, params};
use oidc::claims::ClaimsRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One grant.
#[derive(Debug, Clone)]
pub struct Grant {
    pub grant_id: String,
    pub client_id: String,
    pub account_id: String,
    /// The session in which it was granted; empty for a device.
    pub sid: String,
    /// It outlives the session.
    pub offline: bool,
    pub detail: Detail,
    pub expires_at: i64,
}

/// What was granted, in full.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub redirect_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    pub scopes: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub claims: ClaimsRequest,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    /// The key that must be shown with code or refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    pub auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    pub amr: Vec<String>,
    /// When the code ends; 0 for grants without one.
    pub code_expires_at: i64,
}

fn is_default(claims: &ClaimsRequest) -> bool {
    *claims == ClaimsRequest::default()
}

pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    grant: &Grant,
    code_hash: Option<Vec<u8>>,
    refresh_hash: Option<Vec<u8>>,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO grants (insurer_id, grant_id, client_id, account_id, sid, offline,
                                   detail, code_hash, refresh_hash, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let params = params![
        insurer,
        &grant.grant_id,
        &grant.client_id,
        &grant.account_id,
        &grant.sid,
        grant.offline,
        json(&grant.detail),
        code_hash,
        refresh_hash,
        now,
        grant.expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// What became of an authorization code.
pub enum Redeemed {
    /// It is used from now on, whatever the checks say.
    First(Box<Grant>),
    /// It had been redeemed before: somebody has a copy.
    Again,
    /// It never existed here.
    Unknown,
}

/// Takes a code for redemption.
pub async fn redeem(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    code_hash: &[u8],
    now: i64,
) -> Result<Redeemed> {
    let sql = "UPDATE grants SET code_used_at = $4 WHERE insurer_id = $1 AND grant_id = $2
               AND code_hash = $3 AND code_used_at IS NULL
               RETURNING grant_id, client_id, account_id, sid, offline, detail, expires_at";
    if let Some(row) = conn.one(sql, params![insurer, grant_id, code_hash, now]).await? {
        return Ok(Redeemed::First(Box::new(grant(&row)?)));
    }
    let sql = "SELECT grant_id FROM grants WHERE insurer_id = $1 AND grant_id = $2
               AND code_hash = $3";
    let known = conn.one(sql, params![insurer, grant_id, code_hash]).await?;
    Ok(if known.is_some() { Redeemed::Again } else { Redeemed::Unknown })
}

/// Gives a redeemed grant its first refresh token and a longer life.
pub async fn keep(
    conn: &mut Conn,
    insurer: &str,
    grant: &Grant,
    refresh_hash: &[u8],
) -> Result<()> {
    let sql = "UPDATE grants SET refresh_hash = $3, offline = $4, detail = $5, expires_at = $6
               WHERE insurer_id = $1 AND grant_id = $2";
    let params = params![
        insurer,
        &grant.grant_id,
        refresh_hash,
        grant.offline,
        json(&grant.detail),
        grant.expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// A refresh token's grant and which of its tokens this is.
pub enum Presented {
    Current(Box<Grant>),
    /// The one before, and when it was exchanged.
    Previous(Box<Grant>, i64),
    /// An older one, or never issued: the grant is known, the secret is not in force.
    Reused(String),
    Unknown,
}

pub async fn by_refresh(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    hash: &[u8],
) -> Result<Presented> {
    let sql =
        "SELECT grant_id, client_id, account_id, sid, offline, detail, expires_at, refresh_hash,
                      previous_hash, rotated_at
               FROM grants WHERE insurer_id = $1 AND grant_id = $2 AND refresh_hash IS NOT NULL";
    let Some(row) = conn.one(sql, params![insurer, grant_id]).await? else {
        return Ok(Presented::Unknown);
    };
    let is = |known: Option<Vec<u8>>| known.is_some_and(|known| oidc::secret::equal(&known, hash));
    Ok(if is(row.opt_bytes("refresh_hash")?) {
        Presented::Current(Box::new(grant(&row)?))
    } else if is(row.opt_bytes("previous_hash")?) {
        let at = row.opt_int("rotated_at")?.unwrap_or_default();
        Presented::Previous(Box::new(grant(&row)?), at)
    } else {
        Presented::Reused(row.text("client_id")?)
    })
}

/// Exchanges the current refresh token for the next. `false` when another request was faster.
pub async fn rotate(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    (old, new): (&[u8], &[u8]),
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE grants SET refresh_hash = $4, previous_hash = $3, rotated_at = $5
               WHERE insurer_id = $1 AND grant_id = $2 AND refresh_hash = $3";
    Ok(conn.execute(sql, params![insurer, grant_id, old, new, now]).await? == 1)
}

/// Answers a lost answer once more: the token before is presented again, so whatever it was
/// exchanged for is void. The time of grace does not begin anew.
pub async fn replace(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    (previous, new): (&[u8], &[u8]),
) -> Result<bool> {
    let sql = "UPDATE grants SET refresh_hash = $4 WHERE insurer_id = $1 AND grant_id = $2
               AND previous_hash = $3";
    Ok(conn.execute(sql, params![insurer, grant_id, previous, new]).await? == 1)
}

/// Ends a grant with everything that it issued.
pub async fn revoke(conn: &mut Conn, insurer: &str, grant_id: &str) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND grant_id = $2";
    conn.execute(sql, params![insurer, grant_id]).await?;
    Ok(())
}

/// Ends all that a person granted to a client.
pub async fn revoke_for(conn: &mut Conn, insurer: &str, account: &str, client: &str) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND account_id = $2 AND client_id = $3";
    conn.execute(sql, params![insurer, account, client]).await?;
    Ok(())
}

/// Ends all that was granted to a client, when the client goes.
pub async fn revoke_client(conn: &mut Conn, insurer: &str, client: &str) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND client_id = $2";
    conn.execute(sql, params![insurer, client]).await?;
    Ok(())
}

/// The clients that a session signed in to.
pub async fn clients_of(
    conn: &mut Conn,
    insurer: &str,
    account: &str,
    sid: &str,
) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT client_id FROM grants
               WHERE insurer_id = $1 AND account_id = $2 AND sid = $3";
    let rows = conn.all(sql, params![insurer, account, sid]).await?;
    rows.iter().map(|row| row.text("client_id")).collect()
}

/// The grant behind an access token, with whether that token itself was revoked.
pub async fn behind(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    jti: &[u8],
) -> Result<Option<(Grant, bool)>> {
    let sql =
        "SELECT g.grant_id, g.client_id, g.account_id, g.sid, g.offline, g.detail, g.expires_at,
                      s.digest AS revoked
               FROM grants g LEFT JOIN spent s
               ON s.insurer_id = g.insurer_id AND s.kind = 'access' AND s.digest = $3
               WHERE g.insurer_id = $1 AND g.grant_id = $2";
    let row = conn.one(sql, params![insurer, grant_id, jti]).await?;
    row.map(|row| Ok((grant(&row)?, row.opt_bytes("revoked")?.is_some()))).transpose()
}

fn json(detail: &Detail) -> String {
    serde_json::to_string(detail).expect("a detail is JSON")
}

fn grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        grant_id: row.text("grant_id")?,
        client_id: row.text("client_id")?,
        account_id: row.text("account_id")?,
        sid: row.text("sid")?,
        offline: row.bool("offline")?,
        detail: serde_json::from_str(&row.text("detail")?)
            .map_err(|error| Error::Column("detail".into(), error.to_string()))?,
        expires_at: row.int("expires_at")?,
    })
}
