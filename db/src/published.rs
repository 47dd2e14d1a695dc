//! Published documents: the definition of each insurer, every version is kept. Both
//! programs have the tables `insurers` and `insurer_versions` of their own.

use crate::{Conn, Result, Tx, params};

/// The slugs and versions in force.
pub async fn versions(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    let rows = conn.all("SELECT insurer_id, version FROM insurers", &[]).await?;
    rows.iter().map(|row| Ok((row.text("insurer_id")?, row.int("version")?))).collect()
}

/// The version in force and its text.
pub async fn current(conn: &mut Conn, insurer: &str) -> Result<Option<(i64, String)>> {
    let sql = "SELECT v.version, v.definition FROM insurers i JOIN insurer_versions v
               ON v.insurer_id = i.insurer_id AND v.version = i.version
               WHERE i.insurer_id = $1";
    let row = conn.one(sql, params![insurer]).await?;
    row.map(|row| Ok((row.int("version")?, row.text("definition")?))).transpose()
}

/// The text of any version.
pub async fn version(conn: &mut Conn, insurer: &str, version: i64) -> Result<Option<String>> {
    let sql = "SELECT definition FROM insurer_versions WHERE insurer_id = $1 AND version = $2";
    let row = conn.one(sql, params![insurer, version]).await?;
    row.map(|row| row.text("definition")).transpose()
}

/// The texts that were in force at a time (seconds since 1970) and before, the newest first.
pub async fn before(conn: &mut Conn, insurer: &str, at: i64, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT definition FROM insurer_versions WHERE insurer_id = $1 AND applied_at <= $2
               ORDER BY version DESC LIMIT $3";
    let rows = conn.all(sql, params![insurer, at, limit]).await?;
    rows.iter().map(|row| row.text("definition")).collect()
}

/// Puts a new version in force.
pub async fn publish(tx: &mut Tx, insurer: &str, version: i64, text: &str, now: i64) -> Result<()> {
    let sql = "INSERT INTO insurer_versions (insurer_id, version, definition, applied_at)
               VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![insurer, version, text, now]).await?;
    let sql = "INSERT INTO insurers (insurer_id, version) VALUES ($1, $2)
               ON CONFLICT (insurer_id) DO UPDATE SET version = excluded.version";
    tx.execute(sql, params![insurer, version]).await?;
    Ok(())
}
