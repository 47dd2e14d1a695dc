//! Devices that wait until a person allows them (RFC 8628).

use super::grants::Detail;
use crate::ids::{AccountId, InsurerId};
use db::{Conn, Error, Result, Row, Tx, params};

/// What the person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Allowed,
    Denied,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Allowed => "allowed",
            State::Denied => "denied",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [State::Waiting, State::Allowed, State::Denied].into_iter().find(|s| s.as_str() == word)
    }
}

/// One waiting device.
#[derive(Debug, Clone)]
pub struct Device {
    pub device_hash: Vec<u8>,
    pub user_code: String,
    pub client_id: String,
    pub detail: Detail,
    pub state: State,
    pub account_id: Option<AccountId>,
    pub polled_at: i64,
    pub expires_at: i64,
}

/// Inserts a waiting device. `false` when its user code is in use.
pub async fn insert(tx: &mut Tx, insurer: &InsurerId, device: &Device) -> Result<bool> {
    let sql = "INSERT INTO devices (insurer_id, device_hash, user_code, client_id, detail, state,
                                    polled_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let params = params![
        insurer,
        device.device_hash.clone(),
        &device.user_code,
        &device.client_id,
        serde_json::to_string(&device.detail).expect("a detail is JSON"),
        device.state.as_str(),
        device.polled_at,
        device.expires_at
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

/// The waiting device of a user code.
pub async fn by_user_code(
    conn: &mut Conn,
    insurer: &InsurerId,
    user_code: &str,
    now: i64,
) -> Result<Option<Device>> {
    let sql = "SELECT device_hash, user_code, client_id, detail, state, account_id, polled_at,
                      expires_at FROM devices WHERE insurer_id = $1 AND user_code = $2
               AND state = 'waiting' AND expires_at > $3";
    conn.one(sql, params![insurer, user_code, now]).await?.as_ref().map(device).transpose()
}

/// The device of a device code, in whatever state.
pub async fn by_code(conn: &mut Conn, insurer: &InsurerId, hash: &[u8]) -> Result<Option<Device>> {
    let sql = "SELECT device_hash, user_code, client_id, detail, state, account_id, polled_at,
                      expires_at FROM devices WHERE insurer_id = $1 AND device_hash = $2";
    conn.one(sql, params![insurer, hash]).await?.as_ref().map(device).transpose()
}

/// Notes that the device asked.
pub async fn polled(tx: &mut Tx, insurer: &InsurerId, hash: &[u8], now: i64) -> Result<()> {
    let sql = "UPDATE devices SET polled_at = $3 WHERE insurer_id = $1 AND device_hash = $2";
    tx.execute(sql, params![insurer, hash, now]).await?;
    Ok(())
}

/// The person's decision. `false` when there was one already.
pub async fn decide(tx: &mut Tx, insurer: &InsurerId, decided: &Device) -> Result<bool> {
    let sql = "UPDATE devices SET state = $3, account_id = $4, detail = $5
               WHERE insurer_id = $1 AND device_hash = $2 AND state = 'waiting'";
    let params = params![
        insurer,
        decided.device_hash.clone(),
        decided.state.as_str(),
        decided.account_id.as_deref(),
        serde_json::to_string(&decided.detail).expect("a detail is JSON")
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

/// Takes an allowed device for its tokens, once.
pub async fn take(tx: &mut Tx, insurer: &InsurerId, hash: &[u8]) -> Result<bool> {
    let sql = "DELETE FROM devices WHERE insurer_id = $1 AND device_hash = $2
               AND state = 'allowed'";
    Ok(tx.execute(sql, params![insurer, hash]).await? == 1)
}

fn device(row: &Row) -> Result<Device> {
    let state = row.text("state")?;
    Ok(Device {
        device_hash: row.bytes("device_hash")?,
        user_code: row.text("user_code")?,
        client_id: row.text("client_id")?,
        detail: serde_json::from_str(&row.text("detail")?)
            .map_err(|error| Error::Column("detail".into(), error.to_string()))?,
        state: State::parse(&state).ok_or(Error::Column("state".into(), state))?,
        account_id: row.opt_text("account_id")?.map(AccountId::new),
        polled_at: row.int("polled_at")?,
        expires_at: row.int("expires_at")?,
    })
}
