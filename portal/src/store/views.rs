//! Who saw whose rows, and when.

use db::{Conn, Result, params};

/// One look at a person's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Whose rows.
    pub person: String,
    /// The person who looked, and his name at that time.
    pub seen_by: String,
    pub seen_by_name: String,
    pub plugin: String,
    pub at: i64,
}

pub async fn insert(conn: &mut Conn, insurer: &str, view: &View) -> Result<()> {
    let sql = "INSERT INTO views (insurer_id, view_id, person, seen_by, seen_by_name, plugin, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params = params![
        insurer,
        web::random::id(),
        &view.person,
        &view.seen_by,
        &view.seen_by_name,
        &view.plugin,
        view.at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// The newest looks at a person's rows by others than himself.
pub async fn list_for(conn: &mut Conn, insurer: &str, person: &str) -> Result<Vec<View>> {
    let sql = "SELECT person, seen_by, seen_by_name, plugin, at FROM views
               WHERE insurer_id = $1 AND person = $2 AND seen_by <> $2
               ORDER BY at DESC LIMIT 100";
    let rows = conn.all(sql, params![insurer, person]).await?;
    rows.iter()
        .map(|row| {
            Ok(View {
                person: row.text("person")?,
                seen_by: row.text("seen_by")?,
                seen_by_name: row.text("seen_by_name")?,
                plugin: row.text("plugin")?,
                at: row.int("at")?,
            })
        })
        .collect()
}
