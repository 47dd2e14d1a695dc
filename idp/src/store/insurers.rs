//! Published definitions of insurers.

use crate::definition::Definition;
use crate::ids::InsurerId;
use db::published;
use db::{Conn, Error, Result, Tx, params};

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

/// The version in force.
pub async fn current(conn: &mut Conn, insurer: &InsurerId) -> Result<Option<(i64, Definition)>> {
    let found = published::current(conn, insurer).await?;
    found.map(|(version, text)| Ok((version, parse(&text)?))).transpose()
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

/// An older version, for journeys that began with it.
pub async fn version(
    conn: &mut Conn,
    insurer: &InsurerId,
    version: i64,
) -> Result<Option<Definition>> {
    published::version(conn, insurer, version).await?.map(|text| parse(&text)).transpose()
}

/// Puts a new version in force.
pub async fn publish(
    tx: &mut Tx,
    insurer: &InsurerId,
    version: i64,
    definition: &Definition,
    now: i64,
) -> Result<()> {
    let text = serde_json::to_string(definition).expect("a definition is JSON");
    published::publish(tx, insurer, version, &text, now).await
}

fn parse(text: &str) -> Result<Definition> {
    serde_json::from_str(text).map_err(|e| Error::Column("definition".into(), e.to_string()))
}
