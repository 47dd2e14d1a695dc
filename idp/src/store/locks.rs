//! Accounts in which nobody signs in until their owner has recovered them.

use crate::ids::{AccountId, InsurerId};
use db::{Conn, Result, Tx, params};

/// Locks an account. `false` when it was locked before.
#[must_use = "an account that is locked already was locked by somebody else"]
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    now: i64,
) -> Result<bool> {
    let sql = "INSERT INTO locks (insurer_id, account_id, locked_at) VALUES ($1, $2, $3)
               ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![insurer, account, now]).await? == 1)
}

/// Whether an account is locked.
pub async fn is_locked(conn: &mut Conn, insurer: &InsurerId, account: &AccountId) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM locks WHERE insurer_id = $1 AND account_id = $2";
    Ok(conn.one(sql, params![insurer, account]).await?.is_some())
}

/// Unlocks an account, and says since when it was locked, if it was.
#[must_use = "an account that was not locked was not unlocked"]
pub async fn delete(tx: &mut Tx, insurer: &InsurerId, account: &AccountId) -> Result<Option<i64>> {
    let sql = "DELETE FROM locks WHERE insurer_id = $1 AND account_id = $2 RETURNING locked_at";
    let row = tx.one(sql, params![insurer, account]).await?;
    row.map(|row| row.int("locked_at")).transpose()
}
