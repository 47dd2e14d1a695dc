//! The last file that each importer took.

use db::{Conn, Result, Tx, params};

/// The hash of the last file.
pub async fn last(conn: &mut Conn, insurer: &str, importer: &str) -> Result<Option<String>> {
    let sql = "SELECT sha256 FROM imports WHERE insurer_id = $1 AND importer = $2";
    let row = conn.one(sql, params![insurer, importer]).await?;
    row.map(|row| row.text("sha256")).transpose()
}

pub async fn note(
    tx: &mut Tx,
    insurer: &str,
    importer: &str,
    sha256: &str,
    rows: i64,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO imports (insurer_id, importer, sha256, rows, imported_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, importer) DO UPDATE SET sha256 = excluded.sha256,
               rows = excluded.rows, imported_at = excluded.imported_at";
    tx.execute(sql, params![insurer, importer, sha256, rows, now]).await?;
    Ok(())
}
