//! Codes that members have written down, as hashes.

use crate::ids::{AccountId, InsurerId};
use db::{Conn, Result, Tx, params};

/// Puts new codes in the place of all that the account had.
pub async fn replace(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    hashes: &[Vec<u8>],
    now: i64,
) -> Result<()> {
    forget(tx, insurer, account).await?;
    for hash in hashes {
        let sql = "INSERT INTO recovery_codes (insurer_id, account_id, code_hash, created_at)
                   VALUES ($1, $2, $3, $4)";
        tx.execute(sql, params![insurer, account, hash.as_slice(), now]).await?;
    }
    Ok(())
}

/// Uses a code up. `false` when the account has no such code, or has used it: of two at once one
/// gets it.
#[must_use = "a code that was not taken proves nothing"]
pub async fn take(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    hash: &[u8],
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE recovery_codes SET used_at = $4 WHERE insurer_id = $1 AND account_id = $2
               AND code_hash = $3 AND used_at IS NULL";
    Ok(tx.execute(sql, params![insurer, account, hash, now]).await? == 1)
}

/// How many codes are left, and when they were made.
pub async fn left(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<(i64, Option<i64>)> {
    let sql = "SELECT COUNT(*) AS n, MAX(created_at) AS at FROM recovery_codes
               WHERE insurer_id = $1 AND account_id = $2 AND used_at IS NULL";
    match conn.one(sql, params![insurer, account]).await? {
        Some(row) => Ok((row.int("n")?, row.opt_int("at")?)),
        None => Ok((0, None)),
    }
}

/// Makes every code of an account void.
pub async fn forget(tx: &mut Tx, insurer: &InsurerId, account: &AccountId) -> Result<()> {
    let sql = "DELETE FROM recovery_codes WHERE insurer_id = $1 AND account_id = $2";
    tx.execute(sql, params![insurer, account]).await?;
    Ok(())
}
