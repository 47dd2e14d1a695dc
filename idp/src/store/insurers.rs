//! Published definitions, each version for ever.

use crate::definition::Definition;
use db::{Conn, Error, Result, params};

/// The slugs and versions of all insurers.
pub async fn versions(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    let rows = conn.all("SELECT insurer_id, version FROM insurers", &[]).await?;
    rows.iter().map(|row| Ok((row.text("insurer_id")?, row.int("version")?))).collect()
}

/// The version in force.
pub async fn current(conn: &mut Conn, insurer: &str) -> Result<Option<(i64, Definition)>> {
    let sql = "SELECT v.version, v.definition FROM insurers i JOIN insurer_versions v
               ON v.insurer_id = i.insurer_id AND v.version = i.version
               WHERE i.insurer_id = $1";
    let Some(row) = conn.one(sql, params![insurer]).await? else { return Ok(None) };
    Ok(Some((row.int("version")?, parse(&row.text("definition")?)?)))
}

/// An older version, for journeys that began with it.
pub async fn version(conn: &mut Conn, insurer: &str, version: i64) -> Result<Option<Definition>> {
    let sql = "SELECT definition FROM insurer_versions WHERE insurer_id = $1 AND version = $2";
    let row = conn.one(sql, params![insurer, version]).await?;
    row.map(|row| parse(&row.text("definition")?)).transpose()
}

/// Puts a new version in force.
pub async fn publish(
    conn: &mut Conn,
    insurer: &str,
    version: i64,
    definition: &Definition,
    now: i64,
) -> Result<()> {
    let text = serde_json::to_string(definition).expect("a definition is JSON");
    let sql = "INSERT INTO insurer_versions (insurer_id, version, definition, applied_at)
               VALUES ($1, $2, $3, $4)";
    conn.execute(sql, params![insurer, version, text, now]).await?;
    let sql = "INSERT INTO insurers (insurer_id, version) VALUES ($1, $2)
               ON CONFLICT (insurer_id) DO UPDATE SET version = excluded.version";
    conn.execute(sql, params![insurer, version]).await?;
    Ok(())
}

fn parse(text: &str) -> Result<Definition> {
    serde_json::from_str(text).map_err(|e| Error::Column("definition".into(), e.to_string()))
}
