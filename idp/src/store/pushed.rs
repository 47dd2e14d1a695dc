//! Pushed authorization requests (RFC 9126), by hash; used up when the answer is given.

use crate::ids::InsurerId;
use db::{Conn, Error, Result, Tx, params};
use oidc::authorize::Authorize;

pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    hash: &[u8],
    request: &Authorize,
    expires_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO pushed (insurer_id, request_hash, client_id, request, expires_at)
               VALUES ($1, $2, $3, $4, $5)";
    let text = serde_json::to_string(request).expect("a request is JSON");
    tx.execute(sql, params![insurer, hash, &request.client_id, text, expires_at]).await?;
    Ok(())
}

/// The request, unless it has expired, was used up or is another client's.
pub async fn find(
    conn: &mut Conn,
    insurer: &InsurerId,
    hash: &[u8],
    client_id: &str,
    now: i64,
) -> Result<Option<Authorize>> {
    let sql = "SELECT request FROM pushed WHERE insurer_id = $1 AND request_hash = $2
               AND client_id = $3 AND expires_at > $4";
    let row = conn.one(sql, params![insurer, hash, client_id, now]).await?;
    row.map(|row| {
        serde_json::from_str(&row.text("request")?)
            .map_err(|error| Error::Column("request".into(), error.to_string()))
    })
    .transpose()
}

/// The request of a journey that began in time, unless it was used up.
pub async fn begun(
    conn: &mut Conn,
    insurer: &InsurerId,
    hash: &[u8],
    client_id: &str,
) -> Result<Option<Authorize>> {
    find(conn, insurer, hash, client_id, i64::MIN).await
}

/// Uses a request up. `false` when it was used already: of two answers only one is given.
pub async fn delete(tx: &mut Tx, insurer: &InsurerId, hash: &[u8]) -> Result<bool> {
    let sql = "DELETE FROM pushed WHERE insurer_id = $1 AND request_hash = $2";
    Ok(tx.execute(sql, params![insurer, hash]).await? == 1)
}
