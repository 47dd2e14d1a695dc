//! Journeys that have proved something or sent a mail. What they know is sealed; the browser's
//! part is a secret of which the hash lies here.

use crate::ids::{InsurerId, JourneyId};
use db::{Conn, Result, Tx, params};

/// One row.
pub struct Stored {
    pub secret_hash: Vec<u8>,
    pub sealed: Vec<u8>,
    pub revision: i64,
    pub expires_at: i64,
}

/// Inserts a journey. `false` when it has a row already: another answer was faster.
#[must_use = "an overtaken answer must be rolled back"]
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    id: &JourneyId,
    row: &Stored,
    now: i64,
) -> Result<bool> {
    let sql = "INSERT INTO journeys (insurer_id, journey_id, secret_hash, sealed, revision,
                                     created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let (secret, sealed) = (row.secret_hash.as_slice(), row.sealed.as_slice());
    let params = params![insurer, id, secret, sealed, row.revision, now, row.expires_at];
    Ok(tx.execute(sql, params).await? == 1)
}

/// The journey's row, unless it has expired.
pub async fn by_id(
    conn: &mut Conn,
    insurer: &InsurerId,
    id: &JourneyId,
    now: i64,
) -> Result<Option<Stored>> {
    let sql = "SELECT secret_hash, sealed, revision, expires_at FROM journeys
               WHERE insurer_id = $1 AND journey_id = $2 AND expires_at > $3";
    let row = conn.one(sql, params![insurer, id, now]).await?;
    row.map(|row| {
        Ok(Stored {
            secret_hash: row.bytes("secret_hash")?,
            sealed: row.bytes("sealed")?,
            revision: row.int("revision")?,
            expires_at: row.int("expires_at")?,
        })
    })
    .transpose()
}

/// Keeps what a journey knows now. `false` when another answer came between or the mailed link was
/// opened elsewhere: then the caller must roll back.
#[must_use = "an overtaken answer must be rolled back"]
pub async fn update(
    tx: &mut Tx,
    insurer: &InsurerId,
    id: &JourneyId,
    row: &Stored,
) -> Result<bool> {
    let sql = "UPDATE journeys SET sealed = $3, revision = revision + 1
               WHERE insurer_id = $1 AND journey_id = $2 AND secret_hash = $4 AND revision = $5";
    let (secret, sealed) = (row.secret_hash.as_slice(), row.sealed.as_slice());
    let params = params![insurer, id, sealed, secret, row.revision];
    Ok(tx.execute(sql, params).await? == 1)
}

/// Gives the journey to another browser: the old secret is void from now on.
pub async fn rotate_secret(
    tx: &mut Tx,
    insurer: &InsurerId,
    id: &JourneyId,
    secret_hash: &[u8],
) -> Result<()> {
    let sql = "UPDATE journeys SET secret_hash = $3, revision = revision + 1
               WHERE insurer_id = $1 AND journey_id = $2";
    tx.execute(sql, params![insurer, id, secret_hash]).await?;
    Ok(())
}

/// Ends a journey. `false` when it had ended, so that two answers at once end it once.
#[must_use = "of two answers one ends a journey"]
pub async fn delete(
    tx: &mut Tx,
    insurer: &InsurerId,
    id: &JourneyId,
    revision: i64,
) -> Result<bool> {
    let sql = "DELETE FROM journeys WHERE insurer_id = $1 AND journey_id = $2 AND revision = $3";
    Ok(tx.execute(sql, params![insurer, id, revision]).await? == 1)
}

/// Journeys that expired before a time, so many at the most.
pub async fn expired(
    conn: &mut Conn,
    before: i64,
    limit: i64,
) -> Result<Vec<(InsurerId, JourneyId)>> {
    let sql = "SELECT insurer_id, journey_id FROM journeys WHERE expires_at < $1 LIMIT $2";
    let rows = conn.all(sql, params![before, limit]).await?;
    rows.iter()
        .map(|row| {
            let (insurer, id) = (row.text("insurer_id")?, row.text("journey_id")?);
            Ok((InsurerId::new(insurer), JourneyId::new(id)))
        })
        .collect()
}

/// Removes an expired journey with what it proved and agreed to, unless it lives after all.
pub async fn purge(tx: &mut Tx, insurer: &InsurerId, id: &JourneyId, before: i64) -> Result<()> {
    let sql = "DELETE FROM journeys WHERE insurer_id = $1 AND journey_id = $2 AND expires_at < $3";
    if tx.execute(sql, params![insurer, id, before]).await? == 0 {
        return Ok(());
    }
    for sql in [
        "DELETE FROM evidence WHERE insurer_id = $1 AND holder_kind = 'journey' AND holder = $2",
        "DELETE FROM agreements WHERE insurer_id = $1 AND holder_kind = 'journey' AND holder = $2",
    ] {
        tx.execute(sql, params![insurer, id]).await?;
    }
    Ok(())
}
