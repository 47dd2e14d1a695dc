//! Published definitions: every version stays, for journeys that began with it.

use super::Definition;
use super::terms::Terms;
use crate::ids::InsurerId;
use crate::need::Agreement;
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

/// A document as somebody agreed to it at a time, in seconds since 1970: from the version that was in
/// force then, or one that a journey of then may have begun with.
///
/// # Errors
/// As [`current`].
pub async fn document_of(
    conn: &mut Conn,
    insurer: &InsurerId,
    agreement: &Agreement,
    at: i64,
) -> Result<Option<Terms>> {
    /// Versions of the longest journey's day.
    const VERSIONS: i64 = 10;
    for text in published::before(conn, insurer, at, VERSIONS).await? {
        let mut terms = parse(&text)?.terms.into_iter();
        if let Some(found) = terms.find(|terms| terms.agreement() == *agreement) {
            return Ok(Some(found));
        }
    }
    Ok(None)
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
