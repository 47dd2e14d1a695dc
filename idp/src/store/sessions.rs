//! Sessions at the identity provider.

use crate::ids::{AccountId, InsurerId, JourneyId, Sid};
use crate::need::{Agreement, Evidence};
use db::{Conn, Error, Result, Row, Tx, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web::Text;

/// A session; its secret is in the browser's cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub sid: Sid,
    pub account_id: AccountId,
    /// When an authenticator was last used.
    pub auth_time: i64,
    pub seen_at: i64,
    pub expires_at: i64,
    /// What was proved, with its times.
    pub evidence: Vec<Evidence>,
    /// The documents to which the account had agreed.
    pub agreed: Vec<Agreement>,
    /// What its browser says it is.
    pub device: Option<String>,
    /// Its owner wanted to stay signed in: it does not end by being idle.
    pub stays: bool,
    /// Where it began.
    pub place: Option<Text>,
}

/// Inserts a session. `false` when its journey ended in a session before.
#[must_use = "a journey ends in one session at most"]
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    secret_hash: &[u8],
    session: &Session,
    journey: &JourneyId,
) -> Result<bool> {
    let sql = "INSERT INTO sessions (insurer_id, secret_hash, sid, account_id, auth_time, seen_at,
                                     expires_at, evidence, agreed, journey_id, device, stays,
                                     place)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    let params = params![
        insurer,
        secret_hash,
        &session.sid,
        &session.account_id,
        session.auth_time,
        session.seen_at,
        session.expires_at,
        json(&session.evidence),
        json(&session.agreed),
        journey,
        session.device.as_deref(),
        session.stays,
        session.place.as_ref().map(json)
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

pub async fn by_secret(
    conn: &mut Conn,
    insurer: &InsurerId,
    secret_hash: &[u8],
) -> Result<Option<Session>> {
    let sql = "SELECT sid, account_id, auth_time, seen_at, expires_at, evidence, agreed, device,
                      stays, place
               FROM sessions WHERE insurer_id = $1 AND secret_hash = $2";
    conn.one(sql, params![insurer, secret_hash]).await?.as_ref().map(session).transpose()
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        sid: Sid::new(row.text("sid")?),
        account_id: AccountId::new(row.text("account_id")?),
        auth_time: row.int("auth_time")?,
        seen_at: row.int("seen_at")?,
        expires_at: row.int("expires_at")?,
        evidence: parsed(row, "evidence")?,
        agreed: parsed(row, "agreed")?,
        device: row.opt_text("device")?,
        stays: row.bool("stays")?,
        place: match row.opt_text("place")? {
            Some(_) => Some(parsed(row, "place")?),
            None => None,
        },
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("evidence and agreements are JSON")
}

fn parsed<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T> {
    serde_json::from_str(&row.text(column)?)
        .map_err(|error| Error::Column(column.to_owned(), error.to_string()))
}

/// Whether a session of this account lives under this id, in whatever browser.
pub async fn is_of(
    conn: &mut Conn,
    insurer: &InsurerId,
    sid: &Sid,
    account: &AccountId,
) -> Result<bool> {
    let sql = "SELECT 1 FROM sessions WHERE insurer_id = $1 AND sid = $2 AND account_id = $3";
    Ok(conn.one(sql, params![insurer, sid, account]).await?.is_some())
}

/// Whether a session lives under this id, in whatever browser, and was used since a time or stays.
pub async fn is_seen(
    conn: &mut Conn,
    insurer: &InsurerId,
    sid: &str,
    now: i64,
    since: i64,
) -> Result<bool> {
    let sql = "SELECT sid FROM sessions WHERE insurer_id = $1 AND sid = $2 AND expires_at > $3
               AND (stays OR seen_at > $4)";
    Ok(conn.one(sql, params![insurer, sid, now, since]).await?.is_some())
}

/// The sessions of an account that live: that end after `now` and were seen after `since` or stay; the
/// last seen first.
pub async fn living(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    now: i64,
    since: i64,
) -> Result<Vec<Session>> {
    let sql = "SELECT sid, account_id, auth_time, seen_at, expires_at, evidence, agreed, device,
                      stays, place
               FROM sessions WHERE insurer_id = $1 AND account_id = $2 AND expires_at > $3
               AND (stays OR seen_at > $4) ORDER BY seen_at DESC";
    let rows = conn.all(sql, params![insurer, account, now, since]).await?;
    rows.iter().map(session).collect()
}

/// The sessions of an account, in whatever browsers.
pub async fn of_account(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Vec<Sid>> {
    let sql = "SELECT sid FROM sessions WHERE insurer_id = $1 AND account_id = $2";
    let rows = conn.all(sql, params![insurer, account]).await?;
    rows.iter().map(|row| Ok(Sid::new(row.text("sid")?))).collect()
}

/// Forgets a session's old secret: it goes on under a new one. `false` when it had ended.
#[must_use = "a session that has ended does not go on"]
pub async fn drop_secret(tx: &mut Tx, insurer: &InsurerId, secret_hash: &[u8]) -> Result<bool> {
    let sql = "DELETE FROM sessions WHERE insurer_id = $1 AND secret_hash = $2";
    Ok(tx.execute(sql, params![insurer, secret_hash]).await? == 1)
}

pub async fn seen(tx: &mut Tx, insurer: &InsurerId, secret_hash: &[u8], now: i64) -> Result<()> {
    let sql = "UPDATE sessions SET seen_at = $3 WHERE insurer_id = $1 AND secret_hash = $2";
    tx.execute(sql, params![insurer, secret_hash, now]).await?;
    Ok(())
}

/// Ends a session and what was granted through it, except what was granted to outlive it.
pub async fn end(tx: &mut Tx, insurer: &InsurerId, sid: &str) -> Result<()> {
    for sql in [
        "DELETE FROM sessions WHERE insurer_id = $1 AND sid = $2",
        "DELETE FROM grants WHERE insurer_id = $1 AND sid = $2 AND NOT offline",
    ] {
        tx.execute(sql, params![insurer, sid]).await?;
    }
    Ok(())
}
