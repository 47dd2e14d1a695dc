//! What members have opened of plugins': on whichever device. No plugin hears it.

use db::{Conn, Result, Tx, params};
use std::collections::BTreeSet;

/// The newest that are looked at: who has opened more finds what is older new again.
const MOST: i64 = 5_000;

/// The member has opened this; `item` is its mark ([`web::mark`]).
pub async fn note(
    tx: &mut Tx,
    (insurer, sub, plugin): (&str, &str, &str),
    item: &str,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO seen (insurer_id, sub, plugin, item, seen_at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    tx.execute(sql, params![insurer, sub, plugin, item, now]).await.map(drop)
}

/// The marks of what they have opened of a plugin's.
pub async fn marks(
    conn: &mut Conn,
    (insurer, sub, plugin): (&str, &str, &str),
) -> Result<BTreeSet<String>> {
    let sql = "SELECT item FROM seen WHERE insurer_id = $1 AND sub = $2 AND plugin = $3
               ORDER BY seen_at DESC LIMIT $4";
    let rows = conn.all(sql, params![insurer, sub, plugin, MOST]).await?;
    rows.iter().map(|row| row.text("item")).collect()
}
