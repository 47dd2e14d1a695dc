//! Which insurers there are, and the versions in force. The definitions themselves are texts:
//! `definition/published.rs` reads them.

use crate::ids::InsurerId;
use db::{Conn, Result, Tx, params};

/// Slug, version in force and version of the keys of every insurer.
pub async fn versions(conn: &mut Conn) -> Result<Vec<(InsurerId, i64, i64)>> {
    let rows = conn.all("SELECT insurer_id, version, keys_version FROM insurers", &[]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                InsurerId::new(row.text("insurer_id")?),
                row.int("version")?,
                row.int("keys_version")?,
            ))
        })
        .collect()
}

/// Whether an insurer was published.
pub async fn exists(conn: &mut Conn, insurer: &InsurerId) -> Result<bool> {
    let sql = "SELECT version FROM insurers WHERE insurer_id = $1";
    Ok(conn.one(sql, params![insurer]).await?.is_some())
}

/// Lets nobody else change this insurer until the transaction ends.
pub async fn lock(tx: &mut Tx, insurer: &InsurerId) -> Result<()> {
    let sql = "UPDATE insurers SET version = version WHERE insurer_id = $1";
    tx.execute(sql, params![insurer]).await?;
    Ok(())
}
