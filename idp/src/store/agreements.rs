//! Documents that a journey or an account agreed to.

use super::evidence::Holder;
use crate::ids::InsurerId;
use crate::need::Agreement;
use db::{Conn, Result, Tx, params};

/// What a holder agreed to.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    holder: Holder<'_>,
) -> Result<Vec<Agreement>> {
    let sql = "SELECT document, version FROM agreements
               WHERE insurer_id = $1 AND holder_kind = $2 AND holder = $3";
    let rows = conn.all(sql, params![insurer, holder.kind(), holder.id()]).await?;
    rows.iter()
        .map(|row| Ok(Agreement { document: row.text("document")?, version: row.text("version")? }))
        .collect()
}

/// The same with the time of each, the newest first.
pub async fn with_times(
    conn: &mut Conn,
    insurer: &InsurerId,
    holder: Holder<'_>,
) -> Result<Vec<(Agreement, i64)>> {
    let sql = "SELECT document, version, at FROM agreements
               WHERE insurer_id = $1 AND holder_kind = $2 AND holder = $3
               ORDER BY at DESC, document, version";
    let rows = conn.all(sql, params![insurer, holder.kind(), holder.id()]).await?;
    rows.iter()
        .map(|row| {
            let (document, version) = (row.text("document")?, row.text("version")?);
            Ok((Agreement { document, version }, row.int("at")?))
        })
        .collect()
}

/// Remembers an agreement; the first time counts.
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    holder: Holder<'_>,
    agreement: &Agreement,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO agreements (insurer_id, holder_kind, holder, document, version, means,
                                       at)
               VALUES ($1, $2, $3, $4, $5, 'form', $6) ON CONFLICT DO NOTHING";
    let (document, version) = (&agreement.document, &agreement.version);
    let params = params![insurer, holder.kind(), holder.id(), document, version, now];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Forgets what a journey agreed to.
pub async fn forget(tx: &mut Tx, insurer: &InsurerId, holder: Holder<'_>) -> Result<()> {
    let sql = "DELETE FROM agreements
               WHERE insurer_id = $1 AND holder_kind = $2 AND holder = $3";
    tx.execute(sql, params![insurer, holder.kind(), holder.id()]).await?;
    Ok(())
}
