//! What members have opened of plugins': on whichever device. No plugin keeps it.

use db::{Conn, Result, Tx, params};
use secret::Sealer;
use std::collections::BTreeSet;
use web::Opened;

/// The newest that are looked at: who has opened more finds what is older unread again.
const MOST: i64 = 5_000;

/// Whose, and of which plugin: insurer, `sub`, plugin.
pub type Of<'a> = (&'a str, &'a str, &'a str);

/// The member has opened this; `mark` is that of [`Opened::mark`].
pub async fn note(tx: &mut Tx, (insurer, sub, plugin): Of<'_>, mark: &str, now: i64) -> Result<()> {
    let sql = "INSERT INTO seen (insurer_id, sub, plugin, item, seen_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, sub, plugin, item) DO UPDATE SET seen_at = excluded.seen_at";
    tx.execute(sql, params![insurer, sub, plugin, mark, now]).await.map(drop)
}

/// What they have opened of a plugin's.
pub async fn opened(
    conn: &mut Conn,
    sealer: &Sealer,
    (insurer, sub, plugin): Of<'_>,
) -> Result<Opened> {
    let sql = "SELECT item FROM seen WHERE insurer_id = $1 AND sub = $2 AND plugin = $3
               ORDER BY seen_at DESC LIMIT $4";
    let rows = conn.all(sql, params![insurer, sub, plugin, MOST]).await?;
    let marks: Result<BTreeSet<String>> = rows.iter().map(|row| row.text("item")).collect();
    let key = sealer.derive(&format!("seen\0{insurer}\0{sub}\0{plugin}"));
    Ok(Opened { key, marks: marks? })
}
