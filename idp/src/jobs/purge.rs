//! Removes what has expired, in batches, so that tables do not grow without bound.

use crate::app::App;
use crate::store::{EXPIRED, journeys};
use db::{Db, params};
use std::sync::Arc;
use std::time::Duration;

/// A day: used codes stay that long, so that a late replay is still noticed.
const RETENTION_SECS: i64 = 24 * 3600;
const PURGE_INTERVAL: Duration = Duration::from_secs(600);
/// Rows of one transaction: few, so that nobody waits long for the writer.
const BATCH: i64 = 200;
/// Between two of them, for those who wait.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = once(&app.tools.db, app.now()).await {
            tracing::warn!(%error, "expired rows could not be removed; trying again later");
        }
        tokio::time::sleep(PURGE_INTERVAL).await;
    }
}

/// Removes what expired, or expired a day ago. Each batch is a transaction of its own.
///
/// # Errors
/// When the database does not answer.
pub async fn once(db: &Db, now: i64) -> Result<(), db::Error> {
    for expired in EXPIRED {
        let before = if expired.stays { now - RETENTION_SECS } else { now };
        loop {
            let mut tx = db.begin().await?;
            let removed = tx.execute(expired.sql, params![before, BATCH]).await?;
            tx.commit().await?;
            if is_last(removed) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    loop {
        let ended = journeys::expired(&mut db.read().await?, now, BATCH).await?;
        let mut tx = db.begin().await?;
        for (insurer, id) in &ended {
            journeys::purge(&mut tx, insurer, id, now).await?;
        }
        tx.commit().await?;
        if is_last(u64::try_from(ended.len()).unwrap_or(u64::MAX)) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn is_last(removed: u64) -> bool {
    removed < u64::try_from(BATCH).unwrap_or(u64::MAX)
}
