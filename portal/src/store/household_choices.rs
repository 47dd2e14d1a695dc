//! Dependants' own choices whether the insured person sees their rows.

use db::{Conn, Result, params};

/// The persons of an insurer, among those asked for, who chose to be hidden.
pub async fn hidden(conn: &mut Conn, insurer: &str, persons: &[&str]) -> Result<Vec<String>> {
    let sql = "SELECT hidden FROM household_choices WHERE insurer_id = $1 AND person = $2";
    let mut hidden = Vec::new();
    for person in persons {
        let row = conn.one(sql, params![insurer, *person]).await?;
        if row.is_some_and(|row| row.bool("hidden").unwrap_or(true)) {
            hidden.push((*person).to_owned());
        }
    }
    Ok(hidden)
}

pub async fn choose(
    conn: &mut Conn,
    insurer: &str,
    person: &str,
    hidden: bool,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO household_choices (insurer_id, person, hidden, changed_at)
               VALUES ($1, $2, $3, $4)
               ON CONFLICT (insurer_id, person) DO UPDATE
               SET hidden = excluded.hidden, changed_at = excluded.changed_at";
    conn.execute(sql, params![insurer, person, hidden, now]).await?;
    Ok(())
}
