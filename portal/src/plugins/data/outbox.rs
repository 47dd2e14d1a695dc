//! What is to be told waits beside the rows that it is about, in the same transaction: it is told when
//! they are written, and not otherwise.

use super::database::Database;
use super::make::OUTBOX;
use crate::store::notifications::{self, Notification};
use db::{AssertSqlSafe, Db, Tx, params};
use sdk::wire::Notify;
use secret::hash;
use std::collections::BTreeMap;

/// Told at a time.
const TOGETHER: i64 = 200;

/// Puts something aside that is to be told.
pub async fn put(
    tx: &mut Tx,
    insurer: &str,
    (plugin, notify): (&str, &Notify),
    told: &BTreeMap<String, String>,
    now: i64,
) -> db::Result<()> {
    let params = serde_json::to_string(told).expect("texts are JSON");
    let Notify { person, notification, .. } = notify;
    // The same said to the same person is the same.
    let id = hash::s256(format!("{plugin}\0{notification}\0{person}\0{params}"));
    let sql = format!(
        "INSERT INTO {OUTBOX} (insurer_id, outbox_id, person, notification, params, made_at) VALUES \
         ($1, $2, $3, $4, $5, $6) ON CONFLICT (insurer_id, outbox_id) DO NOTHING"
    );
    let values = params![insurer, id, person, notification, params, now];
    tx.execute(AssertSqlSafe(sql), values).await.map(drop)
}

/// Carries what waits into the inboxes, and forgets it. What is carried twice is there once.
///
/// # Errors
/// When a database does not answer: then it waits for the next time.
pub async fn deliver(
    host: &Db,
    database: &Database,
    (plugin, insurer): (&str, &str),
) -> db::Result<()> {
    let waits = format!(
        "SELECT outbox_id, person, notification, params, made_at FROM {OUTBOX} WHERE insurer_id = $1 \
         ORDER BY made_at LIMIT $2"
    );
    let told = format!("DELETE FROM {OUTBOX} WHERE insurer_id = $1 AND outbox_id = $2");
    loop {
        let mut tx = database.begin_walled(insurer).await?;
        let rows = tx.all(AssertSqlSafe(waits.clone()), params![insurer, TOGETHER]).await?;
        drop(tx);
        if rows.is_empty() {
            return Ok(());
        }
        let mut ids = Vec::new();
        let mut tx = host.begin().await?;
        for row in &rows {
            let id = row.text("outbox_id")?;
            let notification = Notification {
                person: row.text("person")?,
                id: id.clone(),
                plugin: plugin.to_owned(),
                notification: row.text("notification")?,
                params: row.text("params")?,
                made_at: row.int("made_at")?,
                read_at: None,
            };
            notifications::insert(&mut tx, insurer, &notification).await?;
            ids.push(id);
        }
        tx.commit().await?;
        let mut tx = database.begin_walled(insurer).await?;
        for id in &ids {
            tx.execute(AssertSqlSafe(told.clone()), params![insurer, id]).await?;
        }
        tx.commit().await?;
    }
}
