//! Clients that must still be told that a session has ended.

use crate::ids::{AccountId, InsurerId, Sid};
use db::{Conn, Result, Tx, params};

/// One client to tell.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub logout_id: String,
    pub insurer_id: InsurerId,
    pub client_id: String,
    pub account_id: AccountId,
    pub sid: Sid,
    pub due_at: i64,
    pub tries: i64,
}

pub async fn insert(tx: &mut Tx, waiting: &Waiting) -> Result<()> {
    let sql = "INSERT INTO logouts (logout_id, insurer_id, client_id, account_id, sid, due_at,
                                    tries)
               VALUES ($1, $2, $3, $4, $5, $6, 0)";
    let params = params![
        &waiting.logout_id,
        &waiting.insurer_id,
        &waiting.client_id,
        &waiting.account_id,
        &waiting.sid,
        waiting.due_at
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Those to tell now, a few of each client, so that one with many does not stand before the others.
pub async fn due(conn: &mut Conn, now: i64, per_client: i64) -> Result<Vec<Waiting>> {
    let sql = "SELECT logout_id, insurer_id, client_id, account_id, sid, due_at, tries FROM
               (SELECT logout_id, insurer_id, client_id, account_id, sid, due_at, tries,
                       ROW_NUMBER() OVER (PARTITION BY insurer_id, client_id ORDER BY due_at) AS n
                FROM logouts WHERE due_at <= $1) AS waiting
               WHERE n <= $2 ORDER BY due_at LIMIT 100";
    let rows = conn.all(sql, params![now, per_client]).await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                logout_id: row.text("logout_id")?,
                insurer_id: InsurerId::new(row.text("insurer_id")?),
                client_id: row.text("client_id")?,
                account_id: AccountId::new(row.text("account_id")?),
                sid: Sid::new(row.text("sid")?),
                due_at: row.int("due_at")?,
                tries: row.int("tries")?,
            })
        })
        .collect()
}

/// Takes one for this node until `due_at`. `false` when another node was faster.
pub async fn claim(tx: &mut Tx, waiting: &Waiting, due_at: i64) -> Result<bool> {
    let sql = "UPDATE logouts SET due_at = $3, tries = tries + 1
               WHERE logout_id = $1 AND tries = $2";
    Ok(tx.execute(sql, params![&waiting.logout_id, waiting.tries, due_at]).await? == 1)
}

pub async fn delete(tx: &mut Tx, logout_id: &str) -> Result<()> {
    tx.execute("DELETE FROM logouts WHERE logout_id = $1", params![logout_id]).await?;
    Ok(())
}
