//! Passkeys of accounts.

use crate::ids::{AccountId, CredentialId, InsurerId};
use db::{Conn, Result, Row, Tx, params};

/// One passkey.
#[derive(Clone)]
pub struct Key {
    /// The credential's id, base64url.
    pub credential_id: CredentialId,
    pub account_id: AccountId,
    /// As its owner calls it.
    pub name: String,
    /// What the library keeps of it, as JSON.
    pub passkey: String,
    pub created_at: i64,
    pub used_at: i64,
    /// It signs in no more.
    pub is_blocked: bool,
    /// The challenge that it answered last, hashed.
    pub challenge: Option<Vec<u8>>,
    /// What keeps it, as it says itself.
    pub aaguid: Option<String>,
}

const COLUMNS: &str = "credential_id, account_id, name, passkey, created_at, used_at, blocked_at,
    challenge, aaguid FROM passkeys";

/// The passkeys of an account, the oldest first.
pub async fn list(conn: &mut Conn, insurer: &InsurerId, account: &AccountId) -> Result<Vec<Key>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE insurer_id = $1 AND account_id = $2
         ORDER BY created_at, credential_id"
    ));
    conn.all(sql, params![insurer, account]).await?.iter().map(key).collect()
}

/// A passkey by its credential's id.
pub async fn by_id(conn: &mut Conn, insurer: &InsurerId, id: &str) -> Result<Option<Key>> {
    let sql =
        db::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE insurer_id = $1 AND credential_id = $2"));
    conn.one(sql, params![insurer, id]).await?.as_ref().map(key).transpose()
}

/// Whether it is anybody's, of any insurer: all share the host to which passkeys are bound.
pub async fn is_known(conn: &mut Conn, id: &str) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM passkeys WHERE credential_id = $1 LIMIT 1";
    Ok(conn.one(sql, params![id]).await?.is_some())
}

/// Adds a passkey. `false` when this very credential is registered already.
#[must_use = "without its row a passkey signs nobody in"]
pub async fn insert(tx: &mut Tx, insurer: &InsurerId, key: &Key) -> Result<bool> {
    let sql = "INSERT INTO passkeys (insurer_id, credential_id, account_id, name, passkey,
                                     created_at, used_at, aaguid)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let params = params![
        insurer,
        &key.credential_id,
        &key.account_id,
        key.name.as_str(),
        key.passkey.as_str(),
        key.created_at,
        key.used_at,
        key.aaguid.as_deref()
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

/// Notes that it was used, with what the library keeps from now on. `false` when it was blocked,
/// removed or used meanwhile.
#[must_use = "a passkey that is gone proves nothing"]
pub async fn used(
    tx: &mut Tx,
    insurer: &InsurerId,
    before: &Key,
    (passkey, challenge): (&str, &[u8]),
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE passkeys SET passkey = $4, challenge = $5, used_at = $6 WHERE insurer_id = $1
               AND credential_id = $2 AND passkey = $3 AND blocked_at IS NULL";
    let params =
        params![insurer, &before.credential_id, before.passkey.as_str(), passkey, challenge, now];
    Ok(tx.execute(sql, params).await? == 1)
}

/// Blocks a passkey: its counter went back.
pub async fn block(tx: &mut Tx, insurer: &InsurerId, id: &CredentialId, now: i64) -> Result<()> {
    let sql = "UPDATE passkeys SET blocked_at = $3 WHERE insurer_id = $1 AND credential_id = $2
               AND blocked_at IS NULL";
    tx.execute(sql, params![insurer, id, now]).await?;
    Ok(())
}

/// Removes a passkey of an account. `false` when it has none of this id.
pub async fn delete(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    id: &CredentialId,
) -> Result<bool> {
    let sql = "DELETE FROM passkeys
               WHERE insurer_id = $1 AND account_id = $2 AND credential_id = $3";
    Ok(tx.execute(sql, params![insurer, account, id]).await? == 1)
}

fn key(row: &Row) -> Result<Key> {
    Ok(Key {
        credential_id: CredentialId::new(row.text("credential_id")?),
        account_id: AccountId::new(row.text("account_id")?),
        name: row.text("name")?,
        passkey: row.text("passkey")?,
        created_at: row.int("created_at")?,
        used_at: row.int("used_at")?,
        is_blocked: row.opt_int("blocked_at")?.is_some(),
        challenge: row.opt_bytes("challenge")?,
        aaguid: row.opt_text("aaguid")?,
    })
}
