//! What was granted to clients: authorization codes, refresh tokens and the row behind every
//! access token of a person.

use super::accounts::{self, Account, RosterEntry};
use crate::ids::{AccountId, GrantId, InsurerId, Sid};
use db::{Conn, Error, Result, Row, Tx, params};
use oidc::claims::ClaimsRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One grant.
#[derive(Debug, Clone)]
pub struct Grant {
    pub grant_id: GrantId,
    pub client_id: String,
    pub account_id: AccountId,
    /// The session in which it was granted; none for a device.
    pub sid: Option<Sid>,
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
    /// The certificate that a public client must show with its refresh token (RFC 8705 §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
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
    tx: &mut Tx,
    insurer: &InsurerId,
    grant: &Grant,
    code_hash: Option<Vec<u8>>,
    now: i64,
) -> Result<bool> {
    let sql = "INSERT INTO grants (insurer_id, grant_id, client_id, account_id, sid, offline,
                                   detail, code_hash, generation, created_at, expires_at)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
               WHERE ($6 OR EXISTS (SELECT 1 FROM sessions
                      WHERE insurer_id = $1 AND sid = $5 AND expires_at > $10))
               AND EXISTS (SELECT 1 FROM accounts
                      WHERE insurer_id = $1 AND account_id = $4 AND state = 'active')
               AND NOT EXISTS (SELECT 1 FROM locks WHERE insurer_id = $1 AND account_id = $4)";
    let params = params![
        insurer,
        &grant.grant_id,
        &grant.client_id,
        &grant.account_id,
        grant.sid.as_deref().unwrap_or_default(),
        grant.offline,
        json(&grant.detail),
        code_hash,
        grant.generation,
        now,
        grant.expires_at
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

/// What became of an authorization code.
pub enum Redeemed {
    /// It is used from now on, whatever the checks say.
    First(Box<Grant>),
    /// It had been redeemed before: somebody has a copy. The client to which it was given.
    Again { client_id: String },
    /// It never existed here.
    Unknown,
}

/// Takes a code for redemption.
pub async fn redeem(
    tx: &mut Tx,
    insurer: &InsurerId,
    grant_id: &str,
    code_hash: &[u8],
    now: i64,
) -> Result<Redeemed> {
    let sql = "UPDATE grants SET code_used_at = $4 WHERE insurer_id = $1 AND grant_id = $2
               AND code_hash = $3 AND code_used_at IS NULL
               AND EXISTS (SELECT 1 FROM accounts a WHERE a.insurer_id = grants.insurer_id
                           AND a.account_id = grants.account_id AND a.state = 'active')
               RETURNING grant_id, client_id, account_id, sid, offline, detail, expires_at,
                         generation";
    if let Some(row) = tx.one(sql, params![insurer, grant_id, code_hash, now]).await? {
        return Ok(Redeemed::First(Box::new(grant(&row)?)));
    }
    let sql = "SELECT client_id FROM grants WHERE insurer_id = $1 AND grant_id = $2
               AND code_hash = $3";
    match tx.one(sql, params![insurer, grant_id, code_hash]).await? {
        Some(row) => Ok(Redeemed::Again { client_id: row.text("client_id")? }),
        None => Ok(Redeemed::Unknown),
    }
}

/// Gives a redeemed grant its first refresh token and a longer life.
pub async fn keep(tx: &mut Tx, insurer: &InsurerId, grant: &Grant) -> Result<()> {
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
    tx.execute(sql, params).await?;
    Ok(())
}

/// From when on sessions live: those that end after `now` and were seen after `seen_since`
/// or stay.
#[derive(Debug, Clone, Copy)]
pub struct Lives {
    pub now: i64,
    pub seen_since: i64,
}

/// A grant that has refresh tokens, with the time of the last exchange, unless its session has
/// ended or its account is gone.
pub async fn by_id(
    conn: &mut Conn,
    insurer: &InsurerId,
    grant_id: &str,
    lives: Lives,
) -> Result<Option<(Grant, i64)>> {
    let sql = "SELECT g.grant_id, g.client_id, g.account_id, g.sid, g.offline, g.detail,
                      g.expires_at, g.generation, COALESCE(g.rotated_at, 0) AS rotated_at
               FROM grants g JOIN accounts a
               ON a.insurer_id = g.insurer_id AND a.account_id = g.account_id
               WHERE g.insurer_id = $1 AND g.grant_id = $2 AND g.generation > 0
               AND a.state = 'active'
               AND (g.offline OR EXISTS (SELECT 1 FROM sessions s
                    WHERE s.insurer_id = g.insurer_id AND s.sid = g.sid
                    AND s.expires_at > $3
                    AND (s.stays OR s.seen_at > $4)))";
    let row = conn.one(sql, params![insurer, grant_id, lives.now, lives.seen_since]).await?;
    row.map(|row| Ok((grant(&row)?, row.int("rotated_at")?))).transpose()
}

/// Exchanges the refresh token in force for the next. `false` when another request was faster.
pub async fn rotate(
    tx: &mut Tx,
    insurer: &InsurerId,
    grant_id: &str,
    generation: i64,
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE grants SET generation = $3 + 1, rotated_at = $4
               WHERE insurer_id = $1 AND grant_id = $2 AND generation = $3";
    Ok(tx.execute(sql, params![insurer, grant_id, generation, now]).await? == 1)
}

/// Ends a grant with everything that it issued.
pub async fn revoke(tx: &mut Tx, insurer: &InsurerId, grant_id: &str) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND grant_id = $2";
    tx.execute(sql, params![insurer, grant_id]).await?;
    Ok(())
}

