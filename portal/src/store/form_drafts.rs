//! What members and staff typed and have not sent: when they had to sign in again, or between the steps of a form.
//! Sealed.

use db::{Conn, Result, Tx, params};
use secret::hash;

/// Which form of which member.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    pub insurer: &'a str,
    pub sub: &'a str,
    pub plugin: &'a str,
    pub action: &'a str,
    /// The page on which it stands, with its parameters: the form of one row is not another's.
    pub page: &'a str,
}

impl Of<'_> {
    /// The purpose under which what was typed is sealed: nobody else's opens under it.
    pub fn purpose(self) -> String {
        let Self { insurer, sub, plugin, .. } = self;
        format!("form draft {insurer} {sub} {plugin} {}", self.form())
    }

    /// The form and its page, in a few signs.
    fn form(self) -> String {
        format!("{} {}", self.action, hash::s256(self.page))
    }
}

/// The most drafts that somebody has in a plugin: the oldest go.
const MOST: i64 = 20;

/// Keeps what was typed, in place of what was kept before.
pub async fn put(tx: &mut Tx, of: Of<'_>, sealed: &[u8], expires_at: i64) -> Result<()> {
    let sql = "INSERT INTO form_drafts (insurer_id, sub, plugin, action, sealed, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (insurer_id, sub, plugin, action) DO UPDATE
               SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    let values = params![of.insurer, of.sub, of.plugin, of.form(), sealed, expires_at];
    tx.execute(sql, values).await?;
    let sql = "DELETE FROM form_drafts WHERE insurer_id = $1 AND sub = $2 AND plugin = $3 AND action <> $4
               AND action NOT IN (SELECT action FROM form_drafts WHERE insurer_id = $1 AND sub = $2
                                  AND plugin = $3 AND action <> $4 ORDER BY expires_at DESC, action LIMIT $5)";
    let values = params![of.insurer, of.sub, of.plugin, of.form(), MOST - 1];
    tx.execute(sql, values).await.map(drop)
}

/// What is kept of a form.
pub async fn find(conn: &mut Conn, of: Of<'_>, now: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM form_drafts WHERE insurer_id = $1 AND sub = $2 AND plugin = $3
               AND action = $4 AND expires_at > $5";
    let row = conn.one(sql, params![of.insurer, of.sub, of.plugin, of.form(), now]).await?;
    row.map(|row| row.bytes("sealed")).transpose()
}

/// Forgets it: the form was taken.
pub async fn delete(tx: &mut Tx, of: Of<'_>) -> Result<()> {
    let sql = "DELETE FROM form_drafts WHERE insurer_id = $1 AND sub = $2 AND plugin = $3
               AND action = $4";
    tx.execute(sql, params![of.insurer, of.sub, of.plugin, of.form()]).await.map(drop)
}
