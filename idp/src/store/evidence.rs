//! What was proved: by a journey or, lasting, by an account.

use db::{Conn, Result, params};

/// The kinds that a holder proved.
pub async fn kinds(conn: &mut Conn, insurer: &str, holder: &str) -> Result<Vec<String>> {
    let sql = "SELECT kind FROM evidence WHERE insurer_id = $1 AND holder = $2";
    let rows = conn.all(sql, params![insurer, holder]).await?;
    rows.iter().map(|row| row.text("kind")).collect()
}

/// When a kind was proved.
pub async fn at(conn: &mut Conn, insurer: &str, holder: &str, kind: &str) -> Result<Option<i64>> {
    let sql = "SELECT at FROM evidence WHERE insurer_id = $1 AND holder = $2 AND kind = $3";
    conn.one(sql, params![insurer, holder, kind]).await?.map(|row| row.int("at")).transpose()
}

/// Writes evidence; only a kind's own verifier calls this.
pub async fn insert(
    conn: &mut Conn,
    insurer: &str,
    holder: &str,
    kind: &str,
    means: &str,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO evidence (insurer_id, holder, kind, means, at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, holder, kind) DO UPDATE
               SET means = excluded.means, at = excluded.at";
    conn.execute(sql, params![insurer, holder, kind, means, now]).await?;
    Ok(())
}

/// Hands the evidence of a journey over to the account that it made.
pub async fn hand_over(conn: &mut Conn, insurer: &str, from: &str, to: &str) -> Result<()> {
    let sql = "UPDATE evidence SET holder = $3 WHERE insurer_id = $1 AND holder = $2";
    conn.execute(sql, params![insurer, from, to]).await?;
    Ok(())
}
