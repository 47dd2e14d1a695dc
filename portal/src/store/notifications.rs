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

/// One about which a member may be told by mail.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub insurer: String,
    pub told: Notification,
    pub due_at: i64,
    pub tries: i64,
}

/// Those that one look finds at the most.
pub const MAILED: usize = 20;

/// Those about which mail is due, the oldest first.
pub async fn to_mail(conn: &mut Conn, now: i64) -> Result<Vec<Waiting>> {
    let sql = "SELECT insurer_id, person, notification_id, plugin, notification, params, made_at,
                      read_at, mail_due_at, mail_tries
               FROM notifications WHERE mail_due_at <= $1 ORDER BY mail_due_at LIMIT 20";
    let rows = conn.all(sql, params![now]).await?;
    let waiting = |row: &Row| {
        Ok(Waiting {
            insurer: row.text("insurer_id")?,
            told: told(row)?,
            due_at: row.int("mail_due_at")?,
            tries: row.opt_int("mail_tries")?.unwrap_or(0),
        })
    };
    rows.iter().map(waiting).collect()
}

/// Takes one for a try and puts it off in case this node dies; `false` when another was faster.
pub async fn claim_mail(tx: &mut Tx, waiting: &Waiting, again_at: i64) -> Result<bool> {
    let sql = "UPDATE notifications SET mail_due_at = $5, mail_tries = COALESCE(mail_tries, 0) + 1
               WHERE insurer_id = $1 AND person = $2 AND notification_id = $3 AND mail_due_at = $4";
    let Waiting { insurer, told, due_at, .. } = waiting;
    let values = params![insurer, &told.person, &told.id, *due_at, again_at];
    Ok(tx.execute(sql, values).await? == 1)
}

/// No mail is to be sent any more.
pub async fn mailed(tx: &mut Tx, insurer: &str, told: &Notification) -> Result<()> {
    let sql = "UPDATE notifications SET mail_due_at = NULL
               WHERE insurer_id = $1 AND person = $2 AND notification_id = $3";
    tx.execute(sql, params![insurer, &told.person, &told.id]).await.map(drop)
}

fn told(row: &Row) -> Result<Notification> {
    Ok(Notification {
        person: row.text("person")?,
        id: row.text("notification_id")?,
        plugin: row.text("plugin")?,
        notification: row.text("notification")?,
        params: row.text("params")?,
        made_at: row.int("made_at")?,
        read_at: row.opt_int("read_at")?,
    })
}

/// Keeps one that is not kept yet.
pub async fn insert(tx: &mut Tx, insurer: &str, told: &Notification) -> Result<()> {
    // A plugin that tells without end fills no more than this of anybody's inbox.
    let sql = "INSERT INTO notifications (insurer_id, person, notification_id, plugin,
                                          notification, params, made_at, mail_due_at)
               SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
                      CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT),
                      CAST($7 AS BIGINT)
               WHERE (SELECT COUNT(*) FROM notifications
                      WHERE insurer_id = $1 AND person = $2 AND plugin = $4) < 200
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

/// What a person was told under any of their names, the newest first, 400 at most.
pub async fn list_for(
    conn: &mut Conn,
    insurer: &str,
    persons: &[String],
) -> Result<Vec<Notification>> {
    let sql = format!(
        "SELECT person, notification_id, plugin, notification, params, made_at, read_at
         FROM notifications WHERE insurer_id = $1 AND person IN ({})
         ORDER BY made_at DESC, notification_id LIMIT 400",
        names(persons.len())
    );
    let rows = conn.all(AssertSqlSafe(sql), &bound(insurer, persons)).await?;
    rows.iter().map(told).collect()
}

/// The person has seen one.
pub async fn read(tx: &mut Tx, insurer: &str, told: &Notification, now: i64) -> Result<()> {
    let sql = "UPDATE notifications SET read_at = $4 WHERE insurer_id = $1 AND person = $2
               AND notification_id = $3 AND read_at IS NULL";
    tx.execute(sql, params![insurer, &told.person, &told.id, now]).await.map(drop)
}