/// Ends all that a person granted to anybody, also what was to outlive a session.
///
/// What was granted in a session that is kept stays, for as long as the session: it says which clients
/// must be told when that ends.
pub async fn revoke_account(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    kept: Option<&Sid>,
) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND account_id = $2
               AND (offline OR sid <> $3)";
    // No session is called so.
    let kept = kept.map_or("-", |sid| sid.as_str());
    tx.execute(sql, params![insurer, account, kept]).await?;
    // A device that was allowed and has not fetched its tokens.
    let sql = "UPDATE devices SET state = 'denied' WHERE insurer_id = $1 AND account_id = $2
               AND state = 'allowed'";
    tx.execute(sql, params![insurer, account]).await?;
    Ok(())
}

/// Ends all that a person granted to a client.
pub async fn revoke_for(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    client: &str,
) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND account_id = $2 AND client_id = $3";
    tx.execute(sql, params![insurer, account, client]).await?;
    Ok(())
}

/// Ends all that was granted to a client, when the client goes.
pub async fn revoke_client(tx: &mut Tx, insurer: &InsurerId, client: &str) -> Result<()> {
    let sql = "DELETE FROM grants WHERE insurer_id = $1 AND client_id = $2";
    tx.execute(sql, params![insurer, client]).await?;
    Ok(())
}

/// Ends all that was granted to a client that every insurer knew, and what members agreed to.
pub async fn forget_everywhere(tx: &mut Tx, client: &str) -> Result<()> {
    // The client of all insurers is gone at all of them: the one statement without an insurer.
    for sql in
        ["DELETE FROM grants WHERE client_id = $1", "DELETE FROM consents WHERE client_id = $1"]
    {
        tx.execute(sql, params![client]).await?;
    }
    Ok(())
}

/// The clients that a session signed in to, each with the account.
pub async fn clients_of(
    conn: &mut Conn,
    insurer: &InsurerId,
    sid: &str,
) -> Result<Vec<(String, AccountId)>> {
    let sql = "SELECT DISTINCT client_id, account_id FROM grants
               WHERE insurer_id = $1 AND sid = $2";
    let rows = conn.all(sql, params![insurer, sid]).await?;
    rows.iter()
        .map(|row| Ok((row.text("client_id")?, AccountId::new(row.text("account_id")?))))
        .collect()
}

/// What stands behind an access token of a person.
pub struct Behind {
    pub grant: Grant,
    pub account: Account,
    pub roster: Option<RosterEntry>,
}

/// The grant behind an access token and whose it is, unless its session has ended, its account is
/// gone or the token itself was revoked.
pub async fn behind(
    conn: &mut Conn,
    insurer: &InsurerId,
    grant_id: &str,
    jti: &[u8],
    lives: Lives,
) -> Result<Option<Behind>> {
    let sql = "SELECT g.grant_id, g.client_id, g.account_id, g.sid, g.offline, g.detail,
                      g.expires_at, g.generation, a.state, a.person_id, a.user_id, a.created_at,
                      a.language, m.address AS email, p.name, p.birth_date, p.sex,
                      p.updated_at
               FROM grants g
               JOIN accounts a ON a.insurer_id = g.insurer_id AND a.account_id = g.account_id
               LEFT JOIN addresses m ON m.insurer_id = a.insurer_id
                    AND m.account_id = a.account_id AND m.role = 'login'
               JOIN insurers i ON i.insurer_id = a.insurer_id
               LEFT JOIN roster_people p ON p.insurer_id = a.insurer_id
                    AND p.roster = i.roster AND p.person_id = a.person_id
               WHERE g.insurer_id = $1 AND g.grant_id = $2 AND a.state = 'active'
               AND (g.offline OR EXISTS (SELECT 1 FROM sessions s
                    WHERE s.insurer_id = g.insurer_id AND s.sid = g.sid
                    AND s.expires_at > $4
                    AND (s.stays OR s.seen_at > $5)))
               AND NOT EXISTS (SELECT 1 FROM spent s WHERE s.insurer_id = g.insurer_id
                    AND s.kind = 'access' AND s.digest = $3)";
    let params = params![insurer, grant_id, jti, lives.now, lives.seen_since];
    let row = conn.one(sql, params).await?;
    row.map(|row| {
        let (account, roster) = (accounts::account(&row)?, accounts::roster_entry(&row)?);
        Ok(Behind { grant: grant(&row)?, account, roster })
    })
    .transpose()
}

fn json(detail: &Detail) -> String {
    serde_json::to_string(detail).expect("a detail is JSON")
}

fn grant(row: &Row) -> Result<Grant> {
    let sid = row.text("sid")?;
    Ok(Grant {
        grant_id: GrantId::new(row.text("grant_id")?),
        client_id: row.text("client_id")?,
        account_id: AccountId::new(row.text("account_id")?),
        sid: (!sid.is_empty()).then(|| Sid::new(sid)),
        offline: row.bool("offline")?,
        detail: serde_json::from_str(&row.text("detail")?)
            .map_err(|error| Error::Column("detail".into(), error.to_string()))?,
        expires_at: row.int("expires_at")?,
        generation: row.int("generation")?,
    })
}
