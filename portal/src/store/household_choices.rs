//! Dependants' own choices whether the insured person sees their rows.

use db::{AssertSqlSafe, Conn, Result, Tx, Value, params};

/// The persons of an insurer, among those asked for, who chose to be hidden.
pub async fn hidden(conn: &mut Conn, insurer: &str, persons: &[&str]) -> Result<Vec<String>> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<String> = (2..persons.len() + 2).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT person FROM household_choices WHERE insurer_id = $1 AND hidden AND person IN ({})",
        numbers.join(", ")
    );
    let mut values = params![insurer].to_vec();
    values.extend(persons.iter().map(|person| Value::from(*person)));
    let rows = conn.all(AssertSqlSafe(sql), &values).await?;
    rows.iter().map(|row| row.text("person")).collect()
}

pub async fn choose(
    tx: &mut Tx,
    insurer: &str,
    person: &str,
    hidden: bool,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO household_choices (insurer_id, person, hidden, changed_at)
               VALUES ($1, $2, $3, $4)
               ON CONFLICT (insurer_id, person) DO UPDATE
               SET hidden = excluded.hidden, changed_at = excluded.changed_at";
    tx.execute(sql, params![insurer, person, hidden, now]).await?;
    Ok(())
}
