//! Sealed mails that wait for the mail server.

use crate::ids::InsurerId;
use db::{Conn, Result, Tx, params};

/// One waiting mail.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub mail_id: String,
    pub insurer_id: InsurerId,
    pub sealed: Vec<u8>,
    pub due_at: i64,
    pub tries: i64,
}

pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    mail_id: &str,
    sealed: &[u8],
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO outbox (mail_id, insurer_id, sealed, due_at, tries)
               VALUES ($1, $2, $3, $4, 0)";
    tx.execute(sql, params![mail_id, insurer, sealed, now]).await?;
    Ok(())
}

/// Mails that one look finds at the most.
pub const DUE: usize = 20;

/// Mails whose time has come, the oldest first.
pub async fn due(conn: &mut Conn, now: i64) -> Result<Vec<Waiting>> {
    let sql = "SELECT mail_id, insurer_id, sealed, due_at, tries FROM outbox WHERE due_at <= $1
               ORDER BY due_at LIMIT 20";
    let rows = conn.all(sql, params![now]).await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                mail_id: row.text("mail_id")?,
                insurer_id: InsurerId::new(row.text("insurer_id")?),
                sealed: row.bytes("sealed")?,
                due_at: row.int("due_at")?,
                tries: row.int("tries")?,
            })
        })
        .collect()
}

/// Takes a mail for delivery and puts it off until `again_at` in case this node dies. Returns
/// whether no other node was faster.
pub async fn claim(tx: &mut Tx, mail: &Waiting, again_at: i64) -> Result<bool> {
    let sql = "UPDATE outbox SET due_at = $3, tries = tries + 1 WHERE mail_id = $1 AND due_at = $2";
    Ok(tx.execute(sql, params![&mail.mail_id, mail.due_at, again_at]).await? == 1)
}

pub async fn delete(tx: &mut Tx, mail_id: &str) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE mail_id = $1", params![mail_id]).await?;
    Ok(())
}
