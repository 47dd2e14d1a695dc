//! What plugins said has happened, and how far each listener has come.

use super::jobs::{self, Due};
use db::{Conn, Result, Row, Tx, params};

/// How long events are kept, in seconds: [`super::EXPIRED`] says the same.
pub const KEPT: i64 = 90 * 86_400;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub seq: i64,
    pub id: String,
    pub plugin: String,
    pub event: String,
    /// By the name that they have in plugins' data; empty for nobody.
    pub person: String,
    /// A JSON object.
    pub params: String,
    /// The class in which it was said.
    pub data: String,
    pub made_at: i64,
}

/// Who listens to what.
#[derive(Debug, Clone, Copy)]
pub struct Listening<'a> {
    pub insurer: &'a str,
    /// The plugin that listens.
    pub listener: &'a str,
    /// The plugin whose event it is.
    pub plugin: &'a str,
    pub event: &'a str,
}

/// Keeps an event behind all others of the insurer; one that is kept already stays where it is.
pub async fn insert(tx: &mut Tx, insurer: &str, event: &Event) -> Result<()> {
    let sql = "INSERT INTO plugin_event_counters (insurer_id, seq) VALUES ($1, 1)
               ON CONFLICT (insurer_id) DO UPDATE SET seq = plugin_event_counters.seq + 1";
    tx.execute(sql, params![insurer]).await?;
    let sql =
        "INSERT INTO plugin_events (insurer_id, seq, event_id, plugin, event, person, params, data, made_at)
               SELECT CAST($1 AS TEXT), seq, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
                      CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT),
                      CAST($8 AS BIGINT)
               FROM plugin_event_counters WHERE insurer_id = $1
               ON CONFLICT (insurer_id, event_id) DO NOTHING";
    let Event { id, plugin, event, person, params, data, made_at, .. } = event;
    tx.execute(sql, params![insurer, id, plugin, event, person, params, data, *made_at])
        .await
        .map(drop)
}

/// The next events that a listener has not had, in order, so many at most.
pub async fn next(conn: &mut Conn, of: Listening<'_>, most: i64) -> Result<Vec<Event>> {
    let sql = "SELECT seq, event_id, plugin, event, person, params, data, made_at FROM plugin_events
               WHERE insurer_id = $1 AND plugin = $3 AND event = $4 AND seq >
                     COALESCE((SELECT seq FROM plugin_listeners WHERE insurer_id = $1 AND listener = $2
                               AND plugin = $3 AND event = $4), 0)
               ORDER BY seq LIMIT $5";
    let Listening { insurer, listener, plugin, event } = of;
    let rows = conn.all(sql, params![insurer, listener, plugin, event, most]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Event> {
    Ok(Event {
        seq: row.int("seq")?,
        id: row.text("event_id")?,
        plugin: row.text("plugin")?,
        event: row.text("event")?,
        person: row.text("person")?,
        params: row.text("params")?,
        data: row.text("data")?,
        made_at: row.int("made_at")?,
    })
}

/// A listener has had all: its round is over, and it is due again at once when something happened since it
/// looked.
pub async fn rest(
    tx: &mut Tx,
    due: &Due,
    of: Listening<'_>,
    (now, next_at): (i64, i64),
) -> Result<()> {
    jobs::finish(tx, due, None, (now, next_at)).await?;
    // From here on whoever brings an event waits for this row, and what was brought before is seen.
    if !next(tx, of, 1).await?.is_empty() {
        jobs::now(tx, &due.key, now).await?;
    }
    Ok(())
}

/// A listener has had all events up to this one.
pub async fn heard(tx: &mut Tx, of: Listening<'_>, seq: i64) -> Result<()> {
    let sql = "INSERT INTO plugin_listeners (insurer_id, listener, plugin, event, seq)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, listener, plugin, event) DO UPDATE SET seq = excluded.seq
               WHERE plugin_listeners.seq < excluded.seq";
    let Listening { insurer, listener, plugin, event } = of;
    tx.execute(sql, params![insurer, listener, plugin, event, seq]).await.map(drop)
}
