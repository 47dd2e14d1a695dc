//! What is to be told, and what has happened, waits beside the rows that it is about, in the same
//! transaction: it is told when they are written, and not otherwise.

use super::class::DataClass;
use super::database::Database;
use super::make::{EVENTS, OUTBOX};
use crate::plugins::package::declared::job_of;
use crate::store::events::{self, Event};
use crate::store::jobs;
use crate::store::notifications::{self, Notification};
use db::{AssertSqlSafe, Db, Row, Tx, params};
use sdk::wire::{Notify, Publish};
use secret::{hash, random};
use std::collections::BTreeMap;

/// Told at a time.
const TOGETHER: i64 = 200;
/// How often, before others have their turn.
const ROUNDS: usize = 5;

/// Puts something aside that is to be told.
pub async fn tell(
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

/// Puts something aside that has happened, behind all that is known to have happened before. Two that
/// happen at once have no order.
pub async fn publish(
    tx: &mut Tx,
    insurer: &str,
    (event, data): (&Publish, DataClass),
    told: &BTreeMap<String, String>,
    now: i64,
) -> db::Result<()> {
    let params = serde_json::to_string(told).expect("texts are JSON");
    let Publish { person, event, .. } = event;
    let sql = format!(
        "INSERT INTO {EVENTS} (insurer_id, outbox_id, seq, person, event, params, data,
                                made_at)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COALESCE(MAX(seq), 0) + 1, CAST($3 AS TEXT),
                CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT)
         FROM {EVENTS} WHERE insurer_id = $1"
    );
    let values = params![insurer, random::id(), person, event, params, data.as_str(), now];
    tx.execute(AssertSqlSafe(sql), values).await.map(drop)
}

/// What waits.
#[derive(Clone, Copy)]
enum Waits {
    Told,
    Happened,
}

impl Waits {
    /// Its table and what it is read by.
    fn sql(self) -> (&'static str, String) {
        let (table, columns, order) = match self {
            Self::Told => (OUTBOX, "notification", "made_at"),
            Self::Happened => (EVENTS, "event, data", "seq"),
        };
        let sql = format!(
            "SELECT outbox_id, person, {columns}, params, made_at FROM {table} WHERE insurer_id = $1 \
             ORDER BY {order}, outbox_id LIMIT $2"
        );
        (table, sql)
    }
}

/// Carries what waits to where it is read, and forgets it; `false` when more is left. What is carried twice is
/// there once.
///
/// # Errors
/// When a database does not answer: then it waits for the next time.
pub async fn deliver(host: &Db, database: &Database, of: (&str, &str)) -> db::Result<bool> {
    let told = carry(host, database, of, Waits::Told).await;
    let happened = carry(host, database, of, Waits::Happened).await?;
    Ok(told? && happened)
}

async fn carry(
    host: &Db,
    database: &Database,
    (plugin, insurer): (&str, &str),
    waits: Waits,
) -> db::Result<bool> {
    let (table, those) = waits.sql();
    let told = format!("DELETE FROM {table} WHERE insurer_id = $1 AND outbox_id = $2");
    for _ in 0..ROUNDS {
        let mut tx = database.begin_walled(insurer).await?;
        let rows = tx.all(AssertSqlSafe(those.clone()), params![insurer, TOGETHER]).await?;
        drop(tx);
        if rows.is_empty() {
            return Ok(true);
        }
        let mut tx = host.begin().await?;
        let mut waken = BTreeMap::new();
        for row in &rows {
            match waits {
                Waits::Told => {
                    let notification = notification(plugin, row)?;
                    notifications::insert(&mut tx, insurer, &notification).await?;
                }
                Waits::Happened => {
                    let event = event(plugin, row)?;
                    events::insert(&mut tx, insurer, &event).await?;
                    waken.insert(job_of(plugin, &event.event), event.made_at);
                }
            }
        }
        for (job, at) in waken {
            jobs::wake(&mut tx, insurer, &job, at).await?;
        }
        tx.commit().await?;
        let mut tx = database.begin_walled(insurer).await?;
        for row in &rows {
            let id = row.text("outbox_id")?;
            tx.execute(AssertSqlSafe(told.clone()), params![insurer, id]).await?;
        }
        tx.commit().await?;
    }
    Ok(false)
}

fn notification(plugin: &str, row: &Row) -> db::Result<Notification> {
    Ok(Notification {
        person: row.text("person")?,
        id: row.text("outbox_id")?,
        plugin: plugin.to_owned(),
        notification: row.text("notification")?,
        params: row.text("params")?,
        made_at: row.int("made_at")?,
        read_at: None,
    })
}

fn event(plugin: &str, row: &Row) -> db::Result<Event> {
    Ok(Event {
        seq: 0,
        id: row.text("outbox_id")?,
        plugin: plugin.to_owned(),
        event: row.text("event")?,
        person: row.text("person")?,
        params: row.text("params")?,
        data: row.text("data")?,
        made_at: row.int("made_at")?,
    })
}
