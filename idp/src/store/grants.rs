//! What was granted to clients: authorization codes, refresh tokens and the row behind every
//! access token of a person.

use super::accounts::{self, Account, Known};
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
    /// The refresh token in force, counted from 1; 0: none was given.
    pub generation: i64,
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

/// Inserts a grant. `false` when its session has ended meanwhile, or its account is gone: then
/// nothing may be issued.
#[must_use = "without its row nothing may be issued"]
pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    grant: &Grant,
    code_hash: Option<Vec<u8>>,
    now: i64,
) -> Result<bool> {
    let sql = "INSERT INTO grants (insurer_id, grant_id, client_id, account_id, sid, offline,
                                   detail, code_hash, generation, created_at, expires_at)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
               WHERE ($6 OR EXISTS (SELECT 1 FROM sessions
                      WHERE insurer_id = $1 AND sid = $5 AND expires_at > $10))
               AND EXISTS (SELECT 1 FROM accounts WHERE insurer_id = $1 AND account_id = $4)";
    let params = params![
        insurer,
        &grant.grant_id,
        &grant.client_id,
        &grant.account_id,
        &grant.sid,
        grant.offline,
        json(&grant.detail),
        code_hash,
        grant.generation,
        now,
        grant.expires_at
    ];
    Ok(conn.execute(sql, params).await? == 1)
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
               AND EXISTS (SELECT 1 FROM accounts a WHERE a.insurer_id = grants.insurer_id
                           AND a.account_id = grants.account_id)
               RETURNING grant_id, client_id, account_id, sid, offline, detail, expires_at,
                         generation";
    if let Some(row) = conn.one(sql, params![insurer, grant_id, code_hash, now]).await? {
        return Ok(Redeemed::First(Box::new(grant(&row)?)));
    }
    let sql = "SELECT grant_id FROM grants WHERE insurer_id = $1 AND grant_id = $2
               AND code_hash = $3";
    let known = conn.one(sql, params![insurer, grant_id, code_hash]).await?;
    Ok(if known.is_some() { Redeemed::Again } else { Redeemed::Unknown })
}

/// Gives a redeemed grant its first refresh token and a longer life.
pub async fn keep(conn: &mut Conn, insurer: &str, grant: &Grant) -> Result<()> {
    let sql = "UPDATE grants SET generation = $3, offline = $4, detail = $5, expires_at = $6
               WHERE insurer_id = $1 AND grant_id = $2";
    let params = params![
        insurer,
        &grant.grant_id,
        grant.generation,
        grant.offline,
        json(&grant.detail),
        grant.expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// A grant that has refresh tokens, with the time of the last exchange, unless its session has
/// ended or its account is gone.
pub async fn by_id(conn: &mut Conn, insurer: &str, grant_id: &str) -> Result<Option<(Grant, i64)>> {
    let sql = "SELECT g.grant_id, g.client_id, g.account_id, g.sid, g.offline, g.detail,
                      g.expires_at, g.generation, COALESCE(g.rotated_at, 0) AS rotated_at
               FROM grants g JOIN accounts a
               ON a.insurer_id = g.insurer_id AND a.account_id = g.account_id
               WHERE g.insurer_id = $1 AND g.grant_id = $2 AND g.generation > 0
               AND (g.offline OR EXISTS (SELECT 1 FROM sessions s
                    WHERE s.insurer_id = g.insurer_id AND s.sid = g.sid))";
    let row = conn.one(sql, params![insurer, grant_id]).await?;
    row.map(|row| Ok((grant(&row)?, row.int("rotated_at")?))).transpose()
}

/// Exchanges the refresh token in force for the next. `false` when another request was faster.
pub async fn rotate(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    generation: i64,
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE grants SET generation = $3 + 1, rotated_at = $4
               WHERE insurer_id = $1 AND grant_id = $2 AND generation = $3";
    Ok(conn.execute(sql, params![insurer, grant_id, generation, now]).await? == 1)
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

/// Ends all that was granted to a client that every insurer knew, and what members agreed to.
pub async fn forget_everywhere(conn: &mut Conn, client: &str) -> Result<()> {
    // The client of all insurers is gone at all of them: the one statement without an insurer.
    for sql in
        ["DELETE FROM grants WHERE client_id = $1", "DELETE FROM consents WHERE client_id = $1"]
    {
        conn.execute(sql, params![client]).await?;
    }
    Ok(())
}

/// The clients that a session signed in to, each with the account.
pub async fn clients_of(
    conn: &mut Conn,
    insurer: &str,
    sid: &str,
) -> Result<Vec<(String, String)>> {
    let sql = "SELECT DISTINCT client_id, account_id FROM grants
               WHERE insurer_id = $1 AND sid = $2";
    let rows = conn.all(sql, params![insurer, sid]).await?;
    rows.iter().map(|row| Ok((row.text("client_id")?, row.text("account_id")?))).collect()
}

/// The grant behind an access token and whose it is, unless its session has ended, its account is
/// gone or the token itself was revoked.
pub async fn behind(
    conn: &mut Conn,
    insurer: &str,
    grant_id: &str,
    jti: &[u8],
) -> Result<Option<(Grant, Account, Known)>> {
    let sql = "SELECT g.grant_id, g.client_id, g.account_id, g.sid, g.offline, g.detail,
                      g.expires_at, g.generation, a.person_id, a.user_id, a.email, a.created_at,
                      p.name, p.birth_date, p.sex
               FROM grants g
               JOIN accounts a ON a.insurer_id = g.insurer_id AND a.account_id = g.account_id
               JOIN people p ON p.insurer_id = a.insurer_id AND p.person_id = a.person_id
               WHERE g.insurer_id = $1 AND g.grant_id = $2
               AND (g.offline OR EXISTS (SELECT 1 FROM sessions s
                    WHERE s.insurer_id = g.insurer_id AND s.sid = g.sid))
               AND NOT EXISTS (SELECT 1 FROM spent s WHERE s.insurer_id = g.insurer_id
                    AND s.kind = 'access' AND s.digest = $3)";
    let row = conn.one(sql, params![insurer, grant_id, jti]).await?;
    row.map(|row| Ok((grant(&row)?, accounts::account(&row)?, accounts::known(&row)?))).transpose()
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
        generation: row.int("generation")?,
    })
}
