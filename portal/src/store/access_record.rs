//! Who saw whose rows, and when.

use db::{AssertSqlSafe, Conn, Result, Tx, params};

/// One look at a person's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whose rows.
    pub person: String,
    /// The person who looked, and their name at that time.
    pub seen_by: String,
    pub seen_by_name: String,
    pub plugin: String,
    pub at: i64,
}

/// Keeps what one page showed, all persons in one statement; the same look once an hour.
pub async fn insert(tx: &mut Tx, insurer: &str, looks: &[Look]) -> Result<()> {
    if looks.is_empty() {
        return Ok(());
    }
    let mut sql = String::from(
        "INSERT INTO views (insurer_id, view_id, person, seen_by, seen_by_name, plugin, at) VALUES ",
    );
    let mut values = params![insurer].to_vec();
    for (at, look) in looks.iter().enumerate() {
        let sign = if at == 0 { "" } else { ", " };
        let next = |n: usize| values.len() + n;
        sql.push_str(&format!(
            "{sign}($1, ${}, ${}, ${}, ${}, ${}, ${})",
            next(1),
            next(2),
            next(3),
            next(4),
            next(5),
            next(6)
        ));
        values.extend_from_slice(params![
            format!("{}:{}:{}:{}", look.seen_by, look.person, look.plugin, look.at / 3600),
            &look.person,
            &look.seen_by,
            &look.seen_by_name,
            &look.plugin,
            look.at
        ]);
    }
    sql.push_str(" ON CONFLICT DO NOTHING");
    tx.execute(AssertSqlSafe(sql), &values).await?;
    Ok(())
}

/// The newest looks at a person's rows by others than themselves.
pub async fn list_for(conn: &mut Conn, insurer: &str, person: &str) -> Result<Vec<Look>> {
    let sql = "SELECT person, seen_by, seen_by_name, plugin, at FROM views
               WHERE insurer_id = $1 AND person = $2 AND seen_by <> $2
               ORDER BY at DESC LIMIT 100";
    let rows = conn.all(sql, params![insurer, person]).await?;
    rows.iter()
        .map(|row| {
            Ok(Look {
                person: row.text("person")?,
                seen_by: row.text("seen_by")?,
                seen_by_name: row.text("seen_by_name")?,
                plugin: row.text("plugin")?,
                at: row.int("at")?,
            })
        })
        .collect()
}
