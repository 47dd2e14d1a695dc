//! Passwords of accounts as argon2id hashes: one is active, those before it are remembered.

use crate::ids::{AccountId, CredentialId, InsurerId};
use db::{Conn, Result, Tx, params};

/// How long a password is good that somebody else gave.
pub const GIVEN_SECS: i64 = 7 * 24 * 3600;

/// A stored password. No `Debug`.
pub struct Password {
    pub credential_id: CredentialId,
    pub hash: String,
    /// Until when it is good to choose another; none: it is the owner's own.
    pub temporary_until: Option<i64>,
}

/// The active password of an account.
pub async fn active(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<Password>> {
    let sql = "SELECT credential_id, hash, temporary_until FROM passwords
               WHERE insurer_id = $1 AND account_id = $2 AND replaced_at IS NULL";
    let row = conn.one(sql, params![insurer, account]).await?;
    row.map(|row| {
        let credential_id = CredentialId::new(row.text("credential_id")?);
        let temporary_until = row.opt_int("temporary_until")?;
        Ok(Password { credential_id, hash: row.text("hash")?, temporary_until })
    })
    .transpose()
}

/// Keeps the same password under another hash, unless it was replaced meanwhile.
pub async fn rehash(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    old: &str,
    new: &str,
) -> Result<()> {
    let sql = "UPDATE passwords SET hash = $4 WHERE insurer_id = $1 AND account_id = $2
               AND hash = $3 AND replaced_at IS NULL";
    tx.execute(sql, params![insurer, account, old, new]).await?;
    Ok(())
}

/// When the active password was chosen.
pub async fn since(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<i64>> {
    let sql = "SELECT created_at FROM passwords
               WHERE insurer_id = $1 AND account_id = $2 AND replaced_at IS NULL";
    conn.one(sql, params![insurer, account]).await?.map(|row| row.int("created_at")).transpose()
}

/// The hashes of the account's last passwords, the active one first: none may be chosen again.
pub async fn history(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    limit: i64,
) -> Result<Vec<String>> {
    let sql = "SELECT hash FROM passwords WHERE insurer_id = $1 AND account_id = $2
               ORDER BY CASE WHEN replaced_at IS NULL THEN 0 ELSE 1 END, replaced_at DESC LIMIT $3";
    let rows = conn.all(sql, params![insurer, account, limit]).await?;
    rows.iter().map(|row| row.text("hash")).collect()
}

/// Makes the active password void: nobody signs in with it any more.
pub async fn void(tx: &mut Tx, insurer: &InsurerId, account: &AccountId, now: i64) -> Result<()> {
    let sql = "UPDATE passwords SET replaced_at = $3 WHERE insurer_id = $1 AND account_id = $2
               AND replaced_at IS NULL";
    tx.execute(sql, params![insurer, account, now]).await?;
    Ok(())
}

/// Gives an account a password of its owner's in the place of the active one, if there is one.
pub async fn replace(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    hash: &str,
    now: i64,
) -> Result<CredentialId> {
    put(tx, insurer, account, (hash, None), now).await
}

/// Gives an account a password that its owner must replace, until then.
pub async fn issue(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    (hash, until): (&str, i64),
    now: i64,
) -> Result<CredentialId> {
    put(tx, insurer, account, (hash, Some(until)), now).await
}

async fn put(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    (hash, temporary_until): (&str, Option<i64>),
    now: i64,
) -> Result<CredentialId> {
    void(tx, insurer, account, now).await?;
    let id = CredentialId::random();
    let sql = "INSERT INTO passwords (insurer_id, account_id, credential_id, hash, created_at,
                                      temporary_until)
               VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, params![insurer, account, &id, hash, now, temporary_until]).await?;
    Ok(id)
}
