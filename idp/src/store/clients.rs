//! Registered clients that are not in an insurer's folder.

use crate::ids::InsurerId;
use db::{Conn, Error, Result, Row, Tx, params};
use oidc::Client;

/// Of whom a client is that every insurer knows.
pub const ALL: &str = "*";

/// How a client came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `idp client apply`.
    Operator,
    /// The admin API.
    Admin,
    /// It registered itself.
    Dynamic,
}

impl Origin {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Operator => "operator",
            Origin::Admin => "admin",
            Origin::Dynamic => "dynamic",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Origin::Operator, Origin::Admin, Origin::Dynamic].into_iter().find(|o| o.as_str() == word)
    }
}

/// A client and how it came here.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The insurer, or [`ALL`].
    pub insurer_id: InsurerId,
    pub client: Client,
    pub origin: Origin,
    pub registration_hash: Option<Vec<u8>>,
    pub created_at: i64,
    /// As it stands in the row: what is written back must not have changed meanwhile.
    document: String,
}

const COLUMNS: &str = "insurer_id, document, origin, registration_hash, created_at FROM clients";

/// The client of an insurer, or one of all insurers.
pub async fn by_id(
    conn: &mut Conn,
    insurer: &InsurerId,
    client_id: &str,
) -> Result<Option<Registered>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE insurer_id IN ($1, '*') AND client_id = $2
         ORDER BY insurer_id DESC"
    ));
    conn.one(sql, params![insurer, client_id]).await?.as_ref().map(registered).transpose()
}

/// The clients of one insurer (or of [`ALL`]) after a client id, by id.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    after: &str,
    limit: i64,
) -> Result<Vec<Registered>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE insurer_id = $1 AND client_id > $2 ORDER BY client_id LIMIT $3"
    ));
    conn.all(sql, params![insurer, after, limit]).await?.iter().map(registered).collect()
}

/// Inserts a new client. `false` when there is one with this id.
#[must_use = "a taken id is not given"]
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    client: &Client,
    origin: Origin,
    registration_hash: Option<Vec<u8>>,
    now: i64,
) -> Result<bool> {
    let sql = "INSERT INTO clients (insurer_id, client_id, document, origin, registration_hash,
                                    created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING";
    let params =
        params![insurer, &client.client_id, json(client), origin.as_str(), registration_hash, now];
    let inserted = tx.execute(sql, params).await? == 1;
    if inserted {
        wrote(tx, insurer, client).await?;
    }
    Ok(inserted)
}

/// Puts a client in the place of the one that was read. How it came here stays, and so does its
/// registration token. `false` when it was changed or removed since: what somebody else decided is
/// not taken back.
#[must_use = "a client that changed meanwhile is not replaced"]
pub async fn replace(tx: &mut Tx, old: &Registered, client: &Client, now: i64) -> Result<bool> {
    let sql = "UPDATE clients SET document = $4, updated_at = $5
               WHERE insurer_id = $1 AND client_id = $2 AND document = $3";
    let (insurer, id) = (&old.insurer_id, &old.client.client_id);
    let params = params![insurer, id, &old.document, json(client), now];
    let replaced = tx.execute(sql, params).await? == 1;
    if replaced {
        wrote(tx, insurer, client).await?;
    }
    Ok(replaced)
}

fn json(client: &Client) -> String {
    serde_json::to_string(client).expect("a client is JSON")
}

async fn wrote(tx: &mut Tx, insurer: &InsurerId, client: &Client) -> Result<()> {
    changed(tx).await?;
    let sql = "DELETE FROM client_origins WHERE insurer_id = $1 AND client_id = $2";
    tx.execute(sql, params![insurer, &client.client_id]).await?;
    for origin in &client.allowed_origins {
        let sql = "INSERT INTO client_origins (insurer_id, client_id, origin) VALUES ($1, $2, $3)
                   ON CONFLICT DO NOTHING";
        tx.execute(sql, params![insurer, &client.client_id, origin]).await?;
    }
    Ok(())
}

/// Removes a client. Returns whether there was one.
pub async fn delete(tx: &mut Tx, insurer: &InsurerId, client_id: &str) -> Result<bool> {
    changed(tx).await?;
    for sql in [
        "DELETE FROM client_origins WHERE insurer_id = $1 AND client_id = $2",
        "DELETE FROM consents WHERE insurer_id = $1 AND client_id = $2",
    ] {
        tx.execute(sql, params![insurer, client_id]).await?;
    }
    let sql = "DELETE FROM clients WHERE insurer_id = $1 AND client_id = $2";
    Ok(tx.execute(sql, params![insurer, client_id]).await? == 1)
}

async fn changed(tx: &mut Tx) -> Result<()> {
    tx.execute("UPDATE client_changes SET changes = changes + 1", &[]).await?;
    Ok(())
}

/// How often clients were changed so far.
pub async fn changes(conn: &mut Conn) -> Result<i64> {
    let row = conn.one("SELECT changes FROM client_changes", &[]).await?;
    row.map_or(Ok(0), |row| row.int("changes"))
}

/// Whether a browser origin belongs to some client of the insurer.
pub async fn has_origin(conn: &mut Conn, insurer: &InsurerId, origin: &str) -> Result<bool> {
    let sql = "SELECT origin FROM client_origins WHERE insurer_id IN ($1, '*') AND origin = $2";
    Ok(conn.one(sql, params![insurer, origin]).await?.is_some())
}

/// Allows `uses` dynamic registrations.
pub async fn allow_registration(
    tx: &mut Tx,
    insurer: &InsurerId,
    token_hash: &[u8],
    uses: i64,
    expires_at: i64,
) -> Result<()> {
    let sql = "INSERT INTO registration_tokens (insurer_id, token_hash, uses, expires_at)
               VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![insurer, token_hash, uses, expires_at]).await?;
    Ok(())
}

/// Whether a token still allows a registration.
pub async fn may_register(
    conn: &mut Conn,
    insurer: &InsurerId,
    token_hash: &[u8],
    now: i64,
) -> Result<bool> {
    let sql = "SELECT uses FROM registration_tokens
               WHERE insurer_id = $1 AND token_hash = $2 AND uses > 0 AND expires_at > $3";
    Ok(conn.one(sql, params![insurer, token_hash, now]).await?.is_some())
}

/// Takes one of the allowed registrations. Of two requests at once for the last one, one gets it.
pub async fn use_registration(
    tx: &mut Tx,
    insurer: &InsurerId,
    token_hash: &[u8],
    now: i64,
) -> Result<bool> {
    let sql = "UPDATE registration_tokens SET uses = uses - 1
               WHERE insurer_id = $1 AND token_hash = $2 AND uses > 0 AND expires_at > $3";
    Ok(tx.execute(sql, params![insurer, token_hash, now]).await? == 1)
}

fn registered(row: &Row) -> Result<Registered> {
    let (origin, document) = (row.text("origin")?, row.text("document")?);
    Ok(Registered {
        insurer_id: InsurerId::new(row.text("insurer_id")?),
        client: serde_json::from_str(&document)
            .map_err(|error| Error::Column("document".into(), error.to_string()))?,
        document,
        origin: Origin::parse(&origin).ok_or(Error::Column("origin".into(), origin))?,
        registration_hash: row.opt_bytes("registration_hash")?,
        created_at: row.int("created_at")?,
    })
}
