//! Published definitions: every version stays, for journeys that began with it.

use super::Definition;
use crate::ids::InsurerId;
use db::{Conn, Error, Result, Tx, published};

/// The version in force.
///
/// # Errors
/// [`Error::Column`] when an older program wrote it and it cannot be read.
pub async fn current(conn: &mut Conn, insurer: &InsurerId) -> Result<Option<(i64, Definition)>> {
    let found = published::current(conn, insurer).await?;
    found.map(|(version, text)| Ok((version, parse(&text)?))).transpose()
}

/// Any version.
///
/// # Errors
/// As [`current`].
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
