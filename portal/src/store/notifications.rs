//! What plugins told members.

use db::{AssertSqlSafe, Conn, Result, Row, Tx, Value, params};

/// Something that a person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// By the name that they have in plugins' data.
    pub person: String,
    pub id: String,
    pub plugin: String,
    /// Of the plugin's manifest.
    pub notification: String,
    /// A JSON object of texts.
    pub params: String,
    pub made_at: i64,
    pub read_at: Option<i64>,
}

/// Keeps one that is not kept yet.
pub async fn insert(tx: &mut Tx, insurer: &str, told: &Notification) -> Result<()> {
    let sql = "INSERT INTO notifications (insurer_id, person, notification_id, plugin,
                                          notification, params, made_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (insurer_id, person, notification_id) DO NOTHING";
    let Notification { person, id, plugin, notification, params, made_at, .. } = told;
    let values = params![insurer, person, id, plugin, notification, params, *made_at];
    tx.execute(sql, values).await.map(drop)
}

/// Which of the names a person has: `$2` and what follows.
fn names(count: usize) -> String {
    let places: Vec<String> = (0..count).map(|at| format!("${}", at + 2)).collect();
    places.join(", ")
}

fn bound(insurer: &str, persons: &[String]) -> Vec<Value> {
    std::iter::once(Value::from(insurer)).chain(persons.iter().map(Value::from)).collect()
}

/// What a person was told under any of their names, the newest first, 100 at most.
pub async fn list_for(
    conn: &mut Conn,
    insurer: &str,
    persons: &[String],
) -> Result<Vec<Notification>> {
    let sql = format!(
        "SELECT person, notification_id, plugin, notification, params, made_at, read_at
         FROM notifications WHERE insurer_id = $1 AND person IN ({})
         ORDER BY made_at DESC, notification_id LIMIT 100",
        names(persons.len())
    );
    let rows = conn.all(AssertSqlSafe(sql), &bound(insurer, persons)).await?;
    let told = |row: &Row| {
        Ok(Notification {
            person: row.text("person")?,
            id: row.text("notification_id")?,
            plugin: row.text("plugin")?,
            notification: row.text("notification")?,
            params: row.text("params")?,
            made_at: row.int("made_at")?,
            read_at: row.opt_int("read_at")?,
        })
    };
    rows.iter().map(told).collect()
}

/// How many a person has not read yet.
pub async fn unread(conn: &mut Conn, insurer: &str, persons: &[String]) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) AS n FROM notifications WHERE insurer_id = $1 AND person IN ({}) AND
         read_at IS NULL",
        names(persons.len())
    );
    let row = conn.one(AssertSqlSafe(sql), &bound(insurer, persons)).await?;
    row.map_or(Ok(0), |row| row.int("n"))
}

/// The person has seen the list.
pub async fn read_all(tx: &mut Tx, insurer: &str, persons: &[String], now: i64) -> Result<()> {
    let sql = format!(
        "UPDATE notifications SET read_at = ${} WHERE insurer_id = $1 AND person IN ({}) AND
         read_at IS NULL",
        persons.len() + 2,
        names(persons.len())
    );
    let mut values = bound(insurer, persons);
    values.push(now.into());
    tx.execute(AssertSqlSafe(sql), &values).await.map(drop)
}
