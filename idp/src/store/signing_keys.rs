//! Sealed private keys of insurers: those that sign, and those that never leave.

use crate::ids::InsurerId;
use db::{Conn, Result, Tx, params};

/// One key that signs, sealed.
#[derive(Clone)]
pub struct Stored {
    pub algorithm: String,
    pub sealed: Vec<u8>,
    pub active_from: i64,
    pub retires_at: Option<i64>,
}

/// All keys that have not retired, newest first.
pub async fn list(conn: &mut Conn, insurer: &InsurerId, now: i64) -> Result<Vec<Stored>> {
    let sql = "SELECT algorithm, sealed, active_from, retires_at FROM signing_keys
               WHERE insurer_id = $1 AND (retires_at IS NULL OR retires_at > $2)
               ORDER BY active_from DESC, created_at DESC, algorithm";
    let rows = conn.all(sql, params![insurer, now]).await?;
    rows.iter()
        .map(|row| {
            Ok(Stored {
                algorithm: row.text("algorithm")?,
                sealed: row.bytes("sealed")?,
                active_from: row.int("active_from")?,
                retires_at: row.opt_int("retires_at")?,
            })
        })
        .collect()
}

/// Any key of any insurer, to see whether a key file opens it.
pub async fn any(conn: &mut Conn) -> Result<Option<(InsurerId, Vec<u8>)>> {
    let sql = "SELECT insurer_id, sealed FROM signing_keys LIMIT 1";
    let row = conn.one(sql, &[]).await?;
    row.map(|row| Ok((InsurerId::new(row.text("insurer_id")?), row.bytes("sealed")?))).transpose()
}

/// A new key; of two that are made in one second the later one counts as a second younger.
pub async fn insert(tx: &mut Tx, insurer: &InsurerId, key: &Stored, now: i64) -> Result<()> {
    let sql = "INSERT INTO signing_keys (insurer_id, algorithm, sealed, created_at, active_from)
               VALUES ($1, $2, $3,
               (SELECT CASE WHEN MAX(created_at) >= $4 THEN MAX(created_at) + 1 ELSE $4 END
                FROM signing_keys WHERE insurer_id = $1 AND algorithm = $2), $5)";
    let params = params![insurer, &key.algorithm, key.sealed.clone(), now, key.active_from];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Lets every key of an algorithm retire by this time.
pub async fn retire(tx: &mut Tx, insurer: &InsurerId, algorithm: &str, at: i64) -> Result<()> {
    let sql = "UPDATE signing_keys SET retires_at = $3 WHERE insurer_id = $1 AND algorithm = $2
               AND (retires_at IS NULL OR retires_at > $3)";
    tx.execute(sql, params![insurer, algorithm, at]).await?;
    Ok(())
}

/// Tells all nodes that the keys have changed.
pub async fn touch(tx: &mut Tx, insurer: &InsurerId) -> Result<()> {
    let sql = "UPDATE insurers SET keys_version = keys_version + 1 WHERE insurer_id = $1";
    tx.execute(sql, params![insurer]).await?;
    Ok(())
}

/// The secrets that never leave, sealed, by purpose.
pub async fn secrets(conn: &mut Conn, insurer: &InsurerId) -> Result<Vec<(String, Vec<u8>)>> {
    let sql = "SELECT purpose, sealed FROM realm_secrets WHERE insurer_id = $1";
    let rows = conn.all(sql, params![insurer]).await?;
    rows.iter().map(|row| Ok((row.text("purpose")?, row.bytes("sealed")?))).collect()
}

pub async fn insert_secret(
    tx: &mut Tx,
    insurer: &InsurerId,
    purpose: &str,
    sealed: &[u8],
) -> Result<()> {
    let sql = "INSERT INTO realm_secrets (insurer_id, purpose, sealed) VALUES ($1, $2, $3)";
    tx.execute(sql, params![insurer, purpose, sealed]).await?;
    Ok(())
}
