//! Authenticator apps of accounts; their secrets are sealed.

use crate::ids::{AccountId, CredentialId, InsurerId};
use db::{Conn, Result, Row, Tx, params};

/// One app. No `Debug`.
#[derive(Clone)]
pub struct Device {
    pub device_id: CredentialId,
    /// As its owner calls it.
    pub name: String,
    pub sealed: Vec<u8>,
    pub created_at: i64,
    pub used_at: i64,
    /// The time step of the last code that was taken.
    pub last_step: i64,
}

/// The apps of an account, the oldest first.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Vec<Device>> {
    let sql = "SELECT device_id, name, sealed, created_at, used_at, last_step FROM totp_devices
               WHERE insurer_id = $1 AND account_id = $2 ORDER BY created_at, device_id";
    let rows = conn.all(sql, params![insurer, account]).await?;
    rows.iter().map(device).collect()
}

/// Adds an app.
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    device: &Device,
) -> Result<()> {
    let sql = "INSERT INTO totp_devices (insurer_id, device_id, account_id, name, sealed,
                                         created_at, used_at, last_step)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = params![
        insurer,
        &device.device_id,
        account,
        device.name.as_str(),
        device.sealed.as_slice(),
        device.created_at,
        device.used_at,
        device.last_step
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Takes the code of a time step. `false` when that or a later one was taken before: a code is good
/// once (RFC 6238 §5.2).
#[must_use = "a code that was taken before proves nothing"]
pub async fn take(
    tx: &mut Tx,
    insurer: &InsurerId,
    device: &CredentialId,
    step: i64,
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE totp_devices SET last_step = $3, used_at = $4
               WHERE insurer_id = $1 AND device_id = $2 AND last_step < $3";
    Ok(tx.execute(sql, params![insurer, device, step, now]).await? == 1)
}

/// Removes an app of an account. `false` when it has none of this id.
pub async fn delete(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    device: &CredentialId,
) -> Result<bool> {
    let sql = "DELETE FROM totp_devices
               WHERE insurer_id = $1 AND account_id = $2 AND device_id = $3";
    Ok(tx.execute(sql, params![insurer, account, device]).await? == 1)
}

fn device(row: &Row) -> Result<Device> {
    Ok(Device {
        device_id: CredentialId::new(row.text("device_id")?),
        name: row.text("name")?,
        sealed: row.bytes("sealed")?,
        created_at: row.int("created_at")?,
        used_at: row.int("used_at")?,
        last_step: row.int("last_step")?,
    })
}
