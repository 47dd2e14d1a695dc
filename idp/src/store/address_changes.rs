//! Addresses that take the place of an account's in some days.

use crate::ids::{AccountId, InsurerId};
use db::{Conn, Result, Row, Tx, params};

/// One that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub account_id: AccountId,
    pub address: String,
    /// From when on it holds, in seconds since 1970.
    pub due_at: i64,
}

/// Lets an address wait, in the place of one that waited before.
pub async fn put(tx: &mut Tx, insurer: &InsurerId, waiting: &Waiting, now: i64) -> Result<()> {
    let sql = "INSERT INTO address_changes (insurer_id, account_id, address, asked_at, due_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, account_id) DO UPDATE
               SET address = excluded.address, asked_at = excluded.asked_at,
                   due_at = excluded.due_at";
    let Waiting { account_id, address, due_at } = waiting;
    tx.execute(sql, params![insurer, account_id, address.as_str(), now, *due_at]).await?;
    Ok(())
}

/// The one of an account.
pub async fn of_account(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<Waiting>> {
    let sql = "SELECT account_id, address, due_at FROM address_changes
               WHERE insurer_id = $1 AND account_id = $2";
    conn.one(sql, params![insurer, account]).await?.as_ref().map(waiting).transpose()
}

/// Accounts whose time has come, with their insurers.
pub async fn due(conn: &mut Conn, now: i64, limit: i64) -> Result<Vec<(InsurerId, AccountId)>> {
    let sql = "SELECT insurer_id, account_id FROM address_changes WHERE due_at <= $1
               ORDER BY due_at LIMIT $2";
    let rows = conn.all(sql, params![now, limit]).await?;
    let both = |row: &Row| {
        Ok((InsurerId::new(row.text("insurer_id")?), AccountId::new(row.text("account_id")?)))
    };
    rows.iter().map(both).collect()
}

/// Takes the one of an account whose time has come: of several who try, one gets it.
pub async fn take(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    now: i64,
) -> Result<Option<Waiting>> {
    let sql = "DELETE FROM address_changes WHERE insurer_id = $1 AND account_id = $2
               AND due_at <= $3 RETURNING account_id, address, due_at";
    tx.one(sql, params![insurer, account, now]).await?.as_ref().map(waiting).transpose()
}

/// Drops the one of an account. `false` when none waits.
pub async fn drop(tx: &mut Tx, insurer: &InsurerId, account: &AccountId) -> Result<bool> {
    let sql = "DELETE FROM address_changes WHERE insurer_id = $1 AND account_id = $2";
    Ok(tx.execute(sql, params![insurer, account]).await? == 1)
}

fn waiting(row: &Row) -> Result<Waiting> {
    Ok(Waiting {
        account_id: AccountId::new(row.text("account_id")?),
        address: row.text("address")?,
        due_at: row.int("due_at")?,
    })
}
