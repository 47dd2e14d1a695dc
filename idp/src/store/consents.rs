//! What a person allowed a client to learn, per scope, until it is withdrawn.

use crate::ids::{AccountId, InsurerId};
use db::{Conn, Result, Tx, params};

/// One remembered consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub client_id: String,
    pub scopes: Vec<String>,
    pub granted_at: i64,
}

/// The scopes that the person allowed a client.
pub async fn scopes(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    client: &str,
) -> Result<Vec<String>> {
    let sql = "SELECT scopes FROM consents WHERE insurer_id = $1 AND account_id = $2
               AND client_id = $3";
    let row = conn.one(sql, params![insurer, account, client]).await?;
    row.map_or(Ok(Vec::new()), |row| Ok(words(&row.text("scopes")?)))
}

/// Widens what a person allowed a client: earlier consents stay.
pub async fn widen(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    client: &str,
    more: &[String],
    now: i64,
) -> Result<()> {
    // The row is held until the end: a withdrawal that comes between is not undone.
    let sql = "UPDATE consents SET scopes = scopes WHERE insurer_id = $1 AND account_id = $2
               AND client_id = $3 RETURNING scopes";
    let row = tx.one(sql, params![insurer, account, client]).await?;
    let mut given =
        row.map_or(Ok(Vec::new()), |row| Ok::<_, db::Error>(words(&row.text("scopes")?)))?;
    for scope in more {
        if !given.contains(scope) {
            given.push(scope.clone());
        }
    }
    let consent = Consent { client_id: client.to_owned(), scopes: given, granted_at: now };
    put(tx, insurer, account, &consent).await
}

/// Remembers a consent in the place of the last one.
async fn put(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    consent: &Consent,
) -> Result<()> {
    let sql = "INSERT INTO consents (insurer_id, account_id, client_id, scopes, granted_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, account_id, client_id) DO UPDATE SET
               scopes = excluded.scopes, granted_at = excluded.granted_at";
    let scopes = consent.scopes.join("\n");
    let params = params![insurer, account, &consent.client_id, scopes, consent.granted_at];
    tx.execute(sql, params).await?;
    Ok(())
}

/// All that a person allowed, the newest first.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Vec<Consent>> {
    let sql = "SELECT client_id, scopes, granted_at FROM consents
               WHERE insurer_id = $1 AND account_id = $2 ORDER BY granted_at DESC, client_id";
    let rows = conn.all(sql, params![insurer, account]).await?;
    rows.iter()
        .map(|row| {
            Ok(Consent {
                client_id: row.text("client_id")?,
                scopes: words(&row.text("scopes")?),
                granted_at: row.int("granted_at")?,
            })
        })
        .collect()
}

/// Withdraws a consent.
pub async fn delete(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    client: &str,
) -> Result<()> {
    let sql = "DELETE FROM consents WHERE insurer_id = $1 AND account_id = $2 AND client_id = $3";
    tx.execute(sql, params![insurer, account, client]).await?;
    Ok(())
}

/// Forgets what all members agreed to, when the client goes.
pub async fn forget_account(tx: &mut Tx, insurer: &InsurerId, account: &str) -> Result<()> {
    let sql = "DELETE FROM consents WHERE insurer_id = $1 AND account_id = $2";
    tx.execute(sql, params![insurer, account]).await?;
    Ok(())
}

/// Forgets what everybody allowed a client.
pub async fn forget_client(tx: &mut Tx, insurer: &InsurerId, client: &str) -> Result<()> {
    let sql = "DELETE FROM consents WHERE insurer_id = $1 AND client_id = $2";
    tx.execute(sql, params![insurer, client]).await?;
    Ok(())
}

fn words(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
